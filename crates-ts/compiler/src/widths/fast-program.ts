import type { FoldedModel } from "@umpire/graph/facts.ts";
import type { Feeds } from "@umpire/graph/feeds.ts";
import type { Model } from "@umpire/onnx/model.ts";
import type { BudgetReport, Proved } from "../fidelity/budget.ts";
import type { Repetition } from "../import/steps.ts";
import { type ChooseOptions, chooseWidths, type WidthReport } from "./choose.ts";
import { holdsBack } from "./hold-back.ts";
import { Trial, type TrialOptions } from "./trial.ts";

export interface FastOptions extends TrialOptions, Pick<ChooseOptions, "lower" | "prove" | "plain"> {
	/** The folded model, and the float model that it is measured against. */
	readonly source: FoldedModel & {
		readonly float: Model;
		readonly feeds: Feeds;
		readonly sharedRanges: readonly (readonly string[])[];
		readonly repetition: Repetition;
	};
	readonly progress: ((line: string) => void) | undefined;
}

/** A program whose widths were chosen, and what a compilation reports of that. */
export interface FastProgram {
	readonly proved: Proved;
	readonly reports: { readonly widths: WidthReport; readonly budget: BudgetReport };
}

/** The program with widths by measured loss; undefined where nothing is gained, or the budget is missed anyway. */
export async function fastProgram(options: FastOptions): Promise<FastProgram | undefined> {
	const { source, budget, progress, plain, lower, prove } = options;
	const { graph, facts, float, sharedRanges, feeds, repetition } = source;
	const { steps, carried } = repetition;
	const trial = await Trial.of(float, feeds, steps, options);
	// Inputs that set the ranges show less than others would: up to half of it.
	const most = holdsBack(feeds.count / steps) ? budget.most : budget.most / 2;
	const found = await chooseWidths({
		...{ graph, facts, sharedRanges, plain, most, lower, prove },
		fixed: new Set(carried.flatMap(({ output, input }) => [output, input])),
		measure: (lowered) => trial.of(lowered.program),
		measureRoughly: trial.hasMany ? (lowered) => trial.roughly(lowered.program) : undefined,
		moments: () => trial.moments(plain.lowered),
		progress: progress ?? (() => undefined),
	});
	if (!found) return undefined;
	const { largest: error, runs: rounds } = found.report;
	const report = { budget, error, met: true, refined: [], rounds, limits: [] };
	return { proved: found.proved, reports: { widths: found.report, budget: report } };
}
