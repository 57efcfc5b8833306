import { add, coordinatesOf, Digits } from "../affine.ts";
import type { FormDefinition } from "../form.ts";
import { ensure } from "../program-error.ts";
import { requireSame, shapesText } from "../shape-rules.ts";
import { elementCount } from "../tensors.ts";
import { validateWindow } from "../window-rules.ts";
import type { ConvForm } from "./conv/form.ts";
import { convPlan } from "./conv/plan.ts";

export type { ConvForm } from "./conv/form.ts";

export const conv: FormDefinition<ConvForm> = {
	kinds: ["Dot"],
	operands: [2, 2],
	check({ form, shape }, [x, w]) {
		ensure(
			x.shape.length >= 3 && w.shape.length === x.shape.length,
			`operands of shapes ${shapesText([x, w])}`,
		);
		const { group } = form;
		ensure(Number.isInteger(group) && group >= 1, `group ${group} is not a positive integer`);
		ensure(w.shape[0] % group === 0, `${w.shape[0]} output channels do not divide into ${group} groups`);
		ensure(
			w.shape[1] * group === x.shape[1],
			`${x.shape[1]} input channels; the weights have ${w.shape[1]}·${group}`,
		);
		requireSame(shape.slice(0, 2), [x.shape[0], w.shape[0]], "batch and channels");
		validateWindow({ ...form, kernel: w.shape.slice(2) }, x.shape.slice(2), shape.slice(2), "floor");
	},
	/** Output [N, M, …]; the channel axis is split into (group, channel of the group). */
	maps(operator, [x, w]) {
		const { strides, pads, dilations, group } = operator.form;
		const channels = w.shape[1];
		const reduced = w.shape.slice(1).map((size, i) => ({ size, along: i + 1 }));
		const split = new Map([[1, [group, w.shape[0] / group]]]);
		const digits = new Digits(operator, reduced, x.layout, split);
		const spatial = strides.map((stride, i) =>
			add(digits.constant(-pads[i]), digits.axis(i + 2, stride), digits.reduced(i + 1, dilations[i])),
		);
		const channel = add(digits.split(1, 0, channels), digits.reduced(0));
		return {
			digits,
			operands: [
				{ coordinates: coordinatesOf(x, [digits.axis(0), channel, ...spatial]) },
				{ coordinates: coordinatesOf(w, [digits.axis(1), ...reduced.map((_, i) => digits.reduced(i))]) },
			],
		};
	},
	converts: true,
	plan: convPlan,
	multiplications: ({ shape }, [, w]) => elementCount(shape) * elementCount(w.shape.slice(1)),
};
