import { type Context, movePlan, type Plan } from "../context.ts";

export function reshapePlan(context: Context<"reshape">): Plan {
	const { shape } = context.operator;
	return movePlan("Reshape", context, (body, [value]) => body.op("Reshape", [value, body.list(shape)]));
}
