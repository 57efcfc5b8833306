import { stridesOf } from "@umpire/commitment/tensor.ts";
import type { Body, FloatType } from "./body.ts";
import type { RescalePlan } from "./rescale-plan.ts";

/** Where the rows of a rescaling lie and what it must deliver. */
export interface RescaleTarget {
	readonly shape: readonly number[];
	readonly axes: readonly number[];
	readonly low: number;
	readonly high: number;
	/** Type of the result. */
	readonly carrier: FloatType;
}

/** Per-row constants as a tensor that broadcasts along `axes`; one scalar if all rows agree. */
export function rowConstant(
	body: Body,
	type: FloatType,
	rows: readonly number[],
	target: RescaleTarget,
): string {
	if (rows.every((row) => row === rows[0])) return body.reals(type, rows.slice(0, 1));
	const first = Math.min(...target.axes);
	const dims = target.shape.slice(first).map((size, i) => (target.axes.includes(first + i) ? size : 1));
	return body.reals(type, ascending(rows, target), dims);
}

/** Rows are listed by their axes in any order, a tensor's elements by its own. */
function ascending(rows: readonly number[], { axes, shape }: RescaleTarget): readonly number[] {
	const strides = stridesOf(axes.map((axis) => shape[axis]));
	const order = [...axes.keys()].sort((a, b) => axes[a] - axes[b]);
	let places = [0];
	for (const k of order) {
		const along = Array.from({ length: shape[axes[k]] }, (_, i) => i * strides[k]);
		places = places.flatMap((place) => along.map((step) => place + step));
	}
	return places.map((place) => rows[place]);
}

/** acc·factor (unless `folded` into the weights) + offset, or the clamped form of the same. */
function emitAffine(
	body: Body,
	acc: string,
	plan: RescalePlan,
	target: RescaleTarget,
	folded: boolean,
): string {
	const { type } = plan;
	const all = (values: readonly number[], value: number): boolean => values.every((v) => v === value);
	let value = body.cast(acc, type);
	if (plan.mode === "clamped") {
		if (!all(plan.biases, 0)) value = body.op("Add", [value, rowConstant(body, type, plan.biases, target)]);
		const high = rowConstant(body, type, plan.clamps, target);
		const low = rowConstant(
			body,
			type,
			plan.clamps.map((v) => -v),
			target,
		);
		value = body.op("Max", [body.op("Min", [value, high]), low]);
	}
	if (!folded && !all(plan.factors, 1)) {
		value = body.op("Mul", [value, rowConstant(body, type, plan.factors, target)]);
	}
	if (all(plan.offsets, 0)) return value;
	return body.op("Add", [value, rowConstant(body, type, plan.offsets, target)]);
}

/** The last steps of φ: floor, the carrier's type, clip. */
export function emitFinish(
	body: Body,
	value: string,
	plan: Pick<RescalePlan, "floor" | "clipLow" | "clipHigh">,
	target: RescaleTarget,
): string {
	const type = body.resultType ?? target.carrier;
	let result = plan.floor ? body.op("Floor", [value]) : value;
	// A cast to float32 is monotone and keeps all that the clip lets through.
	result = body.cast(result, type);
	const low = plan.clipLow ? body.reals(type, [target.low]) : "";
	const high = plan.clipHigh ? body.reals(type, [target.high]) : "";
	if (low === "" && high === "") return result;
	return body.op("Clip", high === "" ? [result, low] : [result, low, high]);
}

/** φ (docs/protocol.md section 2) of an accumulator of whole numbers. */
export function emitRescale(
	body: Body,
	acc: string,
	plan: RescalePlan,
	target: RescaleTarget,
	folded = false,
): string {
	return emitFinish(body, emitAffine(body, acc, plan, target, folded), plan, target);
}
