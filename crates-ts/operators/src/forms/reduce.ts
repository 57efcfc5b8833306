import { coordinatesOf, Digits } from "../affine.ts";
import { int, ints } from "../body.ts";
import { movePlan } from "../context.ts";
import type { FormDefinition } from "../form.ts";
import { requireReduced, requireWidest } from "../shape-rules.ts";

/** Max: over `axes` of operand 0 (kept as size 1). */
export interface ReduceForm {
	readonly type: "reduce";
	readonly axes: readonly number[];
}

export const reduce: FormDefinition<ReduceForm> = {
	kinds: ["Max"],
	operands: [1, 1],
	check: ({ form, shape }, [x]) => requireReduced(form.axes, x, shape),
	checkWidth: requireWidest,
	maps(operator, [x]) {
		const { axes } = operator.form;
		const digits = new Digits(
			operator,
			axes.map((axis) => ({ size: x.shape[axis], along: axis })),
			x.layout,
		);
		const positions = x.shape.map((_, axis) =>
			axes.includes(axis) ? digits.reduced(axes.indexOf(axis)) : digits.axis(axis),
		);
		return { digits, operands: [{ coordinates: coordinatesOf(x, positions) }] };
	},
	plan(context) {
		const { axes } = context.form;
		return movePlan("ReduceMax", context, (body, [value]) =>
			axes.length === 0 ? value : body.op("ReduceMax", [value], { axes: ints(axes), keepdims: int(1) }),
		);
	},
};
