import { type Body, LIMIT } from "../body.ts";
import { abs, larger, magnitude } from "../bounds.ts";
import type { Context, Plan } from "../context.ts";
import { partialSums } from "../dot-bounds.ts";
import {
	boundsPerRow,
	followsChannels,
	planFor,
	rescaleOf,
	rowValues,
	targetOf,
	weightFactors,
} from "../dot-plan.ts";
import { digitRanges, emitLimbs, type Limbs } from "../limbs.ts";
import { emitFinish } from "../rescale/function.ts";
import { type Fraction, reduced } from "../rescale-plan.ts";
import { emitConv } from "./emit.ts";
import type { ConvBounds } from "./split.ts";

/**
 * Two float32 convolutions and no float64 at all, for multipliers small enough to join the weights.
 * With x = 2^r·h + l, 0 ≤ l < 2^r, H = Σ w·h, L = Σ w·l (the multiplier m within w) and the
 * offset bias·m + 2^(s−1) = 2^r·u + v, 0 ≤ v < 2^r, nested floors give
 *
 *     ⌊(acc·m + offset) / 2^s⌋ = (H + u)·2^(r−s) + ⌊(L + v) / 2^s⌋     if s ≤ r in every row
 *                              = ⌊(H + u + ⌊(L + v) / 2^r⌋) / 2^(s−r)⌋  if s ≥ r in every row
 *
 * @returns undefined if no r keeps every sum below 2^24
 */
export function halvesPlan(context: Context<"conv">, bounds: ConvBounds): Plan | undefined {
	const [x, w] = context.operands;
	const rescale = rescaleOf(context);
	if (w.data === undefined || x.spec.width === 32 || !followsChannels(rescale, 1)) return undefined;
	const rows = rescale.rows.map(reduced);
	const shifts = rows.map((row) => Number(row.shift));
	let best: { bits: number; bound: bigint; outer: boolean } | undefined;
	for (let bits = 1; bits < x.spec.width; bits++) {
		const inner = shifts.every((shift) => shift <= bits);
		if (!inner && !shifts.every((shift) => shift >= bits)) continue;
		// The second form takes two more passes over the output.
		if (best !== undefined && !best.outer && !inner) continue;
		const bound = halvesBound(context, bounds, rows, bits, inner);
		if (bound >= BigInt(LIMIT.float32)) continue;
		if (best === undefined || (best.outer && inner) || bound < best.bound)
			best = { bits, bound, outer: !inner };
	}
	if (best === undefined) return undefined;
	const { bits, bound, outer } = best;
	const channels = bounds.channels();
	const finish = planFor(context, boundsPerRow(rescale, channels, 1), "float64");
	const limbs: Limbs = { count: 2, bits };
	const emit = (body: Body, [a, b]: readonly string[]): string => {
		const [low, high] = emitLimbs(body, a, limbs);
		const per = (row: Fraction): number => 2 ** -(outer ? bits : Number(row.shift));
		const weights = weightFactors(
			body,
			body.cast(b, "float32"),
			w.spec.shape.length,
			rows.map((row) => Number(row.multiplier) * per(row)),
		);
		const offset = (part: (row: Fraction) => bigint): string =>
			body.reals(
				"float32",
				rowValues(
					rows.map((row) => Number(part(row)) * per(row)),
					context.operator.shape[1],
				),
				[context.operator.shape[1]],
			);
		const lower = emitConv(
			body,
			context,
			low,
			weights,
			offset((row) => remainder(row, bits)),
		);
		const upper = emitConv(
			body,
			context,
			high,
			weights,
			offset((row) => quotient(row, bits) << BigInt(bits)),
		);
		let sum = body.op("Add", [upper, body.op("Floor", [lower])]);
		if (outer) {
			const factors = shifts.map((shift) => 2 ** (bits - shift));
			const rank = context.operator.shape.length;
			sum = body.op("Mul", [sum, channelConstant(body, factors, rank)]);
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

function channelConstant(body: Body, factors: readonly number[], rank: number): string {
	if (factors.every((factor) => factor === factors[0])) return body.reals("float32", factors.slice(0, 1));
	return body.reals("float32", factors, [factors.length, ...Array<number>(rank - 2).fill(1)]);
}

/** The largest integer among H + u, L + v and their sum. */
function halvesBound(
	context: Context<"conv">,
	bounds: ConvBounds,
	rows: readonly Fraction[],
	bits: number,
	inner: boolean,
): bigint {
	const [x, w] = context.operands;
	const [low, high] = digitRanges(x.range, { count: 2, bits });
	let bound = 0n;
	bounds.weights(w.data ?? []).forEach((sums, channel) => {
		const row = rows[rows.length === 1 ? 0 : channel];
		const lower = magnitude(partialSums(sums, low)) * row.multiplier + remainder(row, bits);
		const upper = magnitude(partialSums(sums, high)) * row.multiplier + abs(quotient(row, bits));
		const shift = inner ? row.shift : BigInt(bits);
		const sum = (upper << (BigInt(bits) - shift)) + (lower >> shift) + 1n;
		bound = larger(bound, larger(sum, larger(lower, upper)));
	});
	return bound;
}
