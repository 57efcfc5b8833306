import { CompileError } from "@umpire/graph/errors.ts";
import type { FoldedModel } from "@umpire/graph/facts.ts";
import type { Feeds } from "@umpire/graph/feeds.ts";
import { shareRanges } from "@umpire/graph/ranges.ts";
import type { Model } from "@umpire/onnx/model.ts";
import { type Certificate, exactnessOf } from "@umpire/operators/exactness.ts";
import type { Program } from "@umpire/operators/program.ts";
import { validateProgram } from "@umpire/operators/validate.ts";
import {
	admissible,
	type BudgetReport,
	type Measured,
	meetsBudget,
	type Proved,
	refineToBudget,
} from "./fidelity/budget.ts";
import { isTabular } from "./fidelity/classes.ts";
import type { ErrorBudget } from "./fidelity/error-budget.ts";
import { float64Feed, float64Model } from "./fidelity/float64.ts";
import { type Labels, requireLabels } from "./fidelity/labels.ts";
import { type Executor, type Fidelity, measureFidelity, type Reference } from "./fidelity/measure.ts";
import { probabilitiesOf } from "./fidelity/probabilities.ts";
import type { Repetition } from "./import/steps.ts";
import { type Lowered, lowerModel } from "./lower/lower.ts";
import type { Evening } from "./powers/even.ts";
import { type Needs, needsOf } from "./powers/needs.ts";
import type { Assignment, PrecisionOverrides } from "./quantise/assign.ts";
import { withBoundedRanges } from "./quantise/bounded-ranges.ts";
import { calibratedRanges, type RangeMethod } from "./quantise/calibration.ts";
import type { Pins } from "./quantise/pin.ts";
import { SHARE_OF_NEED } from "./quantise/required-steps.ts";
import { finerThan, type Precision, precisionOf, quantisationOf, SMALL_WEIGHTS } from "./quantise/scales.ts";
import { withSumsOfExponentials } from "./quantise/sums-of-exponentials.ts";
import { tablePrecision, tableValues } from "./quantise/table-values.ts";
import { withTruthRanges } from "./quantise/truth-ranges.ts";
import type { WidthReport } from "./widths/choose.ts";
import { fastProgram } from "./widths/fast-program.ts";
import { withoutHeldBack } from "./widths/hold-back.ts";
import type { Widths } from "./widths/widths.ts";

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
	/** What of the folded model is divided by powers of two. */
	readonly evening: Evening;
	/** Values of it from which an offset was subtracted. */
	readonly centred: readonly string[];
}

export interface BuildOptions {
	readonly bits: 8 | 16;
	readonly weightBits?: 7 | undefined;
	readonly method: RangeMethod;
	readonly execute: Executor | undefined;
	/** False if what every operator loses need not be measured. */
	readonly losses: boolean;
	readonly budget: ErrorBudget | undefined;
	readonly labels: Labels | undefined;
	readonly classes: readonly string[] | undefined;
	readonly pins: Pins | undefined;
	/** Whether widths are chosen by measured loss. */
	readonly fast: boolean;
	readonly progress: ((line: string) => void) | undefined;
}

export interface Built extends Proved {
	readonly fidelity?: Fidelity;
	readonly budget?: BudgetReport;
	readonly widths?: WidthReport;
}

/**
 * Lowers a model, proves the program exact, and with `execute` measures it and gives tensors more
 * bits until it is within the budget.
 * @throws CompileError naming what cannot be lowered or proved
 */
