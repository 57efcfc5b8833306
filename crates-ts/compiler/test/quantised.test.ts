import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { ElementType, Tensor } from "@umpire/onnx/model.ts";
import { expectFaithful, expectOutputs, floats, modelOf, random } from "@umpire/testing/compiler/check.ts";
import { describe, test } from "vitest";
import { expectSameFloats } from "./decompose.ts";

const whole = (type: ElementType, dims: readonly number[], values: readonly number[]): Tensor =>
	tensorFrom(type, dims, values);
/** Bytes without a pattern. */
const bytes = (dims: readonly number[], type: ElementType = "uint8", step = 37): Tensor => {
	const size = dims.reduce((a, b) => a * b, 1);
	const low = type === "int8" ? -128 : 0;
	return whole(
		type,
		dims,
		Array.from({ length: size }, (_, k) => ((k * k + step * k + 11) % 256) + low),
	);
};

/** Weights of seven bits: with more, onnxruntime's own kernels saturate on processors without VNNI. */
const sevenBits = (dims: readonly number[]): Tensor => {
	const { data } = bytes(dims, "int8");
	return whole(
		"int8",
		dims,
		Array.from(data as Int8Array, (value) => value >> 1),
	);
};

describe("QuantizeLinear and DequantizeLinear", () => {
	const zeros: [ElementType, number][] = [
		["uint8", 128],
		["int8", -3],
		["uint16", 1000],
		["int16", 7],
	];
	test.each(zeros)("per tensor, %s", async (type, zero) => {
		const model = modelOf(
			[[3, 8]],
			(g, [x]) => {
				const scale = g.scalar("scale", 0.021);
				const point = g.constant("zero", whole(type, [], [zero]));
				const q = g.node("QuantizeLinear", [x, scale, point]);
				return [q, g.node("DequantizeLinear", [q, scale, point])];
			},
			21,
		);
		await expectSameFloats(model);
		await expectFaithful(model, 5e-3);
	});
	test("per axis, and without a zero point", async () => {
		for (const axis of [0, 1, -1]) {
			const size = axis === 0 ? 2 : 3;
			const model = modelOf([axis === -1 ? [4, 2, 3] : [2, 3, 4]], (g, [x]) => {
				const scale = g.constant("scale", floats([size], [0.02, 0.03, 0.05].slice(0, size)));
				const zero = g.constant("zero", whole("uint8", [size], [100, 128, 140].slice(0, size)));
				const q = g.node("QuantizeLinear", [x, scale, zero], { axis });
				return [q, g.node("DequantizeLinear", [q, scale, zero], { axis })];
			});
			await expectSameFloats(model);
			await expectFaithful(model, 5e-3);
		}
		const plain = modelOf([[3, 8]], (g, [x]) => g.node("QuantizeLinear", [x, g.scalar("scale", 0.03)]));
		await expectSameFloats(plain);
		await expectFaithful(plain, 5e-3);
	});
	test("integers of an input stay exact", async () => {
		const model = modelOf([], (g) => {
			const x = g.input("q", "int8", [2, 8]);
			return g.node("DequantizeLinear", [x, g.scalar("s", 0.037), g.constant("z", whole("int8", [], [5]))]);
		});
		await expectFaithful(model, 1e-7, { inputs: [[bytes([2, 8], "int8")]] });
	});
});

test("DynamicQuantizeLinear", async () => {
	const model = modelOf([[3, 7]], (g, [x]) => {
		g.node("DynamicQuantizeLinear", [x], {}, "dynamic", ["y", "scale", "zero"]);
		return ["y", "scale", "zero"];
	});
	await expectSameFloats(model, undefined, 1e-2);
	await expectFaithful(model, 1e-2);
});

