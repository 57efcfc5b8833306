import { getClaim, getDispute, getTurn } from "@umpire/chain/contracts.ts";
import type { ChainEvent } from "@umpire/chain/events.ts";
import { explainReading } from "@umpire/chain/revert.ts";
import { chainTime } from "@umpire/chain/time.ts";
import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { PHASE, SIDE } from "@umpire/game/state.ts";
import { type ProvedWrong, provedBy } from "./claim-loss.ts";
import { type DisputeEnd, endOf, endText, winnerOf } from "./dispute-end.ts";
import { sameAccount } from "./money.ts";
import { programOrNone } from "./request-state.ts";
import { nameOf } from "./status.ts";
import type { View } from "./world.ts";

/** One transaction of a dispute. */
export interface StoryMove {
	readonly move: string;
	readonly side: "challenger" | "submitter" | "other";
	readonly by: Hex;
	readonly block: number;
	/** Seconds since 1970. */
	readonly time: number;
	readonly gas: number;
	readonly transaction: Hex;
}

/** All that happened in a dispute. Amounts in wei, times in seconds. */
export interface DisputeStory {
	readonly dispute: number;
	readonly claim: number;
	readonly request: number;
	readonly program: Hex;
	readonly challenger: Hex;
	readonly submitter: Hex;
	readonly phase: string;
	/** Of an open dispute: whose move it is, and what the clocks have left. */
	readonly clocks: {
		readonly turn: string;
		readonly secondsLeft: number;
		readonly submitterReserve: number;
		readonly challengerReserve: number;
	} | null;
	readonly moves: readonly StoryMove[];
	/** How it ended; null while it is open. */
	readonly end: DisputeEnd | null;
	readonly winner: Hex | null;
	readonly proved: ProvedWrong | null;
	readonly gas: { readonly submitter: number; readonly challenger: number; readonly other: number };
	/** What the end paid and burned. */
	readonly paid: readonly { readonly account: Hex; readonly amount: bigint }[];
	readonly burned: bigint;
}

/**
 * The whole story of a dispute, from the chain.
 *
 * @throws UmpireError if there is no such dispute
 */
export async function disputeStory(view: View, id: number): Promise<DisputeStory> {
	const { contracts, feed } = view;
	await feed.poll();
	const { events } = feed;
	const mine = events.filter(({ args }) => "dispute" in args && Number(args.dispute) === id);
	const challenged = mine.find(({ name }) => name === "Challenged");
	if (challenged?.name !== "Challenged") throw noDispute(events, id);
	const at = feed.head?.hash;
	const { claim, challenger } = challenged.args;
	const { submitter, request } = await getClaim(contracts, claim, at);
	const { phase, submitterReserve, challengerReserve } = await getDispute(contracts, BigInt(id), at);
	const turn = await getTurn(contracts, BigInt(id), at);
	const now = await chainTime(contracts.connection, feed.head);
	const program = events.find(({ name, args }) => name === "Requested" && Number(args.request) === request);
	const root = program?.name === "Requested" ? program.args.program : (`0x${"00".repeat(32)}` as Hex);
	const end = endOf(events, id);
	const moves = await movesOf(view, [...mine, ...answersTo(events, mine, Number(claim))], {
		submitter,
		challenger,
	});
	const ofSide = (side: StoryMove["side"]) =>
		moves.reduce((sum, move) => (move.side === side ? sum + move.gas : sum), 0);
	const last = end === undefined ? [] : events.filter(({ transaction }) => transaction === end.transaction);
	return {
		dispute: id,
		claim: Number(claim),
		request,
		program: root,
		challenger,
		submitter,
		phase: nameOf(PHASE, phase),
		clocks:
			phase === PHASE.closed || turn.side === SIDE.nobody
				? null
				: {
						turn: nameOf(SIDE, turn.side),
						secondsLeft: Number(turn.until - now),
						submitterReserve,
						challengerReserve,
					},
		moves,
		end: end === undefined ? null : endText(end),
		winner: end === undefined ? null : winnerOf(end, { submitter, challenger }),
		proved: end?.name === "Settled" ? provedBy(events, end, await programOrNone(view, root)) : null,
		gas: { submitter: ofSide("submitter"), challenger: ofSide("challenger"), other: ofSide("other") },
		paid: last.flatMap(({ name, args }) =>
			name === "Credited" ? [{ account: args.account, amount: args.amount }] : [],
		),
		burned: last.reduce((sum, { name, args }) => (name === "Burned" ? sum + args.amount : sum), 0n),
	};
}

