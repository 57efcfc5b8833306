import { CompileError } from "@umpire/graph/errors.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { isFloat } from "@umpire/graph/real.ts";
import type { Certificate } from "@umpire/operators/exactness.ts";
import { isGivenAgain, type Operator } from "@umpire/operators/program.ts";
import type { Lowered } from "../lower/lower.ts";
import type { PrecisionOverrides } from "../quantise/assign.ts";
import type { Precision } from "../quantise/scales.ts";
import type { ErrorBudget } from "./error-budget.ts";
import { worstError } from "./judge.ts";
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
	readonly budget: ErrorBudget;
	/** The largest error of an output by the budget's measure; infinite where the largest element of a row is another. */
	readonly error: number;
	readonly met: boolean;
	/** ONNX values that got more bits than the program's, and how many. */
	readonly refined: readonly { readonly value: string; readonly bits: number }[];
	/** How often the program was built anew. */
	readonly rounds: number;
	/** Where it was missed, the values that still lose most, and why they cannot be finer. */
	readonly limits: readonly Limit[];
}

/** A value that keeps a program from meeting its budget. */
export interface Limit {
	readonly value: string;
	/** The share of its range that is lost there, beyond what its operands lost. */
	readonly loss: number;
	readonly reason: string;
}

/** What the search for a program within the budget works with. */
export interface Workshop {
	readonly facts: Facts;
	/** What a value gets that gets more bits. */
	readonly finest: Precision;
	/** Values that get more bits together (the same part of several steps). */
	readonly sharedRanges: readonly (readonly string[])[];
	/** @throws CompileError if the precisions are not admissible to an operator */
	build(overrides: PrecisionOverrides): Proved;
	measure(proved: Proved): Promise<Measured>;
}

/** Rounds, each of twice as many values as the one before: the first of a 64th of them, so that the last has all. */
const MOST_ROUNDS = 7;
/** After this many rounds without a gain the rest is tried at once, and that is the last. */
const PATIENCE = 2;
/** A round that leaves more than this of the error gained nothing. */
const GAIN = 0.8;
/** Programs that are built in a round to find out which values can be finer. */
const MOST_ATTEMPTS = 12;
const MOST_LIMITS = 3;
/**
 * Operators of all programs that a search builds and measures, together: some minutes' worth. It is counted, not
 * timed, so that every machine ends with the same program.
 */
const MOST_OPERATORS = 60_000;

export function meetsBudget({ outputs }: Fidelity, budget: ErrorBudget): boolean {
	return worstError(outputs, budget) <= budget.most;
}

/**
 * Gives single values more bits until the outputs are within the budget: in every round those
 * that lose most, twice as many as in the round before. If no round meets it, the best one counts:
 * the largest error is one element's, and may grow by chance while all others shrink. Where rounds
 * gain nothing, all that is left is tried at once, and that is the end.
 *
 * @param given values that have more bits to begin with
 */
export async function refineToBudget(
	start: Measured,
	budget: ErrorBudget,
	workshop: Workshop,
	given: PrecisionOverrides = new Map(),
): Promise<{ best: Measured; report: BudgetReport }> {
	const errorOf = ({ fidelity }: Measured): number => worstError(fidelity.outputs, budget);
	let [best, current] = [start, start];
	let [kept, overrides]: PrecisionOverrides[] = [given, given];
	const refused = new Map<string, string>();
	let [rounds, first, idle, work] = [0, 0, 0, 0];
	const tried = new Set<string>();
	for (let last = false; rounds < MOST_ROUNDS && !last && !meetsBudget(best.fidelity, budget); ) {
		if (work >= MOST_OPERATORS) break;
		const chosen = candidates(current, workshop, (name) => overrides.has(name) || refused.has(name));
		if (chosen.length === 0) break;
		// Of a program that can be built a few times only, the first round takes more.
		const affordable = Math.log2(MOST_OPERATORS / current.lowered.program.operators.length) - 1;
		first ||= Math.ceil(chosen.length / 2 ** Math.max(0, Math.min(MOST_ROUNDS - 1, affordable)));
		last = idle >= PATIENCE;
		const most = last ? chosen.length : first * 2 ** rounds;
		const { proved, admitted, attempts } = admissible(chosen.slice(0, most), overrides, workshop, refused);
		rounds += 1;
		work += (attempts + 1) * current.lowered.program.operators.length;
		if (!proved) continue;
		overrides = admitted;
		for (const name of admitted.keys()) tried.add(name);
		current = await workshop.measure(proved);
		idle = errorOf(current) <= GAIN * errorOf(best) ? 0 : idle + 1;
		if (errorOf(current) < errorOf(best)) [best, kept] = [current, overrides];
	}
	const refined = [...kept].map(([value, { bits }]) => ({ value, bits }));
	const met = meetsBudget(best.fidelity, budget);
	const limits = met ? [] : limitsOf(best, kept, refused, tried);
	return { best, report: { budget, error: errorOf(best), met, refined, rounds, limits } };
}

/** The program in which as many of the chosen groups as possible are finer too; the others are refused. */
export function admissible(
	chosen: readonly (readonly string[])[],
	overrides: PrecisionOverrides,
	{ finest, build }: Pick<Workshop, "finest" | "build">,
	refused: Map<string, string>,
): { proved: Proved | undefined; admitted: PrecisionOverrides; attempts: number } {
	let [proved, admitted, attempts]: [Proved | undefined, PrecisionOverrides, number] = [
		undefined,
		overrides,
		0,
	];
	/** Those that cannot be finer together are tried in halves. */
	const admit = (groups: readonly (readonly string[])[]): void => {
		if (groups.length === 0 || attempts >= MOST_ATTEMPTS) return;
		attempts += 1;
		const wanted = new Map([...admitted, ...groups.flat().map((name) => [name, finest] as const)]);
		try {
			proved = build(wanted);
			admitted = wanted;
		} catch (error) {
			if (!(error instanceof CompileError)) throw error;
			if (groups.length === 1) {
				for (const name of groups[0]) refused.set(name, error.message);
				return;
			}
			const half = Math.ceil(groups.length / 2);
			admit(groups.slice(0, half));
			admit(groups.slice(half));
		}
	};
	admit(chosen);
	return { proved, admitted, attempts };
}

/** What loses most in a program that misses its budget. */
function limitsOf(
	measured: Measured,
	kept: PrecisionOverrides,
	refused: ReadonlyMap<string, string>,
	tried: ReadonlySet<string>,
): Limit[] {
	const losses = [...ownLosses(measured)].filter(([, loss]) => loss > 0).sort(([, a], [, b]) => b - a);
	return losses.slice(0, MOST_LIMITS).map(([value, loss]) => {
		const why = refused.get(value);
		if (why !== undefined) return { value, loss, reason: `it cannot have more bits: ${why}` };
		if (kept.has(value)) return { value, loss, reason: "it has as many bits as there are" };
		const reason = tried.has(value)
			? "more bits for it did not help"
			: "more bits for it were not tried: a search builds only so many operators";
		return { value, loss, reason };
	});
}

/** Groups of values that could have more bits, those that lose most first. */
function candidates(measured: Measured, workshop: Workshop, done: (name: string) => boolean): string[][] {
	const { facts, sharedRanges } = workshop;
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