test("MatMulInteger, zero points per tensor and column", async () => {
	const build = (a: Tensor | undefined, b: Tensor | undefined, weights: Tensor | undefined) =>
		modelOf([], (g) => {
			const x = g.input("a", "uint8", [3, 5]);
			const w = weights ? g.constant("w", weights) : g.input("b", "int8", [5, 4]);
			const inputs = [x, w, a ? g.constant("az", a) : "", b ? g.constant("bz", b) : ""];
			while (inputs.at(-1) === "") inputs.pop();
			return g.node("MatMulInteger", inputs);
		});
	const [x, w] = [bytes([3, 5]), bytes([5, 4], "int8", 91)];
	const point = whole("uint8", [], [12]);
	const column = whole("int8", [4], [1, -2, 0, 7]);
	for (const [a, b] of [
		[undefined, undefined],
		[point, undefined],
		[point, column],
	] as const) {
		await expectSameFloats(build(a, b, undefined), [x, w], 0);
		await expectFaithful(build(a, b, w), 1e-4, { inputs: [[x]] });
		await expectFaithful(build(a, b, undefined), 1e-4, { inputs: [[x, w]] });
	}
	await expectFaithful(
		modelOf([], (g) => {
			const inputs = [g.input("a", "uint8", [3, 5]), g.constant("w", w), g.constant("az", point)];
			return g.node("MatMulInteger", inputs);
		}),
		1e-4,
		{ inputs: [[x]] },
	);
});

test("ConvInteger with padding and a zero point", async () => {
	const model = modelOf([], (g) => {
		const x = g.input("x", "uint8", [1, 2, 5, 5]);
		const inputs = [
			x,
			g.constant("w", bytes([3, 2, 3, 3])),
			g.constant("xz", whole("uint8", [], [9])),
			g.constant("wz", whole("uint8", [1], [130])),
		];
		return g.node("ConvInteger", inputs, { pads: [1, 0, 1, 2], strides: [2, 1] });
	});
	const x = bytes([1, 2, 5, 5], "uint8", 71);
	await expectSameFloats(model, [x], 0);
	await expectFaithful(model, 1e-3, { inputs: [[x]] });
});

test("QLinearConv with scales per tensor and per filter", async () => {
	for (const scales of [[0.004], [0.004, 0.002, 0.009]]) {
		const model = modelOf([], (g) => {
			const x = g.input("x", "uint8", [1, 2, 5, 5]);
			const zeros = scales.map(() => 0);
			const inputs = [
				x,
				g.scalar("xs", 0.02),
				g.constant("xz", whole("uint8", [], [9])),
				g.constant("w", sevenBits([3, 2, 3, 3])),
				g.constant("ws", floats([scales.length], scales)),
				g.constant("wz", whole("int8", [scales.length], zeros)),
				g.scalar("ys", 0.11),
				g.constant("yz", whole("uint8", [], [100])),
				g.constant("b", whole("int32", [3], [1000, -3000, 20])),
			];
			return g.node("QLinearConv", inputs, { pads: [1, 1, 1, 1] });
		});
		const x = bytes([1, 2, 5, 5], "uint8", 71);
		await expectSameFloats(model, [x], 1e-9);
		await expectFaithful(model, 1e-2, { inputs: [[x]] });
	}
});

test("QLinearMatMul with constant and with given factors", async () => {
	for (const constant of [true, false]) {
		const w = bytes([5, 4], "uint8", 91);
		const model = modelOf([], (g) => {
			const a = g.input("a", "uint8", [2, 3, 5]);
			const b = constant ? g.constant("b", w) : g.input("b", "uint8", [5, 4]);
			const inputs = [
				a,
				g.scalar("as", 0.02),
				g.constant("az", whole("uint8", [], [9])),
				b,
				g.scalar("bs", 0.01),
				g.constant("bz", whole("uint8", [], [120])),
				g.scalar("ys", 0.05),
				g.constant("yz", whole("uint8", [], [100])),
			];
			return g.node("QLinearMatMul", inputs);
		});
		const a = bytes([2, 3, 5], "uint8", 71);
		await expectSameFloats(model, constant ? [a] : [a, w], 1e-9);
		await expectFaithful(model, 1e-2, { inputs: [constant ? [a] : [a, w]] });
	}
});

