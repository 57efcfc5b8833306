import { coordinatesOf, Digits } from "../affine.ts";
import { type Body, int, LIMIT } from "../body.ts";
import { carrier, movePlan, type OperandContext } from "../context.ts";
import type { FormDefinition } from "../form.ts";
import { ensure } from "../program-error.ts";
import { magnitudeOf } from "../range.ts";
import { axisOf, requireSame, requireWidest } from "../shape-rules.ts";

/** Gather: ONNX Gather; operand 0 is the index (any shape), operand 1 the data; indices are clipped to 0 … size − 1. */
export interface GatherForm {
	readonly type: "gather";
	readonly axis: number;
}

export const gather: FormDefinition<GatherForm> = {
	kinds: ["Gather"],
	operands: [2, 2],
	check({ form: { axis }, shape }, [index, data]) {
		ensure(axisOf(axis, data.shape.length), `[${data.shape}] has no axis ${axis}`);
		requireSame(shape, data.shape.toSpliced(axis, 1, ...index.shape), "output");
	},
	checkWidth: (operator, [, data]) => requireWidest(operator, [data]),
	range: (_, [, data]) => data,
	/** The index has the output's axes from `axis` on; the data's coordinate `axis` is replaced by the index. */
	maps(operator, [index, data]) {
		const { axis } = operator.form;
		const digits = new Digits(operator);
		const rank = index.shape.length;
		const positions = data.shape.map((_, i) => {
			if (i === axis) return digits.constant(0);
			return digits.axis(i < axis ? i : i + rank - 1);
		});
		return {
			digits,
			operands: [
				{
					coordinates: coordinatesOf(
						index,
						index.shape.map((_, i) => digits.axis(axis + i)),
					),
				},
				{ coordinates: coordinatesOf(data, positions), addressed: true },
			],
			constants: [axis, 0],
		};
	},
	converts: true,
	/** Constant data is converted after it was picked, not as a whole. */
	plan(context) {
		const { axis } = context.form;
		return movePlan("Gather", context, (body, [index, data]) =>
			body.op(
				"Gather",
				[data, emitIndex(body, index, context.operands, axis)],
				{ axis: int(axis) },
				body.type(data),
			),
		);
	},
};

/** The index operand as int32 within the data's axis; the clip is left out where it cannot act. */
export function emitIndex(
	body: Body,
	value: string,
	[index, data]: readonly OperandContext[],
	axis: number,
): string {
	const last = data.spec.shape[axis] - 1;
	const type = Math.max(magnitudeOf(index.range), last) < LIMIT.float32 ? carrier(index.spec) : "float64";
	let inside = body.cast(value, type);
	if (index.range.low < 0 || index.range.high > last) {
		inside = body.op("Clip", [inside, body.reals(type, [0]), body.reals(type, [last])]);
	}
	return body.cast(inside, "int32");
}
