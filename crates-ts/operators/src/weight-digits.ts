import type { Range } from "./range.ts";

/** Fine weights are cut into two digits −64 … 63 of this base, which integer kernels take. */
export const BASE = 128;

/** What weights of two digits can be. */
export const DIGITS: Range = { low: -64 * BASE - 64, high: 63 * BASE + 63 };

/** Below so many weights calling four kernels takes longer than one product of float64, and larger ones are not converted at all. */
const COUNT = { least: 2 ** 16, most: 2 ** 24 - 1 };

/** Longer sums of bytes times lower digits, which are 32 on average, leave float32. */
const MOST_ROWS = 3800;

/** Whether constant weights [rows, columns] are cut into digits where their width allows it. */
export function payDigits(shape: readonly number[]): boolean {
	const count = shape.reduce((a, b) => a * b, 1);
	return shape.length === 2 && shape[0] <= MOST_ROWS && count >= COUNT.least && count <= COUNT.most;
}
