import type { Facts } from "@umpire/graph/facts.ts";
import type { Range } from "@umpire/graph/ranges.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { type Precision, type Quantisation, quantisationOf, wideQuantisationOf } from "./scales.ts";

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
	if (bits === 32) return wideQuantisationOf(range, precision, bounds, natural);
	if (bits === 16)
		return { ...quantisationOf(range, { ...precision, limit: 32767 }, bounds, natural), width: 16 };
	return { ...quantisationOf(range, { ...precision, limit: LIMIT_OF_24 }, bounds, natural), width: 32 };
}
