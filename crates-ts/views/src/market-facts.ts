import type { ChainEvent } from "@umpire/chain/events.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Parameters } from "@umpire/game/state.ts";
import type { Program } from "@umpire/operators/program.ts";
import type { SideName } from "./dispute-view.ts";
import { operatorNames } from "./operator-names.ts";
import { foreign } from "./text.ts";

/** What the chain says of a market, and the programs that are here. */
export interface MarketFacts {
	/** The deployment's events up to `block`, oldest first. */
	readonly events: readonly ChainEvent[];
	readonly chainId: number;
	readonly market: Hex;
	readonly court: Hex;
	readonly parameters: Parameters;
	readonly block: number;
	/** The chain's time. */
	readonly time: number;
	/** Times of blocks by their hash, as far as they were read. */
	readonly times: ReadonlyMap<Hex, number>;
	/** Of open disputes. */
	readonly turns: ReadonlyMap<number, { readonly side: SideName; readonly until: number }>;
	readonly programs: ReadonlyMap<Hex, Program>;
	readonly endpoints: readonly { readonly name: string; readonly trouble: string | null }[];
	/** Whether this is a development chain, whose proving keys anyone can forge proofs with. */
	readonly isDevelopment: boolean;
}

type Named<Name extends ChainEvent["name"]> = Extract<ChainEvent, { name: Name }>;

/** A claim as events tell of it. */
export interface ClaimState {
	readonly claim: number;
	readonly request: number;
	readonly program: Hex;
	readonly submitter: Hex;
	readonly event: Named<"Claimed">;
	readonly asked: Named<"Requested">;
	readonly status: "live" | "final" | "rejected";
	readonly since: number | undefined;
	/** When it can be made final, if nothing is open against it. */
	readonly finalFrom: number | undefined;
	readonly ended: Named<"Finalised" | "Rejected"> | undefined;
	readonly disputes: readonly DisputeState[];
}

export interface DisputeState {
	readonly dispute: number;
	readonly claim: number;
	readonly challenger: Hex;
	readonly event: Named<"Challenged">;
	readonly end: Named<"Settled" | "TimedOut" | "Reclaimed"> | undefined;
	readonly named: Named<"Named"> | undefined;
	/** Rounds of its search so far. */
	readonly descents: readonly Named<"Descended">[];
	readonly partials: Named<"PartialsPublished"> | undefined;
}

/** All claims, in the order of their numbers. */
export function claimsOf(facts: MarketFacts): ClaimState[] {
	const requests = new Map<number, Named<"Requested">>();
	const ended = new Map<number, Named<"Finalised" | "Rejected">>();
	for (const event of facts.events) {
		if (event.name === "Requested") requests.set(Number(event.args.request), event);
		if (event.name === "Finalised" || event.name === "Rejected") ended.set(Number(event.args.claim), event);
	}
	const disputes = Map.groupBy(disputesOf(facts.events), ({ claim }) => claim);
	return facts.events.flatMap((event) => {
		if (event.name !== "Claimed") return [];
		const claim = Number(event.args.claim);
		const request = Number(event.args.request);
		const asked = requests.get(request);
		if (asked === undefined) return [];
		const end = ended.get(claim);
		const since = facts.times.get(event.blockHash);
		return [
			{
				claim,
				request,
				program: asked.args.program,
				submitter: event.args.submitter,
				event,
				asked,
				status: end === undefined ? "live" : end.name === "Finalised" ? "final" : "rejected",
				since,
				finalFrom: since === undefined ? undefined : since + facts.parameters.challengePeriod,
				ended: end,
				disputes: disputes.get(claim) ?? [],
			} as const,
		];
	});
}

function disputesOf(events: readonly ChainEvent[]): DisputeState[] {
	const by = new Map<
		number,
		{
			-readonly [Key in keyof DisputeState]: Key extends "descents"
				? Named<"Descended">[]
				: DisputeState[Key];
		}
	>();
	for (const event of events) {
		if (!("dispute" in event.args)) continue;
		const dispute = Number(event.args.dispute);
		if (event.name === "Challenged") {
			by.set(dispute, {
				dispute,
				claim: Number(event.args.claim),
				challenger: event.args.challenger,
				event,
				end: undefined,
				named: undefined,
				descents: [],
				partials: undefined,
			});
		}
		const one = by.get(dispute);
		if (one === undefined) continue;
		if (event.name === "Descended") one.descents.push(event);
		if (event.name === "Named") one.named = event;
		if (event.name === "PartialsPublished") one.partials = event;
		if (event.name === "Settled" || event.name === "TimedOut" || event.name === "Reclaimed") one.end = event;
	}
	return [...by.values()];
}

/** A program as it is called: by its name, where it is here, else by its number or root. */
export function nameOfProgram(facts: Pick<MarketFacts, "programs" | "events">, root: Hex): string {
	const program = facts.programs.get(root);
	if (program !== undefined) return foreign(program.name);
	const registered = facts.events.find(({ name, args }) => name === "Registered" && args.program === root);
	return registered?.name === "Registered" ? `program ${registered.args.number}` : "an unknown program";
}

/** An operator as it is called, where its program is here. */
export function nameOfOperator(facts: Pick<MarketFacts, "programs">, root: Hex, operator: number): string {
	const program = facts.programs.get(root);
	return program === undefined ? `operator ${operator}` : operatorNames(program)[operator];
}
