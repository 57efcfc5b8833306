import type { Width } from "@umpire/commitment/constants.ts";
import { exactnessOf } from "@umpire/operators/exactness.ts";
import { validateProgram } from "@umpire/operators/validate.ts";
import { describe, expect, it } from "vitest";
import { type Case, caseOf } from "./arbitrary-case.ts";
import { span } from "./arbitrary-tensors.ts";
import { checkLevels } from "./reference.ts";

/** All bytes −128 … 127 by one weight of 1, into a channel for each bias, times multiplier / 2^shift. */
function quotients(
	[multiplier, shift]: readonly [number, number],
	biases: readonly number[],
	clip: { low: number; high: number } = { low: 0, high: 255 },
): Case {
	const x = Int8Array.from({ length: 256 }, (_, i) => i - 128);
	const spec = (shape: number[], width: Width) => {
		return { shape, layout: shape.map((_, axis) => axis), width, ...span(width), scale: 1 };
	};
	const { length } = biases;
	const form = { type: "conv", strides: [1], pads: [0, 0], dilations: [1], group: 1 } as const;
	const rows = biases.map((bias) => ({ bias: BigInt(bias), multiplier, shift }));
	return caseOf({ ...spec([1, length, 256], 16), ...clip, kind: "Dot", form, rescale: { axes: [1], rows } }, [
		{ spec: spec([1, 1, 256], 8), data: x, constant: false },
		{ spec: spec([length, 1, 1], 8), data: new Int8Array(length).fill(1), constant: true },
	]);
}

const ANY = "8-bit Conv, any multipliers";

function planOf({ program }: Case): string {
	validateProgram(program);
	return exactnessOf(program)[0].plan;
}

describe("a convolution of bytes by any multiplier", () => {
	it.each([
		[9, 13],
		[341, 13],
		[8191, 13],
		[31, 7],
		[3, 1],
	])("gives φ of every sum that is not cut: %i / 2^%i", async (multiplier, shift) => {
		const end = Math.ceil((256 * 2 ** shift) / multiplier);
		// From below 0 to beyond 255, in steps of the 256 numbers that x is.
		const biases = Array.from({ length: Math.ceil(end / 256) + 2 }, (_, k) => (k - 1) * 256 + 128);
		const example = quotients([multiplier, shift], biases);
		expect(planOf(example)).toBe(ANY);
		await checkLevels(example);
	});

	it("rounds exact halves up, by multipliers that float32 rounds with the little more", async () => {
		// (2k + 1)·m / (2·m) is k and a half.
		const multipliers = [3, 5, 21, 85, 341, 1365, 5461, 8191, 699051];
		for (const multiplier of multipliers) {
			const halves = [0, 1, 2, 3, 63, 64, 126, 127, 128, 200, 254];
			const biases = halves.flatMap((k) => {
				// acc·m / 2^13 = k + ½ where m divides (2k + 1)·2^12; otherwise the sums next to it.
				const sum = Math.round(((2 * k + 1) * 2 ** 12) / multiplier);
				return [sum - 1, sum, sum + 1];
			});
			await checkLevels(quotients([multiplier, 13], biases));
		}
	});

	it.each([1, -1])("takes sums up to 2^24 − 1, bias of sign %i", async (sign) => {
		const most = sign > 0 ? 2 ** 24 - 1 - 127 : 1 - 2 ** 24 + 128;
		for (const ratio of [
			[3, 13],
			[1, 13],
		] as const) {
			const [taken, left] = [most, most + sign].map((bias) => quotients(ratio, [bias]));
			expect(planOf(taken)).toMatch(/^8-bit Conv/);
			await checkLevels(taken);
			expect(planOf(left)).not.toContain("8-bit");
			await checkLevels(left);
		}
	});

	it("is of shifts up to 13, and of results that are never negative", async () => {
		const signed = { low: -128, high: 127 };
		expect(planOf(quotients([3, 14], [0]))).not.toContain("8-bit");
		expect(planOf(quotients([3, 9], [0], signed))).not.toContain("8-bit");
		expect(planOf(quotients([1, 9], [0], signed))).toBe("8-bit Conv");
		// 6 / 2^14 is the same row as 3 / 2^13.
		expect(planOf(quotients([6, 14], [0]))).toBe(ANY);
		await checkLevels(quotients([3, 9], [0, 77], signed));
	});
});
