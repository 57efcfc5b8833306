import type { FunctionDefinition } from "@umpire/onnx/model.ts";
import { describe, expect, test } from "vitest";
import { Body, int, ints, MICROSOFT } from "../src/body.ts";
import { type Abstract, uniform } from "../src/certificate/abstract.ts";
import { walk } from "../src/certificate/walk.ts";

const input = (type: Abstract["type"], shape: readonly number[], low: number, high: number): Abstract => {
	return { name: "", type, shape, cells: uniform(shape.length, low, high) };
};

/** Walks a body that is written by hand. */
function walked(inputs: readonly Abstract[], emit: (body: Body, values: string[]) => string) {
	const body = new Body();
	const names = inputs.map(({ type }, i) => body.declare(`x${i}`, type));
	body.name(emit(body, names), "result");
	const { nodes } = body;
	const definition: FunctionDefinition = {
		name: "f",
		domain: "umpire",
		inputs: names,
		outputs: ["result"],
		nodes,
		opsets: new Map(),
		doc: "",
	};
	return walk(definition, inputs);
}

const range = ({ result }: ReturnType<typeof walk>) => [
	// −0 and 0 are one number.
	Math.min(...result.cells.low) + 0,
	Math.max(...result.cells.high) + 0,
];

/** Weights of which 255 times the sum is just below 2^24: 1,044 of 63, and one more. */
const longColumn = (last: number): number[] => [...Array<number>(1044).fill(63), last];

/** A product of bytes, with the operands of the kernel that come after them. */
const product =
	(
		weights: readonly number[],
		options: { scale?: number; bias?: number; first?: number; zero?: string } = {},
	) =>
	() =>
		walked([input("uint8", [1, weights.length], 0, 255)], (body, [x]) => {
			const { scale = 1, bias, first = 1, zero } = options;
			const operands = [x, body.integers("int8", weights, [weights.length, 1])];
			operands.push(body.reals("float32", [first]), body.reals("float32", [scale]));
			const zeros = ["a", "b"].map((of) => (zero === of ? body.integers("uint8", [1]) : ""));
			const added = bias === undefined ? [] : [body.reals("float32", [bias], [1])];
			return body.op("MatMulIntegerToFloat", [...operands, ...zeros, ...added], {}, "float32", MICROSOFT);
		});

describe("MatMulIntegerToFloat", () => {
	test("sums stay below 2^24, which int32 sums become float32 up to", () => {
		// 255·(1044·63 + 21) = 2^24 − 1
		expect(range(product(longColumn(21))())).toEqual([0, 2 ** 24 - 1]);
		expect(product(longColumn(22))).toThrow(/16777470/);
		expect(product(longColumn(22), { scale: 2 ** -9 })).toThrow(/16777470/);
		expect(product(longColumn(22), { bias: -(2 ** 20) })).toThrow(/16777470/);
	});

	test("weights that cancel count on the way", () => {
		expect(product([...longColumn(22), ...longColumn(22).map((weight) => -weight)])).toThrow(/16777470/);
	});

	test("weights lie in −64 … 63: pairs of products saturate beyond on processors without VNNI", () => {
		expect(range(product([-64, 63])())).toEqual([-64 * 255, 63 * 255]);
		expect(product([64])).toThrow(/saturate/);
		expect(product([-65])).toThrow(/saturate/);
	});

	test("scales are powers of two, and there are no zero points", () => {
		expect(range(product([1], { scale: 2 ** -3 })())).toEqual([0, 255 / 8]);
		expect(product([1], { scale: 0.75 })).toThrow(/no power of 2/);
		expect(product([1], { scale: -0.5 })).toThrow(/no power of 2/);
		expect(product([1], { first: 2 })).toThrow(/first scale/);
		expect(product([1], { zero: "a" })).toThrow(/zero point/);
		expect(product([1], { zero: "b" })).toThrow(/zero point/);
	});

	test("a bias of halves leaves sums one bit less", () => {
		const half = [...Array<number>(522).fill(63), 10];
		// 255·(522·63 + 10) = 2^23 − 128
		expect(range(product(half, { bias: 127.5 })())).toEqual([127.5, 2 ** 23 - 0.5]);
		expect(product(half, { bias: 128.5 })).toThrow(/reaches 16777217/);
	});

	test("operands are bytes and weights of 8 bits", () => {
		const other = (type: "uint16" | "int8") => () =>
			walked([input(type, [1, 2], 0, 9)], (body, [x]) => {
				const one = body.reals("float32", [1]);
				const w = body.integers("int8", [1, 1], [2, 1]);
				return body.op("MatMulIntegerToFloat", [x, w, one, one], {}, "float32", MICROSOFT);
			});
		expect(other("uint16")).toThrow(/products of uint16/);
		expect(other("int8")).toThrow(/products of int8/);
	});
});

