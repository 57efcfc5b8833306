import {
	ELEMENT_READS,
	LANES,
	LEAF_ELEMENTS,
	type Width,
	WORDS_PER_LEAF,
} from "@umpire/commitment/constants.ts";
import { gatherRead, readAt, rowAt } from "./cone.ts";
import { type DotPart, dotParts } from "./dot-parts.ts";
import { finishOf, isMaximum, nextMaximum, quotientOf, startOf } from "./kinds.ts";
import { readsOf } from "./parts.ts";
import { type Descriptor, KIND, type Row } from "./program.ts";
import { applyRescale } from "./rescale.ts";

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
	if (descriptor.kind === KIND.Dot) return dotPartials(descriptor, element, fetch);
	if (isMaximum(descriptor.kind)) return maxPartials(descriptor, element, fetch);
	return [startOf(descriptor), BigInt(plainValue(descriptor, element, fetch))];
}

/** The reference value of one element, φ included. `rows` are the operator's rescale rows. */
export function elementValue(
	descriptor: Descriptor,
	element: number,
	fetch: Fetch,
	rows: readonly Row[] | undefined,
): number {
	const raw = rawValue(descriptor, element, fetch);
	if (descriptor.rowCount === 0) return Number(finishOf(descriptor, raw));
	return applyRescale(raw, rows![rowAt(descriptor, element)], descriptor.low, descriptor.high);
}

function dotPartials(descriptor: Descriptor, element: number, fetch: Fetch): bigint[] {
	const partials = [0n];
	for (const part of dotParts(descriptor, element)) {
		partials.push(partials.at(-1)! + dotPartSum(descriptor, part, fetch));
	}
	return partials;
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

function maxPartials(descriptor: Descriptor, element: number, fetch: Fetch): bigint[] {
	const partials = [startOf(descriptor)];
	const reads = readsOf(descriptor, element);
	for (let first = 0; first < reads.length; first += ELEMENT_READS) {
		const part = reads.slice(first, first + ELEMENT_READS).filter((read) => read.inBounds);
		const values = part.map(({ operand, index }) => BigInt(fetch(operand, index)));
		partials.push(nextMaximum(descriptor, partials[partials.length - 1], first / ELEMENT_READS, values));
	}
	return partials;
}

/** Kinds of one part. Their results are below 2^63 in magnitude; Mul of 32 bits needs a BigInt. */
function plainValue(descriptor: Descriptor, element: number, fetch: Fetch): bigint | number {
	const { operands, constants } = descriptor;
	const read = (operand: number): bigint => {
		const at = readAt(descriptor, operand, element, 0);
		return BigInt(at.inBounds ? fetch(operand, at.index) : operands[operand].outside);
	};
	switch (descriptor.kind) {
		case KIND.Add:
			return operands.reduce((sum, _, k) => sum + BigInt(constants[k]) * read(k), 0n);
		case KIND.Mul:
			return read(0) * read(1);
		case KIND.Div:
			return quotientOf(descriptor, read(0), read(1));
		case KIND.Select:
			return read(0) !== 0n ? read(1) : read(2);
		case KIND.Gather: {
			const at = gatherRead(descriptor, element, Number(read(0)));
			return at.inBounds ? fetch(1, at.index) : operands[1].outside;
		}
		case KIND.View: {
			const [selected] = readsOf(descriptor, element);
			return selected === undefined ? operands[0].outside : fetch(selected.operand, selected.index);
		}
		default:
			throw new RangeError(`Operator kind ${descriptor.kind} is not one that this version knows`);
	}
}
