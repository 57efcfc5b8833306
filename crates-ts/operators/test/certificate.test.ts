import type { AttributeValue, ElementType, FunctionDefinition } from "@umpire/onnx/model.ts";
import { describe, expect, it } from "vitest";
import { Body, int, ints } from "../src/body.ts";
import { type Abstract, uniform } from "../src/certificate/abstract.ts";
import { type Walked, walk } from "../src/certificate/walk.ts";

/** An operand of a body: its type, its shape, the integers that it holds. */
interface Given {
	readonly type: ElementType;
	readonly shape: readonly number[];
	readonly low: number;
	readonly high: number;
	readonly data?: ArrayLike<number>;
}

const given = (type: ElementType, low: number, high: number, shape: readonly number[] = [4]): Given => ({
	type,
	shape,
	low,
	high,
});
const weights = (values: readonly number[], shape: readonly number[]): Given => ({
	...given("float32", Math.min(...values), Math.max(...values), shape),
	data: Float32Array.from(values),
});
const short = given("float32", -(2 ** 15), 2 ** 15 - 1);
const long = given("float64", -(2 ** 31), 2 ** 31 - 1);

/** Walks a body that is written down by hand. */
function walked(operands: readonly Given[], emit: (body: Body, values: readonly string[]) => string): Walked {
	const body = new Body();
	const names = operands.map(({ type }, k) => body.declare(`operand_${k}`, type));
	body.name(emit(body, names), "result");
	const definition: FunctionDefinition = {
		name: "by hand",
		domain: "umpire",
		inputs: names,
		outputs: ["result"],
		nodes: body.nodes,
		opsets: new Map([["", 17]]),
		doc: "",
	};
	const abstracts = operands.map(({ type, shape, low, high, data }): Abstract => {
		return { name: "", type, shape, cells: uniform(shape.length, low, high), data };
	});
	return walk(definition, abstracts);
}

const clip = (body: Body, value: string, type: "float32" | "float64", low: number, high: number) =>
	body.op("Clip", [value, body.reals(type, [low]), body.reals(type, [high])]);

type Emit = (body: Body, values: readonly string[]) => string;
const one = (type: "float32" | "float64", opType: string, by: number): Emit => {
	return (body, [x]) => body.op(opType, [x, body.reals(type, [by])]);
};
const attributes = (values: Readonly<Record<string, AttributeValue>>, opType: string): Emit => {
	return (body, values_) => body.op(opType, values_, values);
};

/** A dot product of three weights, with pads. */
const convolved = (...pads: readonly number[]): Emit =>
	attributes({ kernel_shape: ints([3]), pads: ints(pads) }, "Conv");
const signal = (high: number): Given => given("float32", -high, high, [1, 1, 5]);

describe("what a body computes is certified in the type in which it is computed", () => {
	it.each<[what: string, operands: readonly Given[], emit: Emit, bound: number]>([
		["a difference", [short], one("float32", "Sub", 2 ** 23), 2 ** 23 + 2 ** 15],
		[
			"a difference of doubles",
			[short],
			(b, [x]) => one("float64", "Sub", -(2 ** 24))(b, [b.cast(x, "float64")]),
			2 ** 24 + 2 ** 15 - 1,
		],
		["a product of fractions, in its units", [short], one("float32", "Mul", 2 ** -20), 2 ** 15],
		["a sum of a fraction, in its units", [short], one("float32", "Add", 2 ** -8), 2 ** 23],
		[
			"the sum of magnitudes, whatever cancels",
			[signal(1000), weights([5000, -5000, 1], [1, 1, 3])],
			convolved(0, 0),
			10_001_000,
		],
		[
			"a cast of which a clip lets through what is exact",
			[long],
			(b, [x]) => clip(b, b.cast(x, "float32"), "float32", -128, 127),
			2 ** 31,
		],
		[
			"a position in a table",
			[short, given("float32", 0, 9, [10])],
			(b, [x, table]) => b.op("Gather", [table, b.cast(clip(b, x, "float32", 0, 9), "int32")], {}, "float32"),
			2 ** 15,
		],
	])("%s", (_, operands, emit, bound) => {
		const { reach } = walked(operands, emit);
		expect(reach.bound).toBeLessThanOrEqual(bound);
		expect(reach.bound).toBeLessThan(reach.limit);
	});

	it("gives the number that comes closest to its limit", () => {
		expect(walked([short], one("float32", "Sub", 2 ** 23)).reach).toEqual({
			bound: 2 ** 23 + 2 ** 15,
			limit: 2 ** 24,
		});
	});
});

