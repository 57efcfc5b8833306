import { LANES, LEAF_ELEMENTS, type Width, WORDS_PER_LEAF } from "@umpire/commitment/constants.ts";
import { readAt, rowAt } from "./cone.ts";
import type { DotPart } from "./dot-parts.ts";
import { next, start, value } from "./kinds.ts";
import { KIND, type Row } from "./operator.ts";
import { partsOf } from "./parts.ts";
import type { Descriptor } from "./structs.ts";

/** The value of element `index` (physical) of operand `operand`. */
export type Fetch = (operand: number, index: number) => number;

/** The value of a Gather's index element. */
export function indexValueOf(descriptor: Descriptor, element: number, fetch: Fetch): number | undefined {
	if (descriptor.kind !== KIND.Gather) return undefined;
	const { inBounds, index } = readAt(descriptor, 0, element, 0);
	return inBounds ? fetch(0, index) : descriptor.operands[0].outside;
}

/** f and ⊕ of the kind: what φ is applied to (protocol section 2). */
export function rawValue(descriptor: Descriptor, element: number, fetch: Fetch): bigint {
	return partialsOf(descriptor, element, fetch).at(-1)!;
}

/** The partial results S₀ … Sₙ of an element with n parts (protocol section 3); Sₙ is its raw value. */
export function partialsOf(descriptor: Descriptor, element: number, fetch: Fetch): bigint[] {
	const partials = [start(descriptor)];
	const parts = partsOf(descriptor, element, indexValueOf(descriptor, element, fetch));
	for (const [number, part] of parts.entries()) {
		const previous = partials[number];
		if (part.circuit === "dot") partials.push(previous + dotPartSum(descriptor, part, fetch));
		else {
			const values = part.reads.map(({ operand, index }) => BigInt(fetch(operand, index)));
			partials.push(next(descriptor, previous, number, part, values));
		}
	}
	return partials;
}

/** The reference value of one element, φ included. `rows` are the operator's rescale rows. */
export function elementValue(
	descriptor: Descriptor,
	element: number,
	fetch: Fetch,
	rows: readonly Row[] | undefined,
): number {
	const row = descriptor.rowCount === 0 ? undefined : rows![rowAt(descriptor, element)];
	return Number(value(descriptor, rawValue(descriptor, element, fetch), row));
}

/** Σ of the products of one part. */
export function dotPartSum(descriptor: Descriptor, part: DotPart, fetch: Fetch): bigint {
	const x = descriptor.operands[0];
	const w = descriptor.operands[1];
	let sum = 0n;
	for (const slot of part.slots) {
		const xIndex = elementIndex(part.xLeaves, slot.xWord, slot.xLane, x.width);
		const wIndex = elementIndex(part.wLeaves, slot.wWord, slot.wLane, w.width);
		for (let j = 0; j < slot.length; j++) sum += BigInt(fetch(0, xIndex + j)) * BigInt(fetch(1, wIndex + j));
	}
	return sum;
}

function elementIndex(leaves: readonly number[], word: number, lane: number, width: Width): number {
	const leaf = Math.floor(word / WORDS_PER_LEAF);
	return leaves[leaf] * LEAF_ELEMENTS[width] + (word - leaf * WORDS_PER_LEAF) * LANES[width] + lane;
}
