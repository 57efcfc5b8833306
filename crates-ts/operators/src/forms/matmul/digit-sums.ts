import { type Bounds, larger, magnitude } from "../../bounds.ts";
import type { Context } from "../../context.ts";
import { partialSums, sumWeights, type Weights } from "../../dot-bounds.ts";
import { heldRange } from "../../narrow.ts";
import type { Range } from "../../range.ts";
import { BASE } from "../../weight-digits.ts";
import type { MatmulForm } from "./form.ts";
import { BYTE, type Column, half, moved, plus, roundedBound, shifted, times } from "./kernel.ts";

/** Values of 16 bits are cut into bytes. */
export const BYTES = 256;

/** log₂ of the unit of the highest sum: of an upper byte times an upper digit. */
export const UNIT = 15;

/** log₂ of the unit of the sums in the middle: of a lower byte times an upper digit. */
const MIDDLE = 7;

/** How sums are cut to fit float32. */
export interface Cut {
	/** Of the reduced axis, where lower digits are multiplied. */
	readonly slices: number;
	/** Whether the sums in the middle are halved before the larger ones join them. */
	readonly halves: boolean;
}

/** Of a column: what is added on every level, and what the sums there are divided by. */
export interface Levels {
	/** log₂ of the unit that the highest sum is added in: 15, or the shift if that is less. */
	readonly unit: number;
	/** log₂ of what the sums in the middle are divided by. */
	readonly carry: number;
	/** log₂ of what is divided by in the end. */
	readonly shift: number;
	/** Added to the sums of lower bytes and lower digits, by slice. */
	readonly lowest: readonly number[];
	/** Added to that of lower bytes and upper digits. */
	readonly crossed: number;
	/** Added to those of upper bytes and lower digits, by slice, doubled or not as they are. */
	readonly other: readonly number[];
	/** Added to that of upper bytes and upper digits. */
	readonly highest: bigint;
}

/** Bounds of the sums of a product of 16-bit values with weights of two digits (digits.ts). */
export class DigitSums {
	readonly #columns: readonly Column[];
	readonly #upper: readonly Weights[];
	readonly #lower: Int8Array;
	readonly #shape: readonly [length: number, width: number];
	/** What upper bytes can be. */
	readonly #high: Range;

	constructor(context: Context<MatmulForm>, columns: readonly Column[], data: ArrayLike<number>) {
		const [a, b] = context.operands;
		const held = heldRange("uint16", a.range);
		this.#high = { low: Math.floor(held.low / BYTES), high: Math.floor(held.high / BYTES) };
		this.#columns = columns;
		this.#shape = [b.spec.shape[0], b.spec.shape[1]];
		const upper = Int8Array.from({ length: data.length }, (_, i) => Math.floor(data[i] / BASE + 0.5));
		this.#lower = Int8Array.from(upper, (digit, i) => data[i] - BASE * digit);
		this.#upper = sumWeights(upper, 1, ...this.#shape);
	}

	/** What is added, and the largest magnitude of all sums, which float32 has to hold. */
	levels(cut: Cut): { readonly levels: readonly Levels[]; readonly bound: bigint } {
		const lower = this.#lowerSums(cut.slices);
		const all = this.#columns.map((column, j) =>
			levelsOf(
				column,
				{
					upper: this.#upper[j],
					lower: lower.map((sums) => sums[j]),
					high: this.#high,
				},
				cut,
			),
		);
		return { levels: all.map(({ level }) => level), bound: all.map(({ bound }) => bound).reduce(larger) };
	}

	/** By slice, then by column. */
	#lowerSums(slices: number): Weights[][] {
		const [length, width] = this.#shape;
		return Array.from({ length: slices }, (_, slice) => {
			const [start, end] = [slice, slice + 1].map((place) => Math.floor((length * place) / slices));
			return sumWeights(this.#lower.subarray(start * width, end * width), 1, end - start, width);
		});
	}
}

/** The weights of a column in digits, and what upper bytes can be. */
interface ColumnDigits {
	readonly upper: Weights;
	/** By slice. */
	readonly lower: readonly Weights[];
	readonly high: Range;
}

function levelsOf(
	{ shift, bias }: Column,
	{ upper, lower, high }: ColumnDigits,
	{ halves }: Cut,
): { readonly level: Levels; readonly bound: bigint } {
	const unit = Math.min(shift, UNIT);
	const met: Bounds[] = [];
	const meet = (sum: Bounds): Bounds => {
		met.push(sum);
		return sum;
	};
	// Sums of slices lie around 0, so that their sum is no larger than one of them is by itself.
	const centred = (sums: readonly Bounds[]): bigint[] => sums.map((sum) => -middleOf(sum));
	const joined = (sums: readonly Bounds[], added: readonly bigint[], factor = 1n): Bounds =>
		sums.map((sum, i) => meet(moved(times(sum, factor), added[i]))).reduce((a, b) => meet(plus(a, b)));

	let rest = shift === unit ? bias + half(shift) : bias;
	const lows = lower.map((weights) => partialSums(weights, BYTE));
	const lowest = lows.length === 1 ? [0n] : centred(lows);
	rest -= lowest.reduce((a, b) => a + b);
	const least = rest & (BigInt(BASE) - 1n);
	lowest[0] += least;
	rest = (rest - least) >> BigInt(MIDDLE);
	lows.forEach(meet);
	const floored = shifted(joined(lows, lowest), MIDDLE);

	const across = meet(partialSums(upper, BYTE));
	let [crossed] = centred([across]);
	rest -= crossed;
	if (halves) {
		// What is added after halving counts twice.
		const odd = rest & 1n;
		crossed += odd;
		rest = (rest - odd) >> 1n;
	}
	let middle = meet(plus(floored, meet(moved(across, crossed))));
	if (halves) middle = shifted(middle, 1);

	const carry = unit - MIDDLE - (halves ? 1 : 0);
	const factor = halves ? 1n : 2n;
	const highs = lower.map((weights) => partialSums(weights, high));
	const other = centred(highs.map((sum) => times(sum, factor)));
	highs.forEach(meet);
	rest -= other.reduce((a, b) => a + b);
	// The nearest that leaves a multiple of what the sum is divided by.
	const step = 1n << BigInt(carry);
	const above = (rest + middleOf(middle) + step / 2n) >> BigInt(carry);
	other[0] += rest - step * above;
	const carried = meet(plus(middle, joined(highs, other, factor)));

	const tops = times(meet(partialSums(upper, high)), 1n << BigInt(UNIT - unit));
	const highest = moved(tops, above);
	const total = plus(highest, shifted(carried, carry));
	const ends = [highest, total].map((sum) => roundedBound(sum, shift - unit));
	return {
		level: {
			unit,
			carry,
			shift: shift - unit,
			lowest: lowest.map(Number),
			crossed: Number(crossed),
			other: other.map(Number),
			highest: above,
		},
		bound: [...met.map(magnitude), ...ends].reduce(larger),
	};
}

/** Half-way between both ends, rounded down. */
const middleOf = ({ low, high }: Bounds): bigint => (low + high) >> 1n;
