import { type Body, MICROSOFT } from "./body.ts";
import { isNarrow, mostOf, type NarrowType, zeroPointOf } from "./narrow.ts";
import type { Range } from "./range.ts";

/** value / scale to the nearest whole number, plus `zero`, cut to what `type` holds: one vectorised pass. */
export function emitQuantise(body: Body, value: string, type: NarrowType, zero: number, scale = 1): string {
	const operands = [value, body.reals("float32", [scale]), body.integers(type, [zero])];
	return body.op("QuantizeLinear", operands, {}, type, MICROSOFT);
}

/** (value − zero)·scale in float32. */
export function emitDequantise(body: Body, value: string, zero: number, scale = 1): string {
	const type = body.type(value) as NarrowType;
	const operands = [value, body.reals("float32", [scale]), body.integers(type, [zero])];
	return body.op("DequantizeLinear", operands, {}, "float32", MICROSOFT);
}

/** A value in `range` as `type` holds it, however it comes. */
export function emitNarrow(body: Body, value: string, type: NarrowType, range: Range): string {
	if (body.type(value) === type) return value;
	return emitQuantise(body, body.cast(value, "float32"), type, zeroPointOf(type, range));
}

/** A value that travels as an unsigned type, in float32. */
export const emitWide = (body: Body, value: string, range: Range): string =>
	emitDequantise(body, value, zeroPointOf(body.type(value) as NarrowType, range));

/** A value in float32, however it comes. */
export const emitValue = (body: Body, value: string, range: Range): string =>
	isNarrow(body.type(value)) ? emitWide(body, value, range) : body.cast(value, "float32");

/** Rounds a float32 value to what `range` admits, as `type` holds it. */
export function emitRounded(body: Body, value: string, type: NarrowType, range: Range, scale = 1): string {
	const zero = zeroPointOf(type, range);
	return emitHeldClip(body, emitQuantise(body, value, type, zero, scale), type, range);
}

/** Cuts held values to `range`, where the type itself holds more: of bytes alone (givenType). */
export function emitHeldClip(body: Body, held: string, type: NarrowType, range: Range): string {
	const zero = zeroPointOf(type, range);
	const [low, high] = [range.low + zero, range.high + zero];
	if (low === 0 && high === mostOf(type)) return held;
	return body.op("Clip", [held, body.integers(type, [low]), body.integers(type, [high])]);
}
