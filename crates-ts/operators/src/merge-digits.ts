import type { Coordinate } from "./structs.ts";

/**
 * Drops digits of radix 1 and joins neighbours that every coordinate weighs as one number:
 * coefficient[j] = coefficient[j+1] · radix[j+1].
 *
 * @param offset where these digits begin among the coefficients
 */
export function mergeDigits(
	radix: readonly number[],
	coordinates: readonly Coordinate[],
	offset: number,
): { readonly radix: number[]; readonly kept: number[] } {
	const merged: number[] = [];
	/** Places of the kept digits among all coefficients; a joined digit keeps its last one. */
	const kept: number[] = [];
	radix.forEach((size, j) => {
		if (size === 1) return;
		const place = offset + j;
		const last = kept.length - 1;
		const joins =
			last >= 0 &&
			coordinates.every(({ coefficients }) => coefficients[kept[last]] === coefficients[place] * size);
		if (joins) {
			merged[last] *= size;
			kept[last] = place;
		} else {
			merged.push(size);
			kept.push(place);
		}
	});
	return { radix: merged, kept };
}
