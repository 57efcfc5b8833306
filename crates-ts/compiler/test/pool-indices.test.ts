import type { AttributeInput } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { runFloat } from "@umpire/onnx/float-session.ts";
import type { Model } from "@umpire/onnx/model.ts";
import {
	compileChecked,
	expectFaithful,
	expectOutputs,
	floats,
	modelOf,
	outputsOf,
	random,
} from "@umpire/testing/compiler/check.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compile } from "../src/compile.ts";

type Attributes = Record<string, AttributeInput>;

function pooled(shape: readonly number[], attributes: Attributes): Model {
	return modelOf([shape], (g, [x]) => {
		g.node("MaxPool", [x], attributes, "pool", ["values", "indices"]);
		return ["values", "indices"];
	});
}

/** The indices of the program, number for number those of onnxruntime; values within their grid. */
async function expectIndices(model: Model, values?: readonly number[]): Promise<void> {
	const shape = model.graph.inputs[0].dims!.map(Number);
	const x = values ? floats(shape, values) : random(shape, 3);
	const feeds = new Map([["x0", x]]);
	const expected = await runFloat(model, feeds);
	const found = outputsOf(await compile(model, { inputs: [[x]] }), feeds);
	expect(found[1]).toEqual(Array.from(expected.get("indices")!.data as BigInt64Array, Number));
	const reals = expected.get("values")!.data as Float32Array;
	found[0].forEach((value, k) => void expect(value).toBeCloseTo(reals[k], 3));
}

const CASES: [string, number[], Attributes][] = [
	["one axis", [2, 2, 9], { kernel_shape: [3], strides: [2] }],
	["windows beyond the border", [1, 2, 5, 5], { kernel_shape: [3, 3], pads: [2, 2, 2, 2] }],
	[
		"dilations and ceil_mode",
		[2, 1, 7, 6],
		{ kernel_shape: [2, 2], strides: [2, 3], dilations: [2, 1], ceil_mode: 1 },
	],
	["three axes", [1, 2, 4, 4, 4], { kernel_shape: [2, 1, 2], strides: [2, 2, 1] }],
	["columns first", [2, 2, 4, 6], { kernel_shape: [2, 2], strides: [2, 2], storage_order: 1 }],
];

test.each(CASES)("indices: %s", async (_, shape, attributes) => {
	await expectIndices(pooled(shape, attributes));
});

test("of equal elements the first, and the first within the border", async () => {
	await expectIndices(
		pooled([1, 1, 3, 3], { kernel_shape: [2, 2], pads: [1, 1, 1, 1] }),
		[1, 1, 0, 1, 1, 0, 0, 0, 0],
	);
	await expectIndices(pooled([1, 1, 2, 2], { kernel_shape: [2, 2], pads: [1, 1, 0, 0] }), [-3, -3, -3, -3]);
});

test("any windows", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.record({
				size: fc.tuple(fc.integer({ min: 3, max: 6 }), fc.integer({ min: 3, max: 6 })),
				kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
				strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
				padded: fc.boolean(),
			}),
			async ({ size, kernel, strides, padded }) => {
				const pads = [...kernel, ...kernel].map((side) => (padded ? side - 1 : 0));
				await expectIndices(
					pooled([1, 2, ...size], { kernel_shape: [...kernel], strides: [...strides], pads }),
				);
			},
		),
		{ numRuns: 15 },
	);
});

/** Pools, changes the values, and puts them back. */
function unpooled(shape: readonly number[], attributes: Attributes, opset = 17): Model {
	return modelOf(
		[shape],
		(g, [x]) => {
			g.node("MaxPool", [x], attributes, "pool", ["values", "indices"]);
			return g.node("MaxUnpool", [g.node("Neg", ["values"]), "indices"], attributes);
		},
		opset,
	);
}

test("MaxUnpool puts back what MaxPool took", async () => {
	await expectFaithful(unpooled([2, 3, 8, 12], { kernel_shape: [2, 2], strides: [2, 2] }));
	await expectFaithful(unpooled([1, 2, 9], { kernel_shape: [3], strides: [3] }));
	// Windows that overlap may have one largest element in common.
	await expectFaithful(unpooled([1, 2, 7, 7], { kernel_shape: [3, 3], strides: [2, 2] }));
	await expectFaithful(
		unpooled([1, 1, 14, 14], { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] }),
	);
});

test("MaxUnpool of few values wherever the inputs say", async () => {
	const model = modelOf([[1, 1, 2, 2]], (g, [x]) => {
		const indices = g.input("indices", "int64", [1, 1, 2, 2]);
		return g.node("MaxUnpool", [x, indices], { kernel_shape: [2, 2], strides: [2, 2] });
	});
	const indices = tensorFrom("int64", [1, 1, 2, 2], [15, 0, 3, 2]);
	const y = new Array(16).fill(0);
	[y[15], y[0], y[3], y[2]] = [1, 2, 3, 4];
	await expectOutputs(model, [floats([1, 1, 2, 2], [1, 2, 3, 4]), indices], [y], 1e-3);
});

test("an index that nothing reads costs nothing", async () => {
	const model = modelOf([[1, 1, 4, 4]], (g, [x]) => {
		g.node("MaxPool", [x], { kernel_shape: [2, 2] }, "pool", ["values", "indices"]);
		return "values";
	});
	const { program } = await expectFaithful(model);
	expect(program.operators).toHaveLength(1);
});

test("indices with auto_pad are refused", async () => {
	const model = pooled([1, 1, 4, 4], { kernel_shape: [3, 3], auto_pad: "SAME_UPPER" });
	await expect(compileChecked(model)).rejects.toThrow('MaxPool "pool": it gives indices and auto_pad');
});
