import { type Body, LIMIT } from "../../body.ts";
import { exactNumber, larger, magnitude } from "../../bounds.ts";
import type { Context, Plan } from "../../context.ts";
import { partialSums, sumWeights } from "../../dot-bounds.ts";
import { targetOf } from "../../dot-plan.ts";
import { areSmallWeights, shiftRows } from "../../integer-rows.ts";
import { heldRange, narrowest, zeroPointOf } from "../../narrow.ts";
import { emitDequantise, emitNarrow, emitRounded } from "../../narrow-nodes.ts";
import { emitFinish } from "../../rescale-nodes.ts";
import { payDigits } from "../../weight-digits.ts";
import { digitsPlan } from "./digits.ts";
import type { MatmulForm } from "./form.ts";
import {
	ALL,
	BYTE,
	type Column,
	emitDivided,
	emitProduct,
	ends,
	half,
	moved,
	plus,
	roundedBound,
	shifted,
	tieOf,
	times,
} from "./kernel.ts";

/**
 * Products of bytes with weights of 7 bits in onnxruntime's integer kernels, 16-bit values in two limbs, and weights
 * of 14 bits in two digits; the rows divide by powers of two.
 *
 * @returns undefined if weights, rows or sums do not fit them
 */
export function integersPlan(context: Context<MatmulForm>): Plan | undefined {
	const { operator, operands } = context;
	const [a, b] = operands;
	if (b.data === undefined || b.spec.shape.length !== 2) return undefined;
	const small = areSmallWeights(b);
	if (!small && !payDigits(b.spec.shape)) return undefined;
	const type = narrowest(a.range);
	const [length, width] = b.spec.shape;
	const rows = shiftRows(context, operator.shape.length - 1, width);
	if (type === undefined || rows === undefined) return undefined;
	const zero = BigInt(zeroPointOf(type, a.range));
	const sums = sumWeights(b.data, 1, length, width);
	const columns = sums.map((weights, j): Column => {
		const total = BigInt(weights.positive) - BigInt(weights.negative);
		return { weights, shift: Number(rows[j].shift), bias: rows[j].bias - zero * total };
	});
	if (!small) return type === "uint16" ? digitsPlan(context, columns) : undefined;
	return type === "uint8" ? bytesPlan(context, columns) : limbsPlan(context, columns);
}

/**
 * ⌊(acc + b + 2^(s−1)) / 2^s⌋ is acc + b + ½, which is never half-way, over 2^s to the nearest; as float32, the floor
 * of what stands here.
 */
function bytesPlan(context: Context<MatmulForm>, columns: readonly Column[]): Plan | undefined {
	const { operator, operands } = context;
	const [a] = operands;
	const held = heldRange("uint8", a.range);
	const bound = columns
		.map(({ weights, shift, bias }) => {
			const sums = partialSums(weights, held);
			return larger(magnitude(sums), roundedBound(moved(sums, bias), shift));
		})
		.reduce(larger, 0n);
	if (bound >= BigInt(LIMIT.float32)) return undefined;
	const emit = (body: Body, [x, y]: readonly string[]): string => {
		const gives = body.resultNarrow;
		const sum = emitProduct(
			body,
			[emitNarrow(body, x, "uint8", a.range), body.cast(y, "int8")],
			columns.map(({ shift }) => 2 ** -shift),
			columns.map(({ bias, shift }) => (exactNumber(bias) + tieOf(body, shift)) * 2 ** -shift),
		);
		if (gives !== undefined) return emitRounded(body, sum, gives, operator);
		return emitFinish(body, sum, ALL, targetOf(context));
	};
	return { name: "8-bit MatMul", bound: Number(bound), limit: LIMIT.float32, emit, ...ends(context) };
}

/**
 * x + zero = 256·h + l: with d the lesser of s and 8, and b + 2^(s−1) = 2^d·u + v, 0 ≤ v < 2^d,
 *
 *     ⌊(acc + b + 2^(s−1)) / 2^s⌋ = ⌊(2^(8−d)·Σ w·h + u + ⌊(Σ w·l + v) / 2^d⌋) / 2^(s−d)⌋
 *
 * Where s > d the half is added last.
 */
function limbsPlan(context: Context<MatmulForm>, columns: readonly Column[]): Plan | undefined {
	const [a] = context.operands;
	const held = heldRange("uint16", a.range);
	const upper = { low: Math.floor(held.low / 256), high: Math.floor(held.high / 256) };
	const parts = columns.map(({ weights, shift, bias }) => {
		const unit = Math.min(shift, 8);
		const offset = shift === unit ? bias + half(shift) : bias;
		const u = offset >> BigInt(unit);
		return { weights, unit, shift: shift - unit, u, v: offset - (u << BigInt(unit)) };
	});
	const bound = parts
		.map(({ weights, unit, shift, u, v }) => {
			const raw = partialSums(weights, BYTE);
			const lower = moved(raw, v);
			const sums = partialSums(weights, upper);
			const above = moved(times(sums, 1n << BigInt(8 - unit)), u);
			const total = plus(above, shifted(lower, unit));
			return [
				magnitude(raw),
				magnitude(lower),
				magnitude(sums),
				roundedBound(above, shift),
				roundedBound(total, shift),
			].reduce(larger);
		})
		.reduce(larger, 0n);
	if (bound >= BigInt(LIMIT.float32)) return undefined;
	const shifts = parts.map(({ shift }) => shift);
	const emit = (body: Body, [x, y]: readonly string[]): string => {
		const whole = emitNarrow(body, x, "uint16", a.range);
		const weights = body.cast(y, "int8");
		const low = body.cast(whole, "uint8");
		const high = body.cast(emitDequantise(body, whole, 0, 2 ** -8), "uint8");
		const lower = emitProduct(
			body,
			[low, weights],
			parts.map(({ unit }) => 2 ** -unit),
			parts.map(({ v, unit }) => Number(v) * 2 ** -unit),
		);
		const above = emitProduct(
			body,
			[high, weights],
			parts.map(({ unit }) => 2 ** (8 - unit)),
			parts.map(({ u, shift }) => exactNumber(u) + tieOf(body, shift)),
		);
		return emitDivided(body, context, body.op("Add", [above, body.op("Floor", [lower])]), shifts);
	};
	return { name: "2 8-bit MatMul", bound: Number(bound), limit: LIMIT.float32, emit, ...ends(context) };
}
