import { expect, test } from "vitest";
import { compareOutputs } from "../src/compare.ts";

test("errors are relative to the range of the reference", () => {
	expect(compareOutputs([1, 2, 3], [1, 2.5, 3], [3], 0.01).maxRelRange).toBe(0.25);
	expect(compareOutputs([100, 100.5], [100.25, 100.5], [2], 0.5).maxRelRange).toBe(0.5);
});

test("errors of a saturated output are relative to its magnitude", () => {
	const saturated = [1, 1 - 2 ** -20];
	expect(compareOutputs(saturated, [1, 1], [2], 2 ** -15).maxRelRange).toBe(2 ** -20);
	expect(compareOutputs(saturated, [1, 0.5], [2], 2 ** -15).maxRelRange).toBeCloseTo(0.5, 5);
});

test("what stands for infinity is left out, and numbers of float64 are not", () => {
	expect(compareOutputs([1, -1e9, 2], [1, -30, 2], [3], 0.01).maxRelRange).toBe(0);
	expect(compareOutputs([1, -3.4028234663852886e38, 2], [1.5, -30, 2], [3], 0.01).maxRelRange).toBe(0.5);
	expect(compareOutputs([1, 20000, 2], [1, 0, 2], [3], 0.01).maxRelRange).toBeGreaterThan(0.9);
	expect(compareOutputs([1, 9e223], [1, 0], [2], 0.01).maxRelRange).toBe(1);
});
