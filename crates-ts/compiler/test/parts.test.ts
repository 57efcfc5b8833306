import { errorBy, Judge } from "@umpire/compiler/fidelity/judge.ts";
import { partsOf } from "@umpire/compiler/fidelity/parts.ts";
import type { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model } from "@umpire/onnx/model.ts";
import { compileChecked, floats, modelOf, random } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";

const number = (g: GraphBuilder, value: number): string => g.constant(`number ${value}`, floats([], [value]));

/** A detector's end: [1, 5, n], boxes in pixels above scores, turned so that a row is a box. */
function detector(bias: number): Model {
	return modelOf([[1, 3, 6]], (g, [x]) => {
		const boxes = g.node("Mul", [x, number(g, 300)]);
		const [weights, offset] = [floats([2, 3, 1], [1, -2, 0.5, 0.3, 0.2, -1]), floats([2], [bias, bias])];
		const raw = g.node("Conv", [x, g.constant("w", weights), g.constant("b", offset)]);
		const joined = g.node("Concat", [boxes, g.node("Sigmoid", [raw])], { axis: 1 });
		return g.node("Transpose", [joined], { perm: [0, 2, 1] });
	});
}

describe("an output that is joined of parts of unlike size", () => {
	test("is known by where its elements come from, through whatever moves them", async () => {
		const found = await partsOf(detector(0), new Map([["x0", random([1, 3, 6])]]));
		const [[, parts]] = [...found];
		expect(parts.isProbability).toEqual([false, true]);
		expect(Array.from(parts.of)).toEqual(Array.from({ length: 6 }, () => [0, 0, 0, 1, 1]).flat());
	});

	test("is known in models of the oldest operators that onnxruntime runs", async () => {
		const joined = modelOf([[2, 3]], (g, [x]) => g.node("Concat", [x, g.node("Abs", [x])], { axis: 1 }));
		const old = { ...joined, opsets: new Map([["", 7]]) };
		const [[, { of }]] = [...(await partsOf(old, new Map([["x0", random([2, 3])]])))];
		expect(Array.from(of)).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1]);
	});

	test("is no joined one where only one value is moved, and parts of parts are parts", async () => {
		const feed = new Map([["x0", random([2, 3])]]);
		const moved = modelOf([[2, 3]], (g, [x]) => g.node("Transpose", [g.node("Neg", [x])]));
		expect((await partsOf(moved, feed)).size).toBe(0);
		const nested = modelOf([[2, 3]], (g, [x]) => {
			const two = g.node("Concat", [g.node("Neg", [x]), x], { axis: 0 });
			const first = g.constant("rows", tensorFrom("int64", [2], [3, 0]));
			return g.node("Concat", [g.node("Abs", [x]), g.node("Gather", [two, first])], { axis: 1 });
		});
		const [[, { of }]] = [...(await partsOf(nested, feed))];
		expect(Array.from(of)).toEqual([0, 0, 0, 2, 2, 2, 0, 0, 0, 1, 1, 1]);
	});

	const parts = { of: [0, 0, 1, 1], isProbability: [false, true] };
	const judged = (reference: number[], values: number[], isProbability = [false, true]) => {
		const judge = new Judge(false, undefined, { ...parts, isProbability });
		judge.add(reference, values, [4], 1e-6);
		return judge.judgement;
	};

	test("is judged by its parts: a score that is wrong is no share of the pixels", () => {
		const found = judged([0, 320, 0.1, 0.9], [0, 320.5, 0.9, 0.9]);
		expect(found.maxRelRange).toBeCloseTo(0.8, 6);
		expect(found.byParts).toBe(true);
		expect(found.worst).toMatchObject({ position: [2], expected: 0.1, found: 0.9 });
		// The pixels count by their own range.
		expect(judged([0, 320, 0.1, 0.9], [0, 328, 0.1, 0.9]).maxRelRange).toBeCloseTo(8 / 320, 6);
	});

	test("has probabilities from 0 to 1, whatever was seen of them, and other parts by their range", () => {
		expect(judged([0, 320, 0, 1e-6], [0, 320, 0, 0.004]).maxRelRange).toBeCloseTo(0.004 - 1e-6, 6);
		expect(judged([0, 320, 0, 0.2], [0, 320, 0, 0.204], [false, false]).maxRelRange).toBeCloseTo(0.02, 6);
	});

	test("has the mean of its worst part", () => {
		const found = judged([0, 320, 0, 1], [1, 320, 0.2, 1]);
		expect(errorBy(found, { measure: "mean" })).toBeCloseTo(0.1, 6);
		expect(errorBy(found, { measure: "absolute" })).toBe(1);
		expect(errorBy(judged([0, 320, 0, 1], [64, 320, 0, 1]), { measure: "mean" })).toBeCloseTo(0.1, 6);
	});

	test("is judged as a whole where its parts are of like size", () => {
		const found = judged([0, 3, 0.1, 0.9], [0, 3, 0.1, 0.84]);
		expect(found.byParts).toBeUndefined();
		expect(found.maxRelRange).toBeCloseTo(0.02, 6);
	});

	test("keeps its scores when it is compiled", async () => {
		const inputs = [1, 2, 3].map((seed) => [random([1, 3, 6], seed)]);
		const { report } = await compileChecked(detector(-2), {
			inputs,
			budget: { measure: "natural", most: 0.002 },
		});
		expect(report.budget?.met).toBe(true);
		expect(report.fidelity?.outputs[0]).toMatchObject({ byParts: true });
	});
});
