import type { GraphBuilder } from "@umpire/onnx/builder.ts";
import type { Tensor } from "@umpire/onnx/model.ts";
import { compileChecked, floats, modelOf, random } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";

type Build = (g: GraphBuilder, x: string) => string;

/** Numbers between two magnitudes, evenly in their logarithms. */
const spread = (dims: readonly number[], low: number, high: number, signed = false): Tensor => {
	const count = dims.reduce((a, b) => a * b);
	const values = Array.from({ length: count }, (_, i) => {
		const magnitude = low * (high / low) ** (((i * 7) % count) / (count - 1));
		return signed && i % 2 === 1 ? -magnitude : magnitude;
	});
	return floats(dims, values);
};

async function expectClose(x: Tensor, build: Build, most = 1e-3) {
	const model = modelOf([x.dims], (g, [name]) => build(g, name));
	const compiled = await compileChecked(model, { inputs: [[x]] });
	expect(compiled.report.fidelity!.outputs[0].maxRelRange).toBeLessThan(most);
	return compiled;
}

const logarithm = (g: GraphBuilder, value: string): string => g.node("Log", [value]);
const plus = (g: GraphBuilder, value: string, epsilon: number): string =>
	g.node("Add", [value, g.scalar("epsilon", epsilon)]);
const sum = (g: GraphBuilder, value: string): string =>
	g.node("ReduceSum", [value, g.ints("axes", [1])], { keepdims: 1 });

describe("the logarithm of what is made of exponentials follows from the exponents", () => {
	// Scores so far apart that the least probabilities are below 1e-12.
	const scores = floats([2, 4], [20, 3, -9, 0, 11, 10.5, -15, -4]);

	test.each<[string, Build]>([
		["softmax", (g, x) => logarithm(g, g.node("Softmax", [x], { axis: 1 }))],
		["softmax and ε", (g, x) => logarithm(g, plus(g, g.node("Softmax", [x], { axis: 1 }), 1e-10))],
		[
			"softmax within bounds",
			(g, x) =>
				logarithm(
					g,
					g.node("Clip", [g.node("Softmax", [x], { axis: 1 }), g.scalar("low", 1e-9), g.scalar("high", 1)]),
				),
		],
		["a sum", (g, x) => logarithm(g, sum(g, g.node("Exp", [x])))],
		["a sum and ε", (g, x) => logarithm(g, plus(g, sum(g, g.node("Exp", [x])), 1e-8))],
		[
			"a quotient, written out",
			(g, x) => {
				const power = g.node("Exp", [
					g.node("Sub", [x, g.node("ReduceMax", [x], { axes: [1], keepdims: 1 })]),
				]);
				return logarithm(g, g.node("Div", [power, sum(g, power)]));
			},
		],
		["a root", (g, x) => logarithm(g, g.node("Sqrt", [g.node("Softmax", [x], { axis: 1 })]))],
		[
			"a weighted product",
			(g, x) =>
				logarithm(
					g,
					g.node("Mul", [g.node("Softmax", [x], { axis: 1 }), g.constant("w", floats([4], [1, 2, 3, 4]))]),
				),
		],
		[
			"moved probabilities",
			(g, x) => logarithm(g, g.node("Transpose", [g.node("Softmax", [x], { axis: 1 })], { perm: [1, 0] })),
		],
	])("%s", async (_, build) => {
		await expectClose(scores, build);
	});

	test("entropy", async () => {
		await expectClose(
			scores,
			(g, x) => {
				const p = g.node("Softmax", [x], { axis: 1 });
				return g.node("Neg", [sum(g, g.node("Mul", [p, logarithm(g, plus(g, p, 1e-12))]))]);
			},
			5e-3,
		);
	});
});

describe("an input whose small numbers count is read on several grids", () => {
	test.each<[string, Build]>([
		["log(x + 1e-10)", (g, x) => logarithm(g, plus(g, x, 1e-10))],
		["log(max(x, 1e-8))", (g, x) => logarithm(g, g.node("Max", [x, g.scalar("least", 1e-8)]))],
		["log √x", (g, x) => logarithm(g, g.node("Sqrt", [x]))],
		["log of a share", (g, x) => logarithm(g, g.node("Div", [x, sum(g, x)]))],
	])("%s", async (_, build) => {
		const { program } = await expectClose(spread([2, 6], 1e-7, 1e4), build);
		expect(program.inputs.length).toBeGreaterThan(1);
		expect(new Set(program.inputs.map(({ name }) => name)).size).toBe(1);
	});

	test.each<[string, Build]>([
		["log(|x| + 1e-9)", (g, x) => logarithm(g, plus(g, g.node("Abs", [x]), 1e-9))],
		["log(x² + 1e-12)", (g, x) => logarithm(g, plus(g, g.node("Mul", [x, x]), 1e-12))],
	])("%s, on both sides of 0", async (_, build) => {
		await expectClose(spread([2, 6], 1e-5, 10, true), build);
	});

	test("but once if it is carried from step to step", async () => {
		const x = spread([1, 6], 1e-7, 10);
		const model = modelOf([[1, 6]], (g, [name]) => {
			g.output(g.node("Mul", [name, g.scalar("half", 0.5)], {}, "half", ["next"]));
			return logarithm(g, plus(g, name, 1e-10));
		});
		const carry = [{ output: "next", input: "x0" }];
		const { program } = await compileChecked(model, { inputs: [[x]], steps: 2, carry });
		expect(program.inputs.length).toBe(1);
	});

	test("but once if its numbers are of like size", async () => {
		const { program } = await expectClose(spread([2, 6], 0.5, 4), (g, x) => logarithm(g, x));
		expect(program.inputs.length).toBe(1);
	});
});

test("powers of a spectrum keep what their logarithms tell", async () => {
	const quiet = spread([1, 40], 3e-4, 1, true);
	const filters = floats(
		[10, 40],
		Array.from({ length: 400 }, (_, i) => Number(Math.floor(i / 40) === (i % 40) >> 2)),
	);
	const turn = random([40, 40], 9);
	await expectClose(
		quiet,
		(g, x) => {
			const z = g.node("Mul", [
				x,
				g.constant(
					"gain",
					floats(
						[1, 40],
						Array.from({ length: 40 }, (_, i) => 1 + Number(turn.data[i]) / 9),
					),
				),
			]);
			const power = g.node("Add", [g.node("Mul", [z, z]), g.node("Mul", [x, x])]);
			const bands = g.node("MatMul", [
				g.constant("filters", filters),
				g.node("Transpose", [power], { perm: [1, 0] }),
			]);
			return logarithm(g, plus(g, bands, 1e-10));
		},
		5e-3,
	);
});
