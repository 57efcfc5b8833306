import { LANES, WIDTH_CODE, WIDTHS, type Width } from "@umpire/commitment/constants.ts";
import { FIELD } from "@umpire/commitment/poseidon.ts";
import { type ElementRead, elementRead, elementsInput } from "@umpire/prover/openings.ts";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { ADDRESS, type CompiledCircuit, compiled, leaf, leafHash } from "./circuit.ts";

const hash = await leafHash();
let circuit: CompiledCircuit;

beforeAll(async () => {
	circuit = await compiled("elements", "elements");
});

interface KnownRead extends ElementRead {
	readonly value: number;
}

const read: fc.Arbitrary<KnownRead> = fc
	.constantFrom<Width>(...WIDTHS)
	.chain((width) =>
		fc.record({
			leaf: leaf(width),
			width: fc.constant(width),
			word: fc.nat(4),
			lane: fc.nat(LANES[width] - 1),
		}),
	)
	.map(({ leaf: { words, elements }, width, word, lane }) => ({
		width,
		words,
		word,
		lane,
		value: elements[word * LANES[width] + lane],
	}));

const reads = fc.array(read, { minLength: 1, maxLength: 4 });

/** The packed signal of a read that need not make sense. */
function pack(word: number, lane: number, code: number, u: bigint): bigint {
	return BigInt(word + 8 * lane + 256 * code) + 1024n * u;
}

/** An input of four equal reads of the first leaf, with another packed signal for the first. */
function withFirst(words: readonly bigint[], honest: bigint, first: bigint) {
	const packed = first + [1n, 2n, 3n].reduce((sum, t) => sum + (honest << (44n * t)), 0n);
	const leaves = [words, words, words, words];
	return { digest: leaves.map(hash), packed, beneficiary: 1n, words: leaves };
}

describe("elements", () => {
	test("opens up to four elements of any widths", () => {
		fc.assert(
			fc.property(reads, (some) => {
				const input = elementsInput({ reads: some, beneficiary: ADDRESS }, hash);
				const witness = circuit.witness(input);
				expect(witness.slice(1, 7)).toEqual([...(input.digest as bigint[]), input.packed, BigInt(ADDRESS)]);
				expect(some.map(elementRead)).toEqual(some.map(({ value }) => value));
			}),
			{ numRuns: 60 },
		);
	});

	test("has no witness for any other value", () => {
		fc.assert(
			fc.property(reads, fc.nat(3), fc.integer({ min: 0, max: 33 }), (some, t, bit) => {
				const input = elementsInput({ reads: some, beneficiary: ADDRESS }, hash);
				const flipped = (input.packed as bigint) ^ (1n << BigInt(44 * t + 10 + bit));
				expect(() => circuit.witness({ ...input, packed: flipped })).toThrow("a constraint does not hold");
			}),
			{ numRuns: 60 },
		);
	});

	test("has no witness for words that are not those of the digest", () => {
		fc.assert(
			fc.property(read, fc.nat(3), fc.nat(4), (some, t, word) => {
				const input = elementsInput({ reads: [some], beneficiary: ADDRESS }, hash);
				const words = (input.words as bigint[][]).map((five) => [...five]);
				words[t][word] ^= 1n;
				expect(() => circuit.witness({ ...input, words })).toThrow("a constraint does not hold");
			}),
			{ numRuns: 20 },
		);
	});

	test.each(WIDTHS)("has no witness for a word or lane outside a leaf of %i bits", (width) => {
		const words = fc.sample(leaf(width), { numRuns: 1, seed: width })[0].words;
		const code = WIDTH_CODE[width];
		const lane = (n: number): bigint => (words[4] >> BigInt(width * n)) & ((1n << BigInt(width)) - 1n);
		const honest = pack(4, LANES[width] - 1, code, lane(LANES[width] - 1));
		circuit.witness(withFirst(words, honest, honest));
		for (const word of [5, 6, 7]) {
			for (const other of words) {
				const first = other & ((1n << BigInt(width)) - 1n);
				expect(() => circuit.witness(withFirst(words, honest, pack(word, 0, code, first)))).toThrow(
					"a constraint does not hold",
				);
			}
		}
		for (let outside = LANES[width]; outside < 32; outside++) {
			// what a lane past the end could be taken for: its bits, nothing, an offset zero, or any other lane
			const others = Array.from({ length: LANES[width] }, (_, inside) => lane(inside));
			for (const u of new Set([lane(outside), 0n, 1n << BigInt(width - 1), ...others])) {
				expect(() => circuit.witness(withFirst(words, honest, pack(4, outside, code, u)))).toThrow(
					"a constraint does not hold",
				);
			}
		}
	});

	test("has no witness for width code 3", () => {
		const { words } = fc.sample(leaf(8), { numRuns: 1, seed: 3 })[0];
		const honest = pack(0, 0, 0, words[0] & 255n);
		for (const width of [8n, 16n, 32n, 64n]) {
			const u = words[0] & ((1n << (width < 34n ? width : 34n)) - 1n);
			expect(() => circuit.witness(withFirst(words, honest, pack(0, 0, 3, u)))).toThrow(
				"a constraint does not hold",
			);
		}
		expect(() => circuit.witness(withFirst(words, honest, pack(0, 0, 3, 0n)))).toThrow(
			"a constraint does not hold",
		);
	});

	test("has no witness for signals out of range: packed, beneficiary, or an opened word", () => {
		const { words } = fc.sample(leaf(8), { numRuns: 1, seed: 4 })[0];
		const honest = pack(0, 0, 0, words[0] & 255n);
		const input = withFirst(words, honest, honest);
		circuit.witness({ ...input, beneficiary: 2n ** 160n - 1n });
		expect(() => circuit.witness({ ...input, beneficiary: 2n ** 160n })).toThrow(
			"a constraint does not hold",
		);
		expect(() => circuit.witness({ ...input, packed: input.packed + 2n ** 176n })).toThrow(
			"a constraint does not hold",
		);
		expect(() => circuit.witness({ ...input, packed: FIELD - 1n })).toThrow("a constraint does not hold");
		const malformed = [words[0] + 2n ** 248n, ...words.slice(1)];
		expect(() => circuit.witness(withFirst(malformed, honest, honest))).toThrow("a constraint does not hold");
		// the malformed word is not opened: allowed
		const other = pack(1, 0, 0, words[1] & 255n);
		circuit.witness(withFirst(malformed, other, other));
	});
});
