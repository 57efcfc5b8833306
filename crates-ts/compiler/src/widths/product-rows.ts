import type { Elements, Form, Operator, TensorSpec } from "@umpire/operators/program.ts";
import { axesOf } from "@umpire/operators/windows.ts";

/** What an operator's products read: rows of factors, in the order of the weights of one output. */
export interface Reader {
	/** Factors of a row. */
	readonly length: number;
	/** Groups of outputs, which read different rows. */
	readonly groups: number;
	/** Rows of one group in a tensor. */
	readonly rows: number;
	/** Writes a row of a group. */
	read(elements: Elements, row: number, group: number, into: Float64Array): void;
}

/** The rows of a matrix product, or of a convolution, by weights of a shape; undefined for another form. */
export function rowReader(
	{ form, shape }: Operator,
	x: TensorSpec,
	weights: readonly number[],
): Reader | undefined {
	if (form.type === "conv") return windowReader(form, shape, x.shape, weights);
	if (form.type !== "matmul" || weights.length !== 2) return undefined;
	const [length] = weights;
	const rows = x.shape.reduce((a, b) => a * b, 1) / length;
	const read = (elements: Elements, row: number, _: number, into: Float64Array): void => {
		for (let i = 0; i < length; i++) into[i] = elements[row * length + i];
	};
	return { length, groups: 1, rows, read };
}

/** Windows of an image [N, C, …], padded by zeros: channel after channel, the last axis quickest. */
function windowReader(
	form: Extract<Form, { type: "conv" }>,
	result: readonly number[],
	[, channels, ...sizes]: readonly number[],
	[, perGroup, ...kernel]: readonly number[],
): Reader {
	const axes = axesOf(form, kernel, sizes, result.slice(2));
	const taps = kernel.reduce((a, b) => a * b, 1);
	const positions = axes.reduce((product, { output }) => product * output, 1);
	const image = sizes.reduce((a, b) => a * b, 1);
	/** The place in an image that a tap reads at a position; −1 beside it. */
	const places = (position: number): Int32Array =>
		Int32Array.from({ length: taps }, (_, tap) => {
			let [place, unit, p, t] = [0, 1, position, tap];
			for (const { size, output, kernel: width, stride, begin, dilation } of axes.toReversed()) {
				const at = (p % output) * stride - begin + (t % width) * dilation;
				if (at < 0 || at >= size) return -1;
				place += at * unit;
				unit *= size;
				p = Math.floor(p / output);
				t = Math.floor(t / width);
			}
			return place;
		});
	let known = -1;
	let now: Int32Array = new Int32Array(taps);
	const read = (elements: Elements, row: number, group: number, into: Float64Array): void => {
		const position = row % positions;
		if (position !== known) [known, now] = [position, places(position)];
		const first = Math.floor(row / positions) * channels + group * perGroup;
		for (let c = 0; c < perGroup; c++) {
			const start = (first + c) * image;
			for (let t = 0; t < taps; t++) into[c * taps + t] = now[t] < 0 ? 0 : elements[start + now[t]];
		}
	};
	return { length: perGroup * taps, groups: form.group, rows: result[0] * positions, read };
}