describe("a body that may round is refused", () => {
	it.each<[what: string, operands: readonly Given[], emit: Emit, reason: RegExp]>([
		["a difference from 2^24 on", [short], one("float32", "Sub", -(2 ** 24)), /Sub .* reaches 16809983/],
		["a sum from 2^24 on", [short], one("float32", "Add", 2 ** 24 - 2 ** 15 + 1), /Add/],
		["a product from 2^24 on", [short], one("float32", "Mul", 513), /Mul/],
		["a product of doubles from 2^53 on", [long], one("float64", "Mul", 2 ** 22 + 1), /Mul/],
		["a sum of a whole number and too small a fraction", [short], one("float32", "Add", 2 ** -10), /Add/],
		["a cast that nothing cuts off", [long], (b, [x]) => b.cast(x, "float32"), /may be rounded/],
		[
			"a cast that a clip cuts off too late",
			[long],
			(b, [x]) => clip(b, b.cast(x, "float32"), "float32", -(2 ** 30), 127),
			/may be rounded/,
		],
		[
			"a cast that is computed with before it is cut off",
			[long],
			(b, [x]) => clip(b, one("float32", "Sub", 1)(b, [b.cast(x, "float32")]), "float32", 0, 9),
			/Sub reads .* rounded/,
		],
		[
			"an index beyond 32 bits",
			[long],
			(b, [x]) => b.cast(one("float64", "Add", 1)(b, [x]), "int32"),
			/Cast/,
		],
		[
			"an index of fractions",
			[short],
			(b, [x]) => b.cast(one("float32", "Mul", 0.5)(b, [x]), "int32"),
			/fractions/,
		],
		[
			"a position outside of a table",
			[short, given("float32", 0, 9, [10])],
			(b, [x, table]) =>
				b.op("Gather", [table, b.cast(clip(b, x, "float32", 0, 10), "int32")], {}, "float32"),
			/an index from 0 to 10 into 10 places/,
		],
		[
			"weights that cancel, but not on the way",
			[signal(1000), weights([9000, -9000, 1], [1, 1, 3])],
			convolved(0, 0),
			/Conv/,
		],
		[
			"weights that are negative",
			[signal(1000), weights([-9000, -9000, -1], [1, 1, 3])],
			convolved(0, 0),
			/Conv/,
		],
		[
			"a bias that joins a sum",
			[signal(1000), weights([8000, 8000, 1], [1, 1, 3]), weights([2 ** 20], [1])],
			convolved(0, 0),
			/Conv/,
		],
		[
			"products of two values",
			[given("float32", -128, 127, [1, 1024]), given("float32", -128, 127, [1024, 1])],
			(b, [x, y]) => b.op("MatMul", [x, y]),
			/MatMul/,
		],
		[
			"a sum over an axis",
			[given("float32", -128, 127, [2 ** 18])],
			(b, [x]) => b.op("ReduceSum", [x, b.list([0])], { keepdims: int(1) }),
			/ReduceSum/,
		],
		[
			"a division by what may be 0",
			[long, long],
			(b, [x, y]) => b.op("Floor", [b.op("Div", [x, y])]),
			/Div by what may be 0/,
		],
		[
			"a quotient of what is 2^52 or more",
			[long],
			(b, [x]) =>
				b.op("Floor", [b.op("Div", [one("float64", "Mul", 2 ** 21 + 1)(b, [x]), b.reals("float64", [3])])]),
			/Div/,
		],
		["a quotient that is not made whole", [long], one("float64", "Div", 3), /not a whole number/],
		[
			"a quotient that is computed with",
			[long],
			(b, [x]) => one("float64", "Add", 1)(b, [one("float64", "Div", 3)(b, [x])]),
			/only its quotient/,
		],
		[
			"a quotient that is compared with more than 0",
			[long],
			(b, [x]) => b.op("Less", [one("float64", "Div", 3)(b, [x]), b.reals("float64", [1])], {}, "bool"),
			/Less/,
		],
		[
			"a displacement that is not taken back",
			[short],
			one("float32", "Add", 1.5 * 2 ** 27),
			/not a whole number/,
		],
		[
			"a displacement of which something else is taken off",
			[short],
			(b, [x]) => one("float32", "Sub", 2 ** 27)(b, [one("float32", "Add", 1.5 * 2 ** 27)(b, [x])]),
			/something else/,
		],
		[
			"a displacement that is taken off",
			[short],
			(b, [x]) =>
				b.op("Sub", [b.reals("float32", [1.5 * 2 ** 27]), one("float32", "Add", 1.5 * 2 ** 27)(b, [x])]),
			/displaced/,
		],
		[
			"a displacement that does not round to what is near",
			[short],
			one("float32", "Add", 1.25 * 2 ** 27),
			/Add/,
		],
		[
			"the largest of nothing",
			[given("float32", 0, 9, [1, 1, 2])],
			attributes({ kernel_shape: ints([1]), pads: ints([1, 1]) }, "MaxPool"),
			/may be rounded/,
		],
		["an operator that the walk does not know", [short], (b, [x]) => b.op("Tanh", [x]), /Tanh is not known/],
		[
			"an attribute that the walk does not know",
			[given("float32", 0, 1, [1, 1]), given("float32", 0, 1, [1, 1])],
			attributes({ transA: int(1) }, "Gemm"),
			/transA is not known/,
		],
		["types that differ", [short, long], (b, [x, y]) => b.op("Add", [x, y]), /different types/],
		["integers that are added", [given("int32", 0, 1)], (b, [x]) => b.op("Add", [x, x]), /Add of/],
		[
			"a clip between bounds that are no constants",
			[short, short],
			(b, [x, y]) => b.op("Clip", [x, y]),
			/one constant/,
		],
	])("%s", (_, operands, emit, reason) => {
		expect(() => walked(operands, emit)).toThrow(reason);
	});
});

