import type { ChainEvent } from "@umpire/chain/events.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Program } from "@umpire/operators/program.ts";
import { logicalIndex } from "./finding.ts";

/** What was proved wrong, as far as the contract tells it; the values are integers. */
export interface ProvedWrong {
	readonly step: number;
	readonly operator: number;
	/** In row-major order, where the program is here; otherwise as committed. */
	readonly element: number;
	/** The part after which a sum is wrong; null where the element itself was proved. */
	readonly part: number | null;
	readonly claimed: number;
	readonly computed: number;
	/** The ONNX node and its type, where the program is here. */
	readonly node: string | null;
	readonly opType: string | null;
}

/** Why a claim was rejected, and who was paid for it. */
export interface ClaimLoss {
	readonly claim: number;
	/** 0 if there was none: the number was proved in one transaction, or inputs were withheld. */
	readonly dispute: number;
	readonly winner: Hex;
	readonly why: "wrong number" | "out of time" | "inputs withheld" | "unknown";
	readonly proved: ProvedWrong | null;
	readonly block: number;
	readonly transaction: Hex;
}

/** Why a claim was rejected; undefined if it was not. */
export function lossOf(
	events: readonly ChainEvent[],
	claim: number,
	program?: Program,
): ClaimLoss | undefined {
	const rejected = events.findLast(({ name, args }) => name === "Rejected" && Number(args.claim) === claim);
	if (rejected?.name !== "Rejected") return undefined;
	const { transaction, block, args } = rejected;
	const base = {
		claim,
		dispute: Number(args.dispute),
		winner: args.winner,
		block: Number(block),
		transaction,
		proved: null,
	};
	for (const event of events) {
		if (event.transaction !== transaction || !("claim" in event.args)) continue;
		if (Number(event.args.claim) !== claim) continue;
		if (event.name === "Settled") {
			return { ...base, why: "wrong number", proved: provedBy(events, event, program) };
		}
		if (event.name === "TimedOut") return { ...base, why: "out of time" };
		if (event.name === "Withheld") return { ...base, why: "inputs withheld" };
	}
	return { ...base, why: "unknown" };
}

/** What a settlement proved. */
export function provedBy(
	events: readonly ChainEvent[],
	{ args }: Extract<ChainEvent, { name: "Settled" }>,
	program: Program | undefined,
): ProvedWrong {
	const [step, operator, element, claimed, computed] = [
		args.step,
		args.operator,
		args.element,
		args.claimed,
		args.computed,
	].map(Number);
	const isSum = events.some(
		({ name, args: of }) => name === "PartialsPublished" && of.dispute === args.dispute,
	);
	const spec = program?.operators[operator];
	return {
		step,
		operator,
		element: spec === undefined ? element : logicalIndex(spec, element),
		part: isSum ? Number(args.part) : null,
		claimed,
		computed,
		node: spec?.node ?? null,
		opType: spec?.opType ?? null,
	};
}

/** Why a claim was rejected, in a few words that follow "because". */
export function lossText({ why, dispute, proved }: ClaimLoss): string {
	const where = dispute === 0 ? "" : ` (dispute ${dispute})`;
	switch (why) {
		case "wrong number":
			return `${provedText(proved!)}${where}`;
		case "out of time":
			return `it was not defended in time${where}`;
		case "inputs withheld":
			return "inputs that were demanded were not published in time";
		case "unknown":
			return `the court decided so${where}`;
	}
}

/** What was proved, in a few words. */
export function provedText({
	step,
	operator,
	element,
	part,
	claimed,
	computed,
	node,
	opType,
}: ProvedWrong): string {
	const name = node === null ? "" : ` (${opType} "${node}")`;
	const sum = part === null ? "" : `, its partial result ${part + 1},`;
	return `element ${element} of operator ${operator}${name}${step === 0 ? "" : ` in step ${step}`}${sum} is ${computed}, not ${claimed}`;
}
