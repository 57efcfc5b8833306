/** Widths of tensor elements in bits. Sources: docs/protocol.md section 1. */
export const WIDTHS = [8, 16, 32] as const;
export type Width = (typeof WIDTHS)[number];

/** A leaf is always this many field elements: one five-input Poseidon. */
export const WORDS_PER_LEAF = 5;

/** Elements that one word (field element) holds. */
export const LANES: Readonly<Record<Width, number>> = { 8: 31, 16: 15, 32: 7 };

/** Elements that one leaf holds. */
export const LEAF_ELEMENTS: Readonly<Record<Width, number>> = { 8: 155, 16: 75, 32: 35 };

/** Code of a width inside the public signals of circuits (protocol section 4). */
export const WIDTH_CODE: Readonly<Record<Width, number>> = { 8: 0, 16: 1, 32: 2 };

/** Tags of the keccak trees (protocol section 1). */
export const TAG = {
	leaf: 0,
	tensor: 1,
	operators: 2,
	steps: 3,
	descriptors: 4,
	constants: 5,
	inputs: 6,
	rows: 7,
	checkpoints: 8,
} as const;
export type Tag = (typeof TAG)[keyof typeof TAG];

export type Hex = `0x${string}`;

/** Slots (runs of products inside one word of either operand) of a part of a Dot (protocol section 3). */
export const DOT_SLOTS = 12;
/** Leaves of either operand that a part of a Dot opens. */
export const DOT_LEAVES = 3;
/** Reads of a part of every other kind, each of a leaf of its own. */
export const ELEMENT_READS = 4;
/** A cone of more parts makes a program invalid (protocol section 3). */
export const MAX_PARTS = 1024;
