import { add, coordinatesOf, Digits } from "../affine.ts";
import type { MapsOf } from "../map.ts";

/** Output [N, M, …]; the channel axis is split into (group, channel of the group). */
export const convMaps: MapsOf<"conv"> = (operator, [x, w]) => {
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
};
