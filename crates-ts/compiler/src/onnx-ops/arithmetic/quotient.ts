import { UNBOUNDED } from "@umpire/graph/ranges.ts";
import { isFloat } from "@umpire/graph/real.ts";
import type { Context, Value } from "../../lower/context.ts";
import { emitLinear } from "../../lower/emit.ts";
import type { FusedOp } from "../../lower/fused-op.ts";
import { integerBounds, limitOf, type Quantisation } from "../../quantise/scales.ts";

/** 2·a·|x| + |y| stays below this in an exact quotient (docs/protocol.md section 2). */
const EXACT = 2 ** 52;
const MOST = 2 ** 48;

/** ONNX Div of two tensors, at most one of them constant; of whole numbers rounded towards 0 as ONNX does. */
export function lowerQuotient(fused: FusedOp, context: Context): void {
	const [x, y] = context.node.inputs.map((name) => context.value(name));
	const shape = context.shape(fused.output);
	const emit = (numerator: number, quantisation: Quantisation, rounding: "nearest" | "zero"): Value =>
		context.emit({
			kind: "Div",
			form: { type: "quotient", numerator, rounding },
			operands: [x, y],
			shape,
			quantisation,
		});
	if (!isFloat(context.type(fused.output))) {
		context.bind(fused.output, emit(1, context.quantisation(fused.output), "zero"));
		return;
	}
	const positive = x.spec.low >= 0 && y.spec.low >= 0;
	const bounds = positive ? { low: 0, high: UNBOUNDED.high } : UNBOUNDED;
	const wanted = context.quantisation(fused.output, bounds);
	const raw = x.spec.scale / y.spec.scale;
	const reach = (value: Value): number => 2 ** (value.spec.width - 1);
	const most = Math.min(MOST, Math.floor((EXACT - 1 - reach(y)) / (2 * reach(x))));
	const numerator = Math.max(1, Math.min(most, Math.floor(raw / wanted.scale)));
	const scale = raw / numerator;
	if (scale >= wanted.scale) {
		const limit = limitOf(wanted);
		const quantisation = { ...wanted, scale, ...integerBounds(bounds, scale, limit) };
		context.bind(fused.output, emit(numerator, quantisation, "nearest"));
		return;
	}
	// Small divisors: even undivided units are finer than the output's, and too many for its width.
	const limit = 2 ** 31 - 1;
	const wide: Quantisation = { scale, width: 32, low: positive ? 0 : -limit, high: limit };
	context.bind(fused.output, emitLinear(context, [emit(numerator, wide, "nearest")], [1], shape, wanted));
}
