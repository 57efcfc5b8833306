import type { Row } from "@umpire/operators/program.ts";
import { biasOf, powerAtLeast } from "./rescale-ratio.ts";
import { type ChannelWeights, CLIPPED_SUM, channelAt, type QuantisedWeights } from "./weights.ts";

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

/**
 * Rounds weights in view of one another. The step of a channel is the power of two that clips no weight, or half of it,
 * whichever loses less.
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
	},
): QuantisedWeights {
	const { inputScale, outputScale, limit, rounding } = options;
	const unit = inputScale / outputScale;
	const wholes = Array.from(scales, (scale) => powerAtLeast(unit * scale, limit));
	const halves = wholes.map((power) => powerAtLeast(ratioOf(power) / 2, limit));
	const [coarse, fine] = [wholes, halves].map((powers) =>
		rounding(
			weights,
			Float64Array.from(powers, (power) => ratioOf(power) / unit),
		),
	);
	const sums = new Float64Array(weights.channels);
	for (const [i, weight] of fine.data.entries()) sums[channelAt(weights, i)] += Math.abs(weight);
	const isFine = Array.from(sums, (sum, c) => sum <= CLIPPED_SUM && fine.losses[c] < coarse.losses[c]);
	const rows = isFine.map((one, c): Row => {
		const power = (one ? halves : wholes)[c];
		const real = (bias?.[c] ?? 0) + (one ? fine : coarse).offsets[c];
		return { bias: biasOf(real / outputScale / ratioOf(power)), ...power };
	});
	const data = coarse.data.map((weight, i) => (isFine[channelAt(weights, i)] ? fine.data[i] : weight));
	return { data, rows };
}

const ratioOf = ({ multiplier, shift }: Pick<Row, "multiplier" | "shift">): number => multiplier / 2 ** shift;
