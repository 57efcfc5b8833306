import { ensure } from "./program-error.ts";

/** Windows of a convolution or a pool: one entry per spatial axis, pads [begin…, end…]. */
export interface Window {
	readonly kernel: readonly number[];
	readonly strides: readonly number[];
	readonly pads: readonly number[];
	readonly dilations: readonly number[];
}

/** Numbers of a window are at most this, so that no language rounds what follows from them. */
const MAX_WINDOW = 2 ** 31;

/**
 * Throws ProgramError unless the windows fit and yield `output`.
 *
 * @param rounding "ceil" allows a last window that is cut off at the end, too
 */
export function validateWindow(
	{ kernel, strides, pads, dilations }: Window,
	input: readonly number[],
	output: readonly number[],
	rounding: "floor" | "ceil",
): void {
	const rank = input.length;
	for (const [name, list, length, least] of [
		["kernel", kernel, rank, 1],
		["strides", strides, rank, 1],
		["dilations", dilations, rank, 1],
		["pads", pads, 2 * rank, 0],
	] as const) {
		const fits =
			list.length === length &&
			list.every((value) => Number.isInteger(value) && value >= least && value <= MAX_WINDOW);
		ensure(fits, `${name} [${list}] are not ${length} integers in ${least} … 2^31`);
	}
	ensure(output.length === rank, `output of ${output.length} spatial axes, operand of ${rank}`);
	input.forEach((size, i) => {
		const room = size + pads[i] + pads[i + rank] - ((kernel[i] - 1) * dilations[i] + 1);
		const least = Math.floor(room / strides[i]) + 1;
		const most = rounding === "ceil" ? Math.ceil(room / strides[i]) + 1 : least;
		ensure(
			room >= 0 && output[i] >= least && output[i] <= most,
			`spatial axis ${i} has size ${output[i]}; ${least} windows fit into ${size} with their pads`,
		);
	});
}
