import { expectFaithful, formsOf, modelOf, random } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";

type Attributes = Record<string, number | string | readonly number[]>;

const conv = (x: number[], w: number[], attributes: Attributes, bias = true, opType = "Conv") =>
	modelOf([x], (g, [input]) => {
		const channels = opType === "Conv" ? w[0] : w[1] * Number(attributes.group ?? 1);
		const operands = [input, g.constant("w", random(w, 2))];
		if (bias) operands.push(g.constant("b", random([channels], 3)));
		return g.node(opType, operands, attributes);
	});

describe("Conv", () => {
	test.each<[string, number[], number[], Attributes]>([
		["1-D with stride", [2, 3, 9], [4, 3, 3], { strides: [2] }],
		["2-D with asymmetric pads", [1, 2, 6, 5], [3, 2, 3, 2], { pads: [1, 0, 2, 1] }],
		["3-D with dilation", [1, 2, 5, 5, 5], [2, 2, 2, 2, 2], { dilations: [2, 1, 3] }],
		["groups", [1, 4, 5, 5], [6, 2, 3, 3], { group: 2, pads: [1, 1, 1, 1] }],
		["depthwise", [1, 3, 5, 5], [3, 1, 3, 3], { group: 3, strides: [2, 1] }],
		["SAME_UPPER", [1, 1, 6, 7], [2, 1, 3, 2], { auto_pad: "SAME_UPPER", strides: [2, 2] }],
		["SAME_LOWER", [1, 1, 6, 7], [2, 1, 3, 2], { auto_pad: "SAME_LOWER", strides: [2, 2] }],
		["VALID", [1, 1, 6, 7], [2, 1, 3, 2], { auto_pad: "VALID" }],
	])("%s", async (_, x, w, attributes) => {
		const compiled = await expectFaithful(conv(x, w, attributes));
		expect(formsOf(compiled)).toEqual(["conv"]);
		const [weights] = compiled.program.constants;
		expect(weights.layout[weights.layout.length - 1]).toBe(1);
	});

	test("without bias, weights from an input", async () => {
		const model = modelOf(
			[
				[1, 2, 5, 5],
				[3, 2, 3, 3],
			],
			(g, [x, w]) => g.node("Conv", [x, w]),
		);
		const { program } = await expectFaithful(model);
		// Both operands of a Dot have the channels last.
		expect(program.inputs.map((input) => input.layout)).toEqual([
			[0, 2, 3, 1],
			[0, 2, 3, 1],
		]);
	});

	test("bias, batch normalisation, a factor and Relu are computed by the convolution", async () => {
		const model = modelOf([[1, 2, 5, 5]], (g, [x]) => {
			const c = g.node("Conv", [x, g.constant("w", random([3, 2, 3, 3], 2))]);
			const a = g.node("Add", [c, g.constant("a", random([3, 1, 1], 4))]);
			const statistics = [5, 6, 7].map((seed) => g.constant(`p${seed}`, random([3], seed)));
			const variance = g.constant("v", { type: "float32", dims: [3], data: Float32Array.of(0.5, 2, 1e-6) });
			const n = g.node("BatchNormalization", [a, ...statistics, variance]);
			return g.node("Relu", [g.node("Mul", [n, g.scalar("two", 0.125)])]);
		});
		const compiled = await expectFaithful(model);
		expect(formsOf(compiled)).toEqual(["conv"]);
		expect(compiled.program.operators[0].low).toBe(0);
		expect(compiled.program.operators[0].opType).toBe("Conv+Add+BatchNormalization+Mul+Relu");
	});

	test("nothing is absorbed across a value that is used twice", async () => {
		const model = modelOf([[1, 2, 5, 5]], (g, [x]) => {
			const c = g.node("Conv", [x, g.constant("w", random([3, 2, 3, 3], 2))]);
			return [g.node("Relu", [c]), c];
		});
		expect(formsOf(await expectFaithful(model))).toEqual(["conv", "linear"]);
	});

	test("sums of weights stay within the fast exact plan", async () => {
		const { program } = await expectFaithful(conv([1, 8, 4, 4], [2, 8, 3, 3], {}));
		const data = Array.from(program.constants[0].data);
		const sums = [0, 1].map((c) => data.slice(c * 72, (c + 1) * 72).reduce((a, b) => a + Math.abs(b), 0));
		expect(Math.max(...sums)).toBeLessThan(2 ** 17);
		expect(Math.max(...data)).toBeGreaterThan(1000);
	});
});

describe("ConvTranspose", () => {
	test.each<[string, number[], number[], Attributes]>([
		["stride 2", [1, 2, 4, 3], [2, 3, 3, 3], { strides: [2, 2] }],
		["1-D with pads", [1, 2, 5], [2, 3, 3], { pads: [1, 1], strides: [2] }],
		["groups and dilation", [1, 4, 3, 3], [4, 2, 2, 2], { group: 2, dilations: [2, 2] }],
		[
			"output_padding",
			[1, 2, 3, 3],
			[2, 2, 3, 3],
			{ strides: [3, 2], output_padding: [2, 1], pads: [1, 0, 1, 0] },
		],
		["output_shape", [1, 2, 3, 3], [2, 2, 3, 3], { strides: [3, 2], output_shape: [10, 8] }],
		["SAME_UPPER", [1, 2, 3, 3], [2, 2, 3, 3], { strides: [2, 2], auto_pad: "SAME_UPPER" }],
		["SAME_LOWER", [1, 2, 3, 3], [2, 2, 3, 3], { strides: [2, 2], auto_pad: "SAME_LOWER" }],
		["pads beyond the kernel", [1, 1, 5, 5], [1, 1, 2, 2], { pads: [2, 2, 1, 1] }],
		["pads that crop the end", [1, 2, 4, 2], [2, 2, 1, 3], { pads: [1, 0, 1, 1], strides: [2, 3] }],
	])("%s", async (_, x, w, attributes) => {
		await expectFaithful(conv(x, w, attributes, true, "ConvTranspose"));
	});
});
