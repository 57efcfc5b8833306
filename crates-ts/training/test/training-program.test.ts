import { nodeOf } from "@umpire/graph/edit.ts";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model } from "@umpire/onnx/model.ts";
import type { Elements, Program } from "@umpire/operators/program.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { segmentOf } from "@umpire/operators/segments.ts";
import { validateProgram } from "@umpire/operators/validate.ts";
import { recordCheckpoints, recordSegment, recordTensor } from "@umpire/runtime/checkpoints.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { recordTrace } from "@umpire/runtime/trace.ts";
import { evaluate } from "@umpire/testing/compiler/evaluate.ts";
import { describe, expect, test } from "vitest";
import { hyperOf, type Job } from "../src/job.ts";
import type { Dataset, Step } from "../src/step.ts";
import { trainBoth } from "../src/train.ts";
import { compileStep, inputsOf } from "../src/training-program.ts";
import { numbersFrom } from "./central-differences.ts";
import { blobs, classifier, drawn, stepOf } from "./toys.ts";

const DATA = blobs(61);
const quiet = () => {};

async function trained(model: Model, data: Dataset, job: Partial<Job>) {
	const built = await stepOf(model, data, job);
	const { program } = await compileStep(built.step, "toy");
	validateProgram(program);
	return { ...built, program, run: await trainBoth(built.step, program, built.job, quiet) };
}

/** The spec of an input, or of an output. */
const inputOf = ({ inputs }: Program, name: string) => inputs.find((input) => input.name === name)!;
const outputOf = ({ outputs, operators }: Program, name: string) =>
	operators[outputs.find((output) => output.name === name)!.operator];

