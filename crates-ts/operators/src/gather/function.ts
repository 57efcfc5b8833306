import { type Body, int, LIMIT } from "../body.ts";
import { type Context, carrier, magnitudeOf, movePlan, type OperandContext, type Plan } from "../context.ts";

/** Gather along an axis; constant data is converted after it was picked, not as a whole. */
export function gatherPlan(context: Context<"gather">): Plan {
	const { axis } = context.form;
	return movePlan("Gather", context, (body, [index, data]) =>
		body.op(
			"Gather",
			[data, emitIndex(body, index, context.operands, axis)],
			{ axis: int(axis) },
			body.type(data),
		),
	);
}

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
