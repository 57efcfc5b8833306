import type { FunctionDefinition } from "@umpire/onnx/model.ts";
import { describe, expect, test } from "vitest";
import { Body, int, ints } from "../src/body.ts";
import { type Abstract, uniform, unitOf } from "../src/certificate/abstract.ts";
import { walk } from "../src/certificate/walk.ts";
import { emitLimbs, emitNearest } from "../src/limbs.ts";

/** A tensor of a function's input: its type, the shape, and what it can be. */
const input = (type: Abstract["type"], shape: readonly number[], low: number, high: number): Abstract => {
	return { name: "", type, shape, cells: uniform(shape.length, low, high) };
};

/** The function that `emit` makes of its inputs. */
function define(
	inputs: readonly Abstract[],
	emit: (body: Body, values: string[]) => string,
): FunctionDefinition {
	const body = new Body();
	const names = inputs.map(({ type }, i) => body.declare(`x${i}`, type));
	body.name(emit(body, names), "result");
	const { nodes } = body;
	return {
		name: "f",
		domain: "umpire",
		inputs: names,
		outputs: ["result"],
		nodes,
		opsets: new Map(),
		doc: "",
	};
}

const walked = (inputs: readonly Abstract[], emit: (body: Body, values: string[]) => string) =>
	walk(define(inputs, emit), inputs);

/** The bounds of a result of one cell. */
const range = ({ result }: ReturnType<typeof walk>) => [result.cells.low[0], result.cells.high[0]];

