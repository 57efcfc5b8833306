import { constantScalar } from "@umpire/graph/facts.ts";
import { UNBOUNDED } from "@umpire/graph/ranges.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { sameShape } from "@umpire/graph/shapes.ts";
import { has } from "@umpire/graph/traits.ts";
import type { Context, Value } from "./context.ts";
import { emitConverted } from "./emit.ts";
import { keyOfUnary, type RealFunction, UNARY } from "./functions.ts";
import type { FusedOp } from "./fused-op.ts";
import { lowerRounding } from "./rounding.ts";
import { emitWideTable } from "./wide-table.ts";

const LARGEST_TABLE = 65536;

/**
 * y = f(x) as a table over every integer that x may be; `natural` is a scale below which no result
 * lies. An x of 32 bits, or of several grids, gets several tables if it is the ONNX value `name`.
 */
export function emitTable(
	context: Context,
	fused: FusedOp,
	x: Value,
	f: RealFunction,
	natural = 0,
	name?: string,
): Value {
	const { low, high, shape } = x.spec;
	const range = name === undefined ? undefined : context.facts.ranges.get(name);
	const grades = name === undefined ? undefined : context.gradesOf(name);
	if (range && isFloat(context.type(fused.output)) && (grades || high - low >= LARGEST_TABLE)) {
		const quantisation = context.quantisation(fused.output, UNBOUNDED, natural);
		const operand = {
			x: grades?.coarse ?? x,
			fine: grades?.fine,
			range,
			margin: context.marginOf(name!),
			least: grades?.least ?? range.low / 4,
		};
		return emitWideTable(context, fused.output, operand, f, quantisation);
	}
	if (high - low >= LARGEST_TABLE) {
		throw context.error(
			`its operand takes ${high - low + 1} different integers, a table holds ${LARGEST_TABLE}`,
			"Values beyond 16 bits cannot go through a nonlinear function: scale them down before",
		);
	}
	const tabulated = context.tables.of(f, x.spec);
	const quantisation = context.quantisation(fused.output, tabulated.bounds, natural);
	const { constant, open } = tabulated.on(quantisation, (data) =>
		context.constant(`${fused.output}_table`, [data.length], data, quantisation.scale),
	);
	return context.emit({
		kind: "Gather",
		form: { type: "lookup", base: low },
		operands: [x, constant],
		shape,
		quantisation: { ...quantisation, low: constant.spec.low, high: constant.spec.high },
		open,
	});
}

/** Several nodes that are one function of one value (fuse-tables.ts). */
export function lowerTable(fused: FusedOp, context: Context): void {
	const { input, f, key } = fused.table!;
	const shared = context.tables.shared(key, f);
	context.bind(fused.output, emitTable(context, fused, context.value(input), shared, 0, input));
}

/**
 * How far beside a whole number a float that was one may lie on a grid of this scale: a few
 * steps of rounding on the way, half a step on coarse grids.
 */
export function wholeTolerance(scale: number): number {
	return scale < 1 ? Math.min(8 * scale, Math.max(scale / 2, 1 / 64)) : 0;
}

/** Any operator of functions.ts. */
export function lowerUnary(fused: FusedOp, context: Context): void {
	const { node } = context;
	const x = context.value(node.inputs[0]);
	const rounded = lowerRounding(fused, context, x);
	if (rounded) {
		context.bind(fused.output, rounded);
		return;
	}
	const f = context.tables.shared(keyOfUnary(node), UNARY[node.opType](node));
	// Results that are whole numbers are exact at scale 1.
	const natural = has(node, "rounds") ? 1 : 0;
	const side = wholeTolerance(x.spec.scale) * (node.opType === "Floor" ? 1 : node.opType === "Ceil" ? -1 : 0);
	const shifted: RealFunction = side === 0 ? f : (value) => f(value + side);
	context.bind(fused.output, emitTable(context, fused, x, shifted, natural, node.inputs[0]));
}

/** ONNX Pow with a constant exponent. */
export function lowerPow(fused: FusedOp, context: Context): void {
	const { node } = context;
	const exponent = constantScalar(node.inputs[1], context.facts);
	if (exponent === undefined) {
		lowerPower(fused, context);
		return;
	}
	const x = context.value(node.inputs[0]);
	if (exponent === 2 && x.spec.width === 32 && sameShape(x.spec.shape, context.shape(fused.output))) {
		context.bind(fused.output, emitSquare(context, fused, x));
		return;
	}
	// A negative base has no real power unless the exponent is whole; pow(0, −1) is a pole.
	const y = emitTable(context, fused, x, (base) => base ** exponent, 0, node.inputs[0]);
	context.bind(fused.output, context.reshaped(y, context.shape(fused.output)));
}

/** x·x: of 32 bits it takes one product where a table takes several. */
function emitSquare(context: Context, fused: FusedOp, x: Value): Value {
	const bounds = { low: 0, high: Number.POSITIVE_INFINITY };
	const rawScale = x.spec.scale ** 2;
	return emitConverted(context, {
		kind: "Mul",
		form: { type: "product" },
		operands: [x, x],
		shape: x.spec.shape,
		wanted: context.quantisation(fused.output, bounds, rawScale),
		rawScale,
		bounds,
	});
}

/** ONNX Pow of a constant base. */
function lowerPower(fused: FusedOp, context: Context): void {
	const { node } = context;
	const base = constantScalar(node.inputs[0], context.facts);
	if (base === undefined) {
		throw context.error("its exponent is no constant number", "Pow compiles with one constant exponent");
	}
	const y = emitTable(context, fused, context.value(node.inputs[1]), (exponent) => base ** exponent);
	context.bind(fused.output, context.reshaped(y, context.shape(fused.output)));
}

/** ONNX Div of a constant number by an activation. */
export function lowerReciprocal(fused: FusedOp, context: Context, dividend: number): void {
	const x = context.value(context.node.inputs[1]);
	const y = emitTable(context, fused, x, (value) => dividend / value, 0, context.node.inputs[1]);
	context.bind(fused.output, context.reshaped(y, context.shape(fused.output)));
}
