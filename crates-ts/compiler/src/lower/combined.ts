import type { Value } from "./context.ts";

/** More operands are combined in several steps, so that descriptors stay short (docs/protocol.md section 3). */
const MOST_OPERANDS = 16;

/** Combines any number of values by an operator that takes up to 16: a tree, in order. */
export function combined(values: readonly Value[], combine: (some: readonly Value[]) => Value): Value {
	if (values.length === 1) return values[0];
	if (values.length <= MOST_OPERANDS) return combine(values);
	const groups: Value[] = [];
	for (let from = 0; from < values.length; from += MOST_OPERANDS) {
		groups.push(combined(values.slice(from, from + MOST_OPERANDS), combine));
	}
	return combined(groups, combine);
}
