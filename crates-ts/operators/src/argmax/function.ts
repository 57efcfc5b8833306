import { int } from "../body.ts";
import { type Context, carrier, movePlan, type Plan } from "../context.ts";

export function argmaxPlan(context: Context<"argmax">): Plan {
	const { form, operator } = context;
	return movePlan("ArgMax", context, (body, [value]) => {
		const attributes = {
			axis: int(form.axis),
			keepdims: int(1),
			select_last_index: int(form.selectLast ? 1 : 0),
		};
		return body.cast(body.op("ArgMax", [value], attributes, "int64"), carrier(operator));
	});
}
