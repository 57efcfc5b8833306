import type { Facts } from "@umpire/graph/facts.ts";
import { reachOf } from "@umpire/graph/ranges.ts";
import { isFloat } from "@umpire/graph/real.ts";
import type { Graph } from "@umpire/onnx/model.ts";
import type { FusedOp } from "../lower/fused-op.ts";
import { type Precision, type Quantisation, WIDE_LIMIT, wideQuantisationOf } from "./scales.ts";
import { isRelativeTable } from "./wide-values.ts";

/** Magnitudes are told to within this share of themselves. */
const SHARE = 1 / 512;
/** An input whose least magnitude is this many steps of its own grid needs no other. */
const ENOUGH = 64;
/** Inputs may be smaller than what calibration saw by this factor. */
const MARGIN = 16;
/** The finer grid must reach to where 65,536 steps of the coarser one do. */
const MOST_FINER_BITS = 15;

/** Grids of an input besides its own, for what tells its small numbers as finely as its large ones. */
export interface Grades {
	/** 32 bits of its range; undefined if its own grid is that. */
	readonly coarse: Quantisation | undefined;
	/** A finer grid that ends before its largest numbers; undefined if 32 bits hold all. */
	readonly fine: Quantisation | undefined;
	/** The least magnitude that calibration saw, with a margin. */
	readonly least: number;
}

/**
 * Inputs whose logarithm, root or reciprocal is taken, and whose numbers differ by more than 16 bits
 * tell: the program reads them once more on finer grids.
 *
 * @param carried inputs that later steps take from the step before, on one grid
 */
export function gradedInputs(
	graph: Graph,
	fusedOps: readonly FusedOp[],
	facts: Facts,
	precision: Precision,
	carried: ReadonlySet<string>,
	own: (name: string) => Quantisation,
): Map<string, Grades> {
	const graded = new Map<string, Grades>();
	if (precision.bits !== 16) return graded;
	for (const { name, type } of graph.inputs) {
		const range = facts.ranges.get(name);
		const least = leastMagnitude(name, facts);
		if (!isFloat(type) || carried.has(name) || !range || least === undefined) continue;
		const finest = (least / MARGIN) * SHARE;
		const given = own(name);
		if (given.scale * ENOUGH <= least) continue;
		if (!fusedOps.some((fused) => isRelativeTable(fused, name, facts))) continue;
		const wide = wideQuantisationOf(range, precision);
		const bits = Math.min(MOST_FINER_BITS, Math.ceil(Math.log2(wide.scale / finest)));
		const fine = { ...wide, scale: wide.scale / 2 ** bits, low: -WIDE_LIMIT, high: WIDE_LIMIT };
		graded.set(name, {
			coarse: given.width === 32 && given.scale === wide.scale ? undefined : wide,
			fine: bits > 0 ? fine : undefined,
			least: least / MARGIN,
		});
	}
	return graded;
}

/** The least magnitude other than 0 of what calibration saw of an input; undefined if there is none. */
function leastMagnitude(name: string, facts: Facts): number | undefined {
	const range = facts.ranges.get(name);
	const extents = facts.extents?.get(name);
	if (!range || !extents) return undefined;
	const least = [extents.low, extents.high]
		.flatMap((values) => [...values])
		.reduce((a, b) => (b === 0 ? a : Math.min(a, Math.abs(b))), Number.POSITIVE_INFINITY);
	return least < reachOf(range) ? least : undefined;
}
