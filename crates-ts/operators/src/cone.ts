import type { Coordinate, Descriptor, Operand } from "./structs.ts";

/** A read of one operand. `index` is the element's physical index; 0 if out of bounds. */
export interface Read {
	readonly inBounds: boolean;
	readonly index: number;
}

const OUT_OF_BOUNDS: Read = { inBounds: false, index: 0 };

/** Digits of `index` in a mixed radix, most significant first. */
export function digitsOf(index: number, radix: readonly number[]): number[] {
	const digits = new Array<number>(radix.length);
	let rest = index;
	for (let j = radix.length - 1; j >= 0; j--) {
		digits[j] = rest % radix[j];
		rest = (rest - digits[j]) / radix[j];
	}
	return digits;
}

/** Π radix: 1 if it is empty. */
export function radixProduct(radix: readonly number[]): number {
	return radix.reduce((product, size) => product * size, 1);
}

/** Where a coordinate points: floor division, then floor remainder. */
export function coordinateValue(coordinate: Coordinate, digits: readonly number[]): number {
	const { base, coefficients, divisor, modulus } = coordinate;
	let value = base;
	for (let j = 0; j < coefficients.length; j++) value += coefficients[j] * digits[j];
	if (divisor !== 1) value = (value - floorMod(value, divisor)) / divisor;
	return modulus === 0 ? value : floorMod(value, modulus);
}

/** The remainder 0 ≤ r < modulus, for negative values too. */
export function floorMod(value: number, modulus: number): number {
	const remainder = value % modulus;
	return remainder < 0 ? remainder + modulus : remainder + 0;
}

/** The element that an operand's map reads at these digits (output digits, then reduction digits). */
export function readDigits(operand: Operand, digits: readonly number[]): Read {
	let index = 0;
	for (const coordinate of operand.coordinates) {
		const value = coordinateValue(coordinate, digits);
		if (value < 0 || value >= coordinate.size) return OUT_OF_BOUNDS;
		index += value * coordinate.stride;
	}
	return { inBounds: true, index };
}

/**
 * The read of operand `operand` for output element `element` at reduction index `reduction`,
 * by its map alone (the data of a Gather: see `gatherRead`).
 */
export function readAt(descriptor: Descriptor, operand: number, element: number, reduction: number): Read {
	return readDigits(descriptor.operands[operand], allDigits(descriptor, element, reduction));
}

/** Output digits, then reduction digits. */
export function allDigits(descriptor: Descriptor, element: number, reduction: number): number[] {
	return [...digitsOf(element, descriptor.outputRadix), ...digitsOf(reduction, descriptor.reductionRadix)];
}

/**
 * The data read of a Gather whose index operand holds `indexValue`: coordinate k is
 * clip(indexValue + offset, 0, size_k − 1), [k, offset] being the descriptor's constants.
 */
export function gatherRead(descriptor: Descriptor, element: number, indexValue: number): Read {
	const [k, offset] = descriptor.constants;
	const data = descriptor.operands[1];
	const addressed = Math.min(Math.max(indexValue + offset, 0), data.coordinates[k].size - 1);
	const coordinates = data.coordinates.map((coordinate, i): Coordinate => {
		if (i !== k) return coordinate;
		return { ...coordinate, base: addressed, coefficients: [], divisor: 1, modulus: 0 };
	});
	return readDigits({ ...data, coordinates }, allDigits(descriptor, element, 0));
}

/** The rescale row of an element. */
export function rowAt(descriptor: Descriptor, element: number): number {
	return coordinateValue(descriptor.row, digitsOf(element, descriptor.outputRadix));
}
