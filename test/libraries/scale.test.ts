import { binaryScale } from "@umpire/operators/signature.ts";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Harness, openHarness } from "./harness.ts";

let harness: Harness;
beforeAll(async () => {
	harness = await openHarness();
});
afterAll(() => harness.close());

const WAD = 10n ** 18n;
const LARGEST = 2n ** 255n - 1n;

/** element · scale · 10^18, towards 0, on unbounded integers. */
function exact(element: bigint, mantissa: bigint, exponent: number): bigint {
	const product = element * mantissa * WAD;
	return exponent >= 0 ? product << BigInt(exponent) : product / (1n << BigInt(-exponent));
}

describe("what an output stands for, on chain", () => {
	const elements = fc.oneof(
		fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
		fc.constantFrom(-(2 ** 31), -1, 0, 1, 2 ** 31 - 1),
	);
	const scales = fc.oneof(
		fc.double({ min: 2 ** -1074, max: Number.MAX_VALUE, noNaN: true }),
		fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
		fc.constantFrom(2 ** -1074, Number.MAX_VALUE, 1, 0.1),
	);

	test("is the element times the scale, in units of 10^-18 towards 0, or the call reverts", async () => {
		await fc.assert(
			fc.asyncProperty(elements, scales, async (element, scale) => {
				const { mantissa, exponent } = binaryScale(scale);
				const expected = exact(BigInt(element), BigInt(mantissa), exponent);
				const found = harness.call("toWad", [BigInt(element), BigInt(mantissa), exponent]);
				if (expected > LARGEST || expected < -LARGEST) await expect(found).rejects.toThrow();
				else expect(await found).toBe(expected);
			}),
			{ numRuns: 200 },
		);
	});
});