describe("the exact program of a step", () => {
	test.each(["sgd", "momentum", "adam"] as const)(
		"learns as the float step does with %s",
		async (optimiser) => {
			const rate = { sgd: 0.25, momentum: 0.1, adam: 0.02 }[optimiser];
			const { run } = await trained(classifier(), DATA, { optimiser, rate, steps: 60 });
			const [exact, float] = [run.exact.points.at(-1)!, run.float.points.at(-1)!];
			expect(Math.abs(exact.loss - float.loss)).toBeLessThan(0.02);
			expect(Math.abs(run.exact.test! - run.float.test!)).toBeLessThanOrEqual(1 / 9);
			expect(Math.max(...run.oneStep.map(({ error }) => error))).toBeLessThan(0.02);
			expect(run.saturated).toEqual([]);
		},
	);

	test("gives parameters, states and their gradients 32 bits, and what reads parameters 16", async () => {
		const { step } = await stepOf(classifier(), DATA, { optimiser: "momentum", steps: 12 });
		const { program } = await compileStep(step, "toy");
		for (const { name, width } of program.inputs.filter(({ name }) => /value|velocity/.test(name)))
			expect(width, name).toBe(32);
		const dots = program.operators.filter(({ kind }) => kind === "Dot");
		for (const { operands, node } of dots) {
			for (const { source, index } of operands) {
				const spec = source === "operator" ? program.operators[index] : undefined;
				expect(source === "state", node).toBe(false);
				if (spec) expect(spec.width, node).toBeLessThan(32);
			}
		}
		const gradients = dots.filter(({ node, opType }) => node.includes("gradient") && opType === "Gemm");
		expect(gradients.length).toBeGreaterThan(0);
		for (const { width, node } of gradients) expect(width, node).toBe(32);
	});

	test("has powers of two as the steps of what it carries, the same before and after", async () => {
		const { step } = await stepOf(classifier(), DATA, { optimiser: "momentum", steps: 12 });
		const { program } = await compileStep(step, "toy");
		for (const { output, input } of step.carry) {
			const [before, after] = [inputOf(program, input), outputOf(program, output)];
			expect(Math.log2(before.scale), input).toSatisfy(Number.isInteger);
			expect([after.scale, after.width], input).toEqual([before.scale, before.width]);
		}
	});

	test("moves parameters by changes far smaller than 16 bits could tell", async () => {
		const { run, step } = await trained(classifier(), DATA, { rate: 2 ** -14, steps: 12 });
		const { initializer } = step.learnt[0];
		const before = step.feed.get(`${initializer}/value`)!.data;
		const after = run.learnt.get(initializer)!.data;
		const changes = Array.from(after as Float32Array, (value, k) => Math.abs(value - Number(before[k])));
		expect(Math.max(...changes)).toBeLessThan(2 ** -11);
		expect(changes.filter((change) => change > 0).length).toBeGreaterThan(changes.length / 2);
	});

	test("has any leaf of any step again from the checkpoint before it", async () => {
		const { step } = await stepOf(classifier(), DATA, { optimiser: "momentum", steps: 40 });
		const { program: whole } = await compileStep(step, "toy");
		const program: Program = { ...whole, segment: 16 };
		const commitment = await commitProgram(program);
		const inputs = inputsOf(program, step.feed);
		const [quick, recording] = [
			await openSession(program, { record: "outputs" }),
			await openSession(program, { record: "trace" }),
		];
		const all = await recordTrace(recording, commitment, inputs);
		const trace = await recordCheckpoints({ quick, recording }, commitment, inputs);
		expect(trace.traceRoot).toBe(all.traceRoot);
		const random = numbersFrom(7);
		for (let k = 0; k < 6; k++) {
			const step = Math.floor(random() * program.steps);
			const operator = Math.floor(random() * program.operators.length);
			const segment = segmentOf(commitment.header, step);
			const known = await recordSegment({ quick, recording }, commitment, inputs, trace, segment);
			const found = await recordTensor({ quick, recording }, inputs, known, { step, operator });
			const [tensor, own] = [found, all].map(({ operators }) => operators[step][operator]);
			const leaf = Math.floor(random() * tensor.leafCount);
			expect([tensor.words(leaf), tensor.path(leaf)]).toEqual([own.words(leaf), own.path(leaf)]);
		}
		await Promise.all([quick.release(), recording.release()]);
	});

	test("is the same with one thread and with two, in onnxruntime and element by element", async () => {
		const { step } = await stepOf(classifier(), DATA, { steps: 3, optimiser: "adam" });
		const { program } = await compileStep(step, "toy");
		const inputs = inputsOf(program, step.feed);
		const runs: Elements[][] = [evaluate(program, inputs)];
		for (const threads of [1, 2]) {
			const session = await openSession(program, { record: "trace", threads });
			runs.push((await session.run(inputs)).operators!);
			await session.release();
		}
		expect(runs[1]).toEqual(runs[0]);
		expect(runs[2]).toEqual(runs[0]);
	});

	test("serves the rates that it was compiled for, and clips larger ones", async () => {
		const { step, job } = await stepOf(classifier(), DATA, { steps: 20, rate: 0.02 });
		const faster = { ...job, rate: 0.4 };
		const hyper = tensorFrom("int64", [4], hyperOf(faster));
		const fast = { ...step, feed: new Map([...step.feed, ["hyper", hyper]]) };
		const lossOf = async (hypers: readonly (readonly number[])[]): Promise<number[]> => {
			const { program } = await compileStep(step, "toy", hypers);
			const { exact, float } = await trainBoth(fast, program, faster, quiet);
			return [exact, float].map(({ points }) => points.at(-1)!.loss);
		};
		const [both, float] = await lossOf([hyperOf(faster)]);
		expect(Math.abs(both - float)).toBeLessThan(0.02);
		const [slow] = await lossOf([]);
		expect(slow - float).toBeGreaterThan(0.1);
	});

	test("follows from the whole float run: what grows in later steps is not clipped", async () => {
		const { run } = await trained(classifier(), DATA, { steps: 60, rate: 0.5, optimiser: "momentum" });
		expect(run.saturated).toEqual([]);
		expect(run.looked).toBeGreaterThan(20);
	});
});

