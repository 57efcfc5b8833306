import { coordinatesOf, Digits } from "../affine.ts";
import { int } from "../body.ts";
import { carrier, movePlan } from "../context.ts";
import type { FormDefinition } from "../form.ts";
import { ensure } from "../program-error.ts";
import { requireReduced } from "../shape-rules.ts";

/** ArgMax: index of the largest along `axis` (kept as size 1); of several the first, or the last. */
export interface ArgmaxForm {
	readonly type: "argmax";
	readonly axis: number;
	readonly selectLast: boolean;
}

export const argmax: FormDefinition<ArgmaxForm> = {
	kinds: ["ArgMax"],
	operands: [1, 1],
	check({ form: { axis, selectLast }, shape }, [x]) {
		ensure(typeof selectLast === "boolean", `selectLast ${selectLast} is not true or false`);
		requireReduced([axis], x, shape);
	},
	checkWidth({ form, width }, [x]) {
		const last = x.shape[form.axis] - 1;
		ensure(last < 2 ** (width - 1), `its ${width} bits cannot hold positions up to ${last}`);
	},
	range: ({ form }, _, [x]) => ({ low: 0, high: x.shape[form.axis] - 1 }),
	/** One reduction digit: the position along `axis`, which is the number of the read. */
	maps(operator, [x]) {
		const { axis, selectLast } = operator.form;
		const digits = new Digits(operator, [{ size: x.shape[axis], along: axis }], x.layout);
		const positions = x.shape.map((_, i) => (i === axis ? digits.reduced(0) : digits.axis(i)));
		return {
			digits,
			operands: [{ coordinates: coordinatesOf(x, positions) }],
			constants: [selectLast ? 1 : 0],
		};
	},
	plan(context) {
		const { form, operator } = context;
		return movePlan("ArgMax", context, (body, [value]) => {
			const attributes = {
				axis: int(form.axis),
				keepdims: int(1),
				select_last_index: int(form.selectLast ? 1 : 0),
			};
			return body.cast(body.op("ArgMax", [value], attributes, "int64"), carrier(operator));
		});
	},
};
