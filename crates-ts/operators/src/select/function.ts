import { type Context, carrier, movePlan, type Plan } from "../context.ts";

export function selectPlan(context: Context<"select">): Plan {
	const { operands, operator } = context;
	return movePlan("Where", context, (body, [condition, ...choices]) => {
		const [a, b] = choices.map((value) => body.cast(value, carrier(operator)));
		const zero = body.reals(carrier(operands[0].spec), [0]);
		return body.op("Where", [body.op("Equal", [condition, zero], {}, "bool"), b, a], {}, body.type(a));
	});
}
