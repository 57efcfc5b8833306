import { coordinatesOf, Digits } from "../affine.ts";
import { int } from "../body.ts";
import { movePlan } from "../context.ts";
import type { FormDefinition } from "../form.ts";
import { ensure } from "../program-error.ts";
import { axisOf, requireSame, requireWidest } from "../shape-rules.ts";
import { emitIndex } from "./gather.ts";

/** Gather: ONNX GatherElements; operand 0 is the index, operand 1 the data; indices are clipped to 0 … size − 1. */
export interface GatherElementsForm {
	readonly type: "gatherElements";
	readonly axis: number;
}

export const gatherElements: FormDefinition<GatherElementsForm> = {
	kinds: ["Gather"],
	operands: [2, 2],
	check({ form: { axis }, shape }, [index, data]) {
		ensure(axisOf(axis, data.shape.length), `[${data.shape}] has no axis ${axis}`);
		requireSame(shape, index.shape, "output");
		const inside =
			shape.length === data.shape.length && shape.every((n, i) => i === axis || n <= data.shape[i]);
		ensure(inside, `the index [${shape}] reaches beyond the data [${data.shape}]`);
	},
	checkWidth: (operator, [, data]) => requireWidest(operator, [data]),
	range: (_, [, data]) => data,
	/** Index and output have one shape; the data is read at the output's position but for `axis`. */
	maps(operator, [index, data]) {
		const { axis } = operator.form;
		const digits = new Digits(operator);
		const positions = data.shape.map((_, i) => (i === axis ? digits.constant(0) : digits.axis(i)));
		return {
			digits,
			operands: [
				{
					coordinates: coordinatesOf(
						index,
						index.shape.map((_, i) => digits.axis(i)),
					),
				},
				{ coordinates: coordinatesOf(data, positions), addressed: true },
			],
			constants: [axis, 0],
		};
	},
	converts: true,
	plan(context) {
		const { axis } = context.form;
		return movePlan("GatherElements", context, (body, [index, data]) =>
			body.op(
				"GatherElements",
				[data, emitIndex(body, index, context.operands, axis)],
				{ axis: int(axis) },
				body.type(data),
			),
		);
	},
};
