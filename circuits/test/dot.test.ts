import { LANES, WIDTHS, type Width } from "@umpire/commitment/constants.ts";
import { FIELD } from "@umpire/commitment/poseidon.ts";
import { type DotOpening, dotInput, dotSum } from "@umpire/prover/openings.ts";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { ADDRESS, type CompiledCircuit, compiled, leaf, leafHash } from "./circuit.ts";

const hash = await leafHash();
let circuit: CompiledCircuit;

beforeAll(async () => {
	circuit = await compiled("dot", "dot");
});

const WIDTH_PAIRS = WIDTHS.flatMap((x) => WIDTHS.map((w) => [x, w] as const));

interface KnownPart {
	readonly opening: DotOpening;
	/** From the elements, not from the words. */
	readonly sum: bigint;
}

/** Parts with up to three leaves, up to twelve slots, runs of any length that fits. */
function part(xWidth: Width, wWidth: Width): fc.Arbitrary<KnownPart> {
	const slot = fc
		.record({ xLane: fc.nat(LANES[xWidth] - 1), wLane: fc.nat(LANES[wWidth] - 1), x: fc.nat(), w: fc.nat() })
		.chain(({ xLane, wLane, x, w }) => {
			const longest = Math.min(LANES[xWidth] - xLane, LANES[wWidth] - wLane);
			const length = fc.oneof(fc.nat(longest), fc.constant(longest));
			return length.map((chosen) => ({ xLane, wLane, x, w, length: chosen }));
		});
	return fc
		.record({
			x: fc.array(leaf(xWidth), { minLength: 1, maxLength: 3 }),
			w: fc.array(leaf(wWidth), { minLength: 1, maxLength: 3 }),
			slots: fc.array(slot, { minLength: 1, maxLength: 12 }),
		})
		.map(({ x, w, slots }) => {
			const placed = slots.map((one) => ({
				xWord: one.x % (5 * x.length),
				xLane: one.xLane,
				wWord: one.w % (5 * w.length),
				wLane: one.wLane,
				length: one.length,
			}));
			const xElements = x.flatMap(({ elements }) => elements);
			const wElements = w.flatMap(({ elements }) => elements);
			let sum = 0n;
			for (const { xWord, xLane, wWord, wLane, length } of placed) {
				for (let j = 0; j < length; j++) {
					const factor = BigInt(xElements[xWord * LANES[xWidth] + xLane + j]);
					sum += factor * BigInt(wElements[wWord * LANES[wWidth] + wLane + j]);
				}
			}
			const opening: DotOpening = {
				xWidth,
				wWidth,
				xLeaves: x.map(({ words }) => words),
				wLeaves: w.map(({ words }) => words),
				slots: placed,
				beneficiary: ADDRESS,
			};
			return { opening, sum };
		});
}

/** One part of full 8-bit words, whose geometry tests then change. */
function fullPart(): DotOpening {
	const [x, w] = fc.sample(leaf(8), { numRuns: 2, seed: 5 });
	const slots = Array.from({ length: 12 }, (_, i) => ({
		xWord: i % 5,
		xLane: 0,
		wWord: (i + 1) % 5,
		wLane: 0,
		length: 31,
	}));
	return {
		xWidth: 8,
		wWidth: 8,
		xLeaves: [x.words],
		wLeaves: [w.words],
		slots,
		beneficiary: ADDRESS,
	};
}

