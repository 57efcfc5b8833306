import { exactnessOf } from "@umpire/operators/exactness.ts";
import { expectFaithful, formsOf, modelOf, random } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";

describe("Gemm", () => {
	test.each<[string, number[], number[], number[] | undefined, Record<string, number>]>([
		["plain", [2, 5], [5, 3], undefined, {}],
		["transB with bias", [2, 5], [3, 5], [3], { transB: 1 }],
		["transA", [5, 2], [5, 3], [1, 3], { transA: 1 }],
		["alpha and beta", [2, 5], [5, 3], [3], { alpha: 0.25, beta: -2 }],
		["scalar C", [2, 5], [5, 3], [], {}],
		["C per row", [2, 5], [5, 3], [2, 1], { beta: 0.5 }],
		["C per element", [2, 5], [5, 3], [2, 3], {}],
	])("%s", async (_, a, b, c, attributes) => {
		const model = modelOf([a], (g, [x]) => {
			const operands = [x, g.constant("w", random(b, 2))];
			if (c) operands.push(g.constant("c", random(c, 3)));
			return g.node("Gemm", operands, attributes);
		});
		await expectFaithful(model);
	});

	test("C, and B, from the graph's inputs", async () => {
		const model = modelOf([[2, 5], [3, 5], [3]], (g, [a, b, c]) => g.node("Gemm", [a, b, c], { transB: 1 }));
		await expectFaithful(model);
	});

	test("k is innermost in the weights' layout, one row per column", async () => {
		const model = modelOf([[1, 40]], (g, [x]) => {
			return g.node("Gemm", [x, g.constant("w", random([40, 3], 2)), g.constant("b", random([3], 4))]);
		});
		const { program } = await expectFaithful(model);
		expect(program.constants[0].layout).toEqual([1, 0]);
		expect(program.operators[0].rescale?.axes).toEqual([1]);
		for (const { multiplier, shift } of program.operators[0].rescale!.rows) {
			expect(multiplier).toBe(1);
			expect(shift).toBeGreaterThanOrEqual(1);
			expect(shift).toBeLessThanOrEqual(37);
		}
	});
});

describe("MatMul", () => {
	test.each<[string, number[], number[]]>([
		["matrix by matrix", [2, 5], [5, 3]],
		["vector by matrix", [5], [5, 3]],
		["matrix by vector", [2, 5], [5]],
		["vector by vector", [5], [5]],
		["batches that broadcast", [2, 1, 3, 4], [3, 4, 2]],
	])("%s: both from inputs, B constant, A constant", async (_, a, b) => {
		await expectFaithful(modelOf([a, b], (g, [x, y]) => g.node("MatMul", [x, y])));
		await expectFaithful(modelOf([a], (g, [x]) => g.node("MatMul", [x, g.constant("w", random(b, 2))])));
		await expectFaithful(modelOf([b], (g, [y]) => g.node("MatMul", [g.constant("w", random(a, 2)), y])));
	});

	test("a bias, a factor and Relu are computed by the product", async () => {
		const model = modelOf([[2, 3, 4]], (g, [x]) => {
			const y = g.node("MatMul", [x, g.constant("w", random([4, 5], 2))]);
			const z = g.node("Add", [g.constant("b", random([5], 3)), y]);
			return g.node("Relu", [g.node("Div", [z, g.scalar("three", 3)])]);
		});
		expect(formsOf(await expectFaithful(model))).toEqual(["matmul"]);
	});

	test("the scale of a product of two values is computed by it, whole or as a quotient", async () => {
		const scaled = (opType: string, factor: number) =>
			modelOf(
				[
					[2, 3, 4],
					[2, 4, 5],
				],
				(g, [x, y]) => {
					const product = g.node("MatMul", [x, y]);
					return g.node("Relu", [g.node(opType, [product, g.scalar("factor", factor)])]);
				},
			);
		expect(formsOf(await expectFaithful(scaled("Div", 8)))).toEqual(["matmul"]);
		expect(formsOf(await expectFaithful(scaled("Mul", 0.3)))).toEqual(["matmul"]);
		// What turns the order round, or moves it, is an operator of its own.
		expect(formsOf(await expectFaithful(scaled("Mul", -0.3)))).toEqual(["matmul", "linear"]);
		expect(formsOf(await expectFaithful(scaled("Add", 0.3)))).toEqual(["matmul", "linear"]);
	});

	test("what a Where alone reads has the grid of the constant beside it, and is not rescaled", async () => {
		const chosen = (low: number) => {
			const shapes = [
				[2, 3, 4],
				[2, 4, 5],
				[2, 3, 5],
			];
			return modelOf(shapes, (g, [x, y, z]) => {
				const keep = g.node("Less", [z, g.scalar("half", 0.5)]);
				return g.node("Where", [keep, g.node("MatMul", [x, y]), g.scalar("low", low)]);
			});
		};
		// The first is what Less becomes.
		for (const low of [-200, -0.5])
			expect(formsOf(await expectFaithful(chosen(low)))).toEqual(["linear", "matmul", "select"]);
	});

	test("what a Where reads and the model returns too keeps its own grid", async () => {
		const shapes = [
			[2, 3, 4],
			[2, 4, 5],
			[2, 3, 5],
		];
		const model = modelOf(shapes, (g, [x, y, z]) => {
			const keep = g.node("Less", [z, g.scalar("half", 0.5)]);
			const product = g.node("MatMul", [x, y]);
			return [product, g.node("Where", [keep, product, g.scalar("low", -2000)])];
		});
		await expectFaithful(model);
	});

	test("large matrices have weights of 14 bits, in integer kernels, and err as little as small ones", async () => {
		const layer = (inputs: number, outputs: number) =>
			modelOf([[3, inputs]], (g, [x]) =>
				g.node("MatMul", [x, g.constant("w", random([inputs, outputs], 2))]),
			);
		const planOf = async (inputs: number, outputs: number) => {
			const { program } = await expectFaithful(layer(inputs, outputs), 2e-4);
			return exactnessOf(program)[0].plan;
		};
		expect(await planOf(256, 256)).toBe("4 8-bit MatMul, weights in two digits");
		expect(await planOf(3072, 32)).toBe("4 8-bit MatMul, weights in two digits");
		expect(await planOf(255, 256)).toContain("float64");
		expect(await planOf(3801, 32)).toContain("float64");
	});

	test("an Add that varies along other axes is an operator of its own", async () => {
		const model = modelOf([[2, 4]], (g, [x]) => {
			const y = g.node("MatMul", [x, g.constant("w", random([4, 5], 2))]);
			return g.node("Add", [y, g.constant("b", random([2, 5], 3))]);
		});
		expect(formsOf(await expectFaithful(model))).toEqual(["matmul", "linear"]);
	});

	test("the producer of B stores k innermost", async () => {
		const model = modelOf(
			[
				[2, 4],
				[4, 3],
			],
			(g, [a, b]) => g.node("MatMul", [a, g.node("Tanh", [b])]),
		);
		const { program } = await expectFaithful(model);
		expect(program.operators[0].layout).toEqual([1, 0]);
	});
});
