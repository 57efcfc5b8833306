import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { runFloat } from "@umpire/onnx/float-session.ts";
import { describe, expect, test } from "vitest";
import { prepare } from "../src/prepare.ts";
import { blobs, classifier, drawn, floatRun, numberOf, stepOf } from "./toys.ts";

const DATA = blobs(61);
const BATCH = drawn([4, 2], 1);

describe("what is trained", () => {
	test("is every float initializer that numbers flow through, but for frozen ones", async () => {
		const { parameters } = await prepare(classifier(), BATCH, { freeze: ["first.bias"] });
		expect(parameters.map(({ name }) => name)).toEqual(["first.weight", "second.weight", "second.bias"]);
		await expect(prepare(classifier(), BATCH, { freeze: ["third"] })).rejects.toThrow(
			/no initializer "third" to freeze/,
		);
	});

	test("is no bound, no exponent and no mask", async () => {
		const model = classifier(3, (g, h) => {
			const mask = g.constant("mask", tensorFrom("float32", [8], [0, 0, 0, 0, 0, 0, 0, -1e38]));
			const bound = g.constant("bound", tensorFrom("float32", [1], [6]));
			const power = g.constant("power", tensorFrom("float32", [1], [2]));
			const clipped = g.node("Min", [g.node("Max", [h, mask]), bound]);
			return g.node("Pow", [clipped, power]);
		});
		const { parameters } = await prepare(model, BATCH);
		const names = parameters.map(({ name }) => name);
		expect(names).not.toContain("mask");
		expect(names).not.toContain("power");
	});

	test("an operator without a gradient is refused by name", async () => {
		const model = classifier(3, (g, h) =>
			g.node("Det", [g.node("Reshape", [h, g.ints("shape", [-1, 8, 1, 1])])]),
		);
		await expect(prepare(model, BATCH)).rejects.toThrow(/Det "Det_\d+": operator Det has no gradient/);
	});

	test("composite operators are differentiated through what they are replaced by", async () => {
		const sequence = new GraphBuilder("gru", { opset: 20 });
		const x = sequence.input("x", "float32", ["N", 6]);
		const steps = sequence.node(
			"Transpose",
			[sequence.node("Reshape", [x, sequence.ints("s", [-1, 3, 2])])],
			{
				perm: [1, 0, 2],
			},
		);
		const weights = [
			sequence.constant("W", drawn([1, 12, 2], 2)),
			sequence.constant("R", drawn([1, 12, 4], 3)),
			sequence.constant("B", drawn([1, 24], 4)),
		];
		const state = sequence.node("GRU", [steps, ...weights], { hidden_size: 4 }, "gru", ["", "last"]);
		const last = sequence.node("Squeeze", [state || "last", sequence.ints("axis", [0])]);
		sequence.output(sequence.node("MatMul", [last, sequence.constant("V", drawn([4, 3], 5))]));
		const rows = drawn([24, 6], 9);
		const labels = tensorFrom(
			"int64",
			[24],
			Array.from({ length: 24 }, (_, k) => (Number(rows.data[6 * k]) > 0 ? 1 : 0)),
		);
		const parts = { train: 24, validation: 0, test: 0 };
		const { step } = await stepOf(sequence.model(), { rows, labels }, { parts, steps: 40, rate: 0.5 });
		expect(step.learnt.map(({ initializer }) => initializer).sort()).toEqual(["B", "R", "V", "W"]);
		const run = await floatRun(step);
		expect(numberOf(run[39], step.reports.loss)).toBeLessThan(0.9 * numberOf(run[0], step.reports.loss));
	});
});

describe("data", () => {
	test("of tables fits models of images that have as many numbers", async () => {
		const g = new GraphBuilder("image", { opset: 20 });
		const x = g.input("x", "float32", [1, 1, 2, 3]);
		const flat = g.node("Flatten", [x]);
		g.output(g.node("Gemm", [flat, g.constant("w", drawn([3, 6], 1))], { transB: 1 }));
		const { graph, facts } = await prepare(g.model(), drawn([5, 6], 2));
		expect(facts.shapes.get(graph.inputs[0].name)).toEqual([5, 1, 2, 3]);
		await expect(prepare(g.model(), drawn([5, 7], 2))).rejects.toThrow(
			/a row of the data has 7 numbers .* takes 6/,
		);
	});

	test("in batches that a model cannot take is refused", async () => {
		const g = new GraphBuilder("one", { opset: 20 });
		const flat = g.node("Reshape", [g.input("x", "float32", [1, 2, 3]), g.ints("shape", [1, 6])]);
		g.output(g.node("Gemm", [flat, g.constant("w", drawn([3, 6], 1))], { transB: 1 }));
		await expect(prepare(g.model(), drawn([4, 2, 3], 2))).rejects.toThrow(
			/exported for 1 rows and does not run with 4.*--batch 1/,
		);
		expect((await prepare(g.model(), drawn([1, 2, 3], 2))).parameters).toHaveLength(1);
	});

	test("with more classes than the model has is refused", async () => {
		await expect(stepOf(classifier(2), DATA)).rejects.toThrow(
			/a label is 2, the model tells 2 classes apart/,
		);
		const labels = tensorFrom("float32", [61], new Array<number>(61).fill(0.5));
		await expect(stepOf(classifier(), { ...DATA, labels })).rejects.toThrow(/a label is 0.5/);
	});
});

