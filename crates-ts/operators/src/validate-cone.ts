import {
	DOT_LEAVES,
	DOT_SLOTS,
	ELEMENT_READS,
	LANES,
	LEAF_ELEMENTS,
	MAX_PARTS,
} from "@umpire/commitment/constants.ts";
import { radixProduct } from "./cone.ts";
import { dotParts } from "./dot-parts.ts";
import { KIND } from "./operator.ts";
import { isMaximum } from "./parts.ts";
import { ensure } from "./program-error.ts";
import { affineRange } from "./simplify.ts";
import type { Coordinate, Descriptor } from "./structs.ts";
import { descriptorBytes, dotWork, MAX_DESCRIPTOR_BYTES, MAX_WORK, runStep } from "./work.ts";

/** How many slots of cones may still be counted one by one; beyond that the parts of a Dot are bounded. */
export interface Counting {
	left: number;
}

/** Digits are 32 bits wide in descriptors. */
const MAX_RADIX = 2 ** 32 - 1;

/** The rules of access maps: numbers that are exact everywhere, reads inside of tensors, cones within the limit. */
export function validateCone(descriptor: Descriptor, counting: Counting): void {
	const radix = [...descriptor.outputRadix, ...descriptor.reductionRadix];
	const bytes = descriptorBytes(descriptor);
	ensure(
		bytes <= MAX_DESCRIPTOR_BYTES,
		`its descriptor has ${bytes} bytes, more than ${MAX_DESCRIPTOR_BYTES}: combine its ${descriptor.operands.length} operands in several steps`,
	);
	ensure(
		radix.every((size) => size >= 1 && size <= MAX_RADIX),
		`its digits [${radix}] do not fit 32 bits`,
	);
	for (const [k, operand] of descriptor.operands.entries()) {
		let last = 0;
		let reach = 0;
		for (const coordinate of operand.coordinates) {
			reach += validateCoordinate(coordinate, radix, `operand ${k}`);
			last += (coordinate.size - 1) * coordinate.stride;
		}
		ensure(Number.isSafeInteger(reach), `operand ${k}: its map reaches element indices beyond 2^53`);
		ensure(last < operand.elements, `operand ${k}: its map reaches element ${last} of ${operand.elements}`);
	}
	if (descriptor.rowCount > 0) {
		const { row, outputRadix } = descriptor;
		validateCoordinate(row, outputRadix, "rescale row");
		const { min, max } = affineRange(row.base, row.coefficients, outputRadix);
		ensure(min >= 0 && max < descriptor.rowCount, `rescale rows ${min} … ${max} of ${descriptor.rowCount}`);
	}
	if (descriptor.kind === KIND.Dot) validateDot(descriptor, counting);
	if (isMaximum(descriptor.kind)) withinLimit(mostParts(descriptor));
}

/** Upper bound of the parts that an element of a valid operator has. */
export function mostParts(descriptor: Descriptor): number {
	if (descriptor.kind === KIND.Dot) return Math.min(dotBound(descriptor).parts, MAX_PARTS);
	if (!isMaximum(descriptor.kind)) return 1;
	return Math.ceil((radixProduct(descriptor.reductionRadix) * descriptor.operands.length) / ELEMENT_READS);
}

/** Returns how far from 0 the coordinate's share of an element index can be, in bounds or not. */
function validateCoordinate(coordinate: Coordinate, radix: readonly number[], what: string): number {
	const { base, coefficients, divisor, modulus, size, stride } = coordinate;
	const far = coefficients.reduce((sum, c, j) => sum + Math.abs(c) * (radix[j] - 1), Math.abs(base));
	const value = modulus === 0 ? Math.ceil(far / divisor) : modulus;
	const reach = value * Math.max(stride, 1);
	ensure(
		[...coefficients, far, reach, divisor, modulus, size * Math.max(stride, 1)].every(Number.isSafeInteger),
		`${what}: a coordinate reaches numbers beyond 2^53`,
	);
	ensure(divisor >= 1 && modulus >= 0 && size >= 1 && stride >= 0, `${what}: a coordinate is malformed`);
	return reach;
}

function validateDot(descriptor: Descriptor, counting: Counting): void {
	const run = descriptor.outputRadix.length + descriptor.reductionRadix.length - 1;
	ensure(descriptor.reductionRadix.length > 0, "a Dot has no run digit");
	for (const [k, { coordinates }] of descriptor.operands.entries()) {
		const along = coordinates.filter(({ coefficients }) => coefficients[run] !== 0);
		const plain = along.every(({ divisor, modulus }) => divisor === 1 && modulus === 0);
		ensure(
			along.length <= 1 && plain,
			`operand ${k}: more than one plain coordinate depends on the run digit`,
		);
	}
	const work = dotWork(descriptor);
	ensure(
		work <= MAX_WORK,
		`finding a part of its cone of [${descriptor.reductionRadix}] products may take ${work} gas, more than ${MAX_WORK}: give both operands a layout in which the longest reduced axis comes last, or make the reduction shorter`,
	);
	const { parts, slots } = dotBound(descriptor);
	if (parts <= MAX_PARTS) return;
	counting.left -= slots * descriptor.elements;
	if (counting.left < 0) {
		withinLimit(parts);
		return;
	}
	for (let element = 0; element < descriptor.elements; element++) {
		withinLimit(dotParts(descriptor, element).length);
	}
}

function withinLimit(parts: number): void {
	ensure(
		parts <= MAX_PARTS,
		`its cone has ${parts} parts, more than ${MAX_PARTS}: make the reduction shorter`,
	);
}

/** Upper bounds: a part ends after 12 slots, or after three leaves of an operand. */
function dotBound({ operands, reductionRadix }: Descriptor): { parts: number; slots: number } {
	const run = reductionRadix[reductionRadix.length - 1];
	const lines = radixProduct(reductionRadix) / run;
	const [x, w] = operands.map((operand) => {
		const { width } = operand;
		const step = runStep(operand);
		const leaves = step === 1 ? Math.ceil(run / LEAF_ELEMENTS[width]) + 1 : run;
		return { step, leaves: leaves * lines, words: Math.ceil(run / LANES[width]) + 1 };
	});
	const whole = x.step === 1 && w.step === 1;
	const slots = lines * (whole ? Math.min(run, x.words + w.words) : run);
	return { parts: Math.ceil(1 + slots / DOT_SLOTS + (x.leaves + w.leaves) / DOT_LEAVES), slots };
}