describe("roundings on purpose", () => {
	it("split a number into the multiple of 2^k below it and the rest", () => {
		const rest: Emit = (b, [x]) => {
			const floor = b.op("Floor", [one("float32", "Mul", 2 ** -6)(b, [x])]);
			return b.op("Sub", [x, one("float32", "Mul", 2 ** 6)(b, [floor])]);
		};
		const { result } = walked([short], rest);
		expect([result.cells.low[0], result.cells.high[0]]).toEqual([0, 63]);
	});

	it("split a number into the nearest multiple and the rest", () => {
		const rest: Emit = (b, [x]) => {
			const magic = b.reals("float32", [1.5 * 2 ** 29]);
			return b.op("Sub", [x, b.op("Sub", [b.op("Add", [x, magic]), magic])]);
		};
		const { result } = walked([short], rest);
		expect([result.cells.low[0], result.cells.high[0]]).toEqual([-32, 32]);
	});

	it("say nothing about another number's rest", () => {
		const rest: Emit = (b, [x, y]) => {
			const floor = b.op("Floor", [one("float32", "Mul", 2 ** -6)(b, [x])]);
			return b.op("Sub", [y, one("float32", "Mul", 2 ** 6)(b, [floor])]);
		};
		expect(walked([short, short], rest).result.cells.high[0]).toBeGreaterThan(2 ** 15);
	});
});
