import { int, LIMIT } from "../body.ts";
import { largest } from "../bounds.ts";
import type { Context, OperatorContext, Plan } from "../context.ts";
import { partialSums } from "../dot-bounds.ts";
import { fits, planFor, targetOf } from "../dot-plan.ts";
import { checkOnes } from "../ones.ts";
import { emitRescale } from "../rescale/function.ts";

/** ReduceSum in the smaller type that holds every partial sum. */
export function sumPlan(context: Context<"sum">): Plan {
	checkOnes(context);
	const [x] = context.operands;
	const count = context.form.axes.reduce((product, axis) => product * x.spec.shape[axis], 1);
	return reduceSumPlan(context, context.form.axes, count);
}

/** Sums operand 0 over `axes`, which hold `count` elements, and rescales. */
export function reduceSumPlan(context: OperatorContext, axes: readonly number[], count: number): Plan {
	const bounds = partialSums({ positive: count, negative: 0 }, context.operands[0].range);
	const type = fits(bounds, "float32") ? "float32" : "float64";
	if (!fits(bounds, type)) throw new Error(`sums reach ${largest([bounds])}, which float64 does not hold`);
	const plan = planFor(context, [bounds]);
	return {
		name: `${type} ReduceSum`,
		bound: Number(largest([bounds])),
		limit: LIMIT[type],
		emit: (body, [value]) => {
			const input = body.cast(value, type);
			const sum =
				axes.length === 0 ? input : body.op("ReduceSum", [input, body.list(axes)], { keepdims: int(1) });
			return emitRescale(body, sum, plan, targetOf(context));
		},
	};
}
