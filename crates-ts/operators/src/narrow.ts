import type { Range } from "./range.ts";

/** Unsigned types that integer kernels read. A value v of a tensor is held as v + zero point. */
export type NarrowType = "uint8" | "uint16";

/** How tensors travel between functions where it is not in the carrier of their width. */
export type TravelType = NarrowType | "float64";

const SIZE: Readonly<Record<NarrowType, number>> = { uint8: 2 ** 8, uint16: 2 ** 16 };

export const isNarrow = (type: string | undefined): type is NarrowType => type !== undefined && type in SIZE;

/** The largest number that a type holds. */
export const mostOf = (type: NarrowType): number => SIZE[type] - 1;

/** 0 for what is never negative, otherwise half of what the type holds: nothing but the range decides. */
export const zeroPointOf = (type: NarrowType, { low }: Range): number => (low >= 0 ? 0 : SIZE[type] / 2);

/** What is held where values lie in `range`. */
export function heldRange(type: NarrowType, range: Range): Range {
	const zero = zeroPointOf(type, range);
	return { low: range.low + zero, high: range.high + zero };
}

/** True if `type` holds every value of `range` beside its zero point. */
export function holds(type: NarrowType, range: Range): boolean {
	const { low, high } = heldRange(type, range);
	return low >= 0 && high <= mostOf(type);
}

/**
 * The type that a kernel can give results in `range` as. Bytes are cut to any range; onnxruntime has no Clip of 16 bits
 * without a sign, so these leave nothing but what the type itself cuts off.
 */
export function givenType(range: Range): NarrowType | undefined {
	const type = narrowest(range);
	if (type !== "uint16") return type;
	return fills(type, range) ? type : undefined;
}

/** True if `type` holds nothing beyond `range`: there is nothing left to cut. */
export function fills(type: NarrowType, range: Range): boolean {
	const { low, high } = heldRange(type, range);
	return low === 0 && high === mostOf(type);
}

/** The smallest type that holds `range`. */
export const narrowest = (range: Range): NarrowType | undefined =>
	(["uint8", "uint16"] as const).find((type) => holds(type, range));
