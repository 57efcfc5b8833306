import type { FoldedModel } from "@umpire/graph/facts.ts";
import { isFloat } from "@umpire/graph/real.ts";
import type { OpenEnds, Operator } from "@umpire/operators/program.ts";
import { naturalBounds } from "./natural-bounds.ts";

/** Kinds that compute numbers and clip them; the others hand on what was clipped before, or choose. Of tables lower/tables.ts says. */
const COMPUTING = new Set(["Add", "Div", "Dot", "Mul"]);

/**
 * The operators, with the ends of their grids that calibration set: numbers may lie beyond, and are clipped. Where a
 * value cannot, as its function or a Clip of the model says, an end is none of these.
 *
 * @param origins the value that each computes
 */
export function withOpenEnds(
	operators: readonly Operator[],
	origins: readonly (string | undefined)[],
	{ graph, facts }: FoldedModel,
): Operator[] {
	const bounds = naturalBounds(graph, facts);
	return operators.map((operator, k) => {
		const name = origins[k];
		const { kind, low, high, scale } = operator;
		if (name === undefined || !COMPUTING.has(kind) || !isFloat(facts.types.get(name) ?? "undefined"))
			return operator;
		const bound = bounds.get(name);
		// Calibration sets grids that end as far below 0 as above; an end that is nearer is where a function or a table ends.
		const isLow = low <= -high && !((bound?.low ?? Number.NEGATIVE_INFINITY) >= (low - 1) * scale);
		const isHigh = high >= -low && !((bound?.high ?? Number.POSITIVE_INFINITY) <= (high + 1) * scale);
		const open: OpenEnds | undefined = isLow ? (isHigh ? "both" : "low") : isHigh ? "high" : undefined;
		return open === undefined ? operator : { ...operator, open };
	});
}
