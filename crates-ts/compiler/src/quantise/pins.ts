import type { Facts } from "@umpire/graph/facts.ts";
import { type Range, reachOf, union } from "@umpire/graph/ranges.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { has } from "@umpire/graph/traits.ts";
import type { Graph } from "@umpire/onnx/model.ts";
import type { Pin, Pins } from "./pin.ts";
import { type Precision, type Quantisation, quantisationOf, snapUp, wideQuantisationOf } from "./scales.ts";

/**
 * The pins, with those of the values that a pinned one is a view or a multiple of and that have none: it cannot be
 * finer than these.
 */
export function pinsBefore({ nodes }: Graph, { constants }: Facts, pins: Pins): Map<string, Pin> {
	const all = new Map(pins);
	for (const node of nodes.toReversed()) {
		const pin = all.get(node.outputs[0]);
		const [x, factor] = node.inputs;
		const multiple = node.domain === "" && /^(Mul|Div)$/.test(node.opType) && constants.has(factor);
		if (!pin || all.has(x) || !(has(node, "views") || multiple)) continue;
		all.set(x, multiple ? { bits: pin.bits } : pin);
	}
	return all;
}

/** Steps of its grid that a value may reach by rounding alone. */
const ROUNDED = 256;
const LARGEST_OF_16 = 32767;
const LIMIT_OF_24 = 2 ** 23 - 1;

/** All floats that depend on inputs. With powers of two throughout, no multiplier enlarges a sum before it is rescaled. */
export function pinnedValues({ ranges, types }: Facts): string[] {
	return [...ranges.keys()].filter((name) => isFloat(types.get(name) ?? "undefined"));
}

/** Quantisation of a value on so many bits, whatever the program's. */
export function pinnedQuantisation(
	{ bits, reach = 0, whole = false }: Pin,
	measured: Range,
	precision: Precision,
	bounds: Range,
	natural: number,
): Quantisation {
	const range = union(measured, { low: -reach, high: reach });
	if (whole) {
		const high = Math.ceil(reachOf(range));
		return { scale: 1, width: high <= LARGEST_OF_16 ? 16 : 32, low: -high, high };
	}
	if (bits === 16)
		return { ...quantisationOf(range, { ...precision, limit: LARGEST_OF_16 }, bounds, natural), width: 16 };
	const own =
		bits === 32
			? wideQuantisationOf(range, precision, bounds, natural)
			: {
					...quantisationOf(range, { ...precision, limit: LIMIT_OF_24 }, bounds, natural),
					width: 32 as const,
				};
	// On a coarser grid than the bits would have, integers need not reach as far as the bits would: sums with them
	// stay exact. What the float run cancels to nothing, rounding does not.
	const most = Math.max(ROUNDED, Math.ceil(snapUp(reachOf(range) * precision.margin) / own.scale));
	return { ...own, low: Math.max(own.low, -most), high: Math.min(own.high, most) };
}