export async function buildProgram(source: Source, options: BuildOptions): Promise<Built> {
	const { graph, sharedRanges, feeds, repetition, evening } = source;
	const { execute, budget, labels, classes, losses } = options;
	const seen = options.fast ? withoutHeldBack(feeds, repetition.steps) : feeds;
	const sets = seen.count / repetition.steps;
	const precision: Precision = {
		...precisionOf(options.bits, sets),
		...(options.weightBits === undefined ? {} : { weightLimit: SMALL_WEIGHTS }),
		...(options.pins ? { pins: options.pins } : {}),
	};
	const rows = rowValues(source, precision);
	const isTable = rows.length > 0;
	const seenFacts = isTable
		? { ...source.facts, ranges: withTruthRanges(graph, source.facts) }
		: source.facts;
	const summed = { ...seenFacts, ranges: withSumsOfExponentials(graph, seenFacts, isTable) };
	const hasRoom = options.bits === 16 && !options.pins;
	const probabilities = probabilitiesOf(source.float.graph);
	const facts = hasRoom ? { ...summed, ranges: withBoundedRanges(graph, summed, probabilities) } : summed;
	const ends = [...graph.inputs, ...graph.outputs].map(({ name }) => name);
	// A value of one step may be small by chance: what its part in all steps shows counts.
	const needs = needsOf(graph, { ...facts, ranges: shareRanges(facts.ranges, sharedRanges) });
	const lower = (overrides: PrecisionOverrides, widths?: Widths, assigned?: Assignment): Lowered => {
		const kept = new Set([...ends, ...overrides.keys()]);
		const ranges = shareRanges(calibratedRanges(facts, options.method, precision, kept), sharedRanges);
		const model = { graph, facts: { ...facts, ranges } };
		const how = { overrides, repetition, evening, needs, widths, assigned };
		return lowerModel(model, source.name, precision, how);
	};
	const prove = (lowered: Lowered): Proved => ({ lowered, certificates: verify(lowered.program) });
	const build = (overrides: PrecisionOverrides): Proved => prove(lower(overrides));
	const finest = rows.length > 0 ? tablePrecision(precision, sets) : finerThan(precision, sets);
	const coarse = rows.length > 0 ? rows : coarseValues(source, needs, precision);
	const fine = admissible(groupsOf(coarse, sharedRanges), new Map(), { finest, build }, new Map());
	const [proved, given] = [fine.proved ?? build(new Map()), fine.admitted];
	requireLabels(labels, budget, proved.lowered.program, feeds.count / repetition.steps);
	if (!execute) return proved;
	let reference: Reference | undefined;
	const measure = async (one: Proved, every: boolean): Promise<Measured> => {
		const options = { every, labels, classes, ...(reference ? { reference } : {}) };
		return { ...one, fidelity: await measureFidelity(source, one.lowered, feeds, execute, options) };
	};
	if (options.fast && budget && options.bits === 16 && !options.pins) {
		const { assignment } = proved.lowered;
		const chosen = await fastProgram({
			...{ source, execute, budget, labels, progress: options.progress, plain: proved, prove },
			lower: (widths) => lower(given, widths, assignment),
		});
		if (chosen) return { ...(await measure(chosen.proved, losses)), ...chosen.reports };
	}
	let first = await measure(proved, losses);
	if (budget === undefined) return first;
	if (!meetsBudget(first.fidelity, budget)) {
		// What float32 rounds is no error of the program, nor is it one that more bits would mend.
		const model = await float64Model(source.float, feeds.first);
		reference = model && { model, feed: float64Feed };
		if (reference || !losses) first = await measure(proved, true);
	}
	const workshop = { facts, finest, sharedRanges, build };
	const { best, report } = await refineToBudget(
		first,
		budget,
		{ ...workshop, measure: (one) => measure(one, true) },
		given,
	);
	return { ...best, budget: report };
}

/**
 * Values of a model of tables, as its exporter (ai.onnx.ml), likelihoods or its columns of unlike size tell, unless it is
 * repeated or has other widths.
 */
function rowValues(source: Source, { bits, pins }: Precision): string[] {
	const { graph, facts, repetition, evening, centred, primitive, float } = source;
	const isUnlike = evening.inputs.size > 0 || centred.length > 0;
	const isMixture = float.graph.nodes.some(({ opType }) => opType === "ReduceLogSumExp");
	const isExported = primitive.opsets.has("ai.onnx.ml") || isTabular(primitive);
	const isTable = isUnlike || isExported || isMixture;
	return isTable && bits === 16 && !pins && repetition.steps === 1 ? tableValues(graph, facts) : [];
}

/** Values between the ends have finer steps only where fewer than this share of what they need is lost by 16 bits. */
const SHARE_WITHIN = 8;

/**
 * Values that need finer steps than the program's bits give them (powers/needs.ts): inputs, what they
 * are without their offsets, and what lies between where it is worse.
 */
function coarseValues({ graph, facts, centred }: Source, needs: Needs, precision: Precision): string[] {
	if (precision.bits !== 16) return [];
	const ends = new Set([...graph.inputs.map(({ name }) => name), ...centred]);
	return [...needs].flatMap(([name, steps]) => {
		const range = facts.ranges.get(name);
		const share = SHARE_OF_NEED * (ends.has(name) ? 1 : SHARE_WITHIN);
		const step = range ? quantisationOf(range, precision).scale : 0;
		return step > Math.min(...steps) * share ? [name] : [];
	});
}

/** Values one by one, but with all that share their range. */
function groupsOf(
	names: readonly string[],
	sharedRanges: readonly (readonly string[])[],
): readonly (readonly string[])[] {
	const group = new Map(sharedRanges.flatMap((shared) => shared.map((name) => [name, shared] as const)));
	return [...new Set(names.map((name) => group.get(name) ?? name))].map((one) =>
		typeof one === "string" ? [one] : one,
	);
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
