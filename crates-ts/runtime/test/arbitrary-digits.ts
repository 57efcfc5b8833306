import type { Width } from "@umpire/commitment/constants.ts";
import { Random } from "@umpire/onnx/random.ts";
import type { Row } from "@umpire/operators/program.ts";
import { DIGITS } from "@umpire/operators/weight-digits.ts";
import fc from "fast-check";
import { type Case, caseOf } from "./arbitrary-case.ts";
import { clips, elementsOf, span } from "./arbitrary-tensors.ts";

/** What weights of two digits are drawn from. */
const WEIGHTS = {
	/** All of one digit's ends: the longest sums. */
	ends: (random: Random) => [DIGITS.low, DIGITS.high][random.below(2)],
	/** Lower digits at their ends, upper ones small. */
	lower: (random: Random) => 128 * (random.below(9) - 4) + (random.below(2) === 0 ? -64 : 63),
	/** As trained ones are: the sums of thousands of them fit. */
	normal: (random: Random) => Math.max(DIGITS.low, Math.min(DIGITS.high, Math.round(random.normal() * 1700))),
	any: (random: Random) => DIGITS.low + random.below(DIGITS.high - DIGITS.low + 1),
	few: (random: Random) => (random.below(8) === 0 ? DIGITS.low + random.below(16000) : 0),
	small: (random: Random) => random.below(513) - 256,
} as const;

/** The sizes of a matrix of at least 2^16 weights whose sums have `k` terms. */
const columnsOf = (k: number): number => Math.ceil(2 ** 16 / k);

/**
 * Matrix products of 16-bit values by matrices that are cut into digits: weights at the ends of what two digits hold,
 * shifts on both sides of 15, which is where the half is added last.
 */
export const digitMatmuls: fc.Arbitrary<Case> = fc
	.record({
		k: fc.oneof(
			fc.integer({ min: 60, max: 1000 }),
			fc.integer({ min: 1000, max: 2000 }),
			fc.constantFrom(3001, 3800),
		),
		m: fc.integer({ min: 1, max: 2 }),
		kind: fc.constantFrom(...(Object.keys(WEIGHTS) as (keyof typeof WEIGHTS)[])),
		seed: fc.integer({ min: 1, max: 2 ** 30 }),
		shifts: fc.constantFrom([9, 24], [15, 15], [14, 16], [9, 9], [13, 20]),
		width: fc.constantFrom<Width>(8, 16, 32),
	})
	.chain(({ width, ...drawn }) => clips(width).map((clip) => ({ ...drawn, width, clip })))
	.map(({ k, m, kind, seed, shifts: [least, most], width, clip }) => {
		const random = new Random(seed);
		const n = columnsOf(k);
		const x = Array.from({ length: m * k }, () => {
			return [-32768, 32767, random.below(65536) - 32768][random.below(3)];
		});
		const weights = Array.from({ length: k * n }, () => WEIGHTS[kind](random));
		const rows = Array.from({ length: n }, (): Row => {
			const shift = least + random.below(most - least + 1);
			const bias = BigInt(random.below(2 ** 31) - 2 ** 30) >> BigInt(random.below(31));
			return { bias, multiplier: 1, shift };
		});
		const spec = (shape: number[], bits: Width) => ({
			shape,
			layout: [0, 1],
			width: bits,
			...span(bits),
			scale: 1,
		});
		const rescale = { axes: [1], rows };
		return caseOf({ ...spec([m, n], width), ...clip, kind: "Dot", form: { type: "matmul" }, rescale }, [
			{ spec: spec([m, k], 16), data: elementsOf(16, x), constant: false },
			{ spec: { ...spec([k, n], 16), ...DIGITS }, data: elementsOf(16, weights), constant: true },
		]);
	});
