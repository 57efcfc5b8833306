import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { compileChecked, expectFaithful, floats, modelOf } from "@umpire/testing/compiler/check.ts";
import { expect, test } from "vitest";

type Build = Parameters<typeof modelOf>[1];

const cases: [string, number[][], Build, RegExp][] = [
	["NonZero", [[2, 3]], (g, [x]) => g.node("NonZero", [x], {}, "n"), /NonZero "n": the shape of its result/],
	["Unique", [[6]], (g, [x]) => g.node("Unique", [x], {}, "u"), /Unique "u": the shape of its result/],
	[
		"RoiAlign",
		[
			[1, 1, 6, 6],
			[1, 4],
		],
		(g, [x, rois]) => {
			const batch = g.constant("b", tensorFrom("int64", [1], [0]));
			return g.node("RoiAlign", [x, rois, batch], {}, "r");
		},
		/RoiAlign "r": it samples where/,
	],
	[
		"MaxUnpool by indices of the model",
		[[1, 1, 24, 24]],
		(g, [x]) => {
			const window = { kernel_shape: [2, 2], strides: [2, 2] };
			g.node("MaxPool", [x], window, "p", ["values", "indices"]);
			const other = g.node("Neg", ["indices"]);
			return g.node("MaxUnpool", ["values", g.node("Neg", [other])], window, "m");
		},
		/MaxUnpool "m": its indices depend/,
	],
	[
		"ImageDecoder",
		[[6]],
		(g, [x]) => g.node("ImageDecoder", [g.node("Cast", [x], { to: 2 })], {}, "i"),
		/ImageDecoder "i": it decodes a file/,
	],
	[
		"RegexFullMatch",
		[[2, 3]],
		(g, [x]) => {
			const text = g.node("Cast", [x], { to: 8 });
			return g.node("RegexFullMatch", [text], { pattern: ".*" }, "r");
		},
		/RegexFullMatch "r": it works on text/,
	],
	[
		"a scatter of many elements by given indices",
		[[200, 200]],
		(g, [x]) => {
			const index = g.node("Cast", [x], { to: 7 });
			return g.node("ScatterElements", [x, index, x], {}, "s");
		},
		/ScatterElements "s": its indices depend/,
	],
	[
		"TopK of long lines",
		[[1, 5000]],
		(g, [x]) => {
			g.node("TopK", [x, g.ints("k", [3])], {}, "t", ["v", "i"]);
			return "v";
		},
		/TopK "t": it ranks 1 lines of 5000/,
	],
];

test.each(cases)("%s is refused by name", async (_, shapes, build, message) => {
	await expect(compileChecked(modelOf(shapes, build, 21))).rejects.toThrow(message);
});

test("optional values that are there are the values", async () => {
	const model = modelOf(
		[[3, 4]],
		(g, [x]) => {
			const there = g.node("OptionalHasElement", [x]);
			return g.node("Where", [there, g.node("OptionalGetElement", [x]), g.node("Neg", [x])]);
		},
		18,
	);
	await expectFaithful(model);
});

test("what depends on shapes only is constant", async () => {
	const model = modelOf([[3, 4]], (g, [x]) => g.node("Add", [x, g.node("EyeLike", [x], { k: 1 })]));
	await expectFaithful(model);
});

test("positions and distinct values of constants are constants", async () => {
	const model = modelOf([[3]], (g, [x]) => {
		const mask = g.constant("mask", floats([4], [1, 0, 2, 2]));
		const positions = g.node("Squeeze", [g.node("NonZero", [mask]), g.ints("axes", [0])]);
		const values = g.node("Unique", [mask], {}, "unique", ["distinct"]);
		return g.node("Add", [g.node("Add", [x, g.node("Cast", [positions], { to: 1 })]), values]);
	});
	await expectFaithful(model);
});
