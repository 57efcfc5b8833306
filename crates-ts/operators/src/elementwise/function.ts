import { type Context, carrier, movePlan, type Plan } from "../context.ts";

export function elementwisePlan(context: Context<"elementwise">): Plan {
	return movePlan("Max", context, (body, values) =>
		body.op(
			"Max",
			values.map((value) => body.cast(value, carrier(context.operator))),
		),
	);
}
