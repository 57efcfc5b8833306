import { compileChecked, expectFaithful, formsOf, modelOf } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";

type Attributes = Record<string, number | string | readonly number[]>;

const WINDOWS: [string, number[], Attributes][] = [
	["1-D", [1, 2, 9], { kernel_shape: [3], strides: [2] }],
	["2-D with pads", [1, 2, 5, 6], { kernel_shape: [3, 2], pads: [1, 0, 2, 1] }],
	["3-D", [1, 1, 4, 4, 4], { kernel_shape: [2, 2, 2], strides: [2, 1, 2] }],
	["ceil_mode", [1, 1, 6, 7], { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1 }],
	[
		"ceil_mode with pads",
		[1, 1, 6, 6],
		{ kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 },
	],
	["SAME_UPPER", [1, 1, 6, 7], { kernel_shape: [3, 2], strides: [2, 2], auto_pad: "SAME_UPPER" }],
	["SAME_LOWER", [1, 1, 6, 7], { kernel_shape: [3, 2], strides: [2, 2], auto_pad: "SAME_LOWER" }],
	["VALID", [1, 1, 6, 7], { kernel_shape: [3, 2], auto_pad: "VALID" }],
];

describe("MaxPool", () => {
	test.each([
		...WINDOWS,
		["dilations", [1, 1, 7, 7], { kernel_shape: [2, 3], dilations: [3, 2] }] as (typeof WINDOWS)[number],
	])("%s", async (_, dims, attributes) => {
		await expectFaithful(modelOf([dims], (g, [x]) => g.node("MaxPool", [x], attributes)));
	});

	test("maxima that lie close together keep apart in 32 bits", async () => {
		const values = Array.from({ length: 64 }, (_, i) => (i % 8 === 3 ? 1 - (i + 1) * 1e-7 : -i / 64));
		const set = [{ type: "float32" as const, dims: [1, 1, 64], data: Float32Array.from(values) }];
		const model = modelOf([[1, 1, 64]], (g, [x]) =>
			g.node("MaxPool", [x], { kernel_shape: [8], strides: [8] }),
		);
		const { program } = await expectFaithful(model, 1e-3, { inputs: [set] });
		expect(program.inputs[0].width).toBe(32);
	});

	test("dilated windows that are to be padded automatically are refused", async () => {
		const attributes = { kernel_shape: [3], dilations: [2], auto_pad: "SAME_UPPER" };
		const model = modelOf([[1, 1, 9]], (g, [x]) => g.node("MaxPool", [x], attributes, "pool"));
		await expect(compileChecked(model)).rejects.toThrow('MaxPool "pool": onnxruntime does not pad dilated');
	});

	test("a window of more elements than one cone holds is taken axis by axis", async () => {
		const model = modelOf([[1, 1, 70, 70]], (g, [x]) => g.node("MaxPool", [x], { kernel_shape: [66, 65] }));
		expect(formsOf(await expectFaithful(model, 0.01))).toEqual(["pool", "pool"]);
	});
});

describe("AveragePool", () => {
	test.each(WINDOWS)("%s", async (_, dims, attributes) => {
		for (const count_include_pad of [0, 1]) {
			const model = modelOf(
				[dims],
				(g, [x]) => g.node("AveragePool", [x], { ...attributes, count_include_pad }),
				19,
			);
			await expectFaithful(model);
		}
	});

	test("dilations (opset 19)", async () => {
		const attributes = { kernel_shape: [2, 2], dilations: [2, 1], pads: [1, 0, 1, 0] };
		await expectFaithful(modelOf([[1, 1, 5, 5]], (g, [x]) => g.node("AveragePool", [x], attributes), 19));
	});

	test("one row where all divisors are equal", async () => {
		const compiled = await expectFaithful(
			modelOf([[1, 1, 4, 4]], (g, [x]) => g.node("AveragePool", [x], { kernel_shape: [2, 2] })),
		);
		expect(compiled.program.operators[0].rescale?.rows).toHaveLength(1);
	});
});

describe("global pools and reductions", () => {
	test.each(["GlobalAveragePool", "GlobalMaxPool"])("%s", async (opType) => {
		await expectFaithful(modelOf([[2, 3, 4, 2]], (g, [x]) => g.node(opType, [x])));
	});

	test.each(["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin"])("%s", async (opType) => {
		const model = (keepdims: number, axes?: number[]) =>
			modelOf([[2, 3, 4]], (g, [x]) => g.node(opType, [x], { keepdims, ...(axes ? { axes } : {}) }), 11);
		await expectFaithful(model(1, [1]));
		await expectFaithful(model(0, [-1, 0]));
		await expectFaithful(model(0));
	});

	test("axes as an input, and none", async () => {
		const model = modelOf([[2, 3, 4]], (g, [x]) => {
			const y = g.node("ReduceSum", [x, g.ints("axes", [-2])], { keepdims: 0 });
			return g.node("ReduceSum", [y], { noop_with_empty_axes: 1 });
		});
		await expectFaithful(model);
	});

	test("a sum runs along the rows of its operand", async () => {
		const model = modelOf([[2, 30, 4]], (g, [x]) => g.node("ReduceMean", [x], { axes: [1] }));
		const compiled = await expectFaithful(model);
		expect(compiled.program.inputs[0].layout).toEqual([0, 2, 1]);
		expect(formsOf(compiled)).toEqual(["sum"]);
	});
});
