import { type Body, LIMIT } from "../../body.ts";
import type { Context, Plan } from "../../context.ts";
import {
	boundsPerRow,
	canFold,
	foldedWeights,
	offsetVector,
	planFor,
	rescaleOf,
	targetOf,
} from "../../dot-plan.ts";
import { emitFinish } from "../../rescale-nodes.ts";
import type { ConvForm } from "./form.ts";
import type { ConvBounds } from "./split.ts";

/**
 * A convolution by a kernel of one position is a matrix product, which has a float64 kernel: as fast
 * as two float32 convolutions, with nothing to split and weights of all their bits.
 *
 * @returns undefined if the kernel is larger, there are pads or groups, or the rescaling does not
 *   join the weights
 */
export function pointwisePlan(context: Context<ConvForm>, bounds: ConvBounds): Plan | undefined {
	const { form, operator, operands } = context;
	const [x, w] = operands;
	if (w.data === undefined || !isSinglePosition(context)) return undefined;
	const rescale = rescaleOf(context);
	const rows = boundsPerRow(rescale, bounds.channels(), 1);
	if (!canFold(rescale, rows, 1, "float64")) return undefined;
	const plan = planFor(context, rows, "float64");
	const [batch, outputs, ...spatial] = operator.shape;
	const channels = w.spec.shape[1];
	const positions = spatial.reduce((a, b) => a * b, 1);
	const emit = (body: Body, [a, b]: readonly string[]): string => {
		const matrix = body.op("Reshape", [b, body.list([outputs, channels])]);
		const weights = foldedWeights(body, matrix, 2, 0, plan);
		const offsets = offsetVector(body, plan, outputs);
		const rows = offsets && body.op("Reshape", [offsets, body.list([outputs, 1])]);
		const read = body.cast(emitStrided(body, a, form.strides, x.spec.shape), "float64");
		const columns = batch === 1 ? [channels, positions] : [batch, channels, positions];
		const flat = body.op("Reshape", [read, body.list(columns)]);
		let sum: string;
		if (batch === 1 && rows !== undefined) sum = body.op("Gemm", [weights, flat, rows]);
		else {
			sum = body.op("MatMul", [weights, flat]);
			if (rows !== undefined) sum = body.op("Add", [sum, rows]);
		}
		const result = emitFinish(body, sum, { ...plan, floor: true }, targetOf(context));
		return body.op("Reshape", [result, body.list(operator.shape)]);
	};
	const name = "float64 MatMul per position, rescaled by its weights";
	return { name, bound: plan.bound, limit: LIMIT.float64, emit };
}

/** Whether a convolution is a matrix product at each position: of a kernel of one, without pads and groups. */
export const isSinglePosition = ({ form, operands: [, w] }: Context<ConvForm>): boolean =>
	w.spec.shape.slice(2).every((size) => size === 1) &&
	form.group === 1 &&
	form.pads.every((pad) => pad === 0);

/** Every stride-th position of the spatial axes. */
export function emitStrided(
	body: Body,
	value: string,
	strides: readonly number[],
	shape: readonly number[],
): string {
	if (strides.every((stride) => stride === 1)) return value;
	const axes = strides.map((_, i) => i + 2);
	const starts = body.list(axes.map(() => 0));
	const ends = body.list(axes.map((axis) => shape[axis]));
	return body.op("Slice", [value, starts, ends, body.list(axes), body.list(strides)]);
}
