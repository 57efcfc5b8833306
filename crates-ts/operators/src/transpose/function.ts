import { ints } from "../body.ts";
import { type Context, movePlan, type Plan } from "../context.ts";

export function transposePlan(context: Context<"transpose">): Plan {
	const { permutation } = context.form;
	return movePlan("Transpose", context, (body, [value]) =>
		permutation.length === 0 ? value : body.op("Transpose", [value], { perm: ints(permutation) }),
	);
}
