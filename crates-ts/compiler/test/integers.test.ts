import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { ElementType, Tensor } from "@umpire/onnx/model.ts";
import { expectFaithful, floats, modelOf, random } from "@umpire/testing/compiler/check.ts";
import { describe, test } from "vitest";
import { expectSameFloats } from "./decompose.ts";

const whole = (type: ElementType, dims: readonly number[], values: readonly number[]): Tensor =>
	tensorFrom(type, dims, values);

/** A model of whole-number inputs, checked as floats and as a program: exact in both. */
async function expectExact(
	inputs: readonly Tensor[],
	build: Parameters<typeof modelOf>[1],
	opset = 18,
): Promise<void> {
	const model = modelOf(
		[],
		(g) =>
			build(
				g,
				inputs.map(({ type, dims }, k) => g.input(`i${k}`, type, dims)),
			),
		opset,
	);
	await expectSameFloats(model, inputs, 0);
	await expectFaithful(model, 1e-9, { inputs: [inputs] });
}

const BYTES = whole("uint8", [2, 4], [0, 1, 255, 128, 77, 3, 254, 16]);
const OTHERS = whole("uint8", [2, 4], [3, 255, 1, 128, 200, 0, 15, 31]);
const SIGNED = whole("int32", [2, 4], [-300, -1, 0, 5, 1234, -32000, 7, 32000]);

test("BitShift by a number, by a tensor, by an input", async () => {
	for (const direction of ["LEFT", "RIGHT"]) {
		const by = whole("uint8", [1, 4], [0, 1, 3, 7]);
		await expectExact([BYTES], (g, [x]) =>
			g.node("BitShift", [x, g.constant("by", whole("uint8", [], [3]))], { direction }),
		);
		await expectExact([BYTES], (g, [x]) => g.node("BitShift", [x, g.constant("by", by)], { direction }));
		await expectExact([BYTES, by], (g, [x, y]) => g.node("BitShift", [x, y], { direction }));
	}
});

test("BitwiseAnd, Or, Xor and Not, with numbers and tensors", async () => {
	for (const opType of ["BitwiseAnd", "BitwiseOr", "BitwiseXor"]) {
		await expectExact([BYTES], (g, [x]) => g.node(opType, [x, g.constant("c", whole("uint8", [], [0x5a]))]));
		await expectExact([SIGNED], (g, [x]) => g.node(opType, [x, g.constant("c", whole("int32", [], [-7]))]));
		await expectExact([BYTES, OTHERS], (g, inputs) => g.node(opType, inputs));
		await expectExact([SIGNED, whole("int32", [4], [-1, 3, 255, -256])], (g, inputs) =>
			g.node(opType, inputs),
		);
	}
	await expectExact([BYTES], (g, [x]) => g.node("BitwiseNot", [x]));
	await expectExact([SIGNED], (g, [x]) => g.node("BitwiseNot", [x]));
});

describe("Mod", () => {
	const divisors = whole("int32", [4], [7, -3, 100, -1000]);
	test.each([0, 1])("fmod %i of whole numbers", async (fmod) => {
		for (const divisor of [5, -5]) {
			await expectExact([SIGNED], (g, [x]) =>
				g.node("Mod", [x, g.constant("d", whole("int32", [], [divisor]))], { fmod }),
			);
		}
		await expectExact([SIGNED], (g, [x]) => g.node("Mod", [x, g.constant("d", divisors)], { fmod }));
		await expectExact([SIGNED, divisors], (g, inputs) => g.node("Mod", inputs, { fmod }));
	});
	test("of floats", async () => {
		const model = modelOf([[3, 5]], (g, [x]) => g.node("Mod", [x, g.scalar("d", 0.3)], { fmod: 1 }));
		const inputs = [
			[
				floats(
					[3, 5],
					Array.from({ length: 15 }, (_, k) => (k - 7) * 0.21 + 0.05),
				),
			],
		];
		await expectFaithful(model, 1e-3, { inputs });
	});
});

test("Cast: towards zero, low bits, truth", async () => {
	const reals = [floats([6], [-2.7, -1, -0.2, 0, 1, 2.9])];
	for (const to of [3, 5, 6, 7]) {
		await expectFaithful(
			modelOf([[6]], (g, [x]) => g.node("Cast", [x], { to })),
			1e-9,
			{ inputs: [reals] },
		);
	}
	await expectExact([SIGNED], (g, [x]) => g.node("Cast", [x], { to: 2 }));
	await expectExact([SIGNED], (g, [x]) => g.node("Cast", [x], { to: 3 }));
	await expectExact([SIGNED], (g, [x]) => g.node("Cast", [x], { to: 9 }));
	await expectExact([SIGNED], (g, [x]) => g.node("CastLike", [x, g.constant("like", floats([1], [0]))]));
	// A product of whole floats is no whole number on the grid, and still casts to one.
	const product = modelOf([[6]], (g, [x]) => g.node("Cast", [g.node("Mul", [x, x])], { to: 6 }));
	await expectFaithful(product, 1e-9, { inputs: [[floats([6], [-3, -2, 0, 1, 4, 5])]] });
});

test("Floor, Ceil, Round and Sign of what is nearly whole", async () => {
	for (const opType of ["Floor", "Ceil", "Round", "Sign"]) {
		const model = modelOf([[6]], (g, [x]) => g.node(opType, [g.node("Mul", [x, g.scalar("c", 3)])]));
		await expectFaithful(model, 1e-9, { inputs: [[floats([6], [-3, -2.4, 0, 1, 4.1, 5])]] });
	}
});

test("Clip by inputs, PRelu with a slope that inputs give, Pow of many exponents and of a base", async () => {
	const clip = modelOf([[2, 3], [], []], (g, inputs) => g.node("Clip", inputs));
	const values = [random([2, 3]), floats([], [-0.5]), floats([], [0.7])];
	await expectSameFloats(clip, values);
	await expectFaithful(clip, 1e-3, { inputs: [values] });
	const prelu = modelOf(
		[
			[2, 3, 4],
			[3, 1],
		],
		(g, inputs) => g.node("PRelu", inputs),
	);
	await expectSameFloats(prelu);
	await expectFaithful(prelu);
	const powers = modelOf([[2, 3]], (g, [x]) => g.node("Pow", [x, g.constant("e", floats([3], [1, 2, 3]))]));
	await expectSameFloats(powers);
	await expectFaithful(powers);
	await expectFaithful(modelOf([[2, 3]], (g, [x]) => g.node("Pow", [g.scalar("two", 2), x])));
});
