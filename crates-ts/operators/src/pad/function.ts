import { type Context, carrier, movePlan, type Plan } from "../context.ts";
import { emitCropAndPad } from "../pool/pads.ts";

export function padPlan(context: Context<"pad">): Plan {
	const { form, operator, operands } = context;
	const { shape } = operands[0].spec;
	const ends = operator.shape.map((size, axis) => size - shape[axis] - form.begins[axis]);
	const empty = shape.some((size, axis) => form.begins[axis] <= -size || ends[axis] <= -size);
	return movePlan("Pad", context, (body, [value]) => {
		const input = body.cast(value, carrier(operator));
		if (!empty) return emitCropAndPad(body, input, form.begins, ends, form.value);
		return body.op("Expand", [body.reals(carrier(operator), [form.value]), body.list(operator.shape)]);
	});
}
