import { CompileError } from "@umpire/graph/errors.ts";
import type { FoldedModel } from "@umpire/graph/facts.ts";
import type { Feeds } from "@umpire/graph/feeds.ts";
import { shareRanges } from "@umpire/graph/ranges.ts";
import type { Model } from "@umpire/onnx/model.ts";
import { type Certificate, exactnessOf } from "@umpire/operators/exactness.ts";
import type { Program } from "@umpire/operators/program.ts";
import { validateProgram } from "@umpire/operators/validate.ts";
import {
	type BudgetReport,
	type Measured,
	meetsBudget,
	type Proved,
	refineToBudget,
} from "./fidelity/budget.ts";
import { type Executor, type Fidelity, measureFidelity } from "./fidelity/measure.ts";
import type { Repetition } from "./import/steps.ts";
import { lowerModel } from "./lower/lower.ts";
import type { PrecisionOverrides } from "./quantise/assign.ts";
import { calibratedRanges, type RangeMethod } from "./quantise/calibration.ts";
import type { Pins } from "./quantise/pin.ts";
import { precisionOf } from "./quantise/scales.ts";

/** A folded model with all that is needed to lower it and to measure the result. */
export interface Source extends FoldedModel {
	readonly name: string;
	/** The float model, and the one of primitive operators that was folded. */
	readonly float: Model;
	readonly primitive: Model;
	readonly feeds: Feeds;
	/** Groups of values that have one range (graph/ranges.ts: shareRanges). */
	readonly sharedRanges: readonly (readonly string[])[];
	readonly repetition: Repetition;
}

export interface BuildOptions {
	readonly bits: 8 | 16;
	readonly method: RangeMethod;
	readonly execute: Executor | undefined;
	/** False if what every operator loses need not be measured. */
	readonly losses: boolean;
	readonly budget: number | undefined;
	readonly pins: Pins | undefined;
}

export interface Built extends Proved {
	readonly fidelity?: Fidelity;
	readonly budget?: BudgetReport;
}

/**
 * Lowers a model, proves the program exact, and with `execute` measures it and gives tensors more
 * bits until it is within the budget.
 * @throws CompileError naming what cannot be lowered or proved
 */
export async function buildProgram(source: Source, options: BuildOptions): Promise<Built> {
	const { graph, facts, sharedRanges, feeds, repetition } = source;
	const { execute, budget, losses } = options;
	const sets = feeds.count / repetition.steps;
	const precision = { ...precisionOf(options.bits, sets), ...(options.pins ? { pins: options.pins } : {}) };
	const ends = [...graph.inputs, ...graph.outputs].map(({ name }) => name);
	const build = (overrides: PrecisionOverrides): Proved => {
		const kept = new Set([...ends, ...overrides.keys()]);
		const ranges = shareRanges(calibratedRanges(facts, options.method, precision, kept), sharedRanges);
		const model = { graph, facts: { ...facts, ranges } };
		const lowered = lowerModel(model, source.name, precision, overrides, repetition);
		return { lowered, certificates: verify(lowered.program) };
	};
	const proved = build(new Map());
	if (!execute) return proved;
	const measure = async (one: Proved, every: boolean): Promise<Measured> => {
		return { ...one, fidelity: await measureFidelity(source, one.lowered, feeds, execute, every) };
	};
	const first = await measure(proved, losses);
	if (budget === undefined) return first;
	const start = losses || meetsBudget(first.fidelity, budget) ? first : await measure(proved, true);
	const workshop = { facts, precision, sets, sharedRanges, build };
	const { best, report } = await refineToBudget(start, budget, {
		...workshop,
		measure: (one) => measure(one, true),
	});
	return { ...best, budget: report };
}

/** What everyone checks before serving or guarding a program: its structure, and that nothing in it rounds. */
function verify(program: Program): Certificate[] {
	try {
		validateProgram(program);
		return exactnessOf(program);
	} catch (cause) {
		throw new CompileError(`the program cannot be proved: ${(cause as Error).message}`, {
			hint: "A smaller reduction or operands of a smaller range would help",
			cause,
		});
	}
}
