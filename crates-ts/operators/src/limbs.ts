import type { Body } from "./body.ts";
import type { Range } from "./range.ts";
import { nearestIntegers } from "./rounding.ts";

/**
 * An integer tensor as a sum of `count` limbs of `bits` bits: the lower ones in [0, 2^bits), the
 * top one signed. Limb j is held multiplied by 2^(bits·j), which costs float32 no precision.
 */
export interface Limbs {
	readonly count: number;
	readonly bits: number;
}

export const WHOLE: Limbs = { count: 1, bits: 0 };

/** Range of each limb's digit (not multiplied), lowest first. */
export function digitRanges(range: Range, limbs: Limbs): Range[] {
	const unit = 2 ** limbs.bits;
	return Array.from({ length: limbs.count }, (_, j) => {
		if (j < limbs.count - 1) return { low: 0, high: unit - 1 };
		return { low: Math.floor(range.low / unit ** j), high: Math.floor(range.high / unit ** j) };
	});
}

/** Digit j of every element of a constant. */
export function digits(data: ArrayLike<number>, limbs: Limbs, j: number): ArrayLike<number> {
	if (limbs.count === 1) return data;
	const unit = 2 ** limbs.bits;
	const result = new Float64Array(data.length);
	for (let i = 0; i < data.length; i++) {
		const shifted = Math.floor(data[i] / unit ** j);
		result[i] = j === limbs.count - 1 ? shifted : shifted - Math.floor(shifted / unit) * unit;
	}
	return result;
}

/** Adds the nodes that split `value`; returns the limbs as float32 values, lowest first. */
export function emitLimbs(body: Body, value: string, limbs: Limbs): string[] {
	if (limbs.count === 1) return [body.cast(value, "float32")];
	const type = ["float64", "int32"].includes(body.type(value)) ? "float64" : "float32";
	const result: string[] = [];
	let rest = body.cast(value, type);
	for (let j = limbs.count - 1; j > 0; j--) {
		const unit = 2 ** (limbs.bits * j);
		const quotient = body.op("Floor", [body.op("Mul", [rest, body.reals(type, [1 / unit])])]);
		const limb = body.op("Mul", [quotient, body.reals(type, [unit])]);
		rest = body.op("Sub", [rest, limb]);
		result.unshift(body.cast(limb, "float32"));
	}
	result.unshift(body.cast(rest, "float32"));
	return result;
}

/** Ranges of the parts that `emitNearest` makes: the rest, and the multiple in units of 2^bits. */
export function nearestRanges(range: Range, bits: number): { rest: Range; multiple: Range } {
	const unit = 2 ** bits;
	return {
		rest: { low: -unit / 2, high: unit / 2 },
		multiple: nearestIntegers(range.low / unit, range.high / unit),
	};
}

/**
 * Splits a float32 value of up to 16 bits into the nearest multiple of 2^bits and the rest. Numbers
 * around 1.5·2^(23 + bits) are multiples of 2^bits: adding that constant rounds, and both
 * differences are exact.
 */
export function emitNearest(body: Body, value: string, bits: number): { rest: string; multiple: string } {
	const magic = body.reals("float32", [1.5 * 2 ** (23 + bits)]);
	const multiple = body.op("Sub", [body.op("Add", [value, magic]), magic]);
	return { rest: body.op("Sub", [value, multiple]), multiple };
}