/** A claim may have fallen without a dispute: what was published of it was enough for a proof. */
function noDispute(events: readonly ChainEvent[], id: number): UmpireError {
	const count = events.filter(({ name }) => name === "Challenged").length;
	const found = count === 0 ? "There is no dispute yet" : `There is no dispute ${id}`;
	const direct = events.find(({ name, args }) => name === "Rejected" && args.dispute === 0n);
	const claim = direct?.name === "Rejected" ? direct.args.claim : undefined;
	const claimed = events.find(({ name, args }) => name === "Claimed" && args.claim === claim);
	if (claimed?.name === "Claimed") {
		return new UmpireError("NOT_FOUND", found, {
			advice: `claim ${claim} was rejected without one, in one transaction (umpire result ${claimed.args.request} tells why).`,
		});
	}
	const there = count === 1 ? "is 1" : `are 1 to ${count}`;
	return new UmpireError("NOT_FOUND", found, {
		advice: count === 0 ? "umpire status says what there is." : `there ${there} (umpire status lists them).`,
	});
}

/** What answers demands is named by its content, not by the dispute that it is for. */
function answersTo(events: readonly ChainEvent[], mine: readonly ChainEvent[], claim: number): ChainEvent[] {
	const first = mine[0].block;
	const last = mine.at(-1)!.block;
	const nodes = new Set<Hex>();
	const segments = new Set<bigint>();
	for (const { name, args } of mine) {
		if (name !== "Descended") continue;
		nodes.add(args.node);
		if (isSegment(args)) segments.add(args.start);
	}
	for (const { name, args } of events) {
		if (name === "Claimed" && Number(args.claim) === claim) nodes.add(args.traceRoot);
	}
	const open = mine.every(({ name }) => name !== "Settled" && name !== "TimedOut" && name !== "Reclaimed");
	return events.filter(({ name, args, block }) => {
		if (block < first || (block > last && !open)) return false;
		if (name === "TraceBound") return Number(args.claim) === claim && segments.has(args.segment);
		return (name === "NodeOpened" || name === "LeafPublished") && nodes.has(args.node);
	});
}

/** What an event says was done; undefined for what is no move. */
function moveText(event: ChainEvent): string | undefined {
	switch (event.name) {
		case "Challenged":
			return "challenged the claim";
		case "TraceBound":
			return "committed to the trace";
		case "NodeOpened":
			return `published ${event.args.children.length} children`;
		case "LeafPublished":
			return "published the words of the leaf";
		case "Descended":
			return descentText(event.args);
		case "Named":
			return `named element ${event.args.element}, of ${event.args.parts} parts`;
		case "PartialsPublished":
			return `published ${event.args.partials.length} partial results`;
		case "Settled":
			return "proved the wrong number";
		case "TimedOut":
			return `ended it: the ${nameOf(SIDE, event.args.loser)} ran out of time`;
		case "Reclaimed":
			return "took the bond back: the claim was decided elsewhere";
		default:
			return undefined;
	}
}

/** Where a search went: through the segments of a claim, and the steps, operators and one tensor of a trace. */
export function descentText({ tree, step, operator, start, level }: Descent): string {
	const from = (first: bigint): string => (level === 0n ? `${first}` : `${first} (height ${level})`);
	const subtree = from(start);
	if (isSegment({ tree, level })) return `demanded the trace of segment ${start}`;
	if (tree === TAG.checkpoints) return `named the segments from ${subtree}`;
	// They are counted from the first of their segment.
	if (tree === TAG.steps) return `named the steps from ${from(step + start)}`;
	if (tree === TAG.operators) return `named the operators from ${subtree} of step ${step}`;
	return level === 0n
		? `named leaf ${start} of operator ${operator}`
		: `named the leaves from ${subtree} of operator ${operator}`;
}

/** Whether the search waits for a trace that a segment is bound to; a lazy claim is one segment. */
const isSegment = ({ tree, level }: Pick<Descent, "tree" | "level">): boolean =>
	tree === TAG.checkpoints && level === 0n;

export type Descent = Pick<
	Extract<ChainEvent, { name: "Descended" }>["args"],
	"tree" | "step" | "operator" | "start" | "level"
>;

/** One line a transaction and kind of event, with who sent it, when, and its gas. */
async function movesOf(
	{ contracts }: View,
	events: readonly ChainEvent[],
	{ submitter, challenger }: { submitter: Hex; challenger: Hex },
): Promise<StoryMove[]> {
	const { reader } = contracts.connection;
	const failed = (error: unknown): never => {
		throw explainReading(error, "a transaction of the dispute");
	};
	const moves: StoryMove[] = [];
	const counted = new Set<Hex>();
	const ordered = events
		.filter((event) => moveText(event) !== undefined)
		.toSorted((a, b) => (a.block === b.block ? 0 : a.block < b.block ? -1 : 1));
	for (const event of ordered) {
		const hash = event.transaction;
		const { from, gasUsed } = await reader.getTransactionReceipt({ hash }).catch(failed);
		const { timestamp } = await reader.getBlock({ blockHash: event.blockHash }).catch(failed);
		const side = sameAccount(from, submitter)
			? "submitter"
			: sameAccount(from, challenger)
				? "challenger"
				: "other";
		moves.push({
			move: moveText(event)!,
			side,
			by: from,
			block: Number(event.block),
			time: Number(timestamp),
			// A transaction that makes two moves is paid once.
			gas: counted.has(hash) ? 0 : Number(gasUsed),
			transaction: hash,
		});
		counted.add(hash);
	}
	return moves;
}
