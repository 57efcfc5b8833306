import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { WasmFactory } from "@lightprotocol/hasher.rs";
import { LANES, LEAF_ELEMENTS, WIDTHS, type Width } from "@umpire/commitment/constants.ts";
import { rangeOf } from "@umpire/commitment/elements.ts";
import { checkWords, LeafError, packLeaf, unpackLeaf } from "@umpire/commitment/leaf.ts";
import { FIELD, loadPoseidon } from "@umpire/commitment/poseidon.ts";
import { buildPoseidonReference } from "circomlibjs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import constants from "../src/poseidon-constants.json" with { type: "json" };

const leaf = fc.constantFrom(...WIDTHS).chain((width) => {
	const { low, high } = rangeOf(width);
	const element = fc.oneof(fc.integer({ min: low, max: high }), fc.constantFrom(low, high, -1, 0));
	return fc.record({
		width: fc.constant(width),
		elements: fc.array(element, { minLength: 1, maxLength: LEAF_ELEMENTS[width], size: "max" }),
	});
});

/** The protocol's sentence on words, with BigInts. */
function wordsOf(elements: readonly number[], width: Width): bigint[] {
	const words = [0n, 0n, 0n, 0n, 0n];
	elements.forEach((value, i) => {
		const lane = i % LANES[width];
		words[(i - lane) / LANES[width]] += BigInt(value + 2 ** (width - 1)) << BigInt(width * lane);
	});
	return words;
}

describe("packing", () => {
	test("puts lane k of word j where the protocol says", () => {
		fc.assert(
			fc.property(leaf, ({ width, elements }) => {
				expect(packLeaf(elements, width)).toEqual(wordsOf(elements, width));
			}),
		);
	});

	test("is undone by unpacking", () => {
		fc.assert(
			fc.property(leaf, ({ width, elements }) => {
				expect(unpackLeaf(packLeaf(elements, width), width, elements.length)).toEqual(elements);
			}),
		);
	});

	test("refuses what is no leaf", () => {
		expect(() => packLeaf([], 8)).toThrow(LeafError);
		expect(() => packLeaf(new Array<number>(156).fill(0), 8)).toThrow(/1 to 155 elements, found 156/);
		expect(() => packLeaf([128], 8)).toThrow(/128 is not an integer of 8 bits/);
		expect(() => packLeaf([0.5], 16)).toThrow(/0.5 is not an integer of 16 bits/);
	});
});

describe("words", () => {
	test("beyond their bound are refused, one below is not", () => {
		fc.assert(
			fc.property(leaf, fc.nat(4), ({ width, elements }, word) => {
				const used = Math.max(0, Math.min(LANES[width], elements.length - word * LANES[width]));
				const bound = 2n ** BigInt(width * used);
				const words = packLeaf(elements, width);
				checkWords(words.with(word, bound - 1n), width, elements.length);
				for (const wrong of [bound, words[word] + FIELD, -1n]) {
					expect(() => checkWords(words.with(word, wrong), width, elements.length)).toThrow(LeafError);
				}
			}),
		);
	});

	test("are five, for 1 to a full leaf of elements", () => {
		expect(() => checkWords([0n], 8, 1)).toThrow(/five|5 words, found 1/);
		for (const count of [0, 76, 1.5])
			expect(() => checkWords([0n, 0n, 0n, 0n, 0n], 16, count)).toThrow(LeafError);
	});
});

describe("Poseidon", () => {
	test("is circomlib's, and another implementation's", async () => {
		const poseidon = await loadPoseidon();
		const reference = await buildPoseidonReference();
		const other = await WasmFactory.getInstance();
		const word = fc.oneof(fc.bigInt({ min: 0n, max: FIELD - 1n }), fc.constantFrom(0n, 1n, FIELD - 1n));
		fc.assert(
			fc.property(fc.array(word, { minLength: 5, maxLength: 5 }), (words) => {
				const digest = poseidon.poseidon5(words);
				expect(digest).toBe(reference.F.toObject(reference(words)));
				expect(digest).toBe(BigInt(other.poseidonHashString(words.map(String))));
			}),
			{ numRuns: 100 },
		);
	});

	test("refuses what is no field element", async () => {
		const poseidon = await loadPoseidon();
		expect(() => poseidon.poseidon5([0n, 0n, 0n, 0n, FIELD])).toThrow(/Word 4 is not a field element/);
		expect(() => poseidon.poseidon5([0n])).toThrow(/5 words, found 1/);
		expect(() => poseidon.hashLeaves(new Uint8Array(159))).toThrow(/multiple of 160 bytes/);
	});
});

test("Poseidon's constants are those of circomlib", () => {
	const main = createRequire(import.meta.url).resolve("circomlibjs");
	const file = join(main, "..", "..", "src", "poseidon_constants_opt.json");
	const all = JSON.parse(readFileSync(file, "utf8")) as Record<keyof typeof constants, unknown[]>;
	const hexadecimal = (value: unknown): unknown =>
		Array.isArray(value) ? value.map(hexadecimal) : `0x${BigInt(value as string).toString(16)}`;
	for (const name of ["C", "S", "M", "P"] as const) {
		// The tables begin with a state of two elements; a leaf's five words and one more make six.
		expect(constants[name], name).toEqual(hexadecimal(all[name][4]));
	}
});
