import type { Facts } from "@umpire/graph/facts.ts";
import { type Range, reachOf } from "@umpire/graph/ranges.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { type Precision, type Quantisation, quantisationOf, snapUp, wideQuantisationOf } from "./scales.ts";

/** Bits that a value may be given: 24 lie in a tensor of 32, so that their squares stay exact. */
export type PinnedBits = 16 | 24 | 32;

/** Values whose bits the caller decides, by name. */
export type Pins = ReadonlyMap<string, PinnedBits>;

const LIMIT_OF_24 = 2 ** 23 - 1;

/** All floats that depend on inputs. With powers of two throughout, no multiplier enlarges a sum before it is rescaled. */
export function pinnedValues({ ranges, types }: Facts): string[] {
	return [...ranges.keys()].filter((name) => isFloat(types.get(name) ?? "undefined"));
}

/** Quantisation of a value on so many bits, whatever the program's. */
export function pinnedQuantisation(
	bits: PinnedBits,
	range: Range,
	precision: Precision,
	bounds: Range,
	natural: number,
): Quantisation {
	if (bits === 16)
		return { ...quantisationOf(range, { ...precision, limit: 32767 }, bounds, natural), width: 16 };
	const own =
		bits === 32
			? wideQuantisationOf(range, precision, bounds, natural)
			: {
					...quantisationOf(range, { ...precision, limit: LIMIT_OF_24 }, bounds, natural),
					width: 32 as const,
				};
	// On a coarser grid than the bits would have, integers need not reach as far as the bits would: sums with them
	// stay exact.
	const most = Math.max(1, Math.ceil(snapUp(reachOf(range) * precision.margin) / own.scale));
	return { ...own, low: Math.max(own.low, -most), high: Math.min(own.high, most) };
}