describe("what may round is refused, in the type that it is computed in", () => {
	const most = 2 ** 24 - 1;
	const x = input("float32", [4], -most, most);
	const y = input("float32", [4], 0, 1);

	test.each(["Add", "Sub"])("a float32 %s that reaches 2^24", (opType) => {
		expect(() => walked([x, y], (body, values) => body.op(opType, values))).toThrow(/16777216/);
		const wide = [input("float64", [4], -most, most), input("float64", [4], 0, 1)];
		expect(range(walked(wide, (body, values) => body.op(opType, values)))).toEqual(
			opType === "Add" ? [-most, most + 1] : [-most - 1, most],
		);
	});

	test("a product whose factors have more bits together than its type", () => {
		const factors = [input("float32", [4], -5000, 5000), input("float32", [4], 0, 5000)];
		expect(() => walked(factors, (body, values) => body.op("Mul", values))).toThrow(/25000000/);
		const powers = walked([x], (body, [v]) => body.op("Mul", [v, body.reals("float32", [2 ** -20])]));
		expect(powers.result.cells.unit[0]).toBe(2 ** -20);
	});

	test("sums of products: negative and positive weights apart, each with all of its partial sums", () => {
		const row = input("float32", [1, 3], -100, 100);
		const product = (weights: readonly number[]) => () =>
			walked([row], (body, [v]) => body.op("MatMul", [v, body.reals("float32", weights, [3, 1])]));
		// 100·(60,000 + 60,000 + 47,772) = 16,777,200
		expect(range(product([60_000, -60_000, 47_772])())).toEqual([-16_777_200, 16_777_200]);
		expect(product([60_000, -60_000, 47_773])).toThrow(/16777300/);
	});

	test("a bias that joins the sum in between", () => {
		const row = input("float32", [1, 1], 0, 3);
		const gemm = (weight: number, bias: number) => () =>
			walked([row], (body, [v]) => {
				const [w, b] = [body.reals("float32", [weight], [1, 1]), body.reals("float32", [bias], [1])];
				return body.op("Gemm", [v, w, b]);
			});
		expect(range(gemm(5_592_405, -5)())).toEqual([-5, most - 5]);
		expect(gemm(5_592_405, 5)).toThrow(/16777220/);
		// The sum itself is too large before the bias comes to it.
		expect(gemm(5_592_407, -9)).toThrow(/16777221/);
	});

	test("a convolution, its pads included", () => {
		const image = input("float32", [1, 2, 5], -1000, 1000);
		const conv = (weights: readonly number[]) => () =>
			walked([image], (body, [v]) => {
				const w = body.reals("float32", weights, [1, 2, 2]);
				return body.op("Conv", [v, w], { kernel_shape: ints([2]), pads: ints([1, 1]) });
			});
		expect(conv([4000, -4000, 4000, 4777])().result.shape).toEqual([1, 1, 6]);
		expect(conv([4000, -4000, 4000, 4779])).toThrow(/16779000/);
		// Multiples of two have a bit to spare.
		expect(conv([4000, -4000, 4000, 4780])).not.toThrow();
	});

	test("numbers below or above the normal ones of their type, which keep fewer bits", () => {
		const scaled = (type: "float32" | "float64", ...exponents: readonly number[]) => {
			return () =>
				walked([input(type, [4], 0, 3)], (body, [v]) =>
					exponents.reduce((value, e) => body.op("Mul", [value, body.reals(type, [2 ** e])]), v),
				);
		};
		expect(scaled("float32", -63, -63)).not.toThrow();
		expect(scaled("float32", -63, -64)).toThrow(/Mul .* reaches Infinity/);
		expect(scaled("float32", 63, 62)).not.toThrow();
		expect(scaled("float32", 63, 64)).toThrow(/Mul .* reaches Infinity/);
		expect(scaled("float64", -63, -64)).not.toThrow();
		expect(scaled("float64", -1000, -23)).toThrow(/Mul .* reaches Infinity/);
	});

	test("a table of all pairs of two long constants takes no memory of its size", () => {
		const long = Array.from({ length: 1 << 16 }, (_, i) => (i % 7) - 3);
		const outer = (type: "Add" | "Mul") => () =>
			walked([], (body) => {
				return body.op(type, [
					body.reals("float32", long, [long.length, 1]),
					body.reals("float32", long, [1, long.length]),
				]);
			});
		const most = outer("Mul")().result;
		expect([most.shape, most.cells.dims, range(outer("Mul")())]).toEqual([
			[long.length, long.length],
			[1, 1],
			[-9, 9],
		]);
		expect(range(outer("Add")())).toEqual([-6, 6]);
	});

	test("a cast that rounds what is not cut off afterwards", () => {
		const wide = input("float64", [4], -(2 ** 30), 2 ** 30);
		expect(() => walked([wide], (body, [v]) => body.cast(v, "float32"))).toThrow(/may be rounded/);
		const cut = (low: number, high: number) => () =>
			walked([wide], (body, [v]) =>
				body.op("Clip", [
					body.cast(v, "float32"),
					body.reals("float32", [low]),
					body.reals("float32", [high]),
				]),
			);
		expect(range(cut(-128, 127)())).toEqual([-128, 127]);
		expect(cut(-128, 2 ** 24)).toThrow(/may be rounded/);
		expect(() =>
			walked([wide], (body, [v]) => body.op("Add", [body.cast(v, "float32"), body.reals("float32", [0])])),
		).toThrow(/may be rounded/);
	});

	test("an index that may lie beside what it picks from", () => {
		const data = input("float32", [10], -5, 5);
		const pick = (low: number, high: number) => () =>
			walked([data, input("float32", [3], low, high)], (body, [d, v]) =>
				body.op("Gather", [d, body.cast(v, "int32")], { axis: int(0) }),
			);
		expect(pick(0, 9)().result.shape).toEqual([3]);
		expect(pick(0, 10)).toThrow(/index from 0 to 10/);
		expect(pick(-1, 9)).toThrow(/index from -1 to 9/);
		const beside = () =>
			walked([data, input("float32", [3], 0, 9)], (body, [d, v]) =>
				body.op("Gather", [d, body.cast(v, "int32")], { axis: int(1) }),
			);
		expect(beside).toThrow(/axis 1 of 1/);
	});

	test("operators, attributes, domains and types that the walk does not know", () => {
		const refuse = (change: (definition: FunctionDefinition) => FunctionDefinition) => () =>
			walk(change(define([x], (body, [v]) => body.op("Floor", [v]))), [x]);
		const node = (fields: object) => (definition: FunctionDefinition) => {
			return { ...definition, nodes: definition.nodes.map((one) => ({ ...one, ...fields })) };
		};
		expect(refuse((definition) => definition)).not.toThrow();
		expect(refuse(node({ opType: "Round" }))).toThrow(/Round is not known/);
		expect(refuse(node({ opType: "constructor" }))).toThrow(/constructor is not known/);
		expect(refuse(node({ domain: "ai.onnx.ml" }))).toThrow(/of domain ai.onnx.ml/);
		expect(refuse(node({ domain: "com.microsoft" }))).toThrow(/Floor is not known/);
		expect(refuse(node({ domain: "com.microsoft", opType: "constructor" }))).toThrow(/not known/);
		expect(refuse(node({ attributes: new Map([["alpha", { type: "float", value: 1 }]]) }))).toThrow(
			/attribute alpha is not known/,
		);
		const half = input("float16", [4], 0, 1);
		expect(() => walked([half], (body, [v]) => body.op("Floor", [v]))).toThrow(/float16/);
	});
});