describe("batch normalisation", () => {
	const model = classifier(3, (g, h) => {
		const operands = ["scale", "bias", "mean", "variance"].map((name, k) =>
			g.constant(name, tensorFrom("float32", [8], new Array<number>(8).fill(k % 3 === 0 ? 1 : 0.5))),
		);
		return g.node("Relu", [g.node("BatchNormalization", [h, ...operands], { momentum: 0.75 }, "norm")]);
	});

	test("takes the batch's statistics in training and moves the running ones towards them", async () => {
		const { step } = await stepOf(model, DATA, { steps: 3 });
		const [first] = await floatRun(step);
		const { data } = [
			...(
				await runFloat(
					classifier(3, (_, h) => h),
					new Map([["x", firstRows(8)]]),
					["first_output_0"],
				)
			).values(),
		][0];
		const column = Array.from({ length: 8 }, (_, row) => Number(data[8 * row]));
		const mean = column.reduce((a, b) => a + b, 0) / 8;
		const variance = column.reduce((a, b) => a + (b - mean) ** 2, 0) / 8;
		const outputOf = (name: string): string =>
			step.learnt.find(({ initializer }) => initializer === name)!.output;
		expect(numberOf(first, outputOf("mean"))).toBeCloseTo(0.75 * 0.5 + 0.25 * mean, 5);
		expect(numberOf(first, outputOf("variance"))).toBeCloseTo(0.75 * 1 + 0.25 * variance, 5);
	});

	test("keeps the running statistics while it evaluates", async () => {
		const { step } = await stepOf(model, DATA, { steps: 3 });
		const run = await floatRun(step);
		const { output } = step.learnt.find(({ initializer }) => initializer === "mean")!;
		expect(run.at(-1)!.get(output)!.data).toEqual(run[2].get(output)!.data);
	});
});

describe("dropout", () => {
	const model = classifier(3, (g, h) => g.node("Dropout", [h, g.scalar("ratio", 0.25)], {}, "drop"));

	test("draws from MINSTD lanes, another mask in every step", async () => {
		const { step } = await stepOf(model, DATA, { steps: 4 });
		const run = await floatRun(step);
		const name = "drop/kept/lanes";
		let lanes = step.feed.get(name)!.data as BigInt64Array;
		for (const outputs of run) {
			const expected = lanes.map((lane) => (48271n * lane) % (2n ** 31n - 1n));
			expect(outputs.get(`${name}_next`)!.data).toEqual(expected);
			lanes = expected;
		}
	});

	test("has a mask of its own wherever it stands", async () => {
		const twice = classifier(3, (g, h) => {
			const first = g.node("Relu", [g.node("Dropout", [h], {}, "first_drop")]);
			return g.node("Dropout", [first, g.scalar("ratio", 0.25)], {}, "second_drop");
		});
		const { step } = await stepOf(twice, DATA, { steps: 3 });
		const names = ["first_drop", "second_drop"].map((name) => `${name}/kept/lanes`);
		for (const name of names) expect(step.feed.get(name)!.dims).toEqual([8, 8]);
		expect(step.feed.get(names[0])!.data).not.toEqual(step.feed.get(names[1])!.data);
		await floatRun(step);
	});

	test("keeps about the share that it is to keep, larger by as much, and everything in evaluation", async () => {
		const { step } = await stepOf(model, DATA, { steps: 40 });
		const run = await floatRun(step);
		const bound = BigInt(Math.round(0.25 * (2 ** 31 - 1)));
		const lanes = run.flatMap((outputs) =>
			Array.from(outputs.get("drop/kept/lanes_next")!.data as BigInt64Array),
		);
		const share = lanes.filter((lane) => lane >= bound).length / lanes.length;
		expect(Math.abs(share - 0.75)).toBeLessThan(0.03);
		expect(numberOf(run[39], step.reports.loss)).toBeLessThan(numberOf(run[0], step.reports.loss));
	});
});

function firstRows(count: number) {
	return tensorFrom("float32", [count, 2], Array.from(DATA.rows.data.slice(0, 2 * count), Number));
}
