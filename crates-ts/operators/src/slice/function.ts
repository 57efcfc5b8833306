import { type Context, movePlan, type Plan } from "../context.ts";

/** @throws Error if a position lies outside the operand: Slice cannot read there. */
export function slicePlan(context: Context<"slice">): Plan {
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
