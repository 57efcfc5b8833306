import { int } from "../body.ts";
import { type Context, movePlan, type Plan } from "../context.ts";
import { emitIndex } from "../gather/function.ts";

export function gatherElementsPlan(context: Context<"gatherElements">): Plan {
	const { axis } = context.form;
	return movePlan("GatherElements", context, (body, [index, data]) =>
		body.op(
			"GatherElements",
			[data, emitIndex(body, index, context.operands, axis)],
			{ axis: int(axis) },
			body.type(data),
		),
	);
}
