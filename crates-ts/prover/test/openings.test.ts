import { packLeaf } from "@umpire/commitment/leaf.ts";
import { loadPoseidon } from "@umpire/commitment/poseidon.ts";
import { describe, expect, test } from "vitest";
import {
	type DotOpening,
	dotGeometry,
	dotInput,
	dotSum,
	elementRead,
	elementsInput,
	packReads,
} from "../src/openings.ts";

const beneficiary = "0x0000000000000000000000000000000000000007";
const poseidon = await loadPoseidon();
const hash = (words: readonly bigint[]): bigint => poseidon.poseidon5(words);

const x = packLeaf([-32768, -1, 0, 1, 32767], 16);
const w = packLeaf([-128, 2, 3, 4, 127], 8);
const slot = { xWord: 0, xLane: 1, wWord: 0, wLane: 2, length: 3 };
const opening: DotOpening = {
	xWidth: 16,
	wWidth: 8,
	xLeaves: [x],
	wLeaves: [w],
	slots: [slot],
	beneficiary,
};

describe("dot", () => {
	test("places slots and width codes where protocol section 4 says", () => {
		const slots = Array.from({ length: 7 }, () => ({ xWord: 0, xLane: 0, wWord: 0, wLane: 0, length: 0 }));
		slots[6] = { xWord: 14, xLane: 3, wWord: 9, wLane: 5, length: 2 };
		slots[1] = { ...slots[6] };
		const bits = 14n + (3n << 4n) + (9n << 9n) + (5n << 13n) + (2n << 18n);
		expect(dotGeometry({ xWidth: 16, wWidth: 32, slots })).toEqual([
			(bits << 23n) + (1n << 138n) + (2n << 140n),
			bits,
		]);
	});

	test("sums signed products and repeats the first leaf", () => {
		expect(dotSum(opening)).toBe(-1n * 3n + 0n * 4n + 1n * 127n);
		const input = dotInput(opening, hash);
		expect(input.xWords).toEqual([x, x, x]);
		expect(input.wDigest).toEqual([hash(w), hash(w), hash(w)]);
		expect(input.beneficiary).toBe(7n);
	});

	test.each([
		["word of no leaf", { ...slot, xWord: 15 }],
		["word of a leaf that is not given", { ...slot, wWord: 5 }],
		["lane outside the width", { ...slot, xLane: 15 }],
		["run that leaves a word", { ...slot, xLane: 13, length: 3 }],
		["negative length", { ...slot, length: -1 }],
	])("refuses a slot with a %s", (_, bad) => {
		expect(() => dotInput({ ...opening, slots: [bad] }, hash)).toThrow(RangeError);
	});

	test("refuses a thirteenth slot and a fourth leaf", () => {
		expect(() => dotInput({ ...opening, slots: Array(13).fill(slot) }, hash)).toThrow(RangeError);
		expect(() => dotInput({ ...opening, xLeaves: [x, x, x, x] }, hash)).toThrow(RangeError);
	});
});

describe("elements", () => {
	const read = { width: 16, words: x, word: 0, lane: 4 } as const;

	test("packs the read and its unsigned value, and repeats the first read", () => {
		expect(elementRead(read)).toBe(32767);
		const one = (4n << 3n) + (1n << 8n) + (65535n << 10n);
		expect(packReads([read])).toBe([0n, 1n, 2n, 3n].reduce((sum, t) => sum + (one << (44n * t)), 0n));
		const other = { width: 8, words: w, word: 0, lane: 0 } as const;
		const two = 0n;
		expect(packReads([read, other])).toBe(one + (two << 44n) + (one << 88n) + (one << 132n));
		expect(elementsInput({ reads: [read, other], beneficiary }, hash).words).toEqual([x, w, x, x]);
	});

	test("refuses no reads, five reads, and places outside a leaf", () => {
		expect(() => packReads([])).toThrow(RangeError);
		expect(() => packReads([read, read, read, read, read])).toThrow(RangeError);
		expect(() => packReads([{ ...read, word: 5 }])).toThrow(RangeError);
		expect(() => packReads([{ ...read, lane: 15 }])).toThrow(RangeError);
	});
});
