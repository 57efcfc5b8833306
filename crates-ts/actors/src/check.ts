import { classesOf } from "@umpire/compiler/fidelity/classes.ts";
import type { ErrorBudget } from "@umpire/compiler/fidelity/error-budget.ts";
import { floatModel, type RunnableModel } from "@umpire/compiler/fidelity/float-model.ts";
import { float64Feed, float64Model } from "@umpire/compiler/fidelity/float64.ts";
import { partsOf } from "@umpire/compiler/fidelity/parts.ts";
import { probabilitiesOf } from "@umpire/compiler/fidelity/probabilities.ts";
import { missedBudget } from "@umpire/compiler/fidelity/report.ts";
import { type Repetition, runSteps } from "@umpire/compiler/import/steps.ts";
import { tokenLimits } from "@umpire/compiler/import/token-limits.ts";
import type { RangeMethod } from "@umpire/compiler/quantise/calibration.ts";
import { toReal } from "@umpire/graph/real.ts";
import { createFloatSession, runFloat } from "@umpire/onnx/float-session.ts";
import type { ImageOptions } from "@umpire/onnx/image-options.ts";
import type { Tensor } from "@umpire/onnx/model.ts";
import { exactnessOf } from "@umpire/operators/exactness.ts";
import { ClipCount, counting } from "@umpire/runtime/clips.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { dequantise } from "@umpire/runtime/quantise.ts";
import { recordTrace } from "@umpire/runtime/trace.ts";
import { type CheckChain, openCheckChain } from "./check-chain.ts";
import { type CommitmentOptions, claimsText } from "./commitments.ts";
import { type Comparison, compareOutputs, complaint, joinComparisons } from "./compare.ts";
import { BUDGET, compileFile, modelName, orderedInputs } from "./compile-file.ts";
import type { Evidence } from "./evidence.ts";
import { openExpected, openInputs, openSource, parseShapes, type StepOptions, sizedModel } from "./models.ts";
import { drawSeed, type Random, seededRandom } from "./random.ts";
import { clippedText, quantiseInputs } from "./run-program.ts";
import { drawSamples, settleSample } from "./settle-samples.ts";
import { namedSynthetic } from "./synthetic.ts";

export interface CheckOptions extends StepOptions, CommitmentOptions, ImageOptions {
	readonly model: string;
	readonly input?: string | undefined;
	readonly expect?: string | undefined;
	/** Elements to settle of every kind of operator. */
	readonly samples: number;
	readonly seed?: number | undefined;
	readonly bits: 8 | 16;
	readonly fast?: boolean | undefined;
	readonly calibrate?: readonly string[] | undefined;
	readonly ranges?: RangeMethod | undefined;
	readonly budget?: ErrorBudget | undefined;
	/** The outputs whose rows are scores of classes, or `["none"]`; by default what the model says. */
	readonly classes?: readonly string[] | undefined;
	readonly shape?: readonly string[] | undefined;
	/** Where elements are settled; by default a chain of the check's own. */
	readonly chain?: CheckChain;
	readonly progress: (line: string) => void;
}

export interface Check {
	readonly ok: boolean;
	readonly model: string;
	readonly seed: number;
	readonly operators: number;
	readonly steps: number;
	readonly kinds: readonly string[];
	readonly parameters: number;
	readonly leaves: number;
	/** What claims of the program carry. */
	readonly claims: string;
	readonly exact: boolean;
	/** Program against float model. */
	readonly fidelity: Comparison;
	/** Program against the float model in float64, and how far float32 is from that; where onnxruntime has the kernels. */
	readonly float64?: { readonly fidelity: Comparison; readonly float32: Comparison };
	/** Program against the expected output, if one was given. */
	readonly expected?: Comparison;
	readonly settled: { readonly sampled: number; readonly agreed: number };
	readonly ms: { float: number; exact: number; commit: number; prove: number };
	/** Why `compile` and `register` refuse the model for what was seen of `calibrate`, whatever this input gives. */
	readonly missed?: string;
	readonly error?: string;
}

/**
 * Compiles a model, compares the program with the float model (and the expected output), commits
 * a trace, and settles sampled elements of every kind of operator in TypeScript, in the contract
 * and with a proof.
 */
