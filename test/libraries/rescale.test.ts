import { WIDTHS } from "@umpire/commitment/constants.ts";
import { rangeOf } from "@umpire/commitment/elements.ts";
import type { Row } from "@umpire/operators/program.ts";
import { applyRescale, rowNode } from "@umpire/operators/rescale.ts";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Harness, openHarness } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
	harness = await openHarness();
});
afterAll(() => harness.close());

describe("φ on chain is that of TypeScript", () => {
	const extreme = (limit: bigint) =>
		fc.oneof(
			fc.bigInt({ min: -limit, max: limit }),
			fc.bigInt({ min: -70000n, max: 70000n }),
			fc.constantFrom(-limit, -limit + 1n, -1n, 0n, 1n, limit),
		);
	const rows = fc.record({
		bias: extreme(2n ** 62n),
		multiplier: fc.oneof(fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.constantFrom(1, 2, 3, 2 ** 31 - 1)),
		shift: fc.integer({ min: 1, max: 40 }),
	});
	const bounds = fc.constantFrom(...WIDTHS).chain((width) => {
		const { low, high } = rangeOf(width);
		const whole = fc.constant({ low, high });
		const value = fc.integer({ min: low, max: high });
		const part = fc.tuple(value, value).map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) }));
		return fc.oneof(whole, part);
	});

	test("for random and extreme numbers", async () => {
		await fc.assert(
			fc.asyncProperty(extreme(2n ** 75n), rows, bounds, async (raw, row, { low, high }) => {
				const expected = BigInt(applyRescale(raw, row, low, high));
				expect(await harness.call("rescale", [raw, row, low, high])).toBe(expected);
				expect(await harness.call("rowNode", [row])).toBe(rowNode(row));
			}),
			{ numRuns: 200 },
		);
	});

	test("rounds halves up, also below zero", async () => {
		const row: Row = { bias: 0n, multiplier: 1, shift: 1 };
		for (const [raw, expected] of [
			[3n, 2n],
			[1n, 1n],
			[-1n, 0n],
			[-2n, -1n],
			[-3n, -1n],
			[-5n, -2n],
		]) {
			expect(await harness.call("rescale", [raw, row, -128, 127])).toBe(expected);
		}
	});

	test("no multiplier or no shift reverts", async () => {
		expect(await harness.revert("rescale", [1n, { bias: 0n, multiplier: 0, shift: 1 }, 0, 1])).toBeDefined();
		expect(await harness.revert("rescale", [1n, { bias: 0n, multiplier: 1, shift: 0 }, 0, 1])).toBeDefined();
	});
});
