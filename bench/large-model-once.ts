/**
 * Measures one large model and prints the result as JSON: a process of its own, so that the memory
 * is that of this model and nothing else. Leaves the model in the file PATH.
 * Run: node bench/large-model-once.ts NAME PATH
 */
import { writeFile } from "node:fs/promises";
import { openCheckChain } from "@umpire/actors/check-chain.ts";
import { compareOutputs } from "@umpire/actors/compare.ts";
import { seededRandom } from "@umpire/actors/random.ts";
import { drawSamples, settleSample } from "@umpire/actors/settle-samples.ts";
import { traceLeaves } from "@umpire/actors/trace-leaves.ts";
import { compile } from "@umpire/compiler/compile.ts";
import { toReal } from "@umpire/graph/real.ts";
import { elementCount } from "@umpire/onnx/element-types.ts";
import { createFloatSession } from "@umpire/onnx/float-session.ts";
import { writeModel } from "@umpire/onnx/write.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { dequantise, quantiseInput } from "@umpire/runtime/quantise.ts";
import { recordTrace } from "@umpire/runtime/trace.ts";
import { inputsOf } from "@umpire/testing/transformers/inputs.ts";
import { LARGE_MODELS, type Measured } from "./large-models.ts";

const CALIBRATION_SETS = 4;
const RUNS = 3;

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
	const started = performance.now();
	const result = await work();
	return [result, performance.now() - started];
}

/** The quickest of some runs after one that warms up, in milliseconds. */
async function quickest(run: () => Promise<unknown>): Promise<number> {
	let least = Number.POSITIVE_INFINITY;
	await run();
	for (let k = 0; k < RUNS; k++) least = Math.min(least, (await timed(run))[1]);
	return least;
}

const [, , name, path] = process.argv;
const { vocabulary, build } = LARGE_MODELS.find((model) => model.name === name)!;
const model = build();
await writeFile(path, writeModel(model));
const sets = Array.from({ length: CALIBRATION_SETS }, (_, k) => inputsOf(model, vocabulary, k + 1));
const seen = inputsOf(model, vocabulary, CALIBRATION_SETS + 1);
const feeds = new Map(model.graph.inputs.map((input, k) => [input.name, seen[k]]));
const parameters = [...model.graph.initializers.values()]
	.filter(({ type }) => type === "float32")
	.reduce((sum, { dims }) => sum + elementCount(dims), 0);

const [{ program }, compileTime] = await timed(() => compile(model, { inputs: sets, name }));
const [commitment, commitProgramTime] = await timed(() => commitProgram(program));

const float = await createFloatSession(model);
const expected = await float.run(feeds);
const floatMilliseconds = await quickest(() => float.run(feeds));
await float.release();

const inputs = program.inputs.map((spec) => quantiseInput(feeds.get(spec.name)!, spec).elements);
const exact = await openSession(program, { record: "outputs" });
const exactMilliseconds = await quickest(() => exact.run(inputs));
await exact.release();

const recorder = await openSession(program, { record: "trace" });
const [trace, commitTraceTime] = await timed(() => recordTrace(recorder, commitment, inputs));
await recorder.release();

const [{ operator, name: output }] = program.outputs;
const { scale } = program.operators[operator];
const real = toReal(expected.get(output)!);
const values = dequantise(trace.outputs[0], program.operators[operator]);
const { maxRelRange, argmaxAgrees } = compareOutputs({
	output: program.outputs[0].name,
	reference: real.data,
	values,
	dims: real.shape,
	step: scale,
});

const random = seededRandom(1);
const evidence = { program, commitment, trace };
const samples = drawSamples(evidence, 1, random);
const chain = await openCheckChain(() => {});
let proving = 0;
for (const sample of samples) {
	const { error, proveMilliseconds } = await settleSample(chain, evidence, sample, random);
	if (error !== undefined) throw new Error(error);
	proving += proveMilliseconds;
}
await chain.connection.close();

const result: Measured = {
	name,
	parameters,
	nodes: model.graph.nodes.length,
	operators: program.operators.length,
	compileSeconds: compileTime / 1000,
	commitProgramSeconds: commitProgramTime / 1000,
	floatMilliseconds,
	exactMilliseconds,
	leaves: traceLeaves(program),
	commitTraceSeconds: commitTraceTime / 1000,
	provingSeconds: proving / samples.length / 1000,
	settled: samples.length,
	error: maxRelRange,
	argmaxAgrees,
	megabytes: Math.round(process.resourceUsage().maxRSS / 1024),
};
process.stdout.write(JSON.stringify(result));
process.exit(0);
