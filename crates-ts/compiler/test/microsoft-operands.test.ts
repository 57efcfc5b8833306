import { type AttributeInput, GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import {
	compileChecked,
	expectFaithful,
	expectOutputs,
	floats,
	random,
} from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";

type Operand = Tensor | { readonly given: Tensor } | undefined;

/** One node of onnxruntime's domain: constants, inputs ({given}) and omitted operands in order. */
function nodeOf(
	opType: string,
	operands: readonly Operand[],
	attributes: Record<string, AttributeInput>,
	outputs = ["y"],
): { model: Model; inputs: Tensor[] } {
	const g = new GraphBuilder("test", { opset: 17 });
	const inputs: Tensor[] = [];
	const names = operands.map((operand, k) => {
		if (operand === undefined) return "";
		if (!("given" in operand)) return g.constant(`c${k}`, operand);
		inputs.push(operand.given);
		return g.input(`x${k}`, operand.given.type, operand.given.dims);
	});
	g.node(opType, names, attributes, "node", outputs, "com.microsoft");
	for (const name of outputs) if (name !== "") g.output(name);
	const model = g.model();
	return { model: { ...model, opsets: new Map(model.opsets).set("com.microsoft", 1) }, inputs };
}

/** As a program within 1 % of what onnxruntime computes. */
async function expectSame(...node: Parameters<typeof nodeOf>): Promise<void> {
	const { model, inputs } = nodeOf(...node);
	await expectFaithful(model, 1e-2, { inputs: [inputs] });
}

const given = (tensor: Tensor): Operand => ({ given: tensor });
const whole = (type: "int8" | "uint8" | "int32" | "int64", dims: readonly number[], most: number): Tensor => {
	const size = dims.reduce((a, b) => a * b, 1);
	return tensorFrom(
		type,
		dims,
		Array.from({ length: size }, (_, i) => (i * 37) % most),
	);
};
const scales = (dims: readonly number[]): Tensor => {
	const { data } = random(dims, 9);
	return floats(
		dims,
		Array.from(data as Float32Array, (value) => Math.abs(value) / 10 + 0.02),
	);
};

describe("GroupQueryAttention", () => {
	const [heads, own, size] = [4, 2, 16];
	const angles = Array.from(
		{ length: 12 * (size / 2) },
		(_, i) => Math.floor(i / 8) / 10000 ** ((i % 8) / 8),
	);
	const table = (f: (x: number) => number): Tensor => floats([12, size / 2], angles.map(f));
	const build = (
		[batch, sequence, cached, total]: readonly number[],
		attributes: Record<string, AttributeInput>,
		{ packed = false, lengths = new Array(batch).fill(total - 1) } = {},
	): Parameters<typeof nodeOf> => {
		const width = (count: number) => [batch, sequence, count * size];
		const three = [random(width(heads), 2), random(width(own), 3), random(width(own), 4)].map(given);
		const one = [given(random(width(heads + 2 * own), 2)), undefined, undefined];
		const cache = [5, 6].map((seed) => given(random([batch, own, cached, size], seed)));
		return [
			"GroupQueryAttention",
			[
				...(packed ? one : three),
				...cache,
				given(tensorFrom("int32", [batch, 1], lengths)),
				tensorFrom("int32", [1], [total]),
				...(attributes.do_rotary ? [table(Math.cos), table(Math.sin)] : []),
			],
			{ num_heads: heads, kv_num_heads: own, ...attributes },
			["y", "key", "value"],
		];
	};
	test.each<[string, number[], Record<string, AttributeInput>, boolean]>([
		["a prompt", [1, 4, 0, 4], {}, false],
		["a packed prompt with rotated halves", [2, 4, 0, 4], { do_rotary: 1 }, true],
		[
			"one token behind a cache, rotated in pairs",
			[1, 1, 5, 6],
			{ do_rotary: 1, rotary_interleaved: 1 },
			false,
		],
		[
			"several tokens behind a cache, in a window",
			[1, 3, 5, 8],
			{ do_rotary: 1, local_window_size: 3 },
			true,
		],
	])("%s", async (_, sizes, attributes, packed) => {
		await expectSame(...build(sizes, attributes, { packed }));
	});
	test("of a batch, each its own number of places behind the cache", async () => {
		await expectSame(...build([2, 1, 5, 6], { do_rotary: 1 }, { lengths: [5, 3] }));
	});
});

describe("what quantisers of weights write", () => {
	test.each([
		[4, undefined],
		[4, whole("uint8", [5 * 1], 256)],
		[8, undefined],
	] as const)("MatMulNBits of %s bits", async (bits, zeros) => {
		const blocks = [5, 2, (16 * bits) / 8];
		await expectSame(
			"MatMulNBits",
			[given(random([2, 3, 32])), whole("uint8", blocks, 256), scales([10]), zeros],
			{
				...{ K: 32, N: 5, bits, block_size: 16 },
			},
		);
	});
	test("MatMulNBits of a last block that is not full", async () => {
		await expectSame("MatMulNBits", [given(random([1, 20])), whole("uint8", [3, 2, 8], 256), scales([6])], {
			...{ K: 20, N: 3, bits: 4, block_size: 16 },
		});
	});
	test("GatherBlockQuantized", async () => {
		const operands = [whole("uint8", [6, 16], 256), given(whole("int64", [2, 2], 5)), scales([6, 2])];
		await expectSame("GatherBlockQuantized", operands, {
			bits: 4,
			block_size: 16,
			gather_axis: 0,
			quantize_axis: 1,
		});
	});
	test("reordered groups are refused", async () => {
		const order = tensorFrom("int32", [32], new Array(32).fill(0));
		const { model } = nodeOf(
			"MatMulNBits",
			[given(random([1, 32])), whole("uint8", [3, 2, 8], 256), scales([6]), undefined, order],
			{ K: 32, N: 3, bits: 4, block_size: 16 },
		);
		await expect(compileChecked(model)).rejects.toThrow('MatMulNBits "node": its groups are reordered');
	});
	test("DynamicQuantizeMatMul and MatMulIntegerToFloat", async () => {
		const weights = whole("int8", [4, 5], 64);
		const bias = random([5], 8);
		await expectSame(
			"DynamicQuantizeMatMul",
			[given(random([3, 4])), weights, scales([5]), tensorFrom("int8", [5], [0, 1, 2, 3, 4]), bias],
			{},
		);
		await expectSame(
			"MatMulIntegerToFloat",
			[given(whole("uint8", [3, 4], 255)), weights, scales([]), scales([5]), tensorFrom("uint8", [], [7])],
			{},
		);
	});
	test("DynamicQuantizeLSTM is an LSTM by the weights that its integers stand for", async () => {
		const [w, r] = [whole("int8", [1, 3, 8], 64), whole("int8", [1, 2, 8], 64)];
		const operands = [
			given(random([3, 1, 3])),
			w,
			r,
			random([1, 16], 5),
			undefined,
			undefined,
			undefined,
			undefined,
		];
		const grids = [scales([1]), tensorFrom("int8", [1], [3]), scales([1]), tensorFrom("int8", [1], [0])];
		const { model, inputs } = nodeOf("DynamicQuantizeLSTM", [...operands, ...grids], { hidden_size: 2 }, [
			"y",
		]);
		// onnxruntime rounds what goes into the products to 8 bits.
		await expectFaithful(model, 3e-2, { inputs: [inputs] });
	});
	test("QAttention", async () => {
		const operands = [
			...[given(whole("uint8", [2, 3, 8], 255)), whole("int8", [8, 24], 64), random([24], 3)],
			...[floats([], [0.02]), floats([], [0.01]), undefined, tensorFrom("uint8", [], [100])],
		];
		await expectSame("QAttention", operands, { num_heads: 2, unidirectional: 1 });
	});
	test("QLinearWhere, and pools whose channels come last", async () => {
		const [s, z] = [(x: number) => floats([], [x]), (x: number) => tensorFrom("uint8", [], [x])];
		const truth = given(tensorFrom("bool", [2, 3], [1, 0, 0, 1, 1, 0]));
		const x = given(whole("uint8", [2, 3], 255));
		await expectSame("QLinearWhere", [truth, x, s(0.02), z(3), x, s(0.03), z(5), s(0.05), z(1)], {});
		const image = given(whole("uint8", [1, 4, 4, 3], 255));
		await expectSame("QLinearGlobalAveragePool", [image, s(0.02), z(3), s(0.03), z(5)], { channels_last: 1 });
		await expectSame("NhwcMaxPool", [image], { kernel_shape: [2, 2], strides: [2, 2] });
	});
});

describe("embeddings and attention", () => {
	const tables = [random([10, 8], 2), random([6, 8], 3), random([2, 8], 4), random([8], 5), random([8], 6)];
	const [ids, segments] = [whole("int32", [2, 3], 10), whole("int32", [2, 3], 2)];
	test("EmbedLayerNormalization", async () => {
		const mask = given(tensorFrom("int32", [2, 3], [1, 1, 0, 1, 1, 1]));
		await expectSame("EmbedLayerNormalization", [given(ids), given(segments), ...tables, mask], {}, [
			"y",
			"count",
		]);
		const [words, places, , gamma, beta] = tables;
		const operands = [
			given(ids),
			undefined,
			words,
			places,
			undefined,
			gamma,
			beta,
			undefined,
			given(segments),
		];
		await expectSame("EmbedLayerNormalization", operands, {}, ["y", "", "sum"]);
	});
	test("Attention behind past keys", async () => {
		const operands = [given(random([2, 3, 8])), random([8, 24], 2), random([24], 3), undefined];
		await expectSame(
			"Attention",
			[...operands, given(random([2, 2, 2, 4, 4], 4))],
			{ num_heads: 2, unidirectional: 1 },
			["y", "present"],
		);
	});
});

test("operators that ONNX has too", async () => {
	const x = given(random([3, 4]));
	await expectSame("Trilu", [x, tensorFrom("int64", [], [1])], { upper: 0 });
	await expectSame("ExpandDims", [x, tensorFrom("int32", [], [1])], {});
	await expectSame("Pad", [x, tensorFrom("int64", [4], [1, 0, 0, 2])], { mode: "reflect" });
	await expectSame("TransposeMatMul", [x, random([5, 4], 3)], {
		transB: 1,
		alpha: { type: "float", value: 0.5 },
	});
	await expectSame("GridSample", [given(random([1, 1, 4, 4])), random([1, 2, 2, 2], 3)], {
		mode: "bilinear",
	});
	await expectSame(
		"ConvTransposeWithDynamicPads",
		[given(random([1, 2, 3, 3])), random([2, 2, 3, 3], 2), tensorFrom("int64", [4], [1, 1, 0, 0])],
		{ strides: [2, 2] },
	);
});

test("CDist", async () => {
	const { model, inputs } = nodeOf(
		"CDist",
		[given(floats([2, 2], [0, 0, 3, 4])), given(floats([1, 2], [0, 0]))],
		{
			metric: "euclidean",
		},
	);
	await expectOutputs(model, inputs, [[0, 5]], 1e-2);
});
