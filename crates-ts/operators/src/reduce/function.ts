import { int, ints } from "../body.ts";
import { type Context, movePlan, type Plan } from "../context.ts";

export function reducePlan(context: Context<"reduce">): Plan {
	const { axes } = context.form;
	return movePlan("ReduceMax", context, (body, [value]) =>
		axes.length === 0 ? value : body.op("ReduceMax", [value], { axes: ints(axes), keepdims: int(1) }),
	);
}
