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

/** Of a column: what is added on every level, and what the sums there are divided by. */
export interface Levels {
	/** log₂ of the unit that the highest sum is added in: 15, or the shift if that is less. */
	readonly unit: number;
	/** log₂ of what the sums in the middle are divided by. */
	readonly carry: number;
	/** log₂ of what is divided by in the end. */
	readonly shift: number;
	/** Added to the sum of lower bytes and lower digits. */
	readonly lowest: number;
	/** Added to that of lower bytes and upper digits. */
	readonly crossed: number;
	/** Added to that of upper bytes and lower digits, doubled or not as it is. */
	readonly other: number;
	/** Added to that of upper bytes and upper digits. */
	readonly highest: bigint;
}

/** Bounds of the sums of a product of 16-bit values with weights of two digits (digits.ts). */
export class DigitSums {
	readonly #columns: readonly Column[];
	readonly #upper: readonly Weights[];
	readonly #lower: readonly Weights[];
	/** What upper bytes can be. */
	readonly #high: Range;

	constructor(context: Context<MatmulForm>, columns: readonly Column[], data: ArrayLike<number>) {
		const [a, b] = context.operands;
		const held = heldRange("uint16", a.range);
		this.#high = { low: Math.floor(held.low / BYTES), high: Math.floor(held.high / BYTES) };
		this.#columns = columns;
		const upper = Int8Array.from({ length: data.length }, (_, i) => Math.floor(data[i] / BASE + 0.5));
		const lower = Int8Array.from(upper, (digit, i) => data[i] - BASE * digit);
		const [length, width] = b.spec.shape;
		[this.#upper, this.#lower] = [upper, lower].map((digits) => sumWeights(digits, 1, length, width));
	}

	/**
	 * What is added, and the largest magnitude of all sums, which float32 has to hold.
	 *
	 * @param halves whether the sums in the middle are halved before the larger ones join them
	 */
	levels(halves: boolean): { readonly levels: readonly Levels[]; readonly bound: bigint } {
		const all = this.#columns.map((column, j) => {
			const digits = { upper: this.#upper[j], lower: this.#lower[j], high: this.#high };
			return levelsOf(column, digits, halves);
		});
		return { levels: all.map(({ level }) => level), bound: all.map(({ bound }) => bound).reduce(larger) };
	}
}

/** The weights of a column in digits, and what upper bytes can be. */
interface ColumnDigits {
	readonly upper: Weights;
	readonly lower: Weights;
	readonly high: Range;
}

function levelsOf(
	{ shift, bias }: Column,
	{ upper, lower, high }: ColumnDigits,
	halves: boolean,
): { readonly level: Levels; readonly bound: bigint } {
	const unit = Math.min(shift, UNIT);
	const met: Bounds[] = [];
	const meet = (sum: Bounds): Bounds => {
		met.push(sum);
		return sum;
	};
	let rest = shift === unit ? bias + half(shift) : bias;
	const lowest = rest & BigInt(BASE - 1);
	rest >>= BigInt(MIDDLE);
	const floored = shifted(meet(moved(meet(partialSums(lower, BYTE)), lowest)), MIDDLE);

	const across = meet(partialSums(upper, BYTE));
	let crossed = -middleOf(across);
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
	const crossing = times(meet(partialSums(lower, high)), halves ? 1n : 2n);
	// The nearest around 0 that leaves a multiple of what the sum is divided by.
	const step = 1n << BigInt(carry);
	const above = (rest + middleOf(plus(middle, crossing)) + step / 2n) >> BigInt(carry);
	const other = rest - step * above;
	const carried = meet(plus(middle, meet(moved(crossing, other))));

	const highest = moved(times(meet(partialSums(upper, high)), 1n << BigInt(UNIT - unit)), above);
	const total = plus(highest, shifted(carried, carry));
	const ends = [highest, total].map((sum) => roundedBound(sum, shift - unit));
	return {
		level: {
			unit,
			carry,
			shift: shift - unit,
			lowest: Number(lowest),
			crossed: Number(crossed),
			other: Number(other),
			highest: above,
		},
		bound: [...met.map(magnitude), ...ends].reduce(larger),
	};
}

/** Half-way between both ends, rounded down. */
const middleOf = ({ low, high }: Bounds): bigint => (low + high) >> 1n;
