import {
	DOT_LEAVES,
	DOT_SLOTS,
	ELEMENT_READS,
	type Hex,
	LANES,
	WIDTH_CODE,
	type Width,
	WORDS_PER_LEAF,
} from "@umpire/commitment/constants.ts";
import type { DotSlot } from "@umpire/operators/dot-parts.ts";
import type { CircuitInput } from "./circuits.ts";

/** A part of a Dot: up to three leaves (five words each) of either operand, up to twelve slots. */
export interface DotOpening {
	readonly xWidth: Width;
	readonly wWidth: Width;
	readonly xLeaves: readonly (readonly bigint[])[];
	readonly wLeaves: readonly (readonly bigint[])[];
	readonly slots: readonly DotSlot[];
	/** The address that the proof is bound to. */
	readonly beneficiary: Hex;
}

/** One element of one leaf. */
export interface ElementRead {
	readonly width: Width;
	readonly words: readonly bigint[];
	readonly word: number;
	readonly lane: number;
}

/** A part of another kind: one to four reads. */
export interface ElementsOpening {
	readonly reads: readonly ElementRead[];
	/** The address that the proof is bound to. */
	readonly beneficiary: Hex;
}

/** The Poseidon digest of five words. */
export type LeafHash = (words: readonly bigint[]) => bigint;

/** Layouts of the packed public signals (protocol section 4). */
const SLOTS_PER_SIGNAL = 6;
const SLOT_BITS = 23;
const READ_BITS = 44;

/** geometry[0..1] of the dot circuit. Throws RangeError for a slot outside its words or leaves. */
export function dotGeometry({
	xWidth,
	wWidth,
	slots,
}: Pick<DotOpening, "xWidth" | "wWidth" | "slots">): [bigint, bigint] {
	check("slots", slots.length, 0, DOT_SLOTS);
	const geometry: [bigint, bigint] = [
		(BigInt(WIDTH_CODE[xWidth]) << 138n) | (BigInt(WIDTH_CODE[wWidth]) << 140n),
		0n,
	];
	slots.forEach((slot, i) => {
		check("length", slot.length, 0, Math.min(LANES[xWidth] - slot.xLane, LANES[wWidth] - slot.wLane));
		const x = place(slot.xWord, slot.xLane, xWidth);
		const w = place(slot.wWord, slot.wLane, wWidth);
		const bits = BigInt(x | (w << 9)) | (BigInt(slot.length) << 18n);
		geometry[Math.floor(i / SLOTS_PER_SIGNAL)] |= bits << BigInt(SLOT_BITS * (i % SLOTS_PER_SIGNAL));
	});
	return geometry;
}

function place(word: number, lane: number, width: Width): number {
	check("word", word, 0, WORDS_PER_LEAF * DOT_LEAVES - 1);
	check("lane", lane, 0, LANES[width] - 1);
	return word + (lane << 4);
}

/** The sum that a Dot part proves, from the opened words. */
export function dotSum({ xWidth, wWidth, xLeaves, wLeaves, slots }: Omit<DotOpening, "beneficiary">): bigint {
	const xWords = xLeaves.flat();
	const wWords = wLeaves.flat();
	let sum = 0n;
	for (const { xWord, xLane, wWord, wLane, length } of slots) {
		for (let j = 0; j < length; j++) {
			const x = unsignedLane(xWords[xWord], xLane + j, xWidth) - half(xWidth);
			const w = unsignedLane(wWords[wWord], wLane + j, wWidth) - half(wWidth);
			sum += x * w;
		}
	}
	return sum;
}

/**
 * The input of the dot circuit.
 *
 * @example dotInput(opening, (words) => poseidon.poseidon5(words))
 */
export function dotInput(opening: DotOpening, hash: LeafHash): CircuitInput {
	const xWords = repeatFirst("leaves of x", opening.xLeaves, DOT_LEAVES);
	const wWords = repeatFirst("leaves of w", opening.wLeaves, DOT_LEAVES);
	for (const { xWord, wWord } of opening.slots) {
		check("word of x", xWord, 0, WORDS_PER_LEAF * opening.xLeaves.length - 1);
		check("word of w", wWord, 0, WORDS_PER_LEAF * opening.wLeaves.length - 1);
	}
	return {
		xDigest: xWords.map(hash),
		wDigest: wWords.map(hash),
		geometry: dotGeometry(opening),
		beneficiary: BigInt(opening.beneficiary),
		xWords,
		wWords,
	};
}

/** The signed value of a read, from the opened words. */
export function elementRead({ width, words, word, lane }: ElementRead): number {
	return Number(unsignedLane(words[word], lane, width) - half(width));
}

/** The public signal `packed` of the elements circuit; unused reads repeat the first. */
export function packReads(reads: readonly ElementRead[]): bigint {
	return repeatFirst("reads", reads, ELEMENT_READS).reduce((packed, { width, words, word, lane }, t) => {
		check("word", word, 0, WORDS_PER_LEAF - 1);
		check("lane", lane, 0, LANES[width] - 1);
		const place = BigInt(word + 8 * lane + 256 * WIDTH_CODE[width]);
		return packed | ((place + 1024n * unsignedLane(words[word], lane, width)) << BigInt(READ_BITS * t));
	}, 0n);
}

/** The input of the elements circuit. */
export function elementsInput({ reads, beneficiary }: ElementsOpening, hash: LeafHash): CircuitInput {
	const words = repeatFirst("reads", reads, ELEMENT_READS).map((read) => read.words);
	return { digest: words.map(hash), packed: packReads(reads), beneficiary: BigInt(beneficiary), words };
}

function unsignedLane(word: bigint, lane: number, width: Width): bigint {
	return (word >> BigInt(width * lane)) & ((1n << BigInt(width)) - 1n);
}

function half(width: Width): bigint {
	return 1n << BigInt(width - 1);
}

function repeatFirst<T>(what: string, items: readonly T[], count: number): T[] {
	check(what, items.length, 1, count);
	return Array.from({ length: count }, (_, i) => items[i] ?? items[0]);
}

function check(what: string, value: number, low: number, high: number): void {
	if (!Number.isInteger(value) || value < low || value > high) {
		throw new RangeError(`${what} of a part: ${value} is not within ${low} … ${high}`);
	}
}
