import { compileChecked, expectFaithful, formsOf, modelOf, random } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";

const X = [[2, 3, 4]];
const EXACT = 1e-4;

describe("reshaping", () => {
	test("Reshape with 0 and −1, Flatten, Squeeze, Unsqueeze", async () => {
		const model = modelOf(X, (g, [x]) => {
			const a = g.node("Reshape", [x, g.ints("s", [0, -1])]);
			const b = g.node("Unsqueeze", [a, g.ints("u", [-1, 0])]);
			const c = g.node("Squeeze", [b, g.ints("q", [0])]);
			return g.node("Flatten", [c], { axis: -1 });
		});
		await expectFaithful(model, EXACT);
	});

	test("what changes nothing disappears, outputs stay", async () => {
		const model = modelOf(X, (g, [x]) => {
			const a = g.node("Reshape", [x, g.ints("s", [2, 3, 4])]);
			const b = g.node("Transpose", [g.node("Identity", [a])], { perm: [0, 1, 2] });
			return g.node("Dropout", [g.node("Tanh", [b])]);
		});
		expect(formsOf(await expectFaithful(model))).toEqual(["lookup"]);
	});
});

describe("Transpose, Concat, Split, Expand, Tile", () => {
	test("Transpose reverses by default", async () => {
		await expectFaithful(
			modelOf(X, (g, [x]) => g.node("Transpose", [x])),
			EXACT,
		);
		await expectFaithful(
			modelOf(X, (g, [x]) => g.node("Transpose", [x], { perm: [1, 2, 0] })),
			EXACT,
		);
	});

	test("Concat brings operands to one scale", async () => {
		const model = modelOf(
			[
				[2, 3],
				[2, 2],
			],
			(g, [a, b]) => {
				const wide = g.node("Mul", [a, g.scalar("s", 5)]);
				return g.node("Concat", [wide, b, g.constant("c", random([2, 1], 4)), wide], { axis: -1 });
			},
		);
		await expectFaithful(model);
	});

	test("Split in equal and in given parts", async () => {
		const equal = modelOf(
			[[6, 2]],
			(g, [x]) => {
				g.node("Split", [x], { axis: 0 }, "split", ["a", "b", "c"]);
				return ["a", "c", "b"];
			},
			13,
		);
		await expectFaithful(equal, EXACT);
		const given = modelOf([[2, 6]], (g, [x]) => {
			g.node("Split", [x, g.ints("sizes", [1, 5])], { axis: -1 }, "split", ["a", "b"]);
			return ["b"];
		});
		expect(formsOf(await expectFaithful(given, EXACT))).toEqual(["slice"]);
	});

	test("Expand and Tile", async () => {
		const model = modelOf([[3, 1]], (g, [x]) => {
			const e = g.node("Expand", [x, g.ints("e", [2, 1, 4])]);
			return g.node("Tile", [e, g.ints("t", [1, 2, 3])]);
		});
		await expectFaithful(model, EXACT);
	});

	test("DepthToSpace and SpaceToDepth", async () => {
		for (const mode of ["DCR", "CRD"]) {
			const model = modelOf([[1, 8, 2, 3]], (g, [x]) => g.node("DepthToSpace", [x], { blocksize: 2, mode }));
			await expectFaithful(model, EXACT);
		}
		await expectFaithful(
			modelOf([[1, 2, 4, 6]], (g, [x]) => g.node("SpaceToDepth", [x], { blocksize: 2 })),
			EXACT,
		);
	});
});

describe("Slice", () => {
	test.each<[string, number[], number[], number[], number[]]>([
		["negative bounds", [-3, 1], [-1, 3], [1, 2], [1, 1]],
		["beyond the ends", [-99, 1], [99, 99], [1, 2], [1, 2]],
		["backwards", [-1, 99], [-99, 0], [1, 2], [-1, -2]],
		[
			"backwards to what onnxruntime takes for the end",
			[-2, -9],
			[2 ** 31 - 1, -(2 ** 31)],
			[1, 2],
			[-1, -2],
		],
	])("%s", async (_, starts, ends, axes, steps) => {
		const model = modelOf([[2, 5, 6]], (g, [x]) => {
			const lists = { starts, ends, axes, steps };
			return g.node("Slice", [x, ...Object.entries(lists).map(([name, list]) => g.ints(name, list))]);
		});
		await expectFaithful(model, EXACT);
	});

	test("bounds as attributes (opset 9)", async () => {
		const attributes = { starts: [1, 0], ends: [2, -1], axes: [1, 2] };
		await expectFaithful(
			modelOf([[2, 3, 4]], (g, [x]) => g.node("Slice", [x], attributes), 9),
			EXACT,
		);
	});
});

describe("Pad", () => {
	const PADS = [1, 0, -1, 2, 1, 1];

	test.each(["constant", "reflect", "edge", "wrap"])("%s, pads as input", async (mode) => {
		const pads = mode === "constant" ? PADS : [1, 0, 2, 0, 1, -1];
		const model = modelOf([[2, 3, 4]], (g, [x]) => g.node("Pad", [x, g.ints("p", pads)], { mode }), 19);
		await expectFaithful(model, EXACT);
	});

	test("pads as attribute, a value beyond the operand's range", async () => {
		await expectFaithful(
			modelOf([[2, 3, 4]], (g, [x]) => g.node("Pad", [x], { pads: PADS, value: 9.5 }), 10),
			1e-3,
		);
	});

	test("axes as input", async () => {
		const model = modelOf(
			[[2, 3, 4]],
			(g, [x]) => {
				return g.node("Pad", [x, g.ints("p", [1, 2]), g.scalar("v", 0.5), g.ints("a", [-2])]);
			},
			18,
		);
		await expectFaithful(model, EXACT);
	});

	test("−∞ before a maximum", async () => {
		const model = modelOf([[1, 1, 4, 4]], (g, [x]) => {
			const padded = g.node("Pad", [
				x,
				g.ints("p", [0, 0, 1, 1, 0, 0, 1, 1]),
				g.scalar("v", -3.4028234663852886e38),
			]);
			return g.node("MaxPool", [padded], { kernel_shape: [3, 3] });
		});
		await expectFaithful(model, EXACT);
	});
});

describe("Max and Min", () => {
	test.each(["Max", "Min"])("%s of three that broadcast", async (opType) => {
		const model = modelOf([[2, 3], [3]], (g, [a, b]) =>
			g.node(opType, [a, b, g.constant("c", random([2, 1], 4))]),
		);
		await expectFaithful(model);
	});

	test.each(["Max", "Min"])("%s with a constant number is a clip", async (opType) => {
		const compiled = await expectFaithful(
			modelOf([[2, 3]], (g, [x]) => g.node(opType, [g.scalar("c", 0.25), x])),
		);
		expect(formsOf(compiled)).toEqual(["linear"]);
	});
});

test("an unknown Pad mode names the node", async () => {
	const model = modelOf([[2, 3]], (g, [x]) =>
		g.node("Pad", [x, g.ints("p", [9, 0, 0, 0])], { mode: "reflect" }, "edge/Pad"),
	);
	await expect(compileChecked(model)).rejects.toThrow();
});
