import { add, coordinatesOf, Digits } from "../affine.ts";
import { carrier, movePlan } from "../context.ts";
import type { FormDefinition } from "../form.ts";
import { emitCropAndPad } from "../pads.ts";
import { ensure } from "../program-error.ts";
import { hull } from "../range.ts";
import { requirePerAxis, requireWidest } from "../shape-rules.ts";

/** View: constant padding; begins per axis (negative crops), `value` outside. */
export interface PadForm {
	readonly type: "pad";
	readonly begins: readonly number[];
	readonly value: number;
}

export const pad: FormDefinition<PadForm> = {
	kinds: ["View"],
	operands: [1, 1],
	check({ form, shape, low, high }, [x]) {
		requirePerAxis(x.shape, { begins: form.begins, output: shape });
		const { value } = form;
		ensure(
			Number.isInteger(value) && value >= low && value <= high,
			`value ${value} is outside of ${low} … ${high}`,
		);
	},
	checkWidth: requireWidest,
	range: ({ form: { value } }, [x]) => hull([x, { low: value, high: value }]),
	maps(operator, [x]) {
		const digits = new Digits(operator);
		const { begins, value } = operator.form;
		const positions = x.shape.map((_, axis) => add(digits.constant(-begins[axis]), digits.axis(axis)));
		return { digits, operands: [{ coordinates: coordinatesOf(x, positions), outside: value }] };
	},
	plan(context) {
		const { form, operator, operands } = context;
		const { shape } = operands[0].spec;
		const ends = operator.shape.map((size, axis) => size - shape[axis] - form.begins[axis]);
		const empty = shape.some((size, axis) => form.begins[axis] <= -size || ends[axis] <= -size);
		return movePlan("Pad", context, (body, [value]) => {
			const input = body.cast(value, carrier(operator));
			if (!empty) return emitCropAndPad(body, input, form.begins, ends, form.value);
			return body.op("Expand", [body.reals(carrier(operator), [form.value]), body.list(operator.shape)]);
		});
	},
};
