import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { runFloat } from "@umpire/onnx/float-session.ts";
import type { Tensor } from "@umpire/onnx/model.ts";
import { expectOutputs, floats, formsOf, modelOf } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";

/** Halves, whole numbers, and what lies close beside them. */
const EDGES = [
	0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 2.4999, -2.0001, 3, -3, 0, 0.9999, -1.0001, 2.0001, 1e-4, -1e-4,
];
const X = floats([4, 4], EDGES);

async function expectAsFloat(
	build: Parameters<typeof modelOf>[1],
	x: Tensor = X,
	tolerance = 0,
): ReturnType<typeof expectOutputs> {
	const model = modelOf([[4, 4]], build);
	const expected = [...(await runFloat(model, new Map([["x0", x]]))).values()];
	const numbers = expected.map(({ data }) => Array.from(data as Float32Array, (value) => Number(value) + 0));
	return expectOutputs(model, [x], numbers, tolerance);
}

describe("what is as exact as the inputs is rounded as the float model rounds it", () => {
	test.each(["Round", "Floor", "Ceil", "Sign"])("%s", async (opType) => {
		const compiled = await expectAsFloat((g, [x]) => g.node(opType, [x]));
		expect(formsOf(compiled)).not.toContain("lookup");
	});
	test.each([6, 7, 9])("Cast to type %d", async (to) => {
		await expectAsFloat((g, [x]) => g.node("Cast", [g.node("Cast", [x], { to })], { to: 1 }));
	});
	test("beside other roundings, and of odd and even halves", async () => {
		await expectAsFloat((g, [x]) => ["Round", "Floor", "Ceil"].map((opType) => g.node(opType, [x])));
	});
	test("after factors and shifts on the way", async () => {
		await expectAsFloat((g, [x]) => {
			const scaled = g.node("Mul", [g.node("Add", [x, g.scalar("shift", 0.25)]), g.scalar("factor", 10)]);
			return g.node("Mul", [g.node("Round", [scaled]), g.scalar("back", 0.5)]);
		});
	});
	test("the fraction that is left over a whole number", async () => {
		await expectAsFloat((g, [x]) => g.node("Sub", [x, g.node("Floor", [x])]), X, 1e-3);
	});
	test("numbers of which 16 bits hold no whole ones", async () => {
		const large = floats(
			[4, 4],
			EDGES.map((value) => 20000 * value + 0.5),
		);
		await expectAsFloat((g, [x]) => g.node("Cast", [g.node("Floor", [x])], { to: 6 }), large);
	});
});

test("multiples of a divisor leave no rest", async () => {
	const multiples = tensorFrom(
		"float32",
		[4, 4],
		Array.from({ length: 16 }, (_, k) => (k - 8) * 1.5),
	);
	await expectAsFloat((g, [x]) => g.node("Mod", [x, g.scalar("divisor", 1.5)], { fmod: 1 }), multiples);
});
