import { int } from "../body.ts";
import { type Context, carrier, movePlan, type Plan } from "../context.ts";

export function concatPlan(context: Context<"concat">): Plan {
	return movePlan("Concat", context, (body, values) => {
		const inputs = values.map((value) => body.cast(value, carrier(context.operator)));
		return body.op("Concat", inputs, { axis: int(context.form.axis) });
	});
}
