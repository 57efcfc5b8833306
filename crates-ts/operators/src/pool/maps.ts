import { add, coordinatesOf, Digits } from "../affine.ts";
import type { MapsOf } from "../map.ts";

/** Windows over the spatial axes; the ones of an average are indexed by the kernel's last axis. */
export const poolMaps: MapsOf<"pool"> = (operator, [x, ones]) => {
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
};
