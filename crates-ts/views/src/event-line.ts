import type { ChainEvent } from "@umpire/chain/events.ts";
import type { StatusView } from "./dispute-view.ts";
import { type MarketFacts, nameOfProgram } from "./market-facts.ts";
import { counted, ether, grouped } from "./text.ts";

/** One thing that happened, in one line. */
export interface EventLine {
	readonly text: string;
	readonly about: {
		readonly kind: "claim" | "dispute" | "request" | "program";
		readonly number: number;
	} | null;
	readonly tone: StatusView["tone"];
	readonly time: number | null;
	readonly transaction: string;
}

/** What an event says happened; undefined for what goes with another one. */
export function eventLine(facts: MarketFacts, event: ChainEvent): EventLine | undefined {
	const found = textOf(facts, event);
	if (found === undefined) return undefined;
	const [text, tone, kind, number] = found;
	return {
		text,
		tone,
		about: kind === null ? null : { kind, number: Number(number) },
		time: facts.times.get(event.blockHash) ?? null,
		transaction: event.transaction,
	};
}

type Line = readonly [
	string,
	StatusView["tone"],
	"claim" | "dispute" | "request" | "program" | null,
	bigint | number,
];

function textOf(facts: MarketFacts, { name, args }: ChainEvent): Line | undefined {
	const { submitterBond, challengerBond } = facts.parameters;
	switch (name) {
		case "Registered":
			return [`registered ${nameOfProgram(facts, args.program)}`, "plain", "program", args.number];
		case "Requested":
			return [
				`asked ${nameOfProgram(facts, args.program)}, fee ${ether(args.fee)}`,
				"plain",
				"request",
				args.request,
			];
		case "Claimed":
			return [`answered, bond ${ether(submitterBond)}`, "submitter", "claim", args.claim];
		case "Challenged":
			return [`challenged, bond ${ether(challengerBond)}`, "challenger", "claim", args.claim];
		case "TraceBound":
			return ["committed to its trace", "submitter", "claim", args.claim];
		case "NodeOpened":
			return [`published ${counted(args.children.length, "hash", "hashes")}`, "submitter", null, 0];
		case "LeafPublished":
			return [`published ${counted(args.count, "number")}`, "submitter", null, 0];
		case "Named":
			return [`named number ${grouped(args.element)}`, "challenger", "dispute", args.dispute];
		case "PartialsPublished":
			return [
				`published ${counted(args.partials.length, "partial result")}`,
				"submitter",
				"dispute",
				args.dispute,
			];
		case "Settled":
			return [
				`proved ${grouped(args.computed)}, not ${grouped(args.claimed)}`,
				"wrong",
				args.dispute === 0n ? "claim" : "dispute",
				args.dispute === 0n ? args.claim : args.dispute,
			];
		case "TimedOut":
			return [
				`${Number(args.loser) === 1 ? "the submitter" : "the challenger"} ran out of time`,
				"plain",
				"dispute",
				args.dispute,
			];
		case "Finalised":
			return [`became final, paid ${ether(args.paid)}`, "plain", "claim", args.claim];
		case "Refunded":
			return [`refunded ${ether(args.amount)}`, "plain", "request", args.request];
		case "InputDemanded":
			return [`demanded inputs, chunk ${args.chunk}`, "challenger", "claim", args.claim];
		case "InputAnswered":
			return ["published demanded inputs", "plain", null, 0];
		default:
			return undefined;
	}
}
