import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { reached } from "../src/lower/emit.ts";
import {
	linearOf,
	maxShift,
	nearestRatio,
	powerAtLeast,
	powerAtMost,
	ratioAtMost,
	smallestRatio,
} from "../src/quantise/rescale-ratio.ts";
import { coarsenedQuantisation, precisionOf, quantisationOf, snapUp } from "../src/quantise/scales.ts";

const LIMITS = [127, 32767];
const value = ({ multiplier, shift }: { multiplier: number; shift: number }) => multiplier / 2 ** shift;
const ratios = fc.double({ min: 2 ** -22, max: 2 ** 12, noNaN: true });

describe("ratios of scales as multiplier and shift", () => {
	test("stay on their side, within their precision, and below 2^53 with any clipped accumulator", () => {
		fc.assert(
			fc.property(ratios, fc.constantFrom(...LIMITS), (ratio, limit) => {
				const most = ratioAtMost(ratio, limit);
				expect(value(most)).toBeLessThanOrEqual(ratio);
				expect(value(most)).toBeGreaterThan(ratio * (1 - 2 ** -13));
				expect(value(powerAtMost(ratio, limit))).toBeLessThanOrEqual(ratio);
				expect(value(powerAtMost(ratio, limit))).toBeGreaterThan(ratio / 2);
				expect(value(powerAtLeast(ratio, limit))).toBeGreaterThanOrEqual(ratio);
				expect(value(powerAtLeast(ratio, limit))).toBeLessThan(Math.max(ratio, smallestRatio(limit)) * 2);
				for (const { multiplier, shift } of [most, nearestRatio(ratio, limit), powerAtLeast(ratio, limit)]) {
					expect(shift).toBeGreaterThanOrEqual(1);
					expect(shift).toBeLessThanOrEqual(40);
					const bound = Math.ceil(((limit + 1) * 2 ** shift) / multiplier);
					expect(bound * multiplier + 2 ** (shift - 1)).toBeLessThan(2 ** 53);
				}
			}),
		);
	});

	test("tiny ratios keep fewer bits, hopeless ones are refused", () => {
		expect(ratioAtMost(2 ** -36, 32767)).toEqual({ multiplier: 2, shift: 37 });
		expect(() => ratioAtMost(2 ** -40, 32767)).toThrow("cannot be represented");
		expect(() => powerAtMost(2 ** -40, 32767)).toThrow("cannot be represented");
		expect(() => nearestRatio(2 ** 30, 32767)).toThrow("too far apart");
		expect(() => nearestRatio(Number.NaN, 32767)).toThrow("positive and finite");
	});

	test("linear combinations are reduced, and refused where they cannot be exact", () => {
		expect(linearOf([1, 1], [100, 100], [0], 32767)).toEqual({
			coefficients: [2, 2],
			rows: [{ bias: 0n, multiplier: 1, shift: 1 }],
		});
		expect(() => linearOf([2 ** 40], [32767], [0], 32767)).toThrow("too far apart");
		expect(maxShift(32767)).toBe(37);
	});
});

describe("ranges", () => {
	test("snapUp keeps six bits", () => {
		fc.assert(
			fc.property(fc.double({ min: 1e-20, max: 1e20, noNaN: true }), (x) => {
				const snapped = snapUp(x);
				expect(snapped).toBeGreaterThanOrEqual(x);
				expect(snapped).toBeLessThanOrEqual(x * (1 + 2 ** -5));
				expect(snapUp(snapped)).toBe(snapped);
			}),
		);
	});

	test("a range of zero has a scale", () => {
		const precision = precisionOf(16, 1);
		expect(quantisationOf({ low: 0, high: 0 }, precision).scale).toBe(1 / 32767);
		expect(quantisationOf({ low: 0, high: 0 }, precision, undefined, 0.25).scale).toBe(0.25);
	});
});

describe("a grid", () => {
	const wide = { scale: 1, low: -1000, high: 1000, width: 32 } as const;

	test("is as coarse as a step of what it is made of demands, and reaches as far", () => {
		const coarser = coarsenedQuantisation(wide, 2 ** 16 + 1, 2 ** 14);
		expect(coarser).toEqual({ scale: 8, low: -125, high: 125, width: 32 });
		expect(coarsenedQuantisation(wide, 2 ** 14, 2 ** 14)).toBe(wide);
	});

	test("of 32 bits ends where the results do, with their bias", () => {
		const rows = [
			{ bias: 0n, multiplier: 1, shift: 4 },
			{ bias: -320n, multiplier: 1, shift: 4 },
		];
		expect(reached(wide, rows, 1600)).toMatchObject({ low: -121, high: 121 });
		expect(reached(wide, rows, 2 ** 40)).toMatchObject({ low: -1000, high: 1000 });
		const narrow = { ...wide, width: 16 } as const;
		expect(reached(narrow, rows, 1600)).toBe(narrow);
	});

	test("coefficients of a sum leave it exact, however far its operands reach", () => {
		const { coefficients, rows } = linearOf([1, 0.3], [2 ** 31, 2 ** 31], [0], 2 ** 22);
		const reach = coefficients.reduce((sum, one) => sum + Math.abs(one) * 2 ** 31, 0);
		expect(reach).toBeLessThan(2 ** 51);
		expect(coefficients[1] / 2 ** rows[0].shift).toBeCloseTo(0.3, 4);
	});
});
