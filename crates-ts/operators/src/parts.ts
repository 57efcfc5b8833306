import { ELEMENT_READS } from "@umpire/commitment/constants.ts";
import { gatherRead, type Read, radixProduct, readAt } from "./cone.ts";
import { type DotPart, dotParts, place } from "./dot-parts.ts";
import { KIND } from "./operator.ts";
import type { Descriptor } from "./structs.ts";

/** One opened element of a part. */
export interface ElementRead {
	/** Number of the read inside the part: 0 … 3. */
	readonly position: number;
	readonly operand: number;
	/** Physical element index in the operand. */
	readonly index: number;
	readonly leaf: number;
	readonly word: number;
	readonly lane: number;
}

/** A part of every kind but Dot: its reads in bounds, in order. None: the part needs no proof. */
export interface ElementsPart {
	readonly circuit: "elements";
	readonly reads: readonly ElementRead[];
}

export type Part = DotPart | ElementsPart;

/**
 * The parts of an element's cone, in order (protocol section 3).
 *
 * @param indexValue the value of the index element; needed for Gather only
 */
export function partsOf(descriptor: Descriptor, element: number, indexValue?: number): Part[] {
	if (element < 0 || element >= descriptor.elements) {
		throw new RangeError(`Element ${element} is not one of ${descriptor.elements}`);
	}
	if (descriptor.kind === KIND.Dot) return dotParts(descriptor, element);
	const reads = readsOf(descriptor, element, indexValue);
	const parts: Part[] = [];
	for (let first = 0; first === 0 || first < reads.length; first += ELEMENT_READS) {
		parts.push({
			circuit: "elements",
			reads: openings(descriptor, reads.slice(first, first + ELEMENT_READS)),
		});
	}
	return parts;
}

/** Kinds whose elements may have several parts although they are proved by their elements. */
export const isMaximum = (kind: number): boolean => kind === KIND.Max || kind === KIND.ArgMax;

/** Parts of an element's cone, without building them unless the kind is Dot. */
export function partCount(descriptor: Descriptor, element: number): number {
	if (descriptor.kind === KIND.Dot) return dotParts(descriptor, element).length;
	if (!isMaximum(descriptor.kind)) return 1;
	const reads = radixProduct(descriptor.reductionRadix) * descriptor.operands.length;
	return Math.ceil(reads / ELEMENT_READS);
}

/** One read of the cone: which operand, and where. */
export interface ConeRead extends Read {
	readonly operand: number;
}

/** All reads of a kind other than Dot, in order, in bounds or not; View makes at most one. */
export function readsOf(descriptor: Descriptor, element: number, indexValue?: number): ConeRead[] {
	const operands = descriptor.operands.length;
	if (descriptor.kind === KIND.Gather) {
		if (indexValue === undefined)
			throw new RangeError("The reads of a Gather need the value of its index element");
		return [
			{ operand: 0, ...readAt(descriptor, 0, element, 0) },
			{ operand: 1, ...gatherRead(descriptor, element, indexValue) },
		];
	}
	if (descriptor.kind === KIND.View) {
		for (let operand = 0; operand < operands; operand++) {
			const read = readAt(descriptor, operand, element, 0);
			if (read.inBounds) return [{ operand, ...read }];
		}
		return [];
	}
	const total = radixProduct(descriptor.reductionRadix) * operands;
	return Array.from({ length: total }, (_, t) => {
		const operand = t % operands;
		return { operand, ...readAt(descriptor, operand, element, (t - operand) / operands) };
	});
}

function openings(descriptor: Descriptor, reads: readonly ConeRead[]): ElementRead[] {
	return reads.flatMap(({ inBounds, operand, index }, position) =>
		inBounds ? [{ position, operand, index, ...place(index, descriptor.operands[operand].width) }] : [],
	);
}
