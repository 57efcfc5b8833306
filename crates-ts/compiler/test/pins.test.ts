import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { expectFaithful, floats, modelOf } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";
import { compile } from "../src/compile.ts";
import { feedsOfSteps } from "../src/import/steps.ts";
import type { Pins } from "../src/quantise/pin.ts";

const NUMBERS = [0.31, -0.72, 0.05, 0.99];
const [X, Y] = [floats([1, 4], NUMBERS), floats([1, 4], [0.5, 0.25, -0.7, 0.1])];

/** (x0 + x1)·x1, with names. */
const model = modelOf([X.dims, Y.dims], (g, [x, y]) => {
	const sum = g.node("Add", [x, y], {}, "sum", ["sum"]);
	return g.node("Mul", [sum, y], {}, "product", ["product"]);
});

const compiled = async (pins: Pins) => (await compile(model, { inputs: [[X, Y]], pins })).program;

describe("pins", () => {
	test("give single values 16, 24 or 32 bits", async () => {
		for (const [bits, width, limit] of [
			[16, 16, 2 ** 15 - 1],
			[24, 32, 2 ** 23 - 1],
			[32, 32, 2 ** 31 - 1],
		] as const) {
			const { inputs, operators } = await compiled(new Map([["x0", { bits }]]));
			expect([inputs[0].width, inputs[0].high]).toEqual([width, limit]);
			expect(inputs[1].width).toBe(16);
			expect(operators[operators.length - 1].width).toBe(16);
		}
	});

	/** (x0 + x1)², which is stored. */
	const square = modelOf([X.dims, Y.dims], (g, [x, y]) => {
		const sum = g.node("Add", [x, y], {}, "sum", ["sum"]);
		return g.node("Mul", [sum, sum], {}, "product", ["product"]);
	});

	test("make all grids powers of two, and products of 24 bits exact", async () => {
		const pins: Pins = new Map([
			["sum", { bits: 24 }],
			["product", { bits: 32 }],
		]);
		const { inputs, operators } = (await compile(square, { inputs: [[X, Y]], pins })).program;
		for (const { scale } of [...inputs, ...operators]) expect(Math.log2(scale)).toSatisfy(Number.isInteger);
		const { rescale, width } = operators[operators.length - 1];
		expect(width).toBe(32);
		expect(Math.log2(rescale!.rows[0].multiplier)).toSatisfy(Number.isInteger);
	});

	test("of 32 bits on both factors of a product are refused", async () => {
		const pins: Pins = new Map(["x0", "x1", "sum", "product"].map((name) => [name, { bits: 32 }]));
		await expect(compile(square, { inputs: [[X, Y]], pins })).rejects.toThrow(
			/ratio of scales|cannot be proved/,
		);
	});

	test("hold for what a pinned value is a view or a multiple of", async () => {
		const scaled = modelOf([X.dims, Y.dims], (g, [x, y]) => {
			const sum = g.node("Add", [x, y], {}, "sum", ["sum"]);
			const double = g.node("Mul", [g.node("Reshape", [sum, g.ints("shape", [2, 2])]), g.scalar("two", 2)]);
			return g.node("Neg", [double], {}, "last", ["last"]);
		});
		const [pinned] = [...scaled.graph.nodes].slice(-2, -1).map(({ outputs }) => outputs[0]);
		const { program } = await compile(scaled, { inputs: [[X, Y]], pins: new Map([[pinned, { bits: 32 }]]) });
		const sum = program.operators.find(({ node }) => node === "sum")!;
		expect(sum.width).toBe(32);
	});

	test("on a grid that the operands make coarse, integers reach only as far as the range", async () => {
		const sums = modelOf([X.dims, Y.dims], (g, [x, y]) => g.node("Add", [x, y], {}, "sum", ["sum"]));
		const { program } = await compile(sums, { inputs: [[X, Y]], pins: new Map([["sum", { bits: 32 }]]) });
		const [{ high, width, scale }] = program.operators;
		expect(width).toBe(32);
		expect(high).toBeLessThan(2 ** 24);
		expect(high * scale).toBeGreaterThan(1.8);
	});

	test("keep features of unlike size and offsets on the grids that they name", async () => {
		const unlike = [52_000, 2023, 0.42, 3e-6];
		const x = (share: number) =>
			floats(
				[1, 4],
				unlike.map((value) => value * share),
			);
		const weighed = modelOf([[1, 4]], (g, [x]) =>
			g.node("MatMul", [
				x,
				g.constant(
					"w",
					floats(
						[4, 1],
						unlike.map((value) => 1 / value),
					),
				),
			]),
		);
		const inputs = [[x(1)], [x(1.001)], [x(0.9)]];
		const free = (await compile(weighed, { inputs })).program.inputs[0];
		const { program } = await compile(weighed, { inputs, pins: new Map([["x0", { bits: 24 }]]) });
		const [{ powers, high, scale }] = program.inputs;
		expect(free.powers).toBeDefined();
		expect([powers, high]).toEqual([undefined, 2 ** 23 - 1]);
		expect(Math.log2(scale)).toSatisfy(Number.isInteger);
	});

	test("keep tensors of 32 bits that are joined on powers of two", async () => {
		const joined = modelOf(
			[
				[1, 2],
				[1, 2],
			],
			(g, [x, y]) => g.node("Concat", [x, y], { axis: 1 }, "joined", ["joined"]),
		);
		const pins: Pins = new Map([["x0", { bits: 32, reach: 3 }]]);
		const inputs = [[floats([1, 2], [0.3, -0.011]), floats([1, 2], [700, 5])]];
		const { program } = await compile(joined, { inputs, pins });
		for (const { scale } of [...program.inputs, ...program.operators])
			expect(Math.log2(scale)).toSatisfy(Number.isInteger);
	});

	test("make no sum far finer than its coarsest operand, and carry it on that grid", async () => {
		// y stays near 0: x less itself, and what it was before.
		const step = modelOf([X.dims, X.dims], (g, [x, y]) => {
			const large = g.node("Mul", [x, x], {}, "large", ["large"]);
			const less = g.node("Sub", [large, g.node("Mul", [x, x], {}, "again", ["again"])], {}, "less", [
				"less",
			]);
			return g.node("Add", [less, y], {}, "sum", ["next"]);
		});
		const tiny = floats(
			[1, 4],
			NUMBERS.map((value) => value / 2 ** 40),
		);
		const pins: Pins = new Map(["x1", "less", "next"].map((name) => [name, { bits: 32 }]));
		const carry = [{ output: "next", input: "x1" }];
		const { program } = await compile(step, { inputs: [[X, tiny]], steps: 3, carry, pins });
		const [sum] = program.outputs.map(({ operator }) => program.operators[operator]);
		// 32 bits of its own range would be steps of 2^−69; products of x have steps of 2^−30 at most.
		expect(Math.log2(sum.scale)).toBeGreaterThanOrEqual(-30 - 20);
		expect(program.inputs[1].scale).toBe(sum.scale);
	});

	test("reach as far as they are told, and keep whole numbers whole", async () => {
		const wide = await compiled(new Map([["x0", { bits: 16, reach: 100 }]]));
		expect(wide.inputs[0].scale * wide.inputs[0].high).toBeGreaterThan(100);
		const whole = modelOf([[1, 4]], (g, [x]) => g.node("Neg", [x]));
		const { program } = await compile(whole, {
			inputs: [[floats([1, 4], [5, -7, 3, 70000])]],
			pins: new Map([["x0", { bits: 32, whole: true }]]),
		});
		expect([program.inputs[0].scale, program.inputs[0].high]).toEqual([1, 70000]);
	});
});

test("a zero that is chosen does not decide the grid of what it is chosen beside", async () => {
	const small = floats(
		[1, 4],
		NUMBERS.map((value) => value / 2 ** 14),
	);
	const masked = modelOf([X.dims, X.dims], (g, [x, y]) =>
		g.node("Where", [g.node("Greater", [x, g.scalar("bound", 0)]), y, g.scalar("zero", 0)]),
	);
	await expectFaithful(masked, 1e-3, { inputs: [[X, small]] });
});

test("what later steps read is made step by step, anew each time", async () => {
	const step = modelOf([[1]], (g, [x]) =>
		g.node("Add", [x, g.constant("one", tensorFrom("float32", [1], [1]))], {}, "next", ["y"]),
	);
	const first = new Map([["x0", floats([1], [3])]]);
	const feeds = await feedsOfSteps(step, [first], { steps: 4, carried: [{ output: "y", input: "x0" }] });
	expect([feeds.first, feeds.count]).toEqual([first, 4]);
	for (const _ of [1, 2]) {
		const seen: number[] = [];
		for await (const feed of feeds.each()) seen.push(Number(feed.get("x0")!.data[0]));
		expect(seen).toEqual([3, 4, 5, 6]);
	}
});
