import type { AttributeInput } from "@umpire/onnx/builder.ts";
import {
	compileChecked,
	expectFaithful,
	expectOutputs,
	floats,
	modelOf,
	random,
} from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";

interface Case {
	readonly x: readonly number[];
	readonly w: readonly number[];
	readonly attributes: Record<string, AttributeInput>;
	readonly out: readonly [number, number];
	readonly groups?: number;
	readonly mask?: boolean;
}

/** DeformConv with offsets, bias and mask that are inputs. */
function deformed({ x, w, attributes, out, groups = 1, mask = false }: Case) {
	const [batch] = x;
	const taps = w[2] * w[3];
	const shapes = [x, [batch, groups * taps * 2, ...out], ...(mask ? [[batch, groups * taps, ...out]] : [])];
	return modelOf(
		shapes,
		(g, [image, offset, weights]) => {
			const operands = [image, g.constant("w", random(w, 3)), offset, g.constant("b", random([w[0]], 4))];
			return g.node("DeformConv", weights ? [...operands, weights] : operands, attributes, "d");
		},
		19,
	);
}

describe("DeformConv", () => {
	test.each<[string, Case]>([
		[
			"pads and a mask",
			{ x: [1, 2, 4, 5], w: [3, 2, 2, 2], attributes: { pads: [1, 0, 0, 1] }, out: [4, 5], mask: true },
		],
		[
			"groups of both kinds, strides and dilations",
			{
				...{ x: [2, 4, 6, 6], w: [2, 2, 2, 3], out: [2, 2], groups: 2 },
				attributes: { group: 2, offset_group: 2, strides: [2, 1], dilations: [2, 2] },
			},
		],
	])("%s", async (_, one) => {
		await expectFaithful(deformed(one), 1e-2);
	});

	test("offsets of nothing are a convolution, and offsets beyond the image see zeros", async () => {
		const model = deformed({ x: [1, 1, 3, 3], w: [1, 1, 1, 1], attributes: {}, out: [3, 3] });
		const [weight, bias] = [random([1, 1, 1, 1], 3), random([1], 4)].map(({ data }) => Number(data[0]));
		const image = [1, 2, 3, 4, 5, 6, 7, 8, 9];
		const offsets = new Array<number>(18).fill(0);
		offsets[0] = -9;
		offsets[1] = 1;
		const expected = [0, 5, ...image.slice(2)].map((value) => value * weight + bias);
		await expectOutputs(
			model,
			[floats([1, 1, 3, 3], image), floats([1, 2, 3, 3], offsets)],
			[expected],
			1e-2,
		);
	});
});

describe("operators of ONNX's first opset", () => {
	const x = floats([1, 2, 2, 3], [-2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
	const values = Array.from(x.data as Float32Array);
	test.each<[string, Record<string, AttributeInput>, readonly number[]]>([
		[
			"ImageScaler",
			{ scale: { type: "float", value: 0.5 }, bias: { type: "floats", value: [1, 2] } },
			values.map((v, i) => v / 2 + (i < 6 ? 1 : 2)),
		],
		[
			"Affine",
			{ alpha: { type: "float", value: 0.5 }, beta: { type: "float", value: 3 } },
			values.map((v) => v / 2 + 3),
		],
		["Scale", { scale: { type: "float", value: 0.5 } }, values.map((v) => v / 2)],
		[
			"ScaledTanh",
			{ alpha: { type: "float", value: 2 }, beta: { type: "float", value: 0.5 } },
			values.map((v) => 2 * Math.tanh(v / 2)),
		],
		[
			"ParametricSoftplus",
			{ alpha: { type: "float", value: 2 }, beta: { type: "float", value: 0.5 } },
			values.map((v) => 2 * Math.log1p(Math.exp(v / 2))),
		],
		["Crop", { border: [1, 0, 1, 1] }, [-1, 5]],
	])("%s", async (opType, attributes, expected) => {
		const model = modelOf([[1, 2, 2, 3]], (g, [own]) => g.node(opType, [own], attributes), 7);
		await expectOutputs(model, [x], [expected], 1e-3);
	});

	test("an unknown operator is named", async () => {
		const model = modelOf([[2, 2]], (g, [own]) => g.node("Unheard", [own], {}, "u"));
		await expect(compileChecked(model)).rejects.toThrow(/Unheard/);
	});
});