describe("QuantizeLinear and DequantizeLinear", () => {
	const quantised =
		(low: number, high: number, scale: number, zero: number, type: "uint8" | "uint16" | "int8" = "uint8") =>
		() =>
			walked([input("float32", [4], low, high)], (body, [x]) => {
				const operands = [x, body.reals("float32", [scale]), body.integers(type, [zero])];
				return body.op("QuantizeLinear", operands, {}, type, MICROSOFT);
			});

	test("round and cut to what the type holds", () => {
		expect(range(quantised(-1000, 1000, 1, 128)())).toEqual([0, 255]);
		expect(range(quantised(-100, 100, 1, 128)())).toEqual([28, 228]);
		expect(range(quantised(-7, 7, 4, 0, "uint16")())).toEqual([0, 2]);
		expect(quantised(0, 1, 3, 0)).toThrow(/by 3/);
		expect(quantised(0, 1, 1, 0, "int8")).toThrow(/no unsigned type/);
	});

	test("give back what is held", () => {
		const back = (scale: number, zero: number) => () =>
			walked([input("uint16", [4], 0, 65535)], (body, [x]) => {
				const operands = [x, body.reals("float32", [scale]), body.integers("uint16", [zero])];
				return body.op("DequantizeLinear", operands, {}, "float32", MICROSOFT);
			});
		expect(range(back(1, 32768)())).toEqual([-32768, 32767]);
		expect(range(back(2 ** -8, 0)())).toEqual([0, 65535 / 256]);
		expect(back(3, 0)).toThrow(/by 3/);
	});
});

const UPWARDS = 1 + 2 ** -23;
/** The least float32 that is 1 + 2^−23 times a number, or more. */
function upwards(value: number): number {
	const least = Math.fround(value * UPWARDS);
	return least < value * UPWARDS ? Math.fround(least * (1 + 2 ** -23)) : least;
}

const KERNEL = { kernel_shape: ints([1]), strides: ints([1]), dilations: ints([1]), group: int(1) };

interface Convolved {
	readonly weights?: readonly number[];
	readonly bias?: number;
	readonly scale?: number;
	readonly zeros?: readonly [x: number, w: number, y: number];
	readonly pads?: readonly number[];
	readonly low?: number;
}

/** A convolution of bytes over one axis. */
const convolved =
	({ weights = [1], bias = 0, scale = UPWARDS, zeros = [0, 0, 0], pads = [0, 0], low = 0 }: Convolved) =>
	() =>
		walked([input("uint8", [1, weights.length, 5], low, 255)], (body, [x]) => {
			const one = body.reals("float32", [1]);
			const [xZero, yZero] = [zeros[0], zeros[2]].map((zero) => body.integers("uint8", [zero]));
			const w = body.integers("int8", weights, [1, weights.length, 1]);
			const scales = [body.reals("float32", [scale]), body.integers("int8", [zeros[1]])];
			const operands = [x, one, xZero, w, ...scales, one, yZero, body.integers("int32", [bias], [1])];
			return body.op("QLinearConv", operands, { ...KERNEL, pads: ints(pads) }, "uint8");
		});

