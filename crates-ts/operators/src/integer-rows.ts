import type { OperandContext, OperatorContext } from "./context.ts";
import { followsChannels, rescaleOf, rowValues } from "./dot-plan.ts";
import { type Fraction, reduced } from "./rescale-plan.ts";

/** Weights of integer kernels: two products with a byte fit 16 bits, which some processors add them in. */
const LEAST_WEIGHT = -64;
const GREATEST_WEIGHT = 63;

/** True if integer kernels multiply by a constant operand without saturating on any processor. */
export const areSmallWeights = ({ data, range }: OperandContext): boolean =>
	data !== undefined && range.low >= LEAST_WEIGHT && range.high <= GREATEST_WEIGHT;

/** One row for each of `count` channels, if the rescaling divides each channel by a power of two. */
export function shiftRows(
	context: OperatorContext,
	channelAxis: number,
	count: number,
): readonly Fraction[] | undefined {
	const rows = fractionRows(context, channelAxis, count);
	return rows?.every(({ multiplier }) => multiplier === 1n) ? rows : undefined;
}

/** One row for each of `count` channels, if the rescaling has one for all or one for each. */
export function fractionRows(
	context: OperatorContext,
	channelAxis: number,
	count: number,
): readonly Fraction[] | undefined {
	const rescale = rescaleOf(context);
	if (!followsChannels(rescale, channelAxis)) return undefined;
	return rowValues(rescale.rows.map(reduced), count);
}
