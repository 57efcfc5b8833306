import type { Context, Value } from "../../lower/context.ts";
import type { Unit } from "../../lower/fuse.ts";
import { BOOLEAN } from "../../quantise/scales.ts";
import { compareValues } from "./compare.ts";

/** φ that changes nothing. */
const SAME = { multiplier: 2, shift: 1 } as const;

function operandsOf(context: Context): Value[] {
	return context.node.inputs.map((name) => context.value(name));
}

/** ONNX And: the product of zeros and ones. */
export function lowerAnd(unit: Unit, context: Context): void {
	const y = context.emit({
		kind: "Mul",
		form: { type: "product" },
		operands: operandsOf(context),
		shape: context.shape(unit.output),
		quantisation: BOOLEAN,
		rescale: { rows: [{ bias: 0n, ...SAME }], axes: [] },
	});
	context.bind(unit.output, y);
}

/** ONNX Or: the larger of zeros and ones. */
export function lowerOr(unit: Unit, context: Context): void {
	const y = context.emit({
		kind: "Max",
		form: { type: "elementwise" },
		operands: operandsOf(context),
		shape: context.shape(unit.output),
		quantisation: BOOLEAN,
	});
	context.bind(unit.output, y);
}

/** ONNX Xor: zeros and ones that differ. */
export function lowerXor(unit: Unit, context: Context): void {
	const [a, b] = operandsOf(context);
	const y = compareValues(context, a, b, (sign) => sign !== 0, context.shape(unit.output));
	context.bind(unit.output, y);
}

/** ONNX Not: 1 − x. */
export function lowerNot(unit: Unit, context: Context): void {
	const [x] = operandsOf(context);
	const y = context.emit({
		kind: "Add",
		form: { type: "linear", coefficients: [-1] },
		operands: [x],
		shape: x.spec.shape,
		quantisation: BOOLEAN,
		rescale: { rows: [{ bias: 1n, ...SAME }], axes: [] },
	});
	context.bind(unit.output, y);
}
