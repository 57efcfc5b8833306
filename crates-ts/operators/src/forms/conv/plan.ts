import { type Body, LIMIT } from "../../body.ts";
import { exactNumber } from "../../bounds.ts";
import type { Context, Plan } from "../../context.ts";
import {
	boundsPerRow,
	canFold,
	foldedWeights,
	offsetVector,
	planFor,
	planForLimbs,
	rescaleOf,
	rowValues,
	targetOf,
} from "../../dot-plan.ts";
import { emitLimbs, type Limbs } from "../../limbs.ts";
import { fills, holds } from "../../narrow.ts";
import { emitRounded, emitWide } from "../../narrow-nodes.ts";
import { emitFinish, emitRescale } from "../../rescale-nodes.ts";
import { reduced } from "../../rescale-plan.ts";
import { channelsLastPlan } from "./channels-last.ts";
import { columnsPlan } from "./columns.ts";
import { emitConv } from "./emit.ts";
import type { ConvForm } from "./form.ts";
import { halvesPlan } from "./halves.ts";
import { integersPlan } from "./integers.ts";
import { pointwisePlan } from "./pointwise.ts";
import { halvesBound, positionsPlan } from "./positions.ts";
import { slicesPlan } from "./slices.ts";
import { ConvBounds, chooseSplit, type Split } from "./split.ts";

const MOST_CONVOLUTIONS = 16;

/**
 * Beside bytes, convolution has a float32 kernel only. Its products are exact if all partial sums stay below
 * 2^24, which splitting either operand into limbs achieves; the sums of limbs meet in float64.
 * Small multipliers join the weights, and then nothing needs float64. Weights that are computed, and would be split,
 * are multiplied in float64 with columns of x.
 */
export function convPlan(context: Context<ConvForm>): Plan {
	const bounds = new ConvBounds(context);
	const integers = integersPlan(context, bounds);
	if (integers !== undefined) return integers;
	const channelsLast = channelsLastPlan(context);
	if (channelsLast !== undefined) return channelsLast;
	const folded = positionsPlan(context, bounds) ?? foldedPlan(context, bounds);
	if (folded !== undefined) return folded;
	const whole = chooseSplit(context, bounds, 1);
	if (whole !== undefined) return splitPlan(context, bounds, whole);
	const plan =
		pointwisePlan(context, bounds) ??
		columnsPlan(context, bounds) ??
		slicesPlan(context, bounds, 1) ??
		halvesPlan(context, bounds) ??
		slicesPlan(context, bounds, 2);
	if (plan !== undefined) return plan;
	const split = chooseSplit(context, bounds, MOST_CONVOLUTIONS);
	if (split !== undefined) return splitPlan(context, bounds, split);
	throw new Error("no split of the operands makes the convolution exact: its sums have too many terms");
}

/** One convolution that takes the rescaling in; a result in bytes is rounded, cut and narrowed in one pass. */
function foldedPlan(context: Context<ConvForm>, bounds: ConvBounds): Plan | undefined {
	const { operator, operands } = context;
	const rescale = rescaleOf(context);
	const rows = boundsPerRow(rescale, bounds.channels(), 1);
	if (!canFold(rescale, rows, 1, "float32")) return undefined;
	const plan = planFor(context, rows);
	const type = holds("uint8", operator) ? "uint8" : undefined;
	// Sums with a half of one more bit are never half-way between two results.
	const halves = halvesBound(context, bounds);
	const nearest = halves < BigInt(LIMIT.float32) ? type : undefined;
	const emit = (body: Body, [a, b]: readonly string[]): string => {
		const weights = foldedWeights(body, b, operands[1].spec.shape.length, 0, plan);
		const x = body.cast(a, "float32");
		const channels = operator.shape[1];
		if (nearest !== undefined && (body.resultNarrow === nearest || fills(nearest, operator))) {
			const offsets = rescale.rows.map(reduced).map(({ bias, multiplier, shift }) => {
				const tie = shift === 0n ? 0 : 0.5;
				return (exactNumber(bias * multiplier) + tie) * 2 ** -Number(shift);
			});
			const values = body.reals("float32", rowValues(offsets, channels), [channels]);
			const held = emitRounded(body, emitConv(body, context, x, weights, values), nearest, operator);
			if (body.resultNarrow === nearest) return held;
			return body.cast(emitWide(body, held, operator), body.resultType ?? "float32");
		}
		const offsets = offsetVector(body, plan, channels);
		const sum = emitConv(body, context, x, weights, offsets);
		// Always a Floor: it keeps onnxruntime from fusing what follows into the convolution.
		return emitFinish(body, sum, { ...plan, floor: true }, targetOf(context));
	};
	const name = "float32 Conv, rescaled by its weights";
	const bound = nearest === undefined ? plan.bound : Number(halves);
	return { name, bound, limit: LIMIT.float32, emit, ...(nearest === undefined ? {} : { gives: nearest }) };
}

/** A convolution for each pair of limbs, rescaled in float64. */
function splitPlan(context: Context<ConvForm>, bounds: ConvBounds, split: Split): Plan {
	const [x, w] = context.operands;
	const isWhole = split.x.count * split.w.count === 1;
	const planned = isWhole ? planFor : planForLimbs;
	const plan = planned(context, boundsPerRow(rescaleOf(context), bounds.channels(), 1), "float64");
	const emit = (body: Body, [a, b]: readonly string[]): string => {
		const left = emitLimbs(body, a, split.x);
		const right = emitLimbs(body, b, split.w);
		const sums = left.flatMap((limb) =>
			right.map((weights) => body.cast(emitConv(body, context, limb, weights), "float64")),
		);
		return emitRescale(
			body,
			sums.reduce((a, b) => body.op("Add", [a, b])),
			plan,
			targetOf(context),
		);
	};
	const limbs = `${describe("x", x.spec.width, split.x)}, ${describe("w", w.spec.width, split.w)}`;
	const name = `${split.x.count * split.w.count} float32 Conv (${limbs}), float64 rescale`;
	return { name, bound: Number(split.bound), limit: LIMIT.float32, emit };
}

const describe = (name: string, width: number, limbs: Limbs): string =>
	limbs.count === 1 ? `${name} of ${width} bits` : `${name} in ${limbs.count} limbs of ${limbs.bits} bits`;
