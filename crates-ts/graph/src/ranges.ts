import type { Tensor } from "@umpire/onnx/model.ts";
import { toReal } from "./real.ts";

/** Real numbers that a tensor takes, from calibration or known exactly. */
export interface Range {
	readonly low: number;
	readonly high: number;
}

/** float32 values beyond this are masks such as −3.4e38, not data: they take no part in calibration. */
export const HUGE = 1e37;

export const UNBOUNDED: Range = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

export function reachOf(range: Range): number {
	return Math.max(Math.abs(range.low), Math.abs(range.high));
}

export type RangeTable = Map<string, Range>;

/** Smallest and largest value of a tensor, leaving out NaN, infinities and masks (HUGE). */
export function rangeOf(tensor: Tensor): Range {
	let low = Number.POSITIVE_INFINITY;
	let high = Number.NEGATIVE_INFINITY;
	const { data } = tensor;
	if (Array.isArray(data)) return { low: 0, high: 0 };
	const most = tensor.type === "float64" ? 1e300 : HUGE;
	const half = tensor.type === "float16" || tensor.type === "bfloat16";
	const values = half ? toReal(tensor).data : data;
	for (let i = 0; i < values.length; i++) {
		const value = Number(values[i]);
		if (!(Math.abs(value) < most)) continue;
		if (value < low) low = value;
		if (value > high) high = value;
	}
	return low <= high ? { low, high } : { low: 0, high: 0 };
}

export function union(a: Range, b: Range): Range {
	return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}

/** Widens the recorded range of `name` by a tensor. */
export function observe(ranges: RangeTable, name: string, tensor: Tensor): void {
	const range = rangeOf(tensor);
	const known = ranges.get(name);
	ranges.set(name, known ? union(known, range) : range);
}

/** The table in which the values of every group have the range that they have together. */
export function shareRanges(
	ranges: ReadonlyMap<string, Range>,
	groups: readonly (readonly string[])[],
): ReadonlyMap<string, Range> {
	const shared = new Map(ranges);
	for (const group of groups) {
		const known = group.flatMap((name) => shared.get(name) ?? []);
		if (known.length === 0) continue;
		const whole = known.reduce(union);
		for (const name of group) if (shared.has(name)) shared.set(name, whole);
	}
	return shared;
}