describe("QLinearConv", () => {
	test("sums with their bias stay below 2^22, where the factor moves halves alone", () => {
		expect(range(convolved({ bias: 2 ** 22 - 256, scale: UPWARDS * 2 ** -15 })())).toEqual([128, 128]);
		const scale = UPWARDS * 2 ** -14;
		// In shares of what float32 holds: 2^22 there is 2^24.
		expect(convolved({ bias: 2 ** 22 - 255, scale })).toThrow(/16777216/);
		expect(range(convolved({ bias: 1 - 2 ** 22, scale })())).toEqual([0, 0]);
		expect(convolved({ bias: -(2 ** 22), scale })).toThrow(/16777216/);
		expect(convolved({ weights: [63], bias: 2 ** 22 - 255 * 63, scale })).toThrow(/16777216/);
	});

	test("sums with their bias stay below 2^24 where quotients are multiples of 2^-13", () => {
		for (const multiplier of [1, 3, 8191]) {
			const scale = upwards(multiplier * 2 ** -13);
			expect(range(convolved({ bias: 2 ** 24 - 256, scale })())).toEqual([255, 255]);
			expect(convolved({ bias: 2 ** 24 - 255, scale })).toThrow(/16777216/);
			expect(convolved({ bias: -(2 ** 24), scale })).toThrow(/16777216/);
		}
	});

	test("a multiple of 2^-13 has a factor of 1 + 2^-23 to less than 1 + 2^-22", () => {
		for (const multiplier of [3, 1365, 8191, 2 ** 20 - 1]) {
			const ratio = multiplier * 2 ** -13;
			expect(convolved({ scale: upwards(ratio) })).not.toThrow();
			for (const off of [1, 1 - 2 ** -23, 1 + 2 ** -24, 1 + 2 ** -22, 1 + 2 ** -21])
				expect(convolved({ scale: Math.fround(ratio * off) })).toThrow(/a little more/);
		}
		expect(convolved({ scale: upwards(3 * 2 ** -14) })).toThrow(/a little more/);
		expect(convolved({ scale: upwards(2 ** 7 + 2 ** -13) })).toThrow(/a little more/);
	});

	test("weights lie in −64 … 63", () => {
		expect(convolved({ weights: [64] })).toThrow(/saturate/);
		expect(convolved({ weights: [-65] })).toThrow(/saturate/);
	});

	test("the factor is a power of two and a little more, and there are no other zero points", () => {
		expect(convolved({ scale: 0.5 })).toThrow(/a little more/);
		expect(convolved({ scale: 0.75 })).toThrow(/a little more/);
		expect(convolved({ zeros: [0, 1, 0] })).toThrow(/zero point of w/);
		expect(convolved({ zeros: [0, 0, 1] })).toThrow(/zero point of y/);
	});

	test("a padded window reads the zero point, which is 0", () => {
		expect(range(convolved({ low: 200, zeros: [128, 0, 0], weights: [1, 1] })())).toEqual([0, 254]);
		expect(range(convolved({ low: 200, zeros: [128, 0, 0], bias: 40, pads: [1, 1] })())).toEqual([40, 167]);
	});
});

test("bytes are cut, 16 bits without a sign are not: onnxruntime has no kernel for that", () => {
	const cut = (type: "uint8" | "uint16") => () =>
		walked([input(type, [4], 0, 255)], (body, [x]) =>
			body.op("Clip", [x, body.integers(type, [3]), body.integers(type, [200])]),
		);
	expect(range(cut("uint8")())).toEqual([3, 200]);
	expect(cut("uint16")).toThrow(/Clip of .*, which is uint16/);
});

describe("casts to bytes", () => {
	const cast = (type: Abstract["type"], low: number, high: number, factor?: number) => () =>
		walked([input(type, [4], low, high)], (body, [x]) =>
			body.cast(factor === undefined ? x : body.op("Mul", [x, body.reals("float32", [factor])]), "uint8"),
		);

	test("leave the low byte of 16 bits, and the whole part of what is not negative", () => {
		expect(range(cast("uint16", 0, 65535)())).toEqual([0, 255]);
		expect(range(cast("uint16", 300, 301)())).toEqual([0, 255]);
		expect(range(cast("uint16", 3, 200)())).toEqual([3, 200]);
		expect(range(cast("float32", 0, 65535, 2 ** -8)())).toEqual([0, 255]);
	});

	test("of anything else are refused", () => {
		expect(cast("float32", 0, 65536, 2 ** -8)).toThrow(/reaches 256/);
		expect(cast("float32", -1, 9)).toThrow(/negative numbers/);
		expect(cast("float32", -1, 9, 0.5)).toThrow(/negative numbers|fractions/);
	});
});

test("quotients of float32: floors of what is below 2^23", () => {
	const quotient = (most: number) => () =>
		walked([input("float32", [4], -most, most), input("float32", [4], 1, 9)], (body, [a, b]) =>
			body.op("Floor", [body.op("Div", [a, b])]),
		);
	expect(range(quotient(2 ** 23 - 1)())).toEqual([1 - 2 ** 23, 2 ** 23 - 1]);
	expect(quotient(2 ** 23)).toThrow(/8388608/);
});
