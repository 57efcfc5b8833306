import type { AttributeInput } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import {
	expectExact,
	expectFaithful,
	expectOutputs,
	floats,
	modelOf,
	random,
} from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";
import { expectSameFloats } from "./decompose.ts";

async function expectSame(model: Model, inputs?: readonly Tensor[]): Promise<void> {
	await expectSameFloats(model, inputs);
	await expectFaithful(model, 1e-2, inputs ? { inputs: [inputs] } : {});
}

describe("convolutions by weights that are inputs", () => {
	const cases: readonly (readonly [Record<string, AttributeInput>, readonly number[]])[] = [
		[{}, [2, 3, 3, 2]],
		[{ strides: [2, 3], pads: [1, 0, 0, 2] }, [2, 3, 3, 2]],
		[{ group: 2, dilations: [2, 1], output_padding: [1, 0], strides: [2, 1] }, [2, 2, 3, 2]],
		[{ output_shape: [9, 8], strides: [2, 2] }, [2, 3, 3, 3]],
		[{ auto_pad: "SAME_UPPER", strides: [2, 2] }, [2, 3, 3, 3]],
		[{ auto_pad: "SAME_UPPER", output_shape: [9, 4], strides: [2, 1] }, [2, 3, 2, 3]],
	];
	test.each(cases)("ConvTranspose %j", async (attributes, weights) => {
		const model = modelOf([[1, 2, 4, 3], weights], (g, inputs) =>
			g.node("ConvTranspose", inputs, attributes),
		);
		await expectSame(model);
	});
	test.each(["Conv", "ConvTranspose"])("%s with a bias that is an input", async (opType) => {
		const model = modelOf([[1, 2, 5], [3]], (g, [x, bias]) => {
			const w = g.constant("w", random(opType === "Conv" ? [3, 2, 2] : [2, 3, 2]));
			return g.node(opType, [x, w, bias]);
		});
		await expectSame(model);
	});
});

describe("GridSample where an input says", () => {
	const grid = floats([1, 2, 2, 2], [-0.72, -0.31, 0.2, 0.63, 0.93, -0.94, 1.3, 0.11]);
	for (const mode of ["linear", "cubic", "nearest"]) {
		for (const padding_mode of ["zeros", "border", "reflection"]) {
			test(`${mode}, ${padding_mode}`, async () => {
				for (const align_corners of mode === "cubic" ? [0] : [0, 1]) {
					const model = modelOf(
						[
							[1, 2, 3, 4],
							[1, 2, 2, 2],
						],
						(g, inputs) => g.node("GridSample", inputs, { mode, padding_mode, align_corners }),
						20,
					);
					await expectSame(model, [random([1, 2, 3, 4]), grid]);
				}
			});
		}
	}
});

describe("running products", () => {
	test.each([
		[{}, [1, 2, 6, 4, 20, 120]],
		[{ exclusive: 1 }, [1, 1, 2, 1, 4, 20]],
		[{ reverse: 1 }, [6, 6, 3, 120, 30, 6]],
		[{ reverse: 1, exclusive: 1 }, [6, 3, 1, 30, 6, 1]],
	])("CumProd %j", async (attributes, expected) => {
		const model = modelOf(
			[[2, 3]],
			(g, [x]) => {
				const whole = g.node("Cast", [x], { to: 6 });
				const axis = g.constant("axis", tensorFrom("int64", [], [-1]));
				return g.node("CumProd", [whole, axis], attributes);
			},
			26,
		);
		await expectOutputs(model, [floats([2, 3], [1, 2, 3, 4, 5, 6])], [expected]);
	});
});

