import { type Body, ints, LIMIT } from "../../body.ts";
import { exactNumber } from "../../bounds.ts";
import type { Context, Plan } from "../../context.ts";
import { boundsPerRow, rescaleOf, targetOf, weightFactors } from "../../dot-plan.ts";
import { shiftRows } from "../../integer-rows.ts";
import { givenType, holds, narrowest } from "../../narrow.ts";
import { emitRounded, emitValue } from "../../narrow-nodes.ts";
import { emitFinish } from "../../rescale-nodes.ts";
import { directBound } from "../../rescale-plan.ts";
import { ALL, tieOf } from "../matmul/kernel.ts";
import type { ConvForm } from "./form.ts";
import { emitStrided, isSinglePosition } from "./pointwise.ts";
import type { ConvBounds } from "./split.ts";

/**
 * A convolution by a kernel of one position as one float32 product [N·…, C] × [C, M], channels last, as the integer kernels
 * of its neighbours have them: from or to more than bytes. A result in bytes is rounded, cut and narrowed in one pass.
 *
 * @returns undefined if the kernel is larger, there are pads or groups, both ends are bytes (then its neighbours are
 *   blocked convolutions more often), the rows are no powers of two, or sums may leave float32
 */
export function positionsPlan(context: Context<ConvForm>, bounds: ConvBounds): Plan | undefined {
	const { operator, operands } = context;
	const [x, w] = operands;
	if (w.data === undefined || !isSinglePosition(context)) return undefined;
	if (holds("uint8", x.range) && holds("uint8", operator)) return undefined;
	const [outputs, channels] = w.spec.shape;
	const rows = shiftRows(context, 1, outputs);
	if (rows === undefined) return undefined;
	const bound = halvesBound(context, bounds);
	if (bound >= BigInt(LIMIT.float32)) return undefined;
	const [batch, , ...spatial] = operator.shape;
	const positions = spatial.reduce((a, b) => a * b, batch);
	const emit = (body: Body, [a, b]: readonly string[]): string => {
		const read = emitStrided(body, a, context.form.strides, x.spec.shape);
		const last = body.op("Transpose", [read], { perm: ints([0, ...spatial.map((_, i) => i + 2), 1]) });
		const flat = body.op("Reshape", [last, body.list([positions, channels])]);
		const matrix = body.cast(body.op("Reshape", [b, body.list([outputs, channels])]), "float32");
		const factors = rows.map(({ shift }) => 2 ** -Number(shift));
		const turned = body.op("Transpose", [matrix], { perm: ints([1, 0]) });
		const weights = weightFactors(body, turned, 1, factors);
		const offsets = rows.map(
			({ bias, shift }, k) => (exactNumber(bias) + tieOf(body, Number(shift))) * factors[k],
		);
		const sum = body.op("Gemm", [
			emitValue(body, flat, x.range),
			weights,
			body.reals("float32", offsets, [outputs]),
		]);
		const result =
			body.resultNarrow === undefined
				? emitFinish(body, sum, ALL, targetOf(context))
				: emitRounded(body, sum, body.resultNarrow, operator);
		const images = body.op("Reshape", [result, body.list([batch, ...spatial, outputs])]);
		return body.op("Transpose", [images], {
			perm: ints([0, spatial.length + 1, ...spatial.map((_, i) => i + 1)]),
		});
	};
	const gives = givenType(operator);
	return {
		name: "float32 MatMul per position",
		bound: Number(bound),
		limit: LIMIT.float32,
		emit,
		takes: [narrowest(x.range)],
		...(gives === undefined ? {} : { gives }),
	};
}

/** What float32 has to hold in halves where a half of one is added to sums, wherever the bias joins them. */
export function halvesBound(context: Context<ConvForm>, bounds: ConvBounds): bigint {
	const rescale = rescaleOf(context);
	return 2n * directBound(rescale, boundsPerRow(rescale, bounds.channels(), 1)) + 1n;
}
