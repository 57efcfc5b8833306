import { type Body, MICROSOFT } from "../../body.ts";
import { type Bounds, exactNumber, larger, magnitude } from "../../bounds.ts";
import type { Context, Plan } from "../../context.ts";
import type { Weights } from "../../dot-bounds.ts";
import { targetOf } from "../../dot-plan.ts";
import { givenType, narrowest } from "../../narrow.ts";
import { emitRounded } from "../../narrow-nodes.ts";
import { emitFinish } from "../../rescale-nodes.ts";
import type { MatmulForm } from "./form.ts";

/** What integer plans compute with: rows of powers of two, and the zero point's part in their biases. */
export interface Column {
	readonly weights: Weights;
	readonly shift: number;
	readonly bias: bigint;
}

export const BYTE = { low: 0, high: 255 };

export const moved = ({ low, high }: Bounds, by: bigint): Bounds => ({ low: low + by, high: high + by });

export const plus = (a: Bounds, b: Bounds): Bounds => ({ low: a.low + b.low, high: a.high + b.high });

export const times = ({ low, high }: Bounds, factor: bigint): Bounds => ({
	low: low * factor,
	high: high * factor,
});

/** Floors of quotients by a power of two. */
export const shifted = ({ low, high }: Bounds, by: number): Bounds => ({
	low: low >> BigInt(by),
	high: high >> BigInt(by),
});

/** What float32 has to hold for a sum to be rounded, in halves where half of one is added to it. */
export const roundedBound = (sum: Bounds, shift: number): bigint =>
	larger(2n * magnitude(sum) + 1n, magnitude(moved(sum, half(shift))));

/** Both clips and the floor: the last steps of φ as they are after a kernel. */
export const ALL = { floor: true, clipLow: true, clipHigh: true };

/** 2^(shift − 1); none where nothing is divided. */
export const half = (shift: number): bigint => (shift === 0 ? 0n : 1n << BigInt(shift - 1));

/** What the plan can be given and give without casts. */
export function ends({ operator, operands }: Context<MatmulForm>): Pick<Plan, "gives" | "takes"> {
	const gives = givenType(operator);
	return { takes: [narrowest(operands[0].range)], ...(gives === undefined ? {} : { gives }) };
}

/** A constant for each column; one scalar if all agree. */
export const perColumn = (body: Body, values: readonly number[]): string =>
	values.every((value) => value === values[0])
		? body.reals("float32", values.slice(0, 1))
		: body.reals("float32", values, [values.length]);

/** Σ x·w in int32, as float32 times a scale, plus a bias: of each column. */
export function emitProduct(
	body: Body,
	[x, w]: readonly [string, string],
	scales: readonly number[],
	biases: readonly number[],
): string {
	const bias = biases.every((value) => value === 0)
		? []
		: ["", "", body.reals("float32", biases, [biases.length])];
	const operands = [x, w, body.reals("float32", [1]), perColumn(body, scales), ...bias];
	return body.op("MatMulIntegerToFloat", operands, {}, "float32", MICROSOFT);
}

/**
 * The last steps of φ where sums come in parts: a float32 sum divided by 2^shift of each column, rounded and cut. Sums have
 * their tie already (tieOf).
 */
export function emitDivided(
	body: Body,
	context: Context<MatmulForm>,
	sum: string,
	shifts: readonly number[],
): string {
	const { operator } = context;
	const gives = body.resultNarrow;
	const single = shifts.every((shift) => shift === shifts[0]);
	if (gives !== undefined && single) return emitRounded(body, sum, gives, operator, 2 ** shifts[0]);
	const isDivided = !single || shifts[0] !== 0;
	const factors = shifts.map((shift) => 2 ** -shift);
	const divided = isDivided ? body.op("Mul", [sum, perColumn(body, factors)]) : sum;
	if (gives !== undefined) return emitRounded(body, divided, gives, operator);
	return emitFinish(body, divided, ALL, targetOf(context));
}

/** What is added to a sum so that the division by 2^shift rounds halves up: a kernel that rounds itself needs half a unit. */
export function tieOf(body: Body, shift: number): number {
	if (shift === 0) return 0;
	return body.resultNarrow === undefined ? exactNumber(half(shift)) : 0.5;
}