describe("dot", () => {
	test.each(WIDTHS)("the largest and the smallest sum of %i bits", (width) => {
		const half = 2n ** BigInt(width - 1);
		const lanes = LANES[width];
		const word = (u: bigint): bigint =>
			Array.from({ length: lanes }).reduce<bigint>((sum) => (sum << BigInt(width)) + u, 0n);
		const low = Array<bigint>(5).fill(word(0n));
		const high = Array<bigint>(5).fill(word(2n * half - 1n));
		const slots = Array.from({ length: 12 }, () => ({
			xWord: 0,
			xLane: 0,
			wWord: 4,
			wLane: 0,
			length: lanes,
		}));
		const common = { xWidth: width, wWidth: width, slots, beneficiary: ADDRESS } as const;
		const products = 12n * BigInt(lanes);
		const largest = circuit.witness(dotInput({ ...common, xLeaves: [low], wLeaves: [low] }, hash));
		expect(largest[1]).toBe(products * half * half);
		const smallest = circuit.witness(dotInput({ ...common, xLeaves: [low], wLeaves: [high] }, hash));
		expect(smallest[1]).toBe(FIELD - products * half * (half - 1n));
	});

	test("without slots the sum is 0", () => {
		const witness = circuit.witness(dotInput({ ...fullPart(), slots: [] }, hash));
		expect(witness[1]).toBe(0n);
	});

	test.each(WIDTHS)("lanes past the end of a word of %i bits count 0", (width) => {
		const [x, w] = fc.sample(leaf(width), { numRuns: 2, seed: 6 });
		const [xLane, wLane] = [LANES[width] - 4, LANES[width] - 2];
		const slots = [{ xWord: 0, xLane, wWord: 0, wLane, length: 2 }];
		const common = { xWidth: width, wWidth: width, beneficiary: ADDRESS } as const;
		const opening = { ...common, xLeaves: [x.words], wLeaves: [w.words], slots };
		const input = dotInput(opening, hash);
		const [first, second] = input.geometry as bigint[];
		// length 31 instead of 2: what no part ever asks for
		const witness = circuit.witness({ ...input, geometry: [first | (31n << 18n), second] });
		expect(witness[1]).toBe((dotSum(opening) + FIELD) % FIELD);
	});

	test("has no witness for word index 15, width code 3 or bits above the layout", () => {
		const input = dotInput(fullPart(), hash);
		const [first, second] = input.geometry as bigint[];
		circuit.witness({ ...input, geometry: [first, second] });
		const bad: [bigint, bigint][] = [
			[first | (3n << 138n), second],
			[first | (3n << 140n), second],
			[first + 2n ** 142n, second],
			[first, second + 2n ** 138n],
			[FIELD - 1n, second],
			[first, FIELD - 1n],
		];
		for (let i = 0; i < 6; i++) {
			for (const at of [0n, 9n]) {
				const index = 15n << (BigInt(23 * i) + at);
				bad.push([first | index, second], [first, second | index]);
			}
		}
		for (const geometry of bad) {
			expect(() => circuit.witness({ ...input, geometry }), String(geometry)).toThrow(
				"a constraint does not hold",
			);
		}
	});

	test("has no witness for words that are not those of the digests", () => {
		const input = dotInput(fullPart(), hash);
		for (const name of ["xWords", "wWords"]) {
			for (const [leafIndex, word] of [
				[0, 0],
				[1, 3],
				[2, 4],
			]) {
				const words = (input[name] as bigint[][]).map((five) => [...five]);
				words[leafIndex][word] += 1n;
				expect(() => circuit.witness({ ...input, [name]: words })).toThrow("a constraint does not hold");
			}
		}
	});

	test("has no witness for an opened word of 2^248 or more, nor for a beneficiary of 2^160", () => {
		const opening = fullPart();
		const [words] = opening.xLeaves;
		const malformed = [words[0] + 2n ** 248n, ...words.slice(1)];
		const twin = { ...opening, xLeaves: [malformed] };
		expect(() => circuit.witness(dotInput(twin, hash))).toThrow("a constraint does not hold");
		// allowed where no slot names the word
		const elsewhere = opening.slots.map((slot) => ({ ...slot, xWord: 1 }));
		circuit.witness(dotInput({ ...twin, slots: elsewhere }, hash));
		const input = dotInput(opening, hash);
		expect(() => circuit.witness({ ...input, beneficiary: 2n ** 160n })).toThrow(
			"a constraint does not hold",
		);
	});

	test.each([
		["length + 1", 18n],
		["lane of x + 1", 4n],
		["lane of w + 1", 13n],
		["word of x + 1", 0n],
		["word of w + 1", 9n],
	])("another geometry gives another sum: %s", (_, bit) => {
		const slot = { xWord: 0, xLane: 2, wWord: 2, wLane: 4, length: 6 };
		const opening = { ...fullPart(), slots: [slot] };
		const input = dotInput(opening, hash);
		const [first, second] = input.geometry as bigint[];
		const honest = circuit.witness(input);
		const other = circuit.witness({ ...input, geometry: [first + (1n << bit), second] });
		expect(other[1]).not.toBe(honest[1]);
	});

	test.each(WIDTH_PAIRS)("sums runs of %i by %i bits", (xWidth, wWidth) => {
		fc.assert(
			fc.property(part(xWidth, wWidth), ({ opening, sum }) => {
				expect(dotSum(opening)).toBe(sum);
				const witness = circuit.witness(dotInput(opening, hash));
				expect(witness[1]).toBe(((sum % FIELD) + FIELD) % FIELD);
			}),
			{ numRuns: 30 },
		);
	});
});
