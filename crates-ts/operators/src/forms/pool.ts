import { rangeOf as widthRange } from "@umpire/commitment/elements.ts";
import { add, coordinatesOf, Digits } from "../affine.ts";
import type { FormDefinition } from "../form.ts";
import { ensure } from "../program-error.ts";
import { requireSame, requireWidest, shapesText } from "../shape-rules.ts";
import { validateWindow } from "../window-rules.ts";
import { axesOf, hasEmptyWindow } from "../windows.ts";
import { averagePlan } from "./pool/average.ts";
import type { PoolForm } from "./pool/form.ts";
import { maximumPlan } from "./pool/maximum.ts";

export type { PoolForm } from "./pool/form.ts";

export const pool: FormDefinition<PoolForm> = {
	kinds: ["Dot", "Max"],
	operands: [1, 2],
	second: "ones",
	check({ form, shape, kind }, [x, ones]) {
		ensure((ones !== undefined) === (kind === "Dot"), "an average has ones as operand 1, a maximum has not");
		if (ones !== undefined) requireSame(ones.shape, form.kernel.slice(-1), "ones");
		ensure(x.shape.length >= 3, `operand of shape ${shapesText([x])}: no spatial axes`);
		requireSame(shape.slice(0, 2), x.shape.slice(0, 2), "batch and channels");
		validateWindow(form, x.shape.slice(2), shape.slice(2), "ceil");
	},
	checkWidth: requireWidest,
	/** The maximum of a window that lies wholly in the padding is the least that the width represents. */
	range({ form, shape, width }, [range], [x]) {
		const empty = axesOf(form, form.kernel, x.shape.slice(2), shape.slice(2)).some(hasEmptyWindow);
		return empty ? { low: widthRange(width).low, high: range.high } : range;
	},
	/** Windows over the spatial axes; the ones of an average are indexed by the kernel's last axis. */
	maps(operator, [x, ones]) {
		const { kernel, strides, pads, dilations } = operator.form;
		const reduced = kernel.map((size, i) => ({ size, along: i + 2 }));
		const digits = new Digits(operator, reduced, x.layout);
		const spatial = kernel.map((_, i) =>
			add(digits.constant(-pads[i]), digits.axis(i + 2, strides[i]), digits.reduced(i, dilations[i])),
		);
		const window = { coordinates: coordinatesOf(x, [digits.axis(0), digits.axis(1), ...spatial]) };
		if (ones === undefined) return { digits, operands: [window] };
		return {
			digits,
			operands: [window, { coordinates: coordinatesOf(ones, [digits.reduced(kernel.length - 1)]) }],
		};
	},
	plan: (context) => (context.operator.kind === "Max" ? maximumPlan(context) : averagePlan(context)),
};