describe("shifts", () => {
	const shifting = (type: "int8" | "int32", direction: string): Model =>
		modelOf(
			[],
			(g) => g.node("BitShift", [g.input("x", type, [4]), g.input("by", type, [4])], { direction }),
			26,
		);
	test.each(["int8", "int32"] as const)("of %s", async (type) => {
		const x = tensorFrom(type, [4], [-8, 5, -1, 64]);
		const by = tensorFrom(type, [4], [1, 2, 40, -1]);
		await expectOutputs(shifting(type, "RIGHT"), [x, by], [[-4, 1, -1, 0]]);
		await expectOutputs(shifting(type, "LEFT"), [x, by], [[-16, 20, 0, 0]]);
	});
	test("drop what does not fit", async () => {
		const x = tensorFrom("int8", [4], [64, 127, -128, 1]);
		await expectOutputs(
			shifting("int8", "LEFT"),
			[x, tensorFrom("int8", [4], [1, 1, 1, 7])],
			[[-128, -2, 0, -128]],
		);
	});
	test("BitwiseNot of large integers", async () => {
		const model = modelOf([], (g) => g.node("BitwiseNot", [g.input("x", "int32", [3])]), 18);
		const x = tensorFrom("int32", [3], [2 ** 30, -(2 ** 30), 0]);
		await expectOutputs(model, [x], [[-(2 ** 30) - 1, 2 ** 30 - 1, -1]]);
	});
});

describe("Fourier transforms", () => {
	test.each([
		[{ onesided: 1 }, [1, 6, 2, 1], -3],
		[{ inverse: 1 }, [1, 5, 2, 2], 1],
		[{}, [1, 3, 4, 2], 2],
	])("DFT %j", async (attributes, shape, axis) => {
		const model = modelOf(
			[shape],
			(g, [x]) => g.node("DFT", [x, "", g.constant("axis", tensorFrom("int64", [], [axis]))], attributes),
			20,
		);
		await expectSame(model);
	});
	test("the inverse of a one-sided spectrum", async () => {
		// The spectrum of 1, 2, 3, 4: 10, −2 + 2i, −2.
		const model = modelOf([[1, 3, 2]], (g, [x]) => g.node("DFT", [x], { inverse: 1, onesided: 1 }), 20);
		await expectOutputs(model, [floats([1, 3, 2], [10, 0, -2, 2, -2, 0])], [[1, 2, 3, 4]], 1e-3);
	});
	test("STFT", async () => {
		const model = modelOf([[1, 16, 1]], (g, [x]) => {
			const [step, length] = [4, 8].map((size, k) => g.constant(`size${k}`, tensorFrom("int64", [], [size])));
			return g.node("STFT", [x, step, g.constant("window", random([8])), length]);
		});
		await expectSame(model);
	});
});

describe("operators of opset 27", () => {
	test("SwiGLU and CausalConvWithState", async () => {
		const swiglu = modelOf([[3], [3]], (g, inputs) => g.node("SwiGLU", inputs), 27);
		const [a, b] = [
			[1, -2, 0.5],
			[2, 1, -1],
		];
		const gated = a.map((x, i) => (x / (1 + Math.exp(-x))) * b[i]);
		await expectOutputs(swiglu, [floats([3], a), floats([3], b)], [gated], 1e-3);
		const conv = modelOf(
			[
				[1, 1, 3],
				[1, 1, 2],
				[1, 1, 1],
			],
			(g, [x, w, past]) => {
				g.node("CausalConvWithState", [x, w, "", past], {}, "conv", ["y", "state"]);
				return ["y", "state"];
			},
			27,
		);
		const inputs = [floats([1, 1, 3], [1, 2, 3]), floats([1, 1, 2], [10, 1]), floats([1, 1, 1], [5])];
		await expectOutputs(conv, inputs, [[51, 12, 23], [3]], 1e-3);
	});
	test("LinearAttention, with decay and correction", async () => {
		const shapes = [
			[1, 2, 2],
			[1, 2, 2],
			[1, 2, 1],
			[1, 2, 1],
			[1, 2, 1],
		];
		const model = modelOf(
			shapes,
			(g, [q, k, v, decay, beta]) =>
				g.node("LinearAttention", [q, k, v, "", decay, beta], { q_num_heads: 1, kv_num_heads: 1, scale: 1 }),
			27,
		);
		const [q, k, v, decay, beta] = [
			[1, 2, 3, 4],
			[0.5, 1, -1, 0.5],
			[2, 3],
			[-0.1, -0.5],
			[0.5, 0.25],
		];
		let state = [0, 0];
		const expected = [0, 1].map((t) => {
			const key = k.slice(2 * t, 2 * t + 2);
			state = state.map((s) => s * Math.exp(decay[t]));
			const known = state[0] * key[0] + state[1] * key[1];
			state = state.map((s, c) => s + key[c] * beta[t] * (v[t] - known));
			return q[2 * t] * state[0] + q[2 * t + 1] * state[1];
		});
		const inputs = [q, k, v, decay, beta].map((numbers, i) => floats(shapes[i], numbers));
		await expectOutputs(model, inputs, [expected], 2e-3);
	});
});

