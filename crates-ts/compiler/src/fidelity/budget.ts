import { CompileError } from "@umpire/graph/errors.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { isFloat } from "@umpire/graph/real.ts";
import type { Certificate } from "@umpire/operators/exactness.ts";
import { isGivenAgain, type Operator } from "@umpire/operators/program.ts";
import type { Lowered } from "../lower/lower.ts";
import type { PrecisionOverrides } from "../quantise/assign.ts";
import { finerThan, type Precision } from "../quantise/scales.ts";
import type { Fidelity } from "./measure.ts";

/** A lowered program that has been proved exact. */
export interface Proved {
	readonly lowered: Lowered;
	readonly certificates: readonly Certificate[];
}

/** A proved program, and how far it is from the float model. */
export interface Measured extends Proved {
	readonly fidelity: Fidelity;
}

/** What an error budget led to. */
export interface BudgetReport {
	/** The largest admissible error of an output, relative to its range. */
	readonly largest: number;
	readonly met: boolean;
	/** ONNX values that got more bits than the program's, and how many. */
	readonly refined: readonly { readonly value: string; readonly bits: number }[];
	readonly rounds: number;
}

/** What the search for a program within the budget works with. */
export interface Workshop {
	readonly facts: Facts;
	readonly precision: Precision;
	readonly sets: number;
	/** Values that get more bits together (the same part of several steps). */
	readonly sharedRanges: readonly (readonly string[])[];
	/** @throws CompileError if the precisions are not admissible to an operator */
	build(overrides: PrecisionOverrides): Proved;
	measure(proved: Proved): Promise<Measured>;
}

/** Rounds, each of twice as many values as the one before: the first of a 64th of them, so that the last has all. */
const MOST_ROUNDS = 7;
/** Where a round's values together are not admissible, this many are tried one by one. */
const MOST_SINGLE = 16;

/** The largest error of an output, or 1 if the largest element of a row is another. */
function errorOf({ outputs }: Fidelity): number {
	const errors = outputs.map(({ maxRelRange, argmaxAgrees }) => (argmaxAgrees < 1 ? 1 : maxRelRange));
	// Three digits: what is beyond depends on the machine that ran the float model.
	return Number(Math.max(0, ...errors).toPrecision(3));
}

export function meetsBudget(fidelity: Fidelity, largest: number): boolean {
	return errorOf(fidelity) <= largest;
}

/**
 * Gives single values more bits until the outputs are within the budget: in every round those
 * that lose most, twice as many as in the round before. If no round meets it, the best one counts:
 * the largest error is one element's, and may grow by chance while all others shrink.
 */
export async function refineToBudget(
	start: Measured,
	largest: number,
	workshop: Workshop,
): Promise<{ best: Measured; report: BudgetReport }> {
	let [best, current] = [start, start];
	let [kept, overrides]: PrecisionOverrides[] = [new Map(), new Map()];
	const refused = new Set<string>();
	let [rounds, first] = [0, 0];
	while (rounds < MOST_ROUNDS && !meetsBudget(best.fidelity, largest)) {
		const chosen = candidates(current, workshop, (name) => overrides.has(name) || refused.has(name));
		if (chosen.length === 0) break;
		first ||= Math.ceil(chosen.length / 2 ** (MOST_ROUNDS - 1));
		const most = first * 2 ** rounds;
		const { proved, admitted } = admissible(chosen.slice(0, most), overrides, workshop, refused);
		rounds += 1;
		if (!proved) continue;
		overrides = admitted;
		current = await workshop.measure(proved);
		if (errorOf(current.fidelity) < errorOf(best.fidelity)) [best, kept] = [current, overrides];
	}
	const refined = [...kept].map(([value, { bits }]) => ({ value, bits }));
	return { best, report: { largest, met: meetsBudget(best.fidelity, largest), refined, rounds } };
}

/** The program in which as many of the chosen groups as possible are finer too; the others are refused. */
function admissible(
	chosen: readonly (readonly string[])[],
	overrides: PrecisionOverrides,
	{ precision, sets, build }: Workshop,
	refused: Set<string>,
): { proved: Proved | undefined; admitted: PrecisionOverrides } {
	const finest = finerThan(precision, sets)!;
	const withGroups = (groups: readonly (readonly string[])[]): PrecisionOverrides =>
		new Map([...overrides, ...groups.flat().map((name) => [name, finest] as const)]);
	const attempt = (groups: readonly (readonly string[])[]): Proved | undefined => {
		try {
			return build(withGroups(groups));
		} catch (error) {
			if (error instanceof CompileError) return undefined;
			throw error;
		}
	};
	const whole = attempt(chosen);
	let proved = whole;
	let groups = whole ? chosen : [];
	for (const group of whole ? [] : chosen.slice(0, MOST_SINGLE)) {
		const next = chosen.length > 1 ? attempt([...groups, group]) : undefined;
		if (next) {
			proved = next;
			groups = [...groups, group];
		} else for (const name of group) refused.add(name);
	}
	return { proved, admitted: withGroups(groups) };
}

/** Groups of values that could have more bits, those that lose most first. */
function candidates(measured: Measured, workshop: Workshop, done: (name: string) => boolean): string[][] {
	const { facts, precision, sharedRanges } = workshop;
	if (finerThan(precision, workshop.sets) === undefined) return [];
	const losses = new Map<string, number>();
	const group = new Map(sharedRanges.flatMap((names) => names.map((name) => [name, names] as const)));
	for (const [name, loss] of ownLosses(measured)) {
		if (done(name) || !isFloat(facts.types.get(name) ?? "undefined")) continue;
		const [key] = group.get(name) ?? [name];
		losses.set(key, Math.max(loss, losses.get(key) ?? 0));
	}
	const order = [...losses].sort(([, a], [, b]) => b - a);
	return order.map(([key]) => [...(group.get(key) ?? [key])]);
}

/** Operators that round to a scale of their own. */
const ROUNDING = new Set(["Add", "Div", "Dot", "Mul"]);

/** Per value that the program rounds, the error relative to its range that its operands do not have yet. */
function ownLosses({ lowered, fidelity }: Measured): Map<string, number> {
	const { program, origins } = lowered;
	const inputs = program.inputs.filter((_, k) => !isGivenAgain(program.inputs, k));
	const losses = new Map(inputs.map(({ name }, k) => [name, fidelity.inputs[k].maxRelRange]));
	const rounds = ({ kind, form }: Operator): boolean => ROUNDING.has(kind) || form.type === "lookup";
	for (const [k, operator] of program.operators.entries()) {
		const [name, loss] = [origins[k], fidelity.operators[k]];
		if (name === undefined || loss === undefined) continue;
		// A reduction that drops its axes is an operator that stands for no value, and a view of it.
		const [first] = operator.operands;
		const inner =
			operator.kind === "View" && first.source === "operator" && origins[first.index] === undefined;
		if (!rounds(inner ? program.operators[first.index] : operator)) continue;
		losses.set(name, Number((loss.maxRelRange - loss.inherited).toPrecision(3)));
	}
	return losses;
}
