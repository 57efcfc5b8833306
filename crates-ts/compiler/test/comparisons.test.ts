import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { ElementType, Tensor } from "@umpire/onnx/model.ts";
import { expectExact, floats, formsOf } from "@umpire/testing/compiler/check.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

type Build = (g: GraphBuilder, inputs: string[]) => string | string[];

function modelOf(inputs: readonly Tensor[], build: Build) {
	const g = new GraphBuilder("comparisons", { opset: 17 });
	const names = inputs.map(({ type, dims }, i) => g.input(`x${i}`, type, dims));
	for (const name of [build(g, names)].flat()) g.output(name);
	return g.model();
}

const run = (inputs: readonly Tensor[], build: Build) =>
	expectExact(modelOf(inputs, build), { inputs: [inputs] });

/** Few different numbers, so that many are equal. */
const few = (type: ElementType, dims: readonly number[], values: readonly number[]): Tensor => {
	const size = dims.reduce((a, b) => a * b, 1);
	const list = Array.from({ length: size }, (_, i) => values[(i * 7 + (i >> 2)) % values.length]);
	return tensorFrom(type, dims, list);
};

const COMPARISONS = ["Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal"];
const VALUES: Partial<Record<ElementType, readonly number[]>> = {
	float32: [-1.5, -0.25, 0, 0.1, 0.1, 0.7, 2],
	int64: [-3, -1, 0, 1, 5, 70000],
	int32: [-2, 0, 2],
	float64: [0.5, 0.25, -0.125],
};

describe("comparisons say what onnxruntime says", () => {
	test.each(COMPARISONS)("%s of two tensors that broadcast", async (opType) => {
		for (const [type, values] of Object.entries(VALUES) as [ElementType, number[]][]) {
			await run([few(type, [3, 4, 2], values), few(type, [4, 1], values.toReversed())], (g, [a, b]) =>
				g.node(opType, [a, b]),
			);
		}
	});

	test.each(COMPARISONS)("%s with a constant number or tensor, on either side", async (opType) => {
		for (const [type, values] of Object.entries(VALUES) as [ElementType, number[]][]) {
			for (const dims of [[], [1, 1], [4]]) {
				await run([few(type, [3, 4], values)], (g, [x]) => {
					const c = g.constant("c", few(type, dims, values.toReversed()));
					return [g.node(opType, [x, c]), g.node(opType, [c, x])];
				});
			}
		}
	});

	test("Equal of truth values", async () => {
		const [a, b] = [few("bool", [2, 3], [0, 1]), few("bool", [3], [1, 0, 0])];
		await run([a, b], (g, [x, y]) => g.node("Equal", [x, y]));
	});

	test("numbers of different ranges, one of which a cast made whole", async () => {
		const x = floats([6], [-20, -0.5, 0, 0.5, 3, 90]);
		const y = few("int64", [6], [-1, 0, 1]);
		await run([x, y], (g, [a, b]) => g.node("Greater", [a, g.node("Cast", [b], { to: 1 })]));
		await run([y], (g, [a]) => {
			const half = g.constant("half", floats([2, 1], [0.5, -0.5]));
			return g.node("Less", [g.node("Cast", [a], { to: 1 }), half]);
		});
	});

	test("floats that lie close together are told apart", async () => {
		const x = floats([4], [1000, 1000.01, -7, 0.001]);
		const y = floats([4], [1000.01, 1000, -7, 0.0011]);
		await run([x, y], (g, [a, b]) => g.node("Less", [a, b]));
	});
});

describe("logic", () => {
	test.each(["And", "Or", "Xor"])("%s", async (opType) => {
		const [a, b] = [few("bool", [2, 4], [0, 0, 1, 1, 1]), few("bool", [4], [0, 1, 1])];
		await run([a, b], (g, [x, y]) => g.node(opType, [x, y]));
		await run([a], (g, [x]) => g.node(opType, [g.constant("c", b), x]));
	});

	test("Not, and logic of comparisons", async () => {
		const x = few("float32", [12], [-1, -0.5, 0, 0.5, 1]);
		await run([x], (g, [a]) => {
			const half = g.scalar("half", 0.5);
			const zero = g.scalar("zero", 0);
			const inside = g.node("And", [g.node("Less", [a, half]), g.node("Not", [g.node("Less", [a, zero])])]);
			return [inside, g.node("Cast", [inside], { to: 7 })];
		});
	});
});

describe("Where", () => {
	test("of activations and constants, with broadcasting", async () => {
		const c = few("bool", [2, 1, 3], [0, 1, 1]);
		const [a, b] = [few("int64", [4, 3], [5, -6, 7]), few("int64", [2, 4, 1], [1, 2, 3])];
		await run([c, a, b], (g, names) => g.node("Where", names));
		await run([c, a], (g, [x, y]) => g.node("Where", [x, y, g.constant("b", b)]));
		await run([a, b], (g, [x, y]) => g.node("Where", [g.constant("c", c), x, y]));
		await run([c], (g, [x]) => g.node("Where", [x, g.constant("a", a), g.constant("b", b)]));
	});
});

test("random programs of comparisons, choices and logic on whole numbers", async () => {
	await fc.assert(
		fc.asyncProperty(fc.gen(), async (g) => {
			const dims = g(fc.array, fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 });
			const numbers = [1, 2].map((k) => few("int64", dims, [k, -k, 0, 3, 2 - k]));
			await run(numbers, (b, inputs) => {
				const integers = [...inputs];
				const truths = [b.node("Less", inputs)];
				const pick = (list: readonly string[]) => list[g(fc.nat, list.length - 1)];
				for (let i = 0; i < 6; i++) {
					const kind = g(fc.nat, 2);
					if (kind === 0) {
						const opType = g(() => fc.constantFrom(...COMPARISONS));
						truths.push(b.node(opType, [pick(integers), pick(integers)]));
					} else if (kind === 1) {
						const opType = g(() => fc.constantFrom("And", "Or", "Xor", "Not"));
						const operands = opType === "Not" ? [pick(truths)] : [pick(truths), pick(truths)];
						truths.push(b.node(opType, operands));
					} else {
						integers.push(b.node("Where", [pick(truths), pick(integers), pick(integers)]));
					}
				}
				return [truths.at(-1)!, b.node("Identity", [integers.at(-1)!])];
			});
		}),
		{ numRuns: 20 },
	);
});

test("comparisons that hold on one side of a number are one operator, others are decided by a table", async () => {
	const x = few("int64", [5], [1, 2, 3]);
	const against = (opType: string) =>
		run([x], (g, [a]) => g.node(opType, [a, g.constant("c", few("int64", [], [2]))]));
	for (const opType of ["Less", "LessOrEqual", "Greater", "GreaterOrEqual"]) {
		expect(formsOf(await against(opType))).toEqual(["linear"]);
		expect(formsOf(await run([x, x], (g, [a, b]) => g.node(opType, [a, b])))).toEqual(["linear"]);
	}
	expect(formsOf(await against("Equal"))).toEqual(["lookup"]);
	expect(formsOf(await run([x, x], (g, [a, b]) => g.node("Equal", [a, b])))).toEqual(["linear", "lookup"]);
});
