import type { ErrorBudget } from "@umpire/compiler/fidelity/error-budget.ts";
import { describe, expect, test } from "vitest";
import { compareOutputs, complaint, joinComparisons, type OutputComparison } from "../src/compare.ts";

const compare = (
	reference: readonly number[],
	values: readonly number[],
	step: number,
	isProbability = false,
): OutputComparison =>
	compareOutputs({ output: "y", reference, values, dims: [1, reference.length], step, isProbability });
const said = (one: OutputComparison, budget: ErrorBudget): string | undefined =>
	complaint(joinComparisons([one]), budget, "the float model");
const NATURAL: ErrorBudget = { measure: "natural", most: 0.01 };

test("errors are relative to the range of the reference", () => {
	expect(compare([1, 2, 3], [1, 2.5, 3], 0.01).maxRelRange).toBe(0.25);
	expect(compare([100, 100.5], [100.25, 100.5], 0.5).maxRelRange).toBe(0.5);
});

test("errors of a saturated output are relative to its magnitude", () => {
	const saturated = [1, 1 - 2 ** -20];
	expect(compare(saturated, [1, 1], 2 ** -15).maxRelRange).toBe(2 ** -20);
	expect(compare(saturated, [1, 0.5], 2 ** -15).maxRelRange).toBeCloseTo(0.5, 5);
});

describe("a complaint", () => {
	test("names output and element, with absolute and relative error", () => {
		expect(said(compare([1, 2, 3], [1, 2.5, 3], 0.01), NATURAL)).toMatch(
			/output "y" differs from the float model at \[0, 1\]: 2\.5 instead of 2 \(0\.5, 25 % of it\), more than 1 %/,
		);
	});

	test("of a probability counts its absolute error, however small the probability", () => {
		const [expected, found] = [[1.08e-7], [1.19e-7]];
		expect(said(compare(expected, found, 1e-9, true), NATURAL)).toBeUndefined();
		expect(said(compare(expected, found, 1e-9), NATURAL)).toBeDefined();
		expect(said(compare([0.5], [0.52], 1e-9, true), NATURAL)).toMatch(/0\.01 of a probability/);
	});

	test("is made by the measure that the budget names", () => {
		const off = compare([100, 0.5, 0], [100, 0.51, 0], 0.001);
		expect(said(off, NATURAL)).toBeUndefined();
		expect(said(off, { measure: "absolute", most: 0.02 })).toBeUndefined();
		expect(said(off, { measure: "absolute", most: 0.005 })).toMatch(/0\.005 in the output's units/);
		expect(said(off, { measure: "relative", most: 0.01 })).toMatch(/\[0, 1\]/);
		expect(said(off, { measure: "relative", most: 0.03 })).toBeUndefined();
	});

	test("is made of another largest element, unless float32 cannot tell the two apart", () => {
		expect(said(compare([0.5, 0.5001], [0.5, 0.4999], 1), NATURAL)).toMatch(/largest element/);
		expect(said(compare([0.5, 0.5 + 2 ** -20], [0.5, 0.4999], 1), NATURAL)).toBeUndefined();
	});
});

test("what stands for infinity is left out, and numbers of float64 are not", () => {
	const share = (reference: number[], values: number[]) =>
		compareOutputs({ output: "y", reference, values, dims: [reference.length], step: 0.01 }).maxRelRange;
	expect(share([1, -1e9, 2], [1, -30, 2])).toBe(0);
	expect(share([1, -3.4028234663852886e38, 2], [1.5, -30, 2])).toBe(0.5);
	expect(share([1, 20000, 2], [1, 0, 2])).toBeGreaterThan(0.9);
	expect(share([1, 9e223], [1, 0])).toBe(1);
});
