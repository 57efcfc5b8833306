/** One spatial axis of a convolution or pooling. */
export interface Axis {
	readonly size: number;
	readonly output: number;
	readonly kernel: number;
	readonly stride: number;
	readonly begin: number;
	readonly dilation: number;
}

/** The form's lists, one object per spatial axis. */
export function axesOf(
	form: {
		readonly strides: readonly number[];
		readonly pads: readonly number[];
		readonly dilations: readonly number[];
	},
	kernel: readonly number[],
	size: readonly number[],
	output: readonly number[],
): Axis[] {
	return kernel.map((taps, i) => ({
		size: size[i],
		output: output[i],
		kernel: taps,
		stride: form.strides[i],
		begin: form.pads[i],
		dilation: form.dilations[i],
	}));
}

/** How far a window reaches: its dilated size. */
export const extent = (axis: Axis): number => (axis.kernel - 1) * axis.dilation + 1;

/** Padding (or cropping, if negative) behind the axis that gives exactly `output` positions. */
export const endPad = (axis: Axis): number =>
	(axis.output - 1) * axis.stride + extent(axis) - axis.size - axis.begin;

/** True if some position's window lies wholly outside the axis. */
export function hasEmptyWindow(axis: Axis): boolean {
	for (let position = 0; position < axis.output; position++) {
		const first = position * axis.stride - axis.begin;
		// Windows that begin inside of the axis are not empty: those beside it are few.
		if (first >= 0 && first < axis.size) {
			position = Math.max(position, Math.floor((axis.size - 1 + axis.begin) / axis.stride));
			continue;
		}
		const tap = Math.max(0, Math.ceil(-first / axis.dilation));
		if (tap >= axis.kernel || first + tap * axis.dilation >= axis.size) return true;
	}
	return false;
}
