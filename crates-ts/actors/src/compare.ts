import type { ClassDecision } from "@umpire/compiler/fidelity/classes.ts";
import { budgetText, type ErrorBudget } from "@umpire/compiler/fidelity/error-budget.ts";
import {
	type ElementError,
	errorBy,
	Judge,
	type Judgement,
	misplaces,
	worstElement,
} from "@umpire/compiler/fidelity/judge.ts";

/** How far an output is from what it should be. */
export interface OutputComparison extends Omit<Judgement, "argmaxAgrees"> {
	/** The output's name. */
	readonly output: string;
	/** Whether the largest value along the last axis is in the same place everywhere. */
	readonly argmaxAgrees: boolean;
}

/** How far outputs are from what they should be: the worst of each, and every one. */
export interface Comparison
	extends Pick<OutputComparison, "maxAbs" | "meanAbs" | "maxRelRange" | "argmaxAgrees"> {
	readonly outputs: readonly OutputComparison[];
}

/** What an output is compared with, and how. */
export interface Compared {
	readonly output: string;
	readonly reference: ArrayLike<number>;
	readonly values: ArrayLike<number>;
	readonly dims: readonly number[];
	/** What one integer of the output stands for: reference values that are closer may be a tie for argmax. */
	readonly step: number;
	readonly isProbability?: boolean;
	/** Whether its rows are scores of classes. */
	readonly decision?: ClassDecision;
}

/** Compares an output with a reference. Places at which that is not finite, or a number that stands for infinity, are left out. */
export function compareOutputs({
	output,
	reference,
	values,
	dims,
	step,
	isProbability = false,
	decision,
}: Compared): OutputComparison {
	const judge = new Judge(isProbability, decision);
	judge.add(reference, values, dims, step);
	const { argmaxAgrees, ...rest } = judge.judgement;
	return { output, ...rest, argmaxAgrees: argmaxAgrees === 1 };
}

/** All outputs of a model as one: the worst of each. */
export function joinComparisons(outputs: readonly OutputComparison[]): Comparison {
	return {
		maxAbs: Math.max(0, ...outputs.map(({ maxAbs }) => maxAbs)),
		meanAbs:
			outputs.length === 0 ? 0 : outputs.reduce((sum, { meanAbs }) => sum + meanAbs, 0) / outputs.length,
		maxRelRange: Math.max(0, ...outputs.map(({ maxRelRange }) => maxRelRange)),
		argmaxAgrees: outputs.every(({ argmaxAgrees }) => argmaxAgrees),
		outputs,
	};
}

/** The output that is furthest off by the budget's measure; one whose largest element is another before all. */
export function worstOutput({ outputs }: Comparison, budget: ErrorBudget): OutputComparison | undefined {
	const errorOf = (one: OutputComparison): number =>
		misplaces(asJudgement(one), budget) ? Number.POSITIVE_INFINITY : errorBy(asJudgement(one), budget);
	return outputs.toSorted((a, b) => errorOf(b) - errorOf(a))[0];
}

/** Why outputs are not within a budget: which output and element, in one line; undefined if they are. */
export function complaint(comparison: Comparison, budget: ErrorBudget, what: string): string | undefined {
	const worst = worstOutput(comparison, budget);
	if (worst === undefined) return undefined;
	if (misplaces(asJudgement(worst), budget))
		return `the largest element of output "${worst.output}" is another than in ${what}; its rows are classes: ${worst.rows.why}`;
	if (errorBy(asJudgement(worst), budget) <= budget.most) return undefined;
	const element = worstElement(asJudgement(worst), budget);
	const where = element ? ` at ${elementText(element)}` : "";
	return `output "${worst.output}" differs from ${what}${where}, more than ${budgetText(budget)}`;
}

/** `[0, 3]: 0.41 instead of 0.42 (0.01, 2.4 % of it)`. */
export function elementText({ position, expected, found, absolute, relative }: ElementError): string {
	const share = Number.isFinite(relative) ? `, ${(100 * relative).toPrecision(2)} % of it` : "";
	const number = (value: number) => String(Number(value.toPrecision(6)));
	return `[${position.join(", ")}]: ${number(found)} instead of ${number(expected)} (${Number(absolute.toPrecision(3))}${share})`;
}

const asJudgement = (one: OutputComparison): Judgement => ({
	...one,
	argmaxAgrees: one.argmaxAgrees ? 1 : 0,
});
