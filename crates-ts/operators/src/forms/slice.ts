import { add, coordinatesOf, Digits } from "../affine.ts";
import { type Context, movePlan, type Plan } from "../context.ts";
import type { FormDefinition } from "../form.ts";
import { ensure } from "../program-error.ts";
import { requirePerAxis, requireWidest } from "../shape-rules.ts";

/** View: output axis i reads starts[i] + steps[i]·j (steps may be negative, never 0); one entry per axis. */
export interface SliceForm {
	readonly type: "slice";
	readonly starts: readonly number[];
	readonly steps: readonly number[];
}

export const slice: FormDefinition<SliceForm> = {
	kinds: ["View"],
	operands: [1, 1],
	check({ form, shape }, [x]) {
		requirePerAxis(x.shape, { starts: form.starts, steps: form.steps, output: shape });
		x.shape.forEach((size, axis) => {
			const start = form.starts[axis];
			const step = form.steps[axis];
			const last = start + step * (shape[axis] - 1);
			const inside = [start, last].every((position) => position >= 0 && position < size);
			ensure(
				step !== 0 && inside,
				`axis ${axis} reads ${start} … ${last} in steps of ${step}; its size is ${size}`,
			);
		});
	},
	checkWidth: requireWidest,
	maps(operator, [x]) {
		const digits = new Digits(operator);
		const { starts, steps } = operator.form;
		const positions = x.shape.map((_, axis) =>
			add(digits.constant(starts[axis]), digits.axis(axis, steps[axis])),
		);
		return { digits, operands: [{ coordinates: coordinatesOf(x, positions) }] };
	},
	plan: slicePlan,
};

/** @throws Error if a position lies outside the operand: Slice cannot read there. */
function slicePlan(context: Context<SliceForm>): Plan {
	const { form, operator, operands } = context;
	const { shape } = operands[0].spec;
	const axes: number[] = [];
	const ends = operator.shape.map((count, axis) => {
		const start = form.starts[axis];
		const step = form.steps[axis];
		const last = start + step * (count - 1);
		if (start < 0 || last < 0 || start >= shape[axis] || last >= shape[axis]) {
			throw new Error(
				`a slice of axis ${axis} reads ${start} to ${last}, outside of its ${shape[axis]} positions`,
			);
		}
		if (start !== 0 || step !== 1 || count !== shape[axis]) axes.push(axis);
		// Before position 0 there is no number that means "the end": anything far below is clamped to it.
		return last + Math.sign(step) < 0 ? -(2 ** 31) : last + Math.sign(step);
	});
	const pick = (values: readonly number[]): number[] => axes.map((axis) => values[axis]);
	return movePlan("Slice", context, (body, [value]) => {
		if (axes.length === 0) return value;
		const lists = [pick(form.starts), pick(ends), axes, pick(form.steps)];
		return body.op("Slice", [value, ...lists.map((list) => body.list(list))]);
	});
}
