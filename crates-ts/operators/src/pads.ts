import type { Body, FloatType } from "./body.ts";
import { isNarrow, type NarrowType } from "./narrow.ts";
import { type Axis, endPad, extent } from "./windows.ts";

/** Pads for Conv or MaxPool, after whatever padding these cannot express has been added in front. */
export interface Padded {
	readonly value: string;
	readonly pads: readonly number[];
}

/**
 * onnxruntime wants 0 ≤ pads < kernel. Anything else becomes Slice and Pad nodes in front.
 * `value` is [N, C, …axes].
 */
export function emitPads(body: Body, value: string, axes: readonly Axis[], outside: number): Padded {
	const begins = axes.map((axis) => axis.begin);
	const ends = axes.map(endPad);
	const native = axes.every((axis, i) =>
		[begins[i], ends[i]].every((pad) => pad >= 0 && pad < axis.kernel && pad < extent(axis)),
	);
	// A last position short of the end leaves elements unused: fewer than a stride need no cropping.
	const unused = axes.map((axis, i) => (ends[i] < 0 && -ends[i] < axis.stride ? 0 : ends[i]));
	if (native || axes.every((axis, i) => [begins[i], unused[i]].every((p) => p >= 0 && p < axis.kernel))) {
		return { value, pads: [...begins, ...unused] };
	}
	return {
		value: emitCropAndPad(body, value, [0, 0, ...begins], [0, 0, ...ends], outside),
		pads: axes.flatMap(() => [0, 0]),
	};
}

/** Pads by `begins` and `ends` per axis; negative entries crop. */
export function emitCropAndPad(
	body: Body,
	value: string,
	begins: readonly number[],
	ends: readonly number[],
	outside: number,
): string {
	let result = value;
	const cropped = begins.flatMap((begin, axis) => (begin < 0 || ends[axis] < 0 ? [axis] : []));
	if (cropped.length > 0) {
		const starts = cropped.map((axis) => Math.max(0, -begins[axis]));
		const stops = cropped.map((axis) => (ends[axis] < 0 ? ends[axis] : 2 ** 31 - 1));
		result = body.op("Slice", [result, body.list(starts), body.list(stops), body.list(cropped)]);
	}
	const pads = [...begins, ...ends].map((pad) => Math.max(0, pad));
	if (pads.every((pad) => pad === 0)) return result;
	const type = body.type(value) as FloatType | NarrowType;
	const filling = isNarrow(type) ? body.integers(type, [outside]) : body.reals(type, [outside]);
	return body.op("Pad", [result, body.list(pads), filling]);
}
