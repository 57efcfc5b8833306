import type { ChainEvent } from "@umpire/chain/events.ts";
import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import type { DisputeFacts, TransactionFacts } from "./dispute-facts.ts";
import type { SideName } from "./dispute-view.ts";

type Named<Name extends ChainEvent["name"]> = Extract<ChainEvent, { name: Name }>;
export type Descent = Named<"Descended">["args"];
export type Answer = Named<"NodeOpened" | "LeafPublished" | "TraceBound">;

/** What was asked at one place of the search, what was published, and what the challenger made of it. */
export interface Round {
	readonly at: Descent;
	readonly answer: Answer | undefined;
	readonly reply: Named<"Descended" | "Named" | "Settled" | "TimedOut"> | undefined;
}

/** The events of a dispute, put in order. */
export interface DisputeMoves {
	readonly challenged: Named<"Challenged">;
	readonly rounds: readonly Round[];
	readonly named: Named<"Named"> | undefined;
	readonly partials: Named<"PartialsPublished"> | undefined;
	readonly end: Named<"Settled" | "TimedOut" | "Reclaimed"> | undefined;
	/** Every event that is a move, oldest first. */
	readonly all: readonly ChainEvent[];
}

/** The moves of a dispute; undefined if there is no such dispute. */
export function movesOf(events: readonly ChainEvent[], dispute: number): DisputeMoves | undefined {
	const mine = events.filter(({ args }) => "dispute" in args && Number(args.dispute) === dispute);
	const find = <Name extends ChainEvent["name"]>(...names: Name[]) =>
		mine.find((event): event is Named<Name> => (names as string[]).includes(event.name));
	const challenged = find("Challenged");
	if (challenged === undefined) return undefined;
	const [named, partials, end] = [
		find("Named"),
		find("PartialsPublished"),
		find("Settled", "TimedOut", "Reclaimed"),
	];
	const descents = mine.filter((event): event is Named<"Descended"> => event.name === "Descended");
	const claim = challenged.args.claim;
	const rounds = descents.map(({ args }, i): Round => {
		const next = descents[i + 1] ?? named ?? (end?.name === "Reclaimed" ? undefined : end);
		return { at: args, answer: answerTo(events, args, claim, end), reply: next };
	});
	const answers = rounds.flatMap(({ answer }) => answer ?? []);
	const place = new Map(events.map((event, i) => [event, i]));
	const all = [
		...mine.filter(({ name }) => name !== "Rejected"),
		...answers.filter((answer) => place.get(answer)! > place.get(challenged)!),
	].sort((a, b) => place.get(a)! - place.get(b)!);
	return { challenged, rounds, named, partials, end, all };
}

/** What answers a demand is named by its content: it may have been published for another dispute. */
function answerTo(
	events: readonly ChainEvent[],
	at: Descent,
	claim: bigint,
	end: ChainEvent | undefined,
): Answer | undefined {
	const waitsForTrace = at.tree === TAG.checkpoints && at.level === 0n;
	const fits = (event: ChainEvent): event is Answer => {
		if (waitsForTrace) {
			return event.name === "TraceBound" && event.args.claim === claim && event.args.segment === at.start;
		}
		const name = at.tree === TAG.tensor && at.level === 0n ? "LeafPublished" : "NodeOpened";
		if (event.name !== name || event.args.node !== at.node) return false;
		return event.name !== "NodeOpened" || event.args.tree === at.tree;
	};
	const found = events.find(fits);
	return found !== undefined && (end === undefined || found.block <= end.block) ? found : undefined;
}

/** What a move took and cost. */
export interface MoveCost extends TransactionFacts {
	readonly event: ChainEvent;
	/** Seconds since the move before it, 0 of the first. */
	readonly seconds: number;
	/** Gas of its transaction; 0 where another move of the same transaction is charged with it. */
	readonly gas: number;
	readonly side: SideName | "other";
}

/** Every move with its side, time and gas. */
export function costsOf(
	{ all }: DisputeMoves,
	{ transactions }: Pick<DisputeFacts, "transactions">,
	sides: Readonly<Record<SideName, Hex>>,
): MoveCost[] {
	const charged = new Set<Hex>();
	let before: number | undefined;
	return all.flatMap((event) => {
		const facts = transactions.get(event.transaction);
		if (facts === undefined) return [];
		const isFirst = !charged.has(event.transaction);
		charged.add(event.transaction);
		const seconds = before === undefined || !isFirst ? 0 : Math.max(0, facts.time - before);
		before = facts.time;
		const is = (side: SideName) => facts.from.toLowerCase() === sides[side].toLowerCase();
		const side = is("submitter") ? "submitter" : is("challenger") ? "challenger" : "other";
		return [{ ...facts, event, seconds, gas: isFirst ? facts.gas : 0, side }];
	});
}
