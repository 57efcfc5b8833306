import { connectPrivate, signerFor } from "@umpire/chain/connection.ts";
import { DEFAULT_PARAMETERS, deploy } from "@umpire/chain/deploy.ts";
import { toReal } from "@umpire/compiler/real.ts";
import { createFloatSession } from "@umpire/onnx/float-session.ts";
import type { Tensor } from "@umpire/onnx/model.ts";
import { exactnessOf } from "@umpire/operators/exactness.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { dequantise, quantiseInput } from "@umpire/runtime/quantise.ts";
import { recordTrace } from "@umpire/runtime/trace.ts";
import { localAccount } from "@umpire/store/accounts.ts";
import { type Comparison, compareOutputs, joinComparisons } from "./compare.ts";
import { compileFile, modelName, orderedInputs } from "./compile-file.ts";
import { openExpected, openInputs, openModel, parseShapes, sizedModel } from "./models.ts";
import { drawSeed, seededRandom } from "./random.ts";
import { setUp } from "./set-up.ts";
import { drawSamples, settleSample } from "./settle-samples.ts";
import { namedSynthetic } from "./synthetic.ts";

export interface CheckOptions {
	readonly model: string;
	readonly input?: string | undefined;
	readonly expect?: string | undefined;
	/** Elements to settle of every kind of operator. */
	readonly samples: number;
	readonly seed?: number | undefined;
	readonly bits: 8 | 16;
	readonly calibrate?: readonly string[] | undefined;
	readonly shape?: readonly string[] | undefined;
	readonly progress: (line: string) => void;
}

export interface Check {
	readonly ok: boolean;
	readonly model: string;
	readonly seed: number;
	readonly operators: number;
	readonly kinds: readonly string[];
	readonly parameters: number;
	readonly leaves: number;
	readonly exact: boolean;
	/** Program against float model. */
	readonly fidelity: Comparison;
	/** Program against the expected output, if one was given. */
	readonly expected?: Comparison;
	readonly settled: { readonly sampled: number; readonly agreed: number };
	readonly ms: { float: number; exact: number; commit: number; prove: number };
	readonly error?: string;
}

/** The largest error, relative to the output's range, with which a program passes. */
const TOLERANCE = 0.01;

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
	const source = openModel(options.model);
	const model = options.input === undefined ? sizedModel(source, shapes) : source;
	const inputs =
		options.input === undefined
			? namedSynthetic(model.graph.inputs, seed)
			: openInputs(options.input, model, shapes);
	const calibration = (options.calibrate ?? []).length > 0 ? [] : [orderedInputs(model, inputs)];
	const compiled = await compileFile(options.model, options, calibration);
	const { program, commitment } = compiled;

	progress("Running the float model and the program...");
	const float = await createFloatSession(model);
	const floatOutputs = await float.run(inputs);
	const floatTime = await timed(() => float.run(inputs));
	await float.release();
	const session = await openSession(program, { record: "outputs" });
	const quantised = program.inputs.map((spec) => quantiseInput(inputs.get(spec.name)!, spec).elements);
	await session.run(quantised);
	const exactTime = await timed(() => session.run(quantised));
	await session.release();
	const recorder = await openSession(program, { record: "trace" });
	const started = performance.now();
	const trace = await recordTrace(recorder, commitment, quantised);
	const commitTime = performance.now() - started;
	await recorder.release();

	const against = (outputs: ReadonlyMap<string, Tensor>): Comparison =>
		joinComparisons(
			program.outputs.flatMap(({ name, operator }, k) => {
				const tensor = outputs.get(name);
				if (tensor === undefined) return [];
				const values = dequantise(trace.outputs[k], program.operators[operator]);
				const { scale } = program.operators[operator];
				return [compareOutputs(toReal(tensor).data, values, tensor.dims, scale)];
			}),
		);
	const fidelity = against(floatOutputs);
	const expected =
		options.expect === undefined ? undefined : against(openExpected(options.expect, model, shapes));

	const evidence = { program, commitment, trace };
	const samples = drawSamples(evidence, options.samples, random);
	await setUp(progress);
	const connection = await connectPrivate();
	const deployment = await deploy(signerFor(connection, localAccount("deployer")), DEFAULT_PARAMETERS);
	let agreed = 0;
	let proving = 0;
	let failure: string | undefined;
	for (const [index, sample] of samples.entries()) {
		progress(`Settling element ${index + 1} of ${samples.length} (seed ${seed})...`);
		const settled = await settleSample({ connection, deployment }, evidence, sample, random);
		proving += settled.proveMilliseconds;
		if (settled.error === undefined) agreed++;
		else failure ??= settled.error;
	}
	await connection.close();

	const exact = exactnessOf(program).length === program.operators.length;
	const error =
		failure ?? complaint(fidelity, "the float model") ?? complaint(expected, "the expected output");
	return {
		ok: exact && error === undefined,
		model: modelName(options.model),
		seed,
		operators: program.operators.length,
		kinds: compiled.kinds,
		parameters: compiled.parameters,
		leaves: compiled.leaves,
		exact,
		fidelity,
		...(expected === undefined ? {} : { expected }),
		settled: { sampled: samples.length, agreed },
		ms: {
			float: floatTime,
			exact: exactTime,
			commit: commitTime,
			prove: samples.length === 0 ? 0 : proving / samples.length,
		},
		...(error === undefined ? {} : { error }),
	};
}

function complaint(comparison: Comparison | undefined, what: string): string | undefined {
	if (comparison === undefined) return undefined;
	if (!comparison.argmaxAgrees) return `the largest output is another than in ${what}`;
	if (comparison.maxRelRange <= TOLERANCE) return undefined;
	return `an output differs from ${what} by ${(100 * comparison.maxRelRange).toPrecision(2)} % of the range, more than ${100 * TOLERANCE} %`;
}

async function timed(run: () => Promise<unknown>): Promise<number> {
	const started = performance.now();
	await run();
	return performance.now() - started;
}
