import type { Row } from "@umpire/operators/program.ts";
import { biasOf, KERNEL_SHIFT, kernelRatioAtLeast, powerAtLeast } from "./rescale-ratio.ts";
import { type ChannelWeights, CLIPPED_SUM, channelAt, type QuantisedWeights, RATIO_SUM } from "./weights.ts";

/** Weights of 7 bits, rounded in view of one another. */
export interface Rounded {
	readonly data: Int8Array;
	/** Per channel what the weights' errors take from the mean of its sums: its bias makes up for that. */
	readonly offsets: Float64Array;
	/** Per channel a measure of the variance that they add to its sums, the same for all steps. */
	readonly losses: Float64Array;
}

/** Rounds weights to multiples of a step for each channel. */
export type Rounding = (weights: ChannelWeights, steps: Float64Array) => Rounded;

/** Shares of the step that clips no weight, where steps need be no powers of two. */
const SHARES = [1, 0.87, 0.76, 0.66, 0.57];

/**
 * Rounds weights in view of one another. The step of a channel is the power of two that clips no weight, or half of it,
 * whichever loses less; with `ratios`, the best of some between those.
 */
export function roundTogether(
	weights: ChannelWeights,
	scales: Float64Array,
	bias: Float64Array | undefined,
	options: {
		readonly inputScale: number;
		readonly outputScale: number;
		readonly limit: number;
		readonly rounding: Rounding;
		/** Whether what computes the product multiplies by any ratio of a small shift. */
		readonly ratios: boolean;
	},
): QuantisedWeights {
	const { inputScale, outputScale, limit, rounding, ratios } = options;
	const unit = inputScale / outputScale;
	const powers = Array.from(scales, (scale) => powerAtLeast(unit * scale, limit));
	const any = ratios
		? SHARES.map((share) => powers.map((power, c) => kernelRatioAtLeast(unit * scales[c] * share) ?? power))
		: [];
	const tries = [...any, powers, powers.map((power) => powerAtLeast(ratioOf(power) / 2, limit))].map(
		(steps) => {
			const rounded = rounding(
				weights,
				Float64Array.from(steps, (step) => ratioOf(step) / unit),
			);
			const sums = new Float64Array(weights.channels);
			for (const [i, weight] of rounded.data.entries()) sums[channelAt(weights, i)] += Math.abs(weight);
			return { steps, sums, ...rounded };
		},
	);
	const [first] = tries;
	const most = ({ shift }: Pick<Row, "shift">): number =>
		ratios && shift <= KERNEL_SHIFT ? RATIO_SUM : CLIPPED_SUM;
	const best = Array.from(first.losses, (_, c) =>
		tries.reduce((a, b) => (b.sums[c] <= most(b.steps[c]) && b.losses[c] < a.losses[c] ? b : a), first),
	);
	const rows = best.map(({ steps, offsets }, c): Row => {
		const real = (bias?.[c] ?? 0) + offsets[c];
		return { bias: biasOf(real / outputScale / ratioOf(steps[c])), ...steps[c] };
	});
	const data = first.data.map((_, i) => best[channelAt(weights, i)].data[i]);
	return { data, rows };
}

const ratioOf = ({ multiplier, shift }: Pick<Row, "multiplier" | "shift">): number => multiplier / 2 ** shift;
