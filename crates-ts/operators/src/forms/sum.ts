import { coordinatesOf, Digits } from "../affine.ts";
import { int, LIMIT } from "../body.ts";
import { largest } from "../bounds.ts";
import type { Context, OperatorContext, Plan } from "../context.ts";
import { partialSums } from "../dot-bounds.ts";
import { fits, planFor, targetOf } from "../dot-plan.ts";
import type { FormDefinition } from "../form.ts";
import { checkOnes } from "../ones.ts";
import { emitRescale } from "../rescale-nodes.ts";
import { requireReduced, requireSame } from "../shape-rules.ts";

/** Dot: sums x over `axes` (kept as size 1); operand 1 is a constant of ones of shape [size of the last reduced axis]. */
export interface SumForm {
	readonly type: "sum";
	readonly axes: readonly number[];
}

export const sum: FormDefinition<SumForm> = {
	kinds: ["Dot"],
	operands: [2, 2],
	second: "ones",
	check({ form, shape }, [x, ones]) {
		requireReduced(form.axes, x, shape);
		requireSame(ones.shape, [x.shape[Math.max(...form.axes)]], "ones");
	},
	/** The ones are indexed by the last of the reduced axes. */
	maps(operator, [x, ones]) {
		const axes = [...operator.form.axes].sort((a, b) => a - b);
		const digits = new Digits(
			operator,
			axes.map((axis) => ({ size: x.shape[axis], along: axis })),
			x.layout,
		);
		const positions = x.shape.map((_, axis) =>
			axes.includes(axis) ? digits.reduced(axes.indexOf(axis)) : digits.axis(axis),
		);
		return {
			digits,
			operands: [
				{ coordinates: coordinatesOf(x, positions) },
				{ coordinates: coordinatesOf(ones, [digits.reduced(axes.length - 1)]) },
			],
		};
	},
	plan: sumPlan,
};

/** ReduceSum in the smaller type that holds every partial sum. */
function sumPlan(context: Context<SumForm>): Plan {
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
