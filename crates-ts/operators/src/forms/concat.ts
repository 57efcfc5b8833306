import { add, coordinatesOf, Digits } from "../affine.ts";
import { int } from "../body.ts";
import { carrier, movePlan } from "../context.ts";
import type { FormDefinition } from "../form.ts";
import { ensure } from "../program-error.ts";
import { ANY, axisOf, requireSame, requireWidest } from "../shape-rules.ts";

/** View: all operands in order along `axis`. */
export interface ConcatForm {
	readonly type: "concat";
	readonly axis: number;
}

export const concat: FormDefinition<ConcatForm> = {
	kinds: ["View"],
	operands: [1, ANY],
	check({ form: { axis }, shape }, operands) {
		ensure(axisOf(axis, shape.length), `[${shape}] has no axis ${axis}`);
		let total = 0;
		for (const operand of operands) {
			requireSame(operand.shape.with(axis, 0), shape.with(axis, 0), `operand (but for axis ${axis})`);
			total += operand.shape[axis];
		}
		ensure(total === shape[axis], `axis ${axis} has size ${shape[axis]}; the operands have ${total}`);
	},
	checkWidth: requireWidest,
	/** Every piece is in bounds in its own stretch of the axis, and nowhere else. */
	maps(operator, operands) {
		const digits = new Digits(operator);
		let offset = 0;
		return {
			digits,
			operands: operands.map((spec) => {
				const start = offset;
				offset += spec.shape[operator.form.axis];
				const positions = spec.shape.map((_, axis) =>
					axis === operator.form.axis ? add(digits.constant(-start), digits.axis(axis)) : digits.axis(axis),
				);
				return { coordinates: coordinatesOf(spec, positions) };
			}),
		};
	},
	plan: (context) =>
		movePlan("Concat", context, (body, values) => {
			const inputs = values.map((value) => body.cast(value, carrier(context.operator)));
			return body.op("Concat", inputs, { axis: int(context.form.axis) });
		}),
};
