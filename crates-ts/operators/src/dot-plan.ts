import { type Body, LIMIT, type Real } from "./body.ts";
import { type Bounds, hull, magnitude } from "./bounds.ts";
import { carrier, type OperatorContext } from "./context.ts";
import type { Rescale } from "./program.ts";
import type { RescaleTarget } from "./rescale/function.ts";
import { directBound, planRescale, type RescalePlan } from "./rescale-plan.ts";

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

/** True if multiplying the weights by the rows' factors keeps all sums exact in `type`. */
export function canFold(rescale: Rescale, rows: readonly Bounds[], channelAxis: number, type: Real): boolean {
	const { axes } = rescale;
	if (axes.length > 1 || (axes.length === 1 && axes[0] !== channelAxis)) return false;
	return directBound(rescale, rows) < BigInt(LIMIT[type]);
}

/** The weights in `type`, multiplied by the rows' factors along their own axis `axis`. */
export function foldedWeights(
	body: Body,
	weights: string,
	rank: number,
	axis: number,
	plan: RescalePlan,
): string {
	const value = body.cast(weights, plan.type);
	if (plan.factors.every((factor) => factor === 1)) return value;
	const single = plan.factors.every((factor) => factor === plan.factors[0]);
	const dims = single
		? []
		: Array.from({ length: rank - axis }, (_, i) => (i === 0 ? plan.factors.length : 1));
	const factors = single ? plan.factors.slice(0, 1) : plan.factors;
	return body.op("Mul", [value, body.reals(plan.type, factors, dims)]);
}

/** Offsets as a vector of `count` entries, or undefined if all are 0. */
export function offsetVector(body: Body, plan: RescalePlan, count: number): string | undefined {
	if (plan.offsets.every((offset) => offset === 0)) return undefined;
	const all = plan.offsets.length === 1 ? Array<number>(count).fill(plan.offsets[0]) : plan.offsets;
	return body.reals(plan.type, all, [count]);
}

/** The arithmetic types in which sums within `bounds` are exact. */
export const fits = (bounds: Bounds, type: Real): boolean => magnitude(bounds) < BigInt(LIMIT[type]);

export const planFor = (context: OperatorContext, acc: readonly Bounds[], least?: Real): RescalePlan =>
	planRescale(rescaleOf(context), acc, context.operator, least);
