import { emitSign } from "../onnx-ops/logic/compare.ts";
import { BOOLEAN, type Quantisation, wholeNumbers } from "../quantise/scales.ts";
import { type Context, quantisationOfValue, type Value } from "./context.ts";
import { emitLinear, rescaled } from "./emit.ts";
import type { FusedOp } from "./fused-op.ts";

/** How a number becomes a whole one: down, up, towards 0, to the nearest, of two to the even one. */
export type Rounding = "floor" | "ceil" | "zero" | "even";

const ROUNDINGS: Readonly<Record<string, Rounding>> = { Ceil: "ceil", Floor: "floor", Round: "even" };

/**
 * Whole numbers from a tensor of 32 bits, which no table takes: arithmetic on its integers, exact wherever
 * the number lies if the step of its grid is a power of two. Undefined for other tensors and operators.
 */
export function lowerRounding(fused: FusedOp, context: Context, x: Value): Value | undefined {
	const { opType } = context.node;
	if (x.spec.width !== 32) return undefined;
	if (opType === "Sign") return emitSign(context, [x], [1], x.spec.shape);
	const rounding = opType === "Cast" ? "zero" : ROUNDINGS[opType];
	if (!rounding) return undefined;
	const digits = -Math.ceil(Math.log2(x.spec.scale));
	if (digits <= 0 && x.spec.scale === 2 ** -digits) return x;
	const whole = wholeNumbers(context.facts.ranges.get(fused.output) ?? { low: 0, high: 0 });
	if (!whole || digits <= 0) return undefined;
	const { low, high } = x.spec;
	const dyadic = rescaled(context, x, { scale: 2 ** -digits, low, high, width: 32 });
	const bounds = {
		low: Math.max(whole.low, Math.floor(low * x.spec.scale)),
		high: Math.min(whole.high, Math.ceil(high * x.spec.scale)),
	};
	return emitRounding(context, dyadic, digits, rounding, { ...whole, ...bounds });
}

function emitRounding(
	context: Context,
	x: Value,
	digits: number,
	rounding: Rounding,
	whole: Quantisation,
): Value {
	const half = 2 ** (digits - 1);
	// ⌊(k + bias + half) / 2^digits⌋ by the rescaling of `linear`.
	const shifted = (bias: number, bounds: Partial<Quantisation> = {}): Value =>
		context.emit({
			kind: "Add",
			form: { type: "linear", coefficients: [1] },
			operands: [x],
			shape: x.spec.shape,
			quantisation: { ...whole, ...bounds },
			rescale: { rows: [{ bias: BigInt(bias), multiplier: 1, shift: digits }], axes: [] },
		});
	const [down, up] = [-half, half - 1];
	if (rounding === "floor") return shifted(down);
	if (rounding === "ceil") return shifted(up);
	const { shape } = x.spec;
	if (rounding === "zero")
		return emitLinear(
			context,
			[shifted(down, { low: Math.max(whole.low, 0) }), shifted(up, { high: Math.min(whole.high, 0) })],
			[1, 1],
			shape,
			whole,
		);
	// Exact halves differ between rounding up and rounding down: of the two, the even one is it.
	const above = shifted(0);
	const below = shifted(-1);
	const tie = emitLinear(context, [above, below], [1, -1], shape, BOOLEAN);
	const pairs = context.emit({
		kind: "Add",
		form: { type: "linear", coefficients: [1] },
		operands: [above],
		shape,
		quantisation: whole,
		rescale: { rows: [{ bias: -1n, multiplier: 1, shift: 1 }], axes: [] },
	});
	const odd = emitLinear(context, [above, pairs], [1, -2], shape, BOOLEAN);
	const excess = context.emit({
		kind: "Mul",
		form: { type: "product" },
		operands: [tie, odd],
		shape,
		quantisation: BOOLEAN,
		rescale: { rows: [{ bias: 0n, multiplier: 2, shift: 1 }], axes: [] },
	});
	return emitLinear(context, [above, excess], [1, -1], shape, whole);
}

/** 1 where a tensor of 32 bits is not 0. */
export function emitNotZero(context: Context, x: Value): Value {
	const sign = emitSign(context, [x], [1], x.spec.shape);
	return context.emit({
		kind: "Mul",
		form: { type: "product" },
		operands: [sign, sign],
		shape: x.spec.shape,
		quantisation: { ...quantisationOfValue(sign), low: 0 },
		rescale: { rows: [{ bias: 0n, multiplier: 2, shift: 1 }], axes: [] },
	});
}
