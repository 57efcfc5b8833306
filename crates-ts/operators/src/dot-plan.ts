import { type Body, type FloatType, LIMIT } from "./body.ts";
import { type Bounds, hull, magnitude } from "./bounds.ts";
import { carrier, type OperatorContext } from "./context.ts";
import type { Rescale } from "./operator.ts";
import type { RescaleTarget } from "./rescale-nodes.ts";
import { directBound, planRescale, type RescalePlan, reduced } from "./rescale-plan.ts";

export function rescaleOf(context: OperatorContext): Rescale {
	const { rescale } = context.operator;
	if (rescale === undefined) throw new Error("the operator has no rescale parameters");
	return rescale;
}

export function targetOf(context: OperatorContext): RescaleTarget {
	const { operator } = context;
	const { shape, low, high } = operator;
	return { shape, axes: rescaleOf(context).axes, low, high, carrier: carrier(operator) };
}

/** Accumulator bounds per row: per channel if the rows follow `channelAxis`, otherwise one for all. */
export function boundsPerRow(rescale: Rescale, channels: readonly Bounds[], channelAxis: number): Bounds[] {
	if (
		rescale.axes.length === 1 &&
		rescale.axes[0] === channelAxis &&
		rescale.rows.length === channels.length
	) {
		return [...channels];
	}
	return [hull(channels)];
}

/** True if the rows follow the output's channels, so that factors can move into constant weights. */
export function followsChannels({ axes }: Rescale, channelAxis: number): boolean {
	return axes.length === 0 || (axes.length === 1 && axes[0] === channelAxis);
}

/** True if multiplying the weights by the rows' factors keeps all sums exact in `type`. */
export function canFold(
	rescale: Rescale,
	rows: readonly Bounds[],
	channelAxis: number,
	type: FloatType,
): boolean {
	if (!followsChannels(rescale, channelAxis) || directBound(rescale, rows) >= BigInt(LIMIT[type]))
		return false;
	// The factors are constants of the body, whatever weights they are multiplied by (these may all be 0).
	return rescale.rows.map(reduced).every(({ multiplier }) => multiplier < BigInt(LIMIT[type]));
}

/** The weights in `plan`'s type, multiplied by the rows' factors along their axis `axis`. */
export function foldedWeights(
	body: Body,
	weights: string,
	rank: number,
	axis: number,
	plan: RescalePlan,
): string {
	return weightFactors(body, body.cast(weights, plan.type), rank - axis, plan.factors);
}

/** Weights multiplied by factors along the axis that has `trailing` − 1 axes behind it. */
export function weightFactors(
	body: Body,
	weights: string,
	trailing: number,
	factors: readonly number[],
): string {
	if (factors.every((factor) => factor === 1)) return weights;
	const type = body.type(weights) as FloatType;
	const single = factors.every((factor) => factor === factors[0]);
	const dims = Array.from({ length: trailing }, (_, i) => (i === 0 ? factors.length : 1));
	return body.op("Mul", [
		weights,
		single ? body.reals(type, factors.slice(0, 1)) : body.reals(type, factors, dims),
	]);
}

/** One value per channel, where a single row serves all. */
export const rowValues = <T>(rows: readonly T[], count: number): readonly T[] =>
	rows.length === 1 ? Array<T>(count).fill(rows[0]) : rows;

/** Offsets as a vector of `count` entries, or undefined if all are 0. */
export function offsetVector(body: Body, plan: RescalePlan, count: number): string | undefined {
	if (plan.offsets.every((offset) => offset === 0)) return undefined;
	return body.reals(plan.type, rowValues(plan.offsets, count), [count]);
}

/** The arithmetic types in which sums within `bounds` are exact. */
export const fits = (bounds: Bounds, type: FloatType): boolean => magnitude(bounds) < BigInt(LIMIT[type]);

export const planFor = (context: OperatorContext, acc: readonly Bounds[], least?: FloatType): RescalePlan =>
	planRescale(rescaleOf(context), acc, context.operator, least);

/**
 * The same where an operand is split into limbs. The certificate bounds each limb by itself, so that their sum seems
 * to reach a little further than the operand does: the last clip stays, whether it can act or not.
 */
export const planForLimbs = (
	context: OperatorContext,
	acc: readonly Bounds[],
	least?: FloatType,
): RescalePlan => ({
	...planFor(context, acc, least),
	clipLow: true,
	clipHigh: true,
});
