import { type Body, LIMIT } from "../../body.ts";
import { abs, exactNumber, larger, magnitude, smaller } from "../../bounds.ts";
import type { Context, Plan } from "../../context.ts";
import { partialSums } from "../../dot-bounds.ts";
import {
	boundsPerRow,
	followsChannels,
	planForLimbs,
	rescaleOf,
	rowValues,
	targetOf,
	weightFactors,
} from "../../dot-plan.ts";
import { emitNearest, nearestRanges } from "../../limbs.ts";
import { emitFinish } from "../../rescale-nodes.ts";
import { type Fraction, reduced } from "../../rescale-plan.ts";
import { emitConv } from "./emit.ts";
import type { ConvForm } from "./form.ts";
import type { ConvBounds } from "./split.ts";

/**
 * Two float32 convolutions and no float64 at all, for multipliers small enough to join the weights.
 * With x = 2^r·h + l, |l| ≤ 2^(r−1), H = Σ w·h, L = Σ w·l (the multiplier m within w), the offset
 * bias·m + 2^(s−1) = 2^r·u + v, 0 ≤ v < 2^r, and t = min(r, s), nested floors give in every row
 *
 *     ⌊(acc·m + offset) / 2^s⌋ = ⌊((H + u)·2^(r−t) + ⌊(L + v) / 2^t⌋) / 2^(s−t)⌋
 *
 * @returns undefined if no r keeps every sum below 2^24
 */
export function halvesPlan(context: Context<ConvForm>, bounds: ConvBounds): Plan | undefined {
	const [x, w] = context.operands;
	const rescale = rescaleOf(context);
	if (w.data === undefined || x.spec.width === 32 || !followsChannels(rescale, 1)) return undefined;
	const rows = rescale.rows.map(reduced);
	let best: { bits: number; bound: bigint; outer: boolean } | undefined;
	for (let bits = 1; bits < x.spec.width; bits++) {
		const outer = rows.some(({ shift }) => shift > BigInt(bits));
		// The outer floor takes two more passes over the output.
		if (best !== undefined && !best.outer && outer) continue;
		const bound = halvesBound(context, bounds, rows, bits);
		if (bound >= BigInt(LIMIT.float32)) continue;
		if (best === undefined || (best.outer && !outer) || bound < best.bound) best = { bits, bound, outer };
	}
	if (best === undefined) return undefined;
	const { bits, bound, outer } = best;
	const finish = planForLimbs(context, boundsPerRow(rescale, bounds.channels(), 1), "float64");
	const emit = (body: Body, [a, b]: readonly string[]): string => {
		const { rest, multiple } = emitNearest(body, body.cast(a, "float32"), bits);
		const per = (row: Fraction): number => 2 ** -Number(inner(row, bits));
		const weights = weightFactors(
			body,
			body.cast(b, "float32"),
			w.spec.shape.length,
			rows.map((row) => Number(row.multiplier) * per(row)),
		);
		const channels = context.operator.shape[1];
		const offsets = (part: (row: Fraction) => bigint): string => {
			const values = rows.map((row) => exactNumber(part(row)) * per(row));
			return body.reals("float32", rowValues(values, channels), [channels]);
		};
		const low = offsets((row) => remainder(row, bits));
		const high = offsets((row) => quotient(row, bits) << BigInt(bits));
		const lower = emitConv(body, context, rest, weights, low);
		const upper = emitConv(body, context, multiple, weights, high);
		let sum = body.op("Add", [upper, body.op("Floor", [lower])]);
		if (outer) {
			const factors = rows.map((row) => 2 ** Number(inner(row, bits) - row.shift));
			sum = body.op("Mul", [sum, channelConstant(body, factors, context.operator.shape.length)]);
		}
		return emitFinish(body, sum, { ...finish, floor: outer }, targetOf(context));
	};
	const name = `2 float32 Conv, rescaled by their weights (x in 2 limbs of ${bits} bits)`;
	return { name, bound: Number(bound), limit: LIMIT.float32, emit };
}

const offsetOf = (row: Fraction): bigint => row.bias * row.multiplier + row.half;
const quotient = (row: Fraction, bits: number): bigint => offsetOf(row) >> BigInt(bits);
const remainder = (row: Fraction, bits: number): bigint =>
	offsetOf(row) - (quotient(row, bits) << BigInt(bits));
/** t = min(r, s), the shift of the inner floor. */
const inner = (row: Fraction, bits: number): bigint => smaller(BigInt(bits), row.shift);

function channelConstant(body: Body, factors: readonly number[], rank: number): string {
	if (factors.every((factor) => factor === factors[0])) return body.reals("float32", factors.slice(0, 1));
	return body.reals("float32", factors, [factors.length, ...Array<number>(rank - 2).fill(1)]);
}

/** The largest integer among H + u, L + v and their sum. */
function halvesBound(
	context: Context<ConvForm>,
	bounds: ConvBounds,
	rows: readonly Fraction[],
	bits: number,
): bigint {
	const [x, w] = context.operands;
	const { rest, multiple } = nearestRanges(x.range, bits);
	let bound = 0n;
	bounds.weights(w.data ?? []).forEach((sums, channel) => {
		const row = rows[rows.length === 1 ? 0 : channel];
		const lower = magnitude(partialSums(sums, rest)) * row.multiplier + remainder(row, bits);
		const upper = magnitude(partialSums(sums, multiple)) * row.multiplier + abs(quotient(row, bits));
		const shift = inner(row, bits);
		const sum = (upper << (BigInt(bits) - shift)) + (lower >> shift) + 1n;
		bound = larger(bound, larger(sum, larger(lower, upper)));
	});
	return bound;
}
