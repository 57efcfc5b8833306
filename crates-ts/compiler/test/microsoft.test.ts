import { type AttributeInput, GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { expectFaithful, floats, random } from "@umpire/testing/compiler/check.ts";
import { describe, test } from "vitest";
import { expectSameFloats } from "./decompose.ts";

type Shapes = readonly (readonly number[])[];

/** One operator of onnxruntime's own domain; inputs without elements are left out. */
function modelOf(
	opType: string,
	shapes: Shapes,
	attributes: Record<string, AttributeInput>,
	constants: Readonly<Record<number, Tensor>> = {},
): Model {
	const g = new GraphBuilder("test", { opset: 17 });
	const names = shapes.map((shape, k) => {
		if (constants[k]) return g.constant(`c${k}`, constants[k]);
		return shape.length === 0 ? "" : g.input(`x${k}`, "float32", shape);
	});
	g.output(g.node(opType, names, attributes, "node", ["y"], "com.microsoft"));
	const model = g.model();
	return { ...model, opsets: new Map(model.opsets).set("com.microsoft", 1) };
}

async function expectSame(model: Model): Promise<void> {
	await expectSameFloats(model);
	await expectFaithful(model, 1e-2);
}

const mask = tensorFrom("int32", [2, 3], [1, 1, 0, 1, 1, 1]);

describe("operators as onnxruntime's optimiser writes them", () => {
	const alpha = { type: "float", value: 0.5 } as const;
	const cases: readonly (readonly [
		string,
		Shapes,
		Record<string, AttributeInput>,
		Record<number, Tensor>?,
	])[] = [
		[
			"FusedMatMul",
			[
				[2, 3, 4],
				[2, 5, 4],
			],
			{ transB: 1, alpha },
		],
		[
			"FusedMatMul",
			[
				[4, 3],
				[4, 5],
			],
			{ transA: 1 },
		],
		[
			"FusedConv",
			[[1, 2, 5, 5], [3, 2, 3, 3], [3], [1, 3, 3, 3]],
			{ activation: "Relu" },
			{ 1: random([3, 2, 3, 3]), 2: random([3]) },
		],
		["FusedGemm", [[2, 3], [3, 4], [4]], { activation: "Tanh" }, { 1: random([3, 4]), 2: random([4]) }],
		["Attention", [[2, 3, 8], [8, 24], [24]], { num_heads: 2 }, { 1: random([8, 24]), 2: random([24], 2) }],
		[
			"Attention",
			[[2, 3, 8], [8, 24], [24], [2, 3]],
			{ num_heads: 2 },
			{ 1: random([8, 24]), 2: random([24], 2), 3: mask },
		],
		[
			"Attention",
			[[2, 3, 8], [8, 24], [24]],
			{ num_heads: 4, unidirectional: 1 },
			{ 1: random([8, 24]), 2: random([24], 2) },
		],
		[
			"MultiHeadAttention",
			[
				[2, 3, 8],
				[2, 4, 8],
				[2, 4, 8],
			],
			{ num_heads: 2 },
		],
		[
			"MultiHeadAttention",
			[[2, 3, 8], [2, 3, 8], [2, 3, 8], [24], [2, 3]],
			{ num_heads: 2 },
			{ 3: random([24]), 4: mask },
		],
		[
			"MultiHeadAttention",
			[[1, 2, 8], [1, 2, 8], [1, 2, 8], [], [], [1, 2, 2, 2]],
			{ num_heads: 2 },
			{ 5: floats([1, 2, 2, 2], [0, 1, -1, 2, 0.5, 0, 1, 1]) },
		],
	];
	for (const [opType, shapes, attributes, constants] of cases) {
		test(`${opType} of ${shapes.length} operands, ${Object.keys(attributes).join(", ")}`, () =>
			expectSame(modelOf(opType, shapes, attributes, constants)));
	}
});

describe("operators as onnxruntime's quantiser writes them", () => {
	const build = (
		opType: string,
		attributes: Record<string, AttributeInput>,
		rest: (g: GraphBuilder) => string[],
		shape: readonly number[],
	) => {
		const g = new GraphBuilder("test", { opset: 17 });
		const x = g.input("x", "uint8", shape);
		const own = [g.scalar("xs", 0.02), g.constant("xz", tensorFrom("uint8", [], [9]))];
		const to = [g.scalar("ys", 0.03), g.constant("yz", tensorFrom("uint8", [], [20]))];
		g.output(g.node(opType, [x, ...own, ...rest(g), ...to], attributes, "node", ["y"], "com.microsoft"));
		const model = g.model();
		return { ...model, opsets: new Map(model.opsets).set("com.microsoft", 1) };
	};
	const bytes = (dims: readonly number[]): Tensor => {
		const size = dims.reduce((a, b) => a * b, 1);
		return tensorFrom(
			"uint8",
			dims,
			Array.from({ length: size }, (_, i) => (i * 37) % 256),
		);
	};
	test("QLinearAveragePool", async () => {
		const model = build(
			"QLinearAveragePool",
			{ kernel_shape: [2, 2], strides: [2, 1], pads: [1, 0, 0, 1], count_include_pad: 1 },
			() => [],
			[1, 2, 4, 4],
		);
		const x = bytes([1, 2, 4, 4]);
		// Means half way between two integers are rounded in either direction.
		await expectSameFloats(model, [x], 1.001 / 95);
		await expectFaithful(model, 1e-2, { inputs: [[x]] });
	});
	test("QGemm", async () => {
		const model = build(
			"QGemm",
			{ transB: 1 },
			(g) => [
				g.constant("w", tensorFrom("int8", [2, 3], [10, -20, 30, 4, 5, -6])),
				g.constant("ws", floats([2], [0.01, 0.02])),
				g.constant("wz", tensorFrom("int8", [2], [0, 0])),
				g.constant("c", tensorFrom("int32", [2], [100, -50])),
			],
			[2, 3],
		);
		const x = bytes([2, 3]);
		await expectSameFloats(model, [x], 1e-9);
		await expectFaithful(model, 1e-2, { inputs: [[x]] });
	});
});
