import { constantScalar } from "../clip.ts";
import { type Context, elementsOf, type Value } from "../context.ts";
import { rescaled } from "../emit.ts";
import { type RealFunction, UNARY } from "../functions.ts";
import type { Unit } from "../fuse.ts";
import { isFloat } from "../real.ts";
import { HUGE, type Range } from "../scales.ts";

const LARGEST_TABLE = 65536;

/** y = f(x) as a table over every integer that x may be. */
export function emitTable(context: Context, unit: Unit, x: Value, f: RealFunction): Value {
	const { low, high, scale, shape } = x.spec;
	if (high - low >= LARGEST_TABLE) {
		throw context.error(
			`its operand takes ${high - low + 1} different integers, a table holds ${LARGEST_TABLE}`,
			"Values beyond 16 bits cannot go through a nonlinear function: scale them down before",
		);
	}
	const reals = Float64Array.from({ length: high - low + 1 }, (_, k) => f((low + k) * scale));
	const quantisation = context.quantisation(unit.output, boundsOf(reals));
	const integer = (y: number): number => {
		if (Number.isNaN(y)) return Math.min(Math.max(0, quantisation.low), quantisation.high);
		return Math.max(quantisation.low, Math.min(quantisation.high, Math.round(y / quantisation.scale))) + 0;
	};
	const table = elementsOf(Array.from(reals, integer), quantisation.width);
	const constant = context.constant(`${unit.output}_table`, [table.length], table, quantisation.scale);
	return context.emit({
		kind: "Gather",
		form: { type: "lookup", base: low },
		operands: [x, constant],
		shape,
		quantisation: { ...quantisation, low: constant.spec.low, high: constant.spec.high },
	});
}

/** What the table's results cannot exceed; NaN does not count. */
function boundsOf(reals: Float64Array): Range {
	let low = Number.POSITIVE_INFINITY;
	let high = Number.NEGATIVE_INFINITY;
	for (const y of reals) {
		if (y < low) low = y;
		if (y > high) high = y;
	}
	if (!(low <= high)) return { low: 0, high: 0 };
	const open = (value: number) =>
		Math.abs(value) > HUGE ? Math.sign(value) * Number.POSITIVE_INFINITY : value;
	return { low: open(low), high: open(high) };
}

/** Any operator of functions.ts. */
export function lowerUnary(unit: Unit, context: Context): void {
	const { node } = context;
	const x = context.value(node.inputs[0]);
	context.bind(unit.output, emitTable(context, unit, x, UNARY[node.opType](node)));
}

/** ONNX Pow with a constant exponent. */
export function lowerPow(unit: Unit, context: Context): void {
	const { node } = context;
	const exponent = constantScalar(node.inputs[1], context.facts);
	if (exponent === undefined) {
		throw context.error("its exponent is no constant number", "Pow compiles with one constant exponent");
	}
	const x = context.value(node.inputs[0]);
	// A negative base has no real power unless the exponent is whole; pow(0, −1) is a pole.
	const y = emitTable(context, unit, x, (base) => base ** exponent);
	context.bind(unit.output, context.reshaped(y, context.shape(unit.output)));
}

/** ONNX Div of a constant number by an activation. */
export function lowerReciprocal(unit: Unit, context: Context, dividend: number): void {
	const x = context.value(context.node.inputs[1]);
	const y = emitTable(context, unit, x, (value) => dividend / value);
	context.bind(unit.output, context.reshaped(y, context.shape(unit.output)));
}

/** ONNX Cast between numeric types. */
export function lowerCast(unit: Unit, context: Context): void {
	const { node } = context;
	const x = context.value(node.inputs[0]);
	const from = context.type(node.inputs[0]);
	const to = context.type(unit.output);
	if (to === "bool" && from !== "bool") {
		context.bind(
			unit.output,
			emitTable(context, unit, x, (value) => (value === 0 ? 0 : 1)),
		);
	} else if (isFloat(from) && !isFloat(to)) {
		context.bind(unit.output, emitTable(context, unit, x, Math.trunc));
	} else if (isFloat(to) && x.spec.width === 32) {
		context.bind(unit.output, rescaled(context, x, context.quantisation(unit.output)));
	} else {
		// Whole numbers keep scale 1 as floats, and float types differ in precision only.
		context.bind(unit.output, x);
	}
}
