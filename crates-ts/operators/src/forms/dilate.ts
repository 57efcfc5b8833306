import { coordinatesOf, Digits } from "../affine.ts";
import { movePlan } from "../context.ts";
import type { FormDefinition } from "../form.ts";
import { emitCropAndPad } from "../pads.ts";
import { ensure } from "../program-error.ts";
import { hull } from "../range.ts";
import { requirePerAxis, requireSame, requireWidest } from "../shape-rules.ts";
import type { Coordinate } from "../structs.ts";

/** View: steps[i] − 1 zeros between neighbours along axis i (for ConvTranspose). */
export interface DilateForm {
	readonly type: "dilate";
	readonly steps: readonly number[];
}

export const dilate: FormDefinition<DilateForm> = {
	kinds: ["View"],
	operands: [1, 1],
	check({ form, shape }, [x]) {
		requirePerAxis(x.shape, { steps: form.steps, output: shape });
		for (const step of form.steps) ensure(step >= 1, `step ${step} is not positive`);
		requireSame(
			shape,
			x.shape.map((size, axis) => (size - 1) * form.steps[axis] + 1),
			"output",
		);
	},
	checkWidth: requireWidest,
	range: (_, [x]) => hull([x, { low: 0, high: 0 }]),
	/** Position p of an axis reads p / step, on condition that p is a multiple of step; between them 0. */
	maps(operator, [x]) {
		const digits = new Digits(operator);
		const { steps } = operator.form;
		const positions = x.shape.map((_, axis) => ({ ...digits.axis(axis), divisor: steps[axis] }));
		const conditions = steps.map(
			(step, axis): Coordinate => ({ ...digits.axis(axis), divisor: 1, modulus: step, size: 1, stride: 0 }),
		);
		return { digits, operands: [{ coordinates: [...coordinatesOf(x, positions), ...conditions] }] };
	},
	/** Each element gets an axis of its own, padded to the step; the last run is cut off behind its element. */
	plan(context) {
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
	},
};
