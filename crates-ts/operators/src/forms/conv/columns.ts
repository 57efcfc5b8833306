import { type Body, int, ints, LIMIT } from "../../body.ts";
import type { Context, Plan } from "../../context.ts";
import { boundsPerRow, fits, planFor, rescaleOf, targetOf } from "../../dot-plan.ts";
import { emitCropAndPad } from "../../pads.ts";
import { emitRescale } from "../../rescale-nodes.ts";
import { type Axis, axesOf, endPad, extent } from "../../windows.ts";
import type { ConvForm } from "./form.ts";
import type { ConvBounds } from "./split.ts";

/** Each piece that is cut out is a node; of more the splits in float32 are quicker, or as quick. */
const MOST_PIECES = 64;

/**
 * A convolution by weights that are no constants as one float64 matrix product of columns, which are cut out of x: a
 * piece for each position of the kernel, or for each position of the output where that has fewer, as in the gradient of
 * weights, whose kernel is an image. In float32 both operands would have to be split, and four to nine convolutions
 * computed instead of one.
 *
 * @returns undefined if the weights are constants, have groups, or both kernel and output many positions
 */
export function columnsPlan(context: Context<ConvForm>, bounds: ConvBounds): Plan | undefined {
	const { form, operator, operands } = context;
	const [x, w] = operands;
	if (w.data !== undefined || form.group !== 1) return undefined;
	const axes = axesOf(form, w.spec.shape.slice(2), x.spec.shape.slice(2), operator.shape.slice(2));
	const taps = axes.reduce((product, { kernel }) => product * kernel, 1);
	const places = axes.reduce((product, { output }) => product * output, 1);
	if (Math.min(taps, places) > MOST_PIECES) return undefined;
	const sums = bounds.channels();
	if (!sums.every((sum) => fits(sum, "float64"))) return undefined;
	const plan = planFor(context, boundsPerRow(rescaleOf(context), sums, 1), "float64");
	const emit = (body: Body, [a, b]: readonly string[]): string => {
		const image = emitCropAndPad(
			body,
			body.cast(a, "float64"),
			[0, 0, ...axes.map(({ begin }) => begin)],
			[0, 0, ...axes.map(endPad)],
			0,
		);
		const weights = body.cast(b, "float64");
		const product = taps <= places ? emitByTap : emitByPlace;
		const flat = product(body, image, weights, { axes, taps, places, context });
		return emitRescale(body, body.op("Reshape", [flat, body.list(operator.shape)]), plan, targetOf(context));
	};
	const pieces = Math.min(taps, places);
	const reach = sums.reduce((most, { low, high }) => Math.max(most, Number(-low), Number(high)), 0);
	const name = `float64 MatMul of columns (${pieces} ${taps <= places ? "taps" : "places"})`;
	return { name, bound: reach, limit: LIMIT.float64, emit };
}

interface Sizes {
	readonly axes: readonly Axis[];
	/** Positions of the kernel, and of the output. */
	readonly taps: number;
	readonly places: number;
	readonly context: Context<ConvForm>;
}

/** [M, taps·C] × [N, taps·C, places] */
function emitByTap(body: Body, image: string, weights: string, sizes: Sizes): string {
	const { axes, taps, places, context } = sizes;
	const [m, c] = context.operands[1].spec.shape;
	const n = context.operator.shape[0];
	const pieces = positions(axes.map(({ kernel }) => kernel)).map((tap) =>
		emitPiece(body, image, axes, (axis, i) => ({
			start: tap[i] * axis.dilation,
			length: (axis.output - 1) * axis.stride + 1,
			step: axis.stride,
		})),
	);
	const columns = body.op("Reshape", [together(body, pieces), body.list([n, taps * c, places])]);
	let rows = weights;
	if (taps > 1 && c > 1) {
		const apart = body.op("Reshape", [weights, body.list([m, c, taps])]);
		rows = body.op("Transpose", [apart], { perm: ints([0, 2, 1]) });
	}
	return body.op("MatMul", [body.op("Reshape", [rows, body.list([m, taps * c])]), columns]);
}

/** [N, places, C·taps] × [C·taps, M], turned. */
function emitByPlace(body: Body, image: string, weights: string, sizes: Sizes): string {
	const { axes, taps, places, context } = sizes;
	const [m, c] = context.operands[1].spec.shape;
	const n = context.operator.shape[0];
	const pieces = positions(axes.map(({ output }) => output)).map((place) =>
		emitPiece(body, image, axes, (axis, i) => ({
			start: place[i] * axis.stride,
			length: extent(axis),
			step: axis.dilation,
		})),
	);
	const rows = body.op("Reshape", [together(body, pieces), body.list([n, places, c * taps])]);
	const matrix = body.op("Reshape", [weights, body.list([m, c * taps])]);
	const columns = body.op("Transpose", [matrix], { perm: ints([1, 0]) });
	return body.op("Transpose", [body.op("MatMul", [rows, columns])], { perm: ints([0, 2, 1]) });
}

const together = (body: Body, pieces: readonly string[]): string =>
	pieces.length === 1 ? pieces[0] : body.op("Concat", pieces, { axis: int(1) });

interface Cut {
	readonly start: number;
	readonly length: number;
	readonly step: number;
}

/** Every step-th element from `start` on, of every spatial axis. */
function emitPiece(
	body: Body,
	image: string,
	axes: readonly Axis[],
	cut: (axis: Axis, i: number) => Cut,
): string {
	const cuts = axes.map(cut);
	return body.op("Slice", [
		image,
		body.list(cuts.map(({ start }) => start)),
		body.list(cuts.map(({ start, length }) => start + length)),
		body.list(cuts.map((_, i) => i + 2)),
		body.list(cuts.map(({ step }) => step)),
	]);
}

/** All positions of a grid, the last axis quickest. */
function positions(sizes: readonly number[]): number[][] {
	return sizes.reduce<number[][]>(
		(found, size) => found.flatMap((one) => Array.from({ length: size }, (_, k) => [...one, k])),
		[[]],
	);
}
