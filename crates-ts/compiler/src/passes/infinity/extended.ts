import { HUGE } from "@umpire/graph/ranges.ts";
import { isFloat, toReal } from "@umpire/graph/real.ts";
import type { Tensor } from "@umpire/onnx/model.ts";

/** Where an element is if it is no number: below all numbers, above them, or nowhere. */
export type Side = "low" | "high" | "nan" | "empty";

export const SIDES: readonly Side[] = ["low", "high", "nan", "empty"];

/**
 * A value some of whose elements are no numbers: −∞, ∞, NaN, or a number so far beyond all others
 * that it is written for one of these. Infinity has an order and no size, so that it is carried on
 * as truth values beside the numbers. All names broadcast to the value's shape.
 */
export interface Extended {
	/** The value where it is a number; elsewhere any numbers. */
	readonly finite: string;
	/** Truth values: which elements are −∞. */
	readonly low?: string | undefined;
	readonly high?: string | undefined;
	/** Which are NaN because the model says so: a mark of what is missing. */
	readonly nan?: string | undefined;
	/** Which are NaN because a softmax has nothing to choose from; a number does as well. */
	readonly empty?: string | undefined;
	/** The side on which every element is. */
	readonly all?: Side | undefined;
	/** The least magnitude that is written for infinity. */
	readonly least: number;
}

/** The least number that is taken for infinity where all others are small. */
export const LEAST_STAND_IN = 1e4;

/** How many times smaller than what stands for infinity the other numbers are where one or the other is chosen. */
export const BEYOND = 64;

/** How many times smaller they are where both are added, so that float32 keeps nothing of them, or next to nothing. */
export const ABSORBED = 2 ** 20;

/** The number that stands for −∞ and ∞ in a constant: the largest magnitude, if all others are far below; undefined if none does. */
function standInOf(data: Float64Array): number | undefined {
	let most = 0;
	for (const value of data) if (Math.abs(value) > most) most = Math.abs(value);
	if (most >= HUGE) return most;
	if (most < LEAST_STAND_IN) return undefined;
	return data.every((value) => Math.abs(value) === most || Math.abs(value) * BEYOND <= most)
		? most
		: undefined;
}

/** A constant taken apart. */
export interface Parts {
	/** Numbers, 0 for what is none. */
	readonly finite: Float64Array;
	/** 1 for elements on the side, by side; sides without elements are left out. */
	readonly sides: ReadonlyMap<Side, Float64Array>;
	readonly least: number;
}

/** Whether all are numbers too small to stand for anything else: most weights, which need not be converted to find out. */
function areSmall({ data }: Tensor): boolean {
	if (!(data instanceof Float32Array)) return false;
	for (let i = 0; i < data.length; i++) if (!(Math.abs(data[i]) < LEAST_STAND_IN)) return false;
	return true;
}

/** The numbers and infinities of a constant; undefined if all of it are numbers. */
export function partsOf(tensor: Tensor): Parts | undefined {
	if (!isFloat(tensor.type) || areSmall(tensor)) return undefined;
	const { data } = toReal(tensor);
	const standIn = standInOf(data);
	const sideOf = (value: number): Side | undefined => {
		if (Number.isNaN(value)) return "nan";
		const beyond = Math.abs(value) >= HUGE || (standIn !== undefined && Math.abs(value) === standIn);
		return beyond ? (value < 0 ? "low" : "high") : undefined;
	};
	const found = new Set<Side>();
	for (const value of data) {
		const side = sideOf(value);
		if (side) found.add(side);
	}
	if (found.size === 0) return undefined;
	let least = Number.POSITIVE_INFINITY;
	for (const value of data) if (sideOf(value) && Math.abs(value) < least) least = Math.abs(value);
	return {
		finite: data.map((value) => (sideOf(value) ? 0 : value)),
		sides: new Map([...found].map((side) => [side, data.map((value) => Number(sideOf(value) === side))])),
		least,
	};
}

/** −x: what is below is above. */
export function opposite({ low, high, all, ...rest }: Extended): Extended {
	const turned = all === "low" ? "high" : all === "high" ? "low" : all;
	return { ...rest, low: high, high: low, all: turned };
}

/** A value all of whose elements are numbers. */
export function numbersOf(name: string): Extended {
	return { finite: name, least: Number.POSITIVE_INFINITY };
}

export function isPlain(extended: Extended): boolean {
	return SIDES.every((side) => extended[side] === undefined);
}

/** Inputs that are masks. */
export interface MaskInputs {
	/** Those that hold nothing but 0 and 1. */
	readonly truths: ReadonlySet<string>;
	/** Those that hold nothing but 0 and numbers far below, and the least magnitude of these. */
	readonly added: ReadonlyMap<string, number>;
}
