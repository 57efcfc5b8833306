import { expectOutputs, floats, modelOf } from "@umpire/testing/compiler/check.ts";
import { expect, test } from "vitest";

test("Round takes halves of inputs to even numbers", async () => {
	const x = floats([8], [0.5, 1.5, 2.5, 0.9, -0.5, -1.5, -2.5, -2.8]);
	const model = modelOf([[8]], (g, [own]) => g.node("Round", [own]));
	await expectOutputs(model, [x], [[0, 2, 2, 1, 0, -2, -2, -3]]);
});

test("halves stay halves through sums and products with binary fractions", async () => {
	const x = floats([4], [-1, -0.3, 0, 1]);
	const model = modelOf([[4]], (g, [own]) => {
		const turned = g.node("Reshape", [g.node("Mul", [own, g.scalar("a", 1.5)]), g.ints("shape", [2, 2])]);
		return g.node("Round", [g.node("Add", [turned, g.scalar("b", 1)])]);
	});
	await expectOutputs(model, [x], [[0, 1, 1, 2]]);
});

test("a half between two elements is nearest to the even one", async () => {
	const grid = floats([1, 2, 2, 2], [0, 0, -1, -1, 1, 1, 0.5, 0.5]);
	const image = floats([1, 1, 3, 2], [1, 2, 3, 4, 5, 6]);
	const expected = [
		[3, 1, 0, 6],
		[3, 1, 6, 6],
	];
	for (const [align_corners, elements] of expected.entries()) {
		const model = modelOf(
			[
				[1, 1, 3, 2],
				[1, 2, 2, 2],
			],
			(g, inputs) => g.node("GridSample", inputs, { mode: "nearest", align_corners }),
			20,
		);
		const compiled = await expectOutputs(model, [image, grid], [elements], 1e-3);
		expect(compiled.program.inputs[1].scale).toBe(
			2 ** Math.round(Math.log2(compiled.program.inputs[1].scale)),
		);
	}
});

test("what a function takes to 1 equals 1", async () => {
	const degrees = floats([5], [3, 1, 0, 2, 1]);
	const model = modelOf([[5]], (g, [own]) => {
		const [zero, one] = [g.scalar("zero", 0), g.scalar("one", 1)];
		const filled = g.node("Where", [g.node("Equal", [own, zero]), one, own]);
		const root = g.node("Pow", [filled, g.scalar("power", -0.5)]);
		return g.node("Where", [g.node("Equal", [root, one]), zero, root]);
	});
	await expectOutputs(model, [degrees], [[3 ** -0.5, 0, 0, 2 ** -0.5, 0]], 1e-3);
});