test("a quantised network between QuantizeLinear and DequantizeLinear", async () => {
	const model = modelOf([[1, 2, 6, 6]], (g, [x]) => {
		const scale = g.scalar("s", 0.03);
		const zero = g.constant("z", whole("uint8", [], [128]));
		const inner = g.node("DequantizeLinear", [g.node("QuantizeLinear", [x, scale, zero]), scale, zero]);
		const w = g.constant("w", sevenBits([3, 2, 3, 3]));
		const ws = g.constant("ws", floats([3], [0.01, 0.02, 0.015]));
		const weights = g.node("DequantizeLinear", [w, ws, g.constant("wz", whole("int8", [3], [0, 0, 0]))], {
			axis: 0,
		});
		const y = g.node("Relu", [g.node("Conv", [inner, weights])]);
		const ys = g.scalar("ys", 0.12);
		const yz = g.constant("yz", whole("uint8", [], [0]));
		return g.node("DequantizeLinear", [g.node("QuantizeLinear", [y, ys, yz]), ys, yz]);
	});
	await expectSameFloats(model);
	// One of the 99 steps that the output spans.
	await expectFaithful(model, 1.02e-2);
});

test("onnxruntime's QLinearAdd, QLinearMul, QLinearSigmoid, QLinearLeakyRelu", async () => {
	const [x, y] = [bytes([2, 5]), bytes([2, 5], "uint8", 71)];
	for (const opType of ["QLinearAdd", "QLinearMul", "QLinearSigmoid", "QLinearLeakyRelu"]) {
		const two = /Add|Mul/.test(opType);
		const plain = modelOf([], (g) => {
			const grid = (name: string, scale: number, zero: number) => [
				g.scalar(`${name}s`, scale),
				g.constant(`${name}z`, whole("uint8", [], [zero])),
			];
			const inputs = [g.input("x", "uint8", [2, 5]), ...grid("x", 0.02, 120)];
			if (two) inputs.push(g.input("y", "uint8", [2, 5]), ...grid("y", 0.03, 130));
			inputs.push(
				...grid("o", opType === "QLinearSigmoid" ? 1 / 256 : 0.06, opType === "QLinearSigmoid" ? 0 : 128),
			);
			return g.node(opType, inputs, {}, "q", ["out"], "com.microsoft");
		});
		const model = { ...plain, opsets: new Map([...plain.opsets, ["com.microsoft", 1]]) };
		const inputs = two ? [x, y] : [x];
		await expectSameFloats(model, inputs, 1 / 100);
		await expectFaithful(model, 1e-2, { inputs: [inputs] });
	}
});

describe("trees as tensors: comparisons cast to bytes, and multiplied", () => {
	for (const type of ["int8", "uint8"] as const) {
		const to = type === "int8" ? 3 : 2;
		const paths = [1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 1];
		test.each(["MatMul", "Mul", "MatMulInteger"])(`%s of ${type}`, async (opType) => {
			const model = modelOf([[3, 4]], (g, [x]) => {
				const less = g.node("Less", [x, g.constant("thresholds", floats([4], [0, 0.5, -0.5, 1]))]);
				const bytes = g.node("Cast", [less], { to });
				const shape = opType === "Mul" ? [3, 4] : [4, 3];
				const product = g.node(opType, [bytes, g.constant("paths", tensorFrom(type, shape, paths))]);
				return g.node("Cast", [product], { to: 1 });
			});
			const x = random([3, 4], 5);
			const bits = Array.from(x.data as Float32Array, (value, k) => Number(value < [0, 0.5, -0.5, 1][k % 4]));
			const expected =
				opType === "Mul"
					? bits.map((bit, k) => bit * paths[k])
					: Array.from({ length: 9 }, (_, k) =>
							[0, 1, 2, 3].reduce(
								(sum, j) => sum + bits[4 * Math.floor(k / 3) + j] * paths[3 * j + (k % 3)],
								0,
							),
						);
			await expectOutputs(model, [x], [expected]);
		});
	}
});
