import type { Width } from "./constants.ts";

/** Elements of a tensor as the typed array of their width. */
export type Elements = Int8Array<ArrayBufferLike> | Int16Array<ArrayBufferLike> | Int32Array<ArrayBufferLike>;

/** A new array of `length` zeros of `width` bits. */
export function emptyElements(width: Width, length: number): Elements {
	if (width === 8) return new Int8Array(length);
	if (width === 16) return new Int16Array(length);
	return new Int32Array(length);
}

/** The width in bits of a typed array's elements. */
export function widthOf(elements: Elements): Width {
	return (elements.BYTES_PER_ELEMENT * 8) as Width;
}

/** Whether two tensors have the same elements; of one width, they are the same tensor but for its shape. */
export function sameElements(one: Elements, other: Elements): boolean {
	return one.length === other.length && one.every((value, index) => value === other[index]);
}

/** The range −2^(w−1) … 2^(w−1)−1 of a width. */
export function rangeOf(width: Width): { readonly low: number; readonly high: number } {
	const half = 2 ** (width - 1);
	return { low: -half, high: half - 1 };
}
