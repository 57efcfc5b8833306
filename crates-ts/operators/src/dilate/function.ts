import { type Context, movePlan, type Plan } from "../context.ts";
import { emitCropAndPad } from "../pool/pads.ts";

/** Each element gets an axis of its own, padded to the step; the last run is cut off behind its element. */
export function dilatePlan(context: Context<"dilate">): Plan {
	const { form, operator, operands } = context;
	const { shape } = operands[0].spec;
	// An axis of one element has no neighbours to move apart.
	const steps = form.steps.map((step, axis) => (shape[axis] === 1 ? 1 : step));
	return movePlan("Reshape, Pad, Reshape, Slice", context, (body, [value]) => {
		if (steps.every((step) => step === 1)) return value;
		const single = shape.flatMap((size) => [size, 1]);
		const zeros = shape.map(() => 0);
		const apart = body.op("Reshape", [value, body.list(single)]);
		const padded = emitCropAndPad(
			body,
			apart,
			single.map(() => 0),
			steps.flatMap((step) => [0, step - 1]),
			0,
		);
		const sizes = shape.map((size, axis) => size * steps[axis]);
		const joined = body.op("Reshape", [padded, body.list(sizes)]);
		const ends = operator.shape.map((size, axis) => size - sizes[axis]);
		return emitCropAndPad(body, joined, zeros, ends, 0);
	});
}