export async function check(options: CheckOptions): Promise<Check> {
	const { progress } = options;
	const seed = options.seed ?? drawSeed();
	const random = seededRandom(seed);
	const shapes = parseShapes(options.shape);
	const { model: source, repetition } = openSource(options.model, options);
	const model = options.input === undefined ? sizedModel(source, shapes) : source;
	const inputs =
		options.input === undefined
			? namedSynthetic(model.graph.inputs, seed, tokenLimits(model.graph))
			: openInputs(options.input, model, shapes, options);
	const calibration = (options.calibrate ?? []).length > 0 ? [] : [orderedInputs(model, inputs)];
	const compiled = await compileFile(options.model, options, calibration);
	const { program, commitment } = compiled;

	progress("Running the float model and the program...");
	const runnable = await floatModel(model, inputs);
	const [floatOutputs, floatTime] = await withSession(createFloatSession(runnable.model), async (float) => {
		const run = () => runSteps(float, runnable.inputs, repetition);
		const outputs = await run();
		return [outputs, await timed(run)] as const;
	});
	const quantised = quantiseInputs(program, inputs, { warn: progress });
	const exactTime = await withSession(openSession(program, { record: "outputs" }), async (session) => {
		await session.run(quantised);
		return timed(() => session.run(quantised));
	});
	const clips = new ClipCount(program);
	const [trace, commitTime] = await withSession(
		openSession(program, { record: "trace" }),
		async (recorder) => {
			const started = performance.now();
			const recorded = await recordTrace(counting(recorder, clips), commitment, quantised);
			return [recorded, performance.now() - started] as const;
		},
	);

	const clipped = clippedText(program, clips.found);
	if (clipped !== undefined) progress(clipped);
	const probabilities = probabilitiesOf(model.graph);
	const decide = classesOf(model, { classes: options.classes });
	const parts = await partsOf(runnable.model, runnable.inputs);
	const compared = (
		valuesOf: (name: string, k: number) => ArrayLike<number> | undefined,
		reference: ReadonlyMap<string, Tensor>,
	): Comparison =>
		joinComparisons(
			program.outputs.flatMap(({ name, operator }, k) => {
				const [tensor, values] = [reference.get(name), valuesOf(name, k)];
				if (tensor === undefined || values === undefined) return [];
				const { scale, shape } = program.operators[operator];
				const isProbability = probabilities.has(name);
				const real = toReal(tensor).data;
				return [
					compareOutputs({
						output: name,
						reference: real,
						values,
						dims: tensor.dims,
						step: scale,
						isProbability,
						decision: decide(name, shape),
						parts: parts.get(name),
					}),
				];
			}),
		);
	const programs = (_: string, k: number) =>
		dequantise(trace.outputs[k], program.operators[program.outputs[k].operator]);
	const floats = (name: string) => floatOutputs.get(name) && toReal(floatOutputs.get(name)!).data;
	const fidelity = compared(programs, floatOutputs);
	// Exporters declare sizes of outputs that are none (after an If, say): those that the model gives count.
	const outputs = model.graph.outputs.map((output) => ({
		...output,
		dims: floatOutputs.get(output.name)?.dims ?? output.dims,
	}));
	const given = options.expect === undefined ? undefined : openExpected(options.expect, outputs, shapes);
	const expected = given && compared(programs, given);
	const budget = options.budget && options.budget.most > 0 ? options.budget : BUDGET;
	let found = complaint(fidelity, budget, "the float model");
	let foundExpected = expected && complaint(expected, budget, "the expected output");
	let float64: Check["float64"];
	if (found !== undefined || foundExpected !== undefined) {
		const exactOutputs = await float64Outputs(runnable, repetition);
		if (exactOutputs) {
			float64 = {
				fidelity: compared(programs, exactOutputs),
				float32: compared(floats, exactOutputs),
			};
			const isFloat32s = complaint(float64.fidelity, budget, "float64") === undefined;
			// What was expected is what float32 gives: then it errs as float32 does.
			const isExpected = !given || complaint(compared(floats, given), budget, "") === undefined;
			if (isFloat32s) found = undefined;
			if (isFloat32s && isExpected) foundExpected = undefined;
		}
	}
	const evidence = { program, commitment, trace };
	const samples = drawSamples(evidence, options.samples, random);
	const settled = await settleAll(evidence, samples, random, seed, options);
	const exact = exactnessOf(program).length === program.operators.length;
	const missed = calibration.length > 0 ? undefined : missedBudget(compiled.report);
	const error = settled.failure ?? found ?? foundExpected;
	return {
		ok: exact && error === undefined,
		model: modelName(options.model),
		seed,
		operators: program.operators.length,
		steps: program.steps,
		kinds: compiled.kinds,
		parameters: compiled.parameters,
		leaves: compiled.leaves,
		claims: claimsText(program),
		exact,
		fidelity,
		...(float64 === undefined ? {} : { float64 }),
		...(expected === undefined ? {} : { expected }),
		settled: { sampled: samples.length, agreed: settled.agreed },
		ms: {
			float: floatTime,
			exact: exactTime,
			commit: commitTime,
			prove: samples.length === 0 ? 0 : settled.proving / samples.length,
		},
		...(missed === undefined ? {} : { missed }),
		...(error === undefined ? {} : { error }),
	};
}

/** Settles the samples, on the given chain or one that is opened for them. */
async function settleAll(
	evidence: Evidence,
	samples: ReturnType<typeof drawSamples>,
	random: Random,
	seed: number,
	{ chain: given, progress }: CheckOptions,
): Promise<{ agreed: number; proving: number; failure?: string }> {
	let agreed = 0;
	let proving = 0;
	let failure: string | undefined;
	if (samples.length === 0) return { agreed, proving };
	const chain = given ?? (await openCheckChain(progress));
	try {
		for (const [index, sample] of samples.entries()) {
			progress(`Settling element ${index + 1} of ${samples.length} (seed ${seed})...`);
			const settled = await settleSample(chain, evidence, sample, random);
			proving += settled.proveMilliseconds;
			if (settled.error === undefined) agreed++;
			else failure ??= settled.error;
		}
	} finally {
		if (given === undefined) await chain.connection.close();
	}
	return { agreed, proving, ...(failure === undefined ? {} : { failure }) };
}

/** Releases a session of onnxruntime, whatever happens to the work done with it. */
async function withSession<S extends { release(): Promise<void> }, T>(
	opening: Promise<S>,
	work: (session: S) => Promise<T>,
): Promise<T> {
	const session = await opening;
	try {
		return await work(session);
	} finally {
		await session.release();
	}
}

/** The float model's outputs in float64; undefined where onnxruntime has no kernels for it. */
async function float64Outputs(
	{ model, inputs }: RunnableModel,
	repetition: Repetition,
): Promise<ReadonlyMap<string, Tensor> | undefined> {
	if (repetition.steps > 1) return undefined;
	const wide = await float64Model(model, inputs);
	return wide && runFloat(wide, float64Feed(inputs));
}

async function timed(run: () => Promise<unknown>): Promise<number> {
	const started = performance.now();
	await run();
	return performance.now() - started;
}
