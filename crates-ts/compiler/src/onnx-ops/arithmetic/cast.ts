import { isFloat } from "@umpire/graph/real.ts";
import type { ElementType } from "@umpire/onnx/model.ts";
import type { Context, Value } from "../../lower/context.ts";
import { emitLinear, rescaled } from "../../lower/emit.ts";
import type { RealFunction } from "../../lower/functions.ts";
import type { FusedOp } from "../../lower/fused-op.ts";
import { emitNotZero, lowerRounding } from "../../lower/rounding.ts";
import { emitTable, wholeTolerance } from "../../lower/tables.ts";
import { wrapped } from "../integers/integer-table.ts";

/** Integer types that do not hold all integers of 32 bits with a sign. */
const NARROW: readonly ElementType[] = ["int8", "int16", "uint8", "uint16", "uint32", "uint64"];

/** The whole number towards zero; what lies just below one was one, before it was put on the grid. */
function truncation(scale: number): RealFunction {
	const tolerance = wholeTolerance(scale);
	return (x) => Math.trunc(x + Math.sign(x) * tolerance);
}

/** ONNX Cast between numeric types: towards zero from floats, the low bits of integers. */
export function lowerCast(fused: FusedOp, context: Context): void {
	const { node } = context;
	const x = context.value(node.inputs[0]);
	const from = context.type(node.inputs[0]);
	const to = context.type(fused.output);
	if (to === "bool" && x.spec.width === 32) {
		context.bind(fused.output, emitNotZero(context, x));
	} else if (to === "bool" && from !== "bool") {
		context.bind(
			fused.output,
			emitTable(context, fused, x, (value) => (value === 0 ? 0 : 1)),
		);
	} else if (isFloat(from) && !isFloat(to)) {
		const whole = x.spec.scale === 1;
		const truncated = (): Value =>
			lowerRounding(fused, context, x) ?? emitTable(context, fused, x, truncation(x.spec.scale));
		context.bind(fused.output, whole ? x : truncated());
	} else if (isFloat(to) && isFloat(from) && x.spec.width === 32) {
		context.bind(fused.output, rescaled(context, x, context.quantisation(fused.output)));
	} else if (isFloat(to) && x.spec.width === 32) {
		// Whole numbers of 32 bits become floats of 16, and stay exact if they fit.
		context.bind(fused.output, rescaled(context, x, context.quantisation(fused.output, undefined, 1)));
	} else if (!isFloat(to) && to !== from && from !== "bool" && leaves(context, node.inputs[0], to)) {
		const f: RealFunction = (value) => Number(wrapped(BigInt(Math.round(value)), to));
		context.bind(fused.output, emitTable(context, fused, lowBits(context, x, to), f));
	} else {
		// Whole numbers keep scale 1 as floats, and float types differ in precision only.
		context.bind(fused.output, x);
	}
}

/** The whole numbers less the multiples of 2^bits, of a type of 8 or 16 bits, if they have more than 16. */
function lowBits(context: Context, x: Value, to: ElementType): Value {
	const bits = Number(/\d+$/.exec(to)![0]);
	if (x.spec.width !== 32 || bits > 16) return x;
	const size = 2 ** bits;
	const { shape, low, high } = x.spec;
	const divisor = context.constant("size", [1], Int32Array.of(size), 1);
	const reach = Math.ceil(Math.max(Math.abs(low), Math.abs(high)) / size) + 1;
	const count = context.emit({
		kind: "Div",
		form: { type: "quotient", numerator: 1, rounding: "floor" },
		operands: [x, divisor],
		shape: shape.length > 0 ? shape : [1],
		quantisation: { scale: 1, width: 32, low: -reach, high: reach },
	});
	const bounds = { scale: 1, width: 32, low: 0, high: size - 1 } as const;
	const rest = emitLinear(
		context,
		[context.reshaped(x, count.spec.shape), count],
		[1, -size],
		count.spec.shape,
		bounds,
	);
	return context.reshaped(rest, shape);
}

/** Whether calibration saw whole numbers that the narrower type `to` does not hold. */
function leaves(context: Context, name: string, to: ElementType): boolean {
	const range = context.facts.ranges.get(name);
	if (!range || !NARROW.includes(to)) return false;
	const holds = (value: number) => Number(wrapped(BigInt(Math.round(value)), to)) === value;
	return !holds(range.low) || !holds(range.high);
}
