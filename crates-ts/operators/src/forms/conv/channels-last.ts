import { type Body, ints } from "../../body.ts";
import type { Context, Plan } from "../../context.ts";
import { rescaleOf } from "../../dot-plan.ts";
import { emitNarrow } from "../../narrow-nodes.ts";
import type { MatmulForm } from "../matmul/form.ts";
import { integersPlan } from "../matmul/integers.ts";
import type { ConvForm } from "./form.ts";
import { emitStrided, isSinglePosition } from "./pointwise.ts";

/**
 * A convolution by a kernel of one position as an integer product [N, …, C] × [C, M], channels last: of 16-bit values, or
 * with a result of 16 bits, which the kernel of convolutions does not have.
 *
 * @returns undefined if the kernel is larger, there are pads or groups, or the integer products do not take it
 */
export function channelsLastPlan(context: Context<ConvForm>): Plan | undefined {
	const { form, operator, operands } = context;
	const [x, w] = operands;
	if (w.data === undefined || !isSinglePosition(context)) return undefined;
	const [outputs, channels] = w.spec.shape;
	const rank = operator.shape.length;
	const spatial = operator.shape.slice(2);
	const plan = integersPlan(asMatrixProduct(context));
	const [type] = plan?.takes ?? [];
	if (plan === undefined || type === undefined) return undefined;
	const last = [0, ...spatial.map((_, i) => i + 2), 1];
	const first = [0, rank - 1, ...spatial.map((_, i) => i + 1)];
	const emit = (body: Body, [a, b]: readonly string[]): string => {
		const matrix = body.op("Reshape", [b, body.list([outputs, channels])]);
		const weights = body.op("Transpose", [matrix], { perm: ints([1, 0]) });
		const narrow = emitNarrow(body, a, type, x.range);
		const read = emitStrided(body, narrow, form.strides, x.spec.shape);
		const rows = body.op("Transpose", [read], { perm: ints(last) });
		const result = plan.emit(body, [rows, weights]);
		return body.op("Transpose", [result], { perm: ints(first) });
	};
	return { ...plan, name: `${plan.name} per position`, emit };
}

/** The same as a product of rows of channels. */
function asMatrixProduct({ operator, operands }: Context<ConvForm>): Context<MatmulForm> {
	const [x, w] = operands;
	const [outputs, channels] = w.spec.shape;
	const [batch, , ...spatial] = operator.shape;
	const { rows, axes } = rescaleOf({ operator, operands });
	const last = operator.shape.length - 1;
	// Rows by any other axis than the channels are taken by no integer product: −1 is none of its axes.
	const product = {
		...operator,
		shape: [batch, ...spatial, outputs],
		rescale: { rows, axes: axes.map((axis) => (axis === 1 ? last : -1)) },
	};
	const read = { ...x, spec: { ...x.spec, shape: [batch, ...x.spec.shape.slice(2), channels] } };
	const turned = { ...w.spec, shape: [channels, outputs] };
	const data = w.data && transposed(w.data, outputs, channels);
	return { form: { type: "matmul" }, operator: product, operands: [read, { ...w, spec: turned, data }] };
}

/** [M, C] as [C, M]. */
function transposed(data: ArrayLike<number>, outputs: number, channels: number): Int32Array {
	const turned = new Int32Array(data.length);
	for (let m = 0; m < outputs; m++)
		for (let c = 0; c < channels; c++) turned[c * outputs + m] = data[m * channels + c];
	return turned;
}