describe("deliberate roundings are known by what they leave", () => {
	const x = input("float32", [4], -30_000, 32_767);

	test("limbs: floors of quotients by powers of two, and the rest", () => {
		const limb = (j: number) => walked([x], (body, [v]) => emitLimbs(body, v, { count: 2, bits: 8 })[j]);
		expect(range(limb(0))).toEqual([0, 255]);
		expect(range(limb(1))).toEqual([-118 * 256, 127 * 256]);
		expect(limb(1).result.cells.unit[0]).toBe(256);
	});

	test("the nearest multiple by a displacement, and the rest", () => {
		const part = (name: "rest" | "multiple") => walked([x], (body, [v]) => emitNearest(body, v, 6)[name]);
		expect(range(part("rest"))).toEqual([-32, 32]);
		expect(range(part("multiple"))).toEqual([-469 * 64, 512 * 64]);
		const kept = () =>
			walked([x], (body, [v]) => body.op("Add", [v, body.reals("float32", [1.5 * 2 ** 29])]));
		expect(kept).toThrow(/not a whole number/);
		const other = () =>
			walked([x], (body, [v]) => {
				const magic = body.reals("float32", [1.5 * 2 ** 29]);
				return body.op("Sub", [body.op("Add", [v, magic]), body.reals("float32", [1.5 * 2 ** 28])]);
			});
		expect(other).toThrow(/something else/);
	});

	test("quotients: floors of what is below 2^52, by what is never 0", () => {
		const quotient = (most: number, divisor: readonly [number, number]) => () =>
			walked([input("float64", [4], -most, most), input("float64", [4], ...divisor)], (body, [a, b]) =>
				body.op("Floor", [body.op("Div", [a, b])]),
			);
		expect(range(quotient(1000, [1, 9])())).toEqual([-1000, 1000]);
		expect(quotient(2 ** 52, [1, 9])).toThrow(/4503599627370496/);
		expect(quotient(1000, [0, 9])).toThrow(/may be 0/);
		const open = () =>
			walked([input("float64", [4], 0, 9), input("float64", [4], 1, 9)], (body, values) =>
				body.op("Div", values),
			);
		expect(open).toThrow(/not a whole number/);
	});
});

test("a number's unit is the largest power of two that it is a multiple of", () => {
	for (const [value, unit] of [
		[1, 1],
		[-12, 4],
		[0.75, 0.25],
		[2 ** 53 - 1, 1],
		[2 ** -1074, 2 ** -1074],
		[3 * 2 ** 40, 2 ** 40],
	]) {
		expect(unitOf(value), String(value)).toBe(unit);
	}
});