describe("what can be trained exactly", () => {
	const steps = 12;
	const near = async (model: Model, data: Dataset, job: Partial<Job> = {}): Promise<Step> => {
		const { run, step } = await trained(model, data, { steps, ...job });
		run.exact.points.forEach(({ loss }, at) => {
			expect(Math.abs(loss - run.float.points[at].loss), `step ${at}`).toBeLessThan(0.05);
		});
		return step;
	};

	test("batch normalisation", async () => {
		await near(
			classifier(3, (g, h) => {
				const operands = [1, 0, 0, 1].map((value, k) =>
					g.constant(`norm_${k}`, tensorFrom("float32", [8], new Array<number>(8).fill(value))),
				);
				return g.node("Relu", [g.node("BatchNormalization", [h, ...operands], {}, "norm")]);
			}),
			DATA,
		);
	});

	test("dropout", async () => {
		await near(
			classifier(3, (g, h) => g.node("Dropout", [h, g.scalar("ratio", 0.25)], {}, "drop")),
			DATA,
		);
	});

	test("convolutions and pools", async () => {
		const g = new GraphBuilder("cnn", { opset: 20 });
		const x = g.input("x", "float32", ["N", 1, 6, 6]);
		const conv = g.node(
			"Conv",
			[x, g.constant("w", drawn([3, 1, 3, 3], 2)), g.constant("b", drawn([3], 3))],
			{
				pads: [1, 1, 1, 1],
			},
		);
		const pool = g.node("MaxPool", [g.node("Relu", [conv])], { kernel_shape: [2, 2], strides: [2, 2] });
		const second = g.node("Conv", [pool, g.constant("v", drawn([4, 3, 2, 2], 4))], {});
		const mean = g.node("Flatten", [g.node("AveragePool", [second], { kernel_shape: [2, 2] })]);
		g.output(g.node("Gemm", [mean, g.constant("out", drawn([2, 4], 5))], { transB: 1 }, "last"));
		const rows = drawn([32, 1, 6, 6], 7);
		const labels = tensorFrom(
			"int64",
			[32],
			Array.from({ length: 32 }, (_, k) => (Number(rows.data[36 * k + 14]) > 0 ? 1 : 0)),
		);
		await near(g.model(), { rows, labels }, { parts: { train: 24, validation: 8, test: 0 }, batch: 8 });
	});

	test("a transformer's block over an embedding", async () => {
		const [width, length, words] = [8, 4, 6];
		const g = new GraphBuilder("block", { opset: 20 });
		const x = g.input("x", "int64", ["N", length]);
		const weights = (name: string, dims: number[]): string =>
			g.constant(name, drawn(dims, name.length + dims[0], 0.5));
		const norm = (from: string, name: string): string =>
			g.node("LayerNormalization", [
				from,
				g.constant(`${name}.scale`, tensorFrom("float32", [width], new Array<number>(width).fill(1))),
				weights(`${name}.bias`, [width]),
			]);
		const embedded = g.node("Gather", [weights("table", [words, width]), x]);
		const normal = norm(embedded, "norm1");
		const [q, k, v] = ["q", "k", "v"].map((name) =>
			g.node("MatMul", [normal, weights(name, [width, width])]),
		);
		const turned = g.node("Transpose", [k], { perm: [0, 2, 1] });
		const scores = g.node("Mul", [g.node("MatMul", [q, turned]), g.scalar("root", 1 / Math.sqrt(width))]);
		const mixed = g.node("MatMul", [g.node("Softmax", [scores], { axis: -1 }), v]);
		const first = g.node("Add", [embedded, mixed]);
		const hidden = g.node("Gelu", [g.node("MatMul", [norm(first, "norm2"), weights("up", [width, 16])])]);
		const second = g.node("Add", [first, g.node("MatMul", [hidden, weights("down", [16, width])])]);
		g.output(g.node("MatMul", [second, weights("head", [width, words])], {}, "head_product"));
		const rows = tensorFrom(
			"int64",
			[24, length],
			Array.from({ length: 24 * length }, (_, at) => (at * 5 + (at >> 2)) % words),
		);
		// The next word, at every place.
		const labels = tensorFrom(
			"int64",
			[24, length],
			Array.from(rows.data as BigInt64Array, (word) => (Number(word) + 1) % words),
		);
		const step = await near(
			g.model(),
			{ rows, labels },
			{ parts: { train: 24, validation: 0, test: 0 }, batch: 4 },
		);
		expect(step.learnt.map(({ initializer }) => initializer)).toContain("table");
	});

	test("a parameter whose gradients the float run cancels to nothing", async () => {
		const plain = classifier();
		const [{ name }] = plain.graph.outputs;
		// What is added to all scores alike changes no probability.
		const graph = {
			...plain.graph,
			nodes: [...plain.graph.nodes, nodeOf("shift", "Add", [name, "shift.value"], ["scores"])],
			outputs: [{ ...plain.graph.outputs[0], name: "scores" }],
			initializers: new Map([
				...plain.graph.initializers,
				["shift.value", tensorFrom("float32", [1], [0.5])],
			]),
		};
		const step = await near({ ...plain, graph }, DATA, { optimiser: "adam", rate: 0.01 });
		expect(step.learnt.map(({ initializer }) => initializer)).toContain("shift.value");
	});

	test("a regression, judged by squared errors", async () => {
		const { rows } = DATA;
		const labels = tensorFrom(
			"float32",
			[61],
			Array.from(
				{ length: 61 },
				(_, k) => 0.5 * Number(rows.data[2 * k]) - 0.25 * Number(rows.data[2 * k + 1]) + 1,
			),
		);
		const { run } = await trained(classifier(1), { rows, labels }, { loss: "mse", steps: 80, rate: 0.1 });
		expect(run.exact.test!).toBeLessThan(0.02);
		expect(Math.abs(run.exact.test! - run.float.test!)).toBeLessThan(1e-3);
	});
});
