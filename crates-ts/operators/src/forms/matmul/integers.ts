import { type Body, LIMIT, MICROSOFT } from "../../body.ts";
import { type Bounds, exactNumber, larger, magnitude } from "../../bounds.ts";
import type { Context, Plan } from "../../context.ts";
import { partialSums, sumWeights, type Weights } from "../../dot-bounds.ts";
import { targetOf } from "../../dot-plan.ts";
import { areSmallWeights, shiftRows } from "../../integer-rows.ts";
import { givenType, heldRange, narrowest, zeroPointOf } from "../../narrow.ts";
import { emitDequantise, emitNarrow, emitRounded } from "../../narrow-nodes.ts";
import { emitFinish } from "../../rescale-nodes.ts";
import type { MatmulForm } from "./form.ts";

/** What integer plans compute with: rows of powers of two, and the zero point's part in their biases. */
interface Column {
	readonly weights: Weights;
	readonly shift: number;
	readonly bias: bigint;
}

const BYTE = { low: 0, high: 255 };

/**
 * Products of bytes with weights of 7 bits in onnxruntime's integer kernels, 16-bit values in two limbs; the rows
 * divide by powers of two.
 *
 * @returns undefined if weights, rows or sums do not fit them
 */
export function integersPlan(context: Context<MatmulForm>): Plan | undefined {
	const { operator, operands } = context;
	const [a, b] = operands;
	if (b.data === undefined || b.spec.shape.length !== 2 || !areSmallWeights(b)) return undefined;
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
			columns.map(({ bias, shift }) => {
				const tie = gives === undefined ? exactNumber(half(shift)) : shift === 0 ? 0 : 0.5;
				return (exactNumber(bias) + tie) * 2 ** -shift;
			}),
		);
		if (gives !== undefined) return emitRounded(body, sum, gives, operator);
		return emitFinish(body, sum, ALL, targetOf(context));
	};
	return { name: "8-bit MatMul", bound: Number(bound), limit: LIMIT.float32, emit, ...ends(context) };
}

/**
 * x + zero = 256·h + l: with b = 256·u + v, 0 ≤ v < 256, and s > 8,
 *
 *     ⌊(acc + b + 2^(s−1)) / 2^s⌋ = ⌊(Σ w·h + u + ⌊(Σ w·l + v) / 256⌋ + 2^(s−9)) / 2^(s−8)⌋
 */
function limbsPlan(context: Context<MatmulForm>, columns: readonly Column[]): Plan | undefined {
	const { operator, operands } = context;
	const [a] = operands;
	if (columns.some(({ shift }) => shift < 8)) return undefined;
	const held = heldRange("uint16", a.range);
	const upper = { low: Math.floor(held.low / 256), high: Math.floor(held.high / 256) };
	const parts = columns.map(({ weights, shift, bias }) => {
		// A shift of 8 has its half in the lower sum.
		const offset = shift === 8 ? bias + 128n : bias;
		return { weights, shift: shift - 8, u: offset >> 8n, v: offset & 255n };
	});
	const bound = parts
		.map(({ weights, shift, u, v }) => {
			const lower = moved(partialSums(weights, BYTE), v);
			const sums = partialSums(weights, upper);
			const above = moved(sums, u);
			const total = { low: above.low + (lower.low >> 8n), high: above.high + (lower.high >> 8n) };
			return [
				magnitude(lower),
				magnitude(sums),
				roundedBound(above, shift),
				roundedBound(total, shift),
			].reduce(larger);
		})
		.reduce(larger, 0n);
	if (bound >= BigInt(LIMIT.float32)) return undefined;
	const shifts = parts.map(({ shift }) => shift);
	const single = shifts.every((shift) => shift === shifts[0]);
	const emit = (body: Body, [x, y]: readonly string[]): string => {
		const gives = body.resultNarrow;
		const whole = emitNarrow(body, x, "uint16", a.range);
		const weights = body.cast(y, "int8");
		const low = body.cast(whole, "uint8");
		const high = body.cast(emitDequantise(body, whole, 0, 2 ** -8), "uint8");
		const lower = emitProduct(
			body,
			[low, weights],
			parts.map(() => 2 ** -8),
			parts.map(({ v }) => Number(v) * 2 ** -8),
		);
		const tie = (shift: number): number =>
			shift === 0 ? 0 : gives === undefined ? exactNumber(half(shift)) : 0.5;
		const above = emitProduct(
			body,
			[high, weights],
			parts.map(() => 1),
			parts.map(({ u, shift }) => exactNumber(u) + tie(shift)),
		);
		let sum = body.op("Add", [above, body.op("Floor", [lower])]);
		if (gives !== undefined && single) return emitRounded(body, sum, gives, operator, 2 ** shifts[0]);
		if (!single || shifts[0] !== 0)
			sum = body.op("Mul", [
				sum,
				perColumn(
					body,
					shifts.map((s) => 2 ** -s),
				),
			]);
		if (gives !== undefined) return emitRounded(body, sum, gives, operator);
		return emitFinish(body, sum, ALL, targetOf(context));
	};
	return { name: "2 8-bit MatMul", bound: Number(bound), limit: LIMIT.float32, emit, ...ends(context) };
}

const moved = ({ low, high }: Bounds, by: bigint): Bounds => ({ low: low + by, high: high + by });

/** What float32 has to hold for a sum to be rounded, in halves where half of one is added to it. */
const roundedBound = (sum: Bounds, shift: number): bigint =>
	larger(2n * magnitude(sum) + 1n, magnitude(moved(sum, half(shift))));

const ALL = { floor: true, clipLow: true, clipHigh: true };

/** 2^(shift − 1); none where nothing is divided. */
const half = (shift: number): bigint => (shift === 0 ? 0n : 1n << BigInt(shift - 1));

/** What the plan can be given and give without casts. */
function ends({ operator, operands }: Context<MatmulForm>): Pick<Plan, "gives" | "takes"> {
	const gives = givenType(operator);
	return { takes: [narrowest(operands[0].range)], ...(gives === undefined ? {} : { gives }) };
}

/** A constant for each column; one scalar if all agree. */
const perColumn = (body: Body, values: readonly number[]): string =>
	values.every((value) => value === values[0])
		? body.reals("float32", values.slice(0, 1))
		: body.reals("float32", values, [values.length]);

function emitProduct(
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
