import { type Context, movePlan, type Plan } from "../context.ts";

export function expandPlan(context: Context<"expand">): Plan {
	const { shape } = context.operator;
	return movePlan("Expand", context, (body, [value]) => body.op("Expand", [value, body.list(shape)]));
}
