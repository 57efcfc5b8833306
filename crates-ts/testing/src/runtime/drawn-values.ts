import { WIDTHS, type Width } from "@umpire/commitment/constants.ts";
import { emptyElements, rangeOf } from "@umpire/commitment/elements.ts";
import type { Elements, Rescale, Row } from "@umpire/operators/program.ts";
import { elementCount } from "@umpire/operators/tensors.ts";
import { type Gen, integer } from "../operators/arbitrary-operators.ts";

/** Where arithmetic has ends: of bytes, of small weights, of float32, of the widths. */
const EDGES: readonly number[] = [
	...[0, 1, -1, 2, 63, -64, 64, 127, -128, 255, 256, 32767, -32768, 65535],
	...[2 ** 23, 2 ** 24 - 1, 2 ** 24, 2 ** 24 + 1, -(2 ** 24) - 1, 2 ** 30, 2 ** 31 - 1, -(2 ** 31)],
];

const BIASES: readonly bigint[] = [
	...[0n, 1n, -1n, 2n ** 30n, 2n ** 31n, 2n ** 52n + 1n, -(2n ** 53n), 2n ** 62n, -(2n ** 62n)],
];

export const pick = <T>(g: Gen, list: readonly T[]): T => list[integer(g, 0, list.length - 1)];
/** True `times` in ten. */
export const chance = (g: Gen, times: number): boolean => integer(g, 0, 9) >= 10 - times;
export const cut = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
export const edge = (g: Gen, low = -Infinity, high = Infinity): number => cut(pick(g, EDGES), low, high);
export const widthFrom = (g: Gen, least: number): Width =>
	pick(
		g,
		WIDTHS.filter((width) => width >= least),
	);

/** Some of a list in any order. */
export function someOf(g: Gen, list: readonly number[], least: number): number[] {
	const rest = [...list];
	const count = integer(g, least, Math.max(least, list.length));
	return Array.from({ length: count }, () => rest.splice(integer(g, 0, rest.length - 1), 1)[0]);
}

export const axesOf = (shape: readonly number[]): number[] => [...shape.keys()];
export const permutation = (g: Gen, rank: number): number[] =>
	someOf(
		g,
		Array.from({ length: rank }, (_, axis) => axis),
		rank,
	);

/** How the elements of a tensor are spread; "small" and "digits" are what integer kernels take as weights. */
export const SPREADS = [
	...["edges", "few", "small", "digits", "all", "one", "least", "greatest", "sparse"],
] as const;
export type Spread = (typeof SPREADS)[number];
/** Those that weights of products are drawn of. */
export const WEIGHTS: readonly Spread[] = [
	"small",
	"small",
	"digits",
	"all",
	"edges",
	"few",
	"least",
	"greatest",
];

export function elementsOf(g: Gen, width: Width, count: number, spread: Spread = pick(g, SPREADS)): Elements {
	const { low, high } = rangeOf(width);
	// Elements are drawn from one number: what a case is shrunk by are its operators, not single elements.
	let state = integer(g, 1, 2 ** 31 - 1);
	const next = (least: number, most: number): number => {
		state = (Math.imul(state, 1103515245) + 12345) >>> 0;
		return least + Math.floor((state / 2 ** 32) * (most - least + 1));
	};
	const of = (list: readonly number[]): number => list[next(0, list.length - 1)];
	const one = of(EDGES);
	const value: Record<Spread, () => number> = {
		edges: () => of([...EDGES, low, high, low + 1, high - 1]),
		few: () => next(-3, 3),
		small: () => of([-64, 63, next(-64, 63)]),
		digits: () => of([-8256, 8127, next(-8256, 8127)]),
		all: () => next(low, high),
		one: () => one,
		least: () => low,
		greatest: () => high,
		sparse: () => (next(0, 9) === 0 ? of([low, high]) : 0),
	};
	return emptyElements(width, count).map(() => cut(value[spread](), low, high));
}

/** A row for numbers up to `most`: often one that leaves some bits of them, now and then one at the ends. */
function rowOf(g: Gen, most: number): Row {
	const drawn = integer(g, 0, 5);
	if (drawn === 0) {
		const bias = BigInt(integer(g, -(2 ** 20), 2 ** 20));
		return { bias, multiplier: pick(g, [1, 2]), shift: integer(g, 1, 30) };
	}
	if (drawn === 1) {
		const multiplier = pick(g, [1, 2, 3, 2 ** 23 + 1, 2 ** 24 - 1, 2 ** 30, 2 ** 31 - 1]);
		return { bias: pick(g, BIASES), multiplier, shift: pick(g, [1, 2, 15, 23, 24, 31, 39, 40]) };
	}
	const multiplier = pick(g, [1, 1, 2, 3, integer(g, 1, 255), integer(g, 2 ** 14, 2 ** 16)]);
	const left = Math.max(0, Math.round(Math.log2(most + 1)) - pick(g, [7, 15, 7, 15, 12, 31]));
	const shift = cut(left + Math.round(Math.log2(multiplier)) + integer(g, -1, 2), 1, 40);
	const reach = Math.min(Math.ceil(most), 2 ** 31 - 1);
	return { bias: BigInt(integer(g, -reach, reach)) >> BigInt(integer(g, 0, 12)), multiplier, shift };
}

/** Rows along any axes in any order, for numbers up to `most`; often those of channels. */
export function rescaleOf(g: Gen, shape: readonly number[], most: number, channels: number): Rescale {
	const drawn = integer(g, 0, 9);
	const ofChannels = channels >= 0 && channels < shape.length && drawn < 6;
	const axes = drawn < 3 ? [] : ofChannels ? [channels] : someOf(g, axesOf(shape), Math.min(1, shape.length));
	const bound = Math.min(most, 2 ** 52);
	const usual = rowOf(g, bound);
	const count = elementCount(axes.map((axis) => shape[axis]));
	return { axes, rows: Array.from({ length: count }, () => (chance(g, 5) ? usual : rowOf(g, bound))) };
}

/** What a result is cut to, often to what other types hold. */
export function clipOf(g: Gen, width: Width): { readonly low: number; readonly high: number } {
	const whole = rangeOf(width);
	const ends = [edge(g, whole.low, whole.high), edge(g, whole.low, whole.high)];
	const drawn = pick(g, [
		{ low: 0, high: whole.high },
		{ low: 0, high: 255 },
		{ low: -128, high: 127 },
		{ low: 0, high: 65535 },
		{ low: -32768, high: 32767 },
		{ low: Math.min(...ends), high: Math.max(...ends) },
		{ low: ends[0], high: ends[0] },
		...[whole, whole, whole],
	]);
	return drawn.low < whole.low || drawn.high > whole.high ? whole : drawn;
}
