import type { Context, Value } from "../../lower/context.ts";
import type { FusedOp } from "../../lower/fused-op.ts";
import { BOOLEAN } from "../../quantise/scales.ts";
import { compareValues } from "./compare.ts";

/** φ that changes nothing. */
const SAME = { multiplier: 2, shift: 1 } as const;

function operandsOf(context: Context): Value[] {
	return context.node.inputs.map((name) => context.value(name));
}

/** ONNX And: the product of zeros and ones. */
export function lowerAnd(fused: FusedOp, context: Context): void {
	const y = context.emit({
		kind: "Mul",
		form: { type: "product" },
		operands: operandsOf(context),
		shape: context.shape(fused.output),
		quantisation: BOOLEAN,
		rescale: { rows: [{ bias: 0n, ...SAME }], axes: [] },
	});
	context.bind(fused.output, y);
}

/** ONNX Or: the larger of zeros and ones. */
export function lowerOr(fused: FusedOp, context: Context): void {
	const y = context.emit({
		kind: "Max",
		form: { type: "elementwise" },
		operands: operandsOf(context),
		shape: context.shape(fused.output),
		quantisation: BOOLEAN,
	});
	context.bind(fused.output, y);
}

/** ONNX Xor: zeros and ones that differ. */
export function lowerXor(fused: FusedOp, context: Context): void {
	const [a, b] = operandsOf(context);
	const y = compareValues(context, a, b, (sign) => sign !== 0, context.shape(fused.output));
	context.bind(fused.output, y);
}

/** ONNX Not: 1 − x. */
export function lowerNot(fused: FusedOp, context: Context): void {
	const [x] = operandsOf(context);
	const y = context.emit({
		kind: "Add",
		form: { type: "linear", coefficients: [-1] },
		operands: [x],
		shape: x.spec.shape,
		quantisation: BOOLEAN,
		rescale: { rows: [{ bias: 1n, ...SAME }], axes: [] },
	});
	context.bind(fused.output, y);
}