test("zero points per filter that are inputs", async () => {
	const model = modelOf([], (g) => {
		const x = g.input("x", "uint8", [1, 1, 3]);
		const w = g.input("w", "uint8", [2, 1, 2]);
		return g.node("ConvInteger", [x, w, g.input("xz", "uint8", []), g.input("wz", "uint8", [2])]);
	});
	const inputs = [
		tensorFrom("uint8", [1, 1, 3], [2, 3, 5]),
		tensorFrom("uint8", [2, 1, 2], [1, 2, 3, 4]),
		tensorFrom("uint8", [], [1]),
		tensorFrom("uint8", [2], [0, 3]),
	];
	await expectOutputs(model, inputs, [[5, 10, 2, 4]]);
	await expect(expectExact(model, { inputs: [inputs] })).resolves.toBeDefined();
});

describe("Pow of two inputs", () => {
	test("positive bases, and 0", async () => {
		const model = modelOf([[4], [4]], (g, inputs) => g.node("Pow", inputs));
		await expectOutputs(
			model,
			[floats([4], [0, 0.5, 2, 9]), floats([4], [2, -1, 1.5, 0.5])],
			[[0, 2, 2 ** 1.5, 3]],
			5e-3,
		);
	});
	test("whole exponents, exactly", async () => {
		const model = modelOf([], (g) => g.node("Pow", [g.input("x", "int64", [4]), g.input("y", "int64", [4])]));
		const inputs = [tensorFrom("int64", [4], [-3, 2, -1, 5]), tensorFrom("int64", [4], [3, 5, 4, 0])];
		await expectOutputs(model, inputs, [[-27, 32, 1, 1]]);
	});
	test("negative bases, to whole exponents and to others", async () => {
		const model = modelOf([[5], [5]], (g, inputs) => g.node("Pow", inputs));
		const inputs = [floats([5], [-2, -2, -1.5, 2, -3]), floats([5], [2, 3, -1, 0.5, 0.5])];
		await expectOutputs(model, inputs, [[4, -8, -1 / 1.5, Math.SQRT2, 0]], 5e-3);
	});
	test("whole numbers to float exponents are refused", async () => {
		const model = modelOf([[2]], (g, [y]) => g.node("Pow", [g.input("x", "int64", [2]), y]));
		const inputs = [floats([2], [2, 0.5]), tensorFrom("int64", [2], [-2, 2])];
		await expect(expectOutputs(model, inputs, [[4, 1]])).rejects.toThrow(/the base is no float/);
	});
});

test("QuantizeLinear and DequantizeLinear in blocks", async () => {
	const model = modelOf(
		[[2, 4]],
		(g, [x]) => {
			const scale = g.constant("scale", floats([2, 2], [0.5, 1, 2, 0.25]));
			const zero = g.constant("zero", tensorFrom("int8", [2, 2], [0, 1, -3, 4]));
			const attributes = { axis: 1, block_size: 2 };
			const q = g.node("QuantizeLinear", [x, scale, zero], attributes);
			return [q, g.node("DequantizeLinear", [q, scale, zero], attributes)];
		},
		21,
	);
	await expectSame(model, [floats([2, 4], [1.2, -3.3, 2.2, 7, 8.1, -8.6, 1.3, 2])]);
});

test("inputs beyond 32 bits are refused by name", async () => {
	const model = modelOf([], (g) => g.node("Add", [g.input("x", "int64", [1]), g.ints("one", [1])]));
	const inputs = [tensorFrom("int64", [1], [2 ** 40])];
	await expect(expectOutputs(model, inputs, [[2 ** 40 + 1]])).rejects.toThrow(
		/"x" holds whole numbers up to/,
	);
});

test("Mod of floats takes the divisor's sign without fmod (opset 27)", async () => {
	const model = modelOf([[3], [3]], (g, inputs) => g.node("Mod", inputs, { fmod: 0 }), 27);
	const inputs = [floats([3], [-4.3, 7.2, 5]), floats([3], [2.1, -3.4, 8])];
	await expectOutputs(model, inputs, [[2, -3, 5]], 1e-3);
});
