import { type Body, LIMIT } from "../../body.ts";
import { exactNumber } from "../../bounds.ts";
import type { Context, Plan } from "../../context.ts";
import { emitDequantise, emitNarrow } from "../../narrow-nodes.ts";
import { BASE, DIGITS } from "../../weight-digits.ts";
import { BYTES, DigitSums, type Levels, UNIT } from "./digit-sums.ts";
import type { MatmulForm } from "./form.ts";
import { type Column, emitDivided, emitProduct, ends, perColumn, tieOf } from "./kernel.ts";

/**
 * Products of 16-bit values with weights of 14 bits as four products of bytes and digits: with x + zero = 256·h + l,
 * w = 128·u + v, d the lesser of s and 15, and b + 2^(s−1) = c₀ + 2^7·c₁ + 2^d·c₂, 0 ≤ c₀ < 2^7,
 *
 *     ⌊(acc + b + 2^(s−1)) / 2^s⌋
 *         = ⌊(2^(15−d)·Σ h·u + c₂ + ⌊(Σ l·u + 2·Σ h·v + c₁ + ⌊(Σ l·v + c₀) / 2^7⌋) / 2^(d−7)⌋) / 2^(s−d)⌋
 *
 * Which c₁ of those that differ by 2^(d−7) is free: the sums in the middle lie around 0. Where s > d the half is added
 * last.
 *
 * @returns undefined if weights, shifts or sums do not fit
 */
export function digitsPlan(context: Context<MatmulForm>, columns: readonly Column[]): Plan | undefined {
	const [, b] = context.operands;
	if (b.data === undefined || b.range.low < DIGITS.low || b.range.high > DIGITS.high) return undefined;
	if (columns.some(({ shift }) => shift < 9)) return undefined;
	const sums = new DigitSums(context, columns, b.data);
	// Halving costs two passes.
	for (const halves of [false, true]) {
		const { levels, bound } = sums.levels(halves);
		if (bound >= BigInt(LIMIT.float32)) continue;
		const emit = (body: Body, [x, y]: readonly string[]): string =>
			emitDigits(body, context, [x, y], levels, halves);
		const name = "4 8-bit MatMul, weights in two digits";
		return { name, bound: Number(bound), limit: LIMIT.float32, emit, ...ends(context) };
	}
	return undefined;
}

function emitDigits(
	body: Body,
	context: Context<MatmulForm>,
	[x, y]: readonly [string, string],
	levels: readonly Levels[],
	halves: boolean,
): string {
	const whole = emitNarrow(body, x, "uint16", context.operands[0].range);
	const low = body.cast(whole, "uint8");
	const high = body.cast(emitDequantise(body, whole, 0, 1 / BYTES), "uint8");
	const { upper, lower } = emitWeights(body, y);
	const product = (
		[left, right]: readonly [string, string],
		scale: number | ((level: Levels) => number),
		bias: (level: Levels) => number,
	): string => {
		const scales = levels.map(typeof scale === "number" ? () => scale : scale);
		return emitProduct(body, [left, right], scales, levels.map(bias));
	};
	const add = (a: string, b: string): string => body.op("Add", [a, b]);
	const lowest = product([low, lower], 1 / BASE, (level) => level.lowest / BASE);
	let middle = add(
		body.op("Floor", [lowest]),
		product([low, upper], 1, (level) => level.crossed),
	);
	if (halves) middle = body.op("Floor", [body.op("Mul", [middle, body.reals("float32", [0.5])])]);
	middle = add(
		middle,
		product([high, lower], halves ? 1 : 2, (level) => level.other),
	);
	const highest = product(
		[high, upper],
		({ unit }) => 2 ** (UNIT - unit),
		(level) => exactNumber(level.highest) + tieOf(body, level.shift),
	);
	const quotients = perColumn(
		body,
		levels.map(({ carry }) => 2 ** -carry),
	);
	const sum = add(body.op("Floor", [body.op("Mul", [middle, quotients])]), highest);
	return emitDivided(
		body,
		context,
		sum,
		levels.map(({ shift }) => shift),
	);
}

/** The two digits of constant weights, as 8-bit integers. */
function emitWeights(body: Body, weights: string): { readonly upper: string; readonly lower: string } {
	const real = (value: number): string => body.reals("float32", [value]);
	const w = body.cast(weights, "float32");
	const upper = body.op("Floor", [body.op("Add", [body.op("Mul", [w, real(1 / BASE)]), real(0.5)])]);
	const lower = body.op("Sub", [w, body.op("Mul", [upper, real(BASE)])]);
	return { upper: body.cast(upper, "int8"), lower: body.cast(lower, "int8") };
}
