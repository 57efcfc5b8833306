import { type NarrowType, type TravelType, zeroPointOf } from "./narrow.ts";
import { planOf } from "./plans.ts";
import type { Program } from "./program.ts";
import { rangeOf } from "./ranges.ts";
import { wideOperators } from "./wide.ts";

/**
 * The operators whose results travel between functions in another type than the carrier of their width: float64
 * between matrix products that compute in it, unsigned integers where an integer kernel gives them and one reads them.
 * Tensors that a run returns, or carries over to the next step, travel as their width says.
 */
export function travelTypes(
	program: Program,
	returned: ReadonlySet<number>,
): ReadonlyMap<number, TravelType> {
	const wanted = wantedTypes(program, returned);
	const types = new Map<number, TravelType>();
	for (const index of wideOperators(program, returned)) types.set(index, "float64");
	for (const [index, operator] of program.operators.entries()) {
		const type = wanted.get(index);
		if (type === undefined) continue;
		const { plan } = planOf(program, index);
		const [first] = operator.operands;
		const passes = plan.moves === true && first.source === "operator" && types.get(first.index) === type;
		if (plan.gives === type || passes) types.set(index, type);
	}
	return types;
}

/** What readers take without converting it: the first that says so decides. */
function wantedTypes(program: Program, returned: ReadonlySet<number>): ReadonlyMap<number, NarrowType> {
	const wanted = new Map<number, NarrowType>();
	// Readers come after what they read: backwards, so that moves know what is wanted of them.
	for (let index = program.operators.length - 1; index >= 0; index--) {
		const { plan } = planOf(program, index);
		for (const [k, ref] of program.operators[index].operands.entries()) {
			if (ref.source !== "operator" || returned.has(ref.index)) continue;
			const type = plan.moves === true ? passedType(program, index, wanted.get(index)) : plan.takes?.[k];
			if (type !== undefined) wanted.set(ref.index, type);
		}
	}
	return wanted;
}

/** What a move passes on unchanged: nothing if its result would have another zero point. */
function passedType(program: Program, index: number, type: NarrowType | undefined): NarrowType | undefined {
	if (type === undefined) return undefined;
	const [from] = program.operators[index].operands;
	const zeros = [from, { source: "operator", index } as const].map((ref) =>
		zeroPointOf(type, rangeOf(program, ref)),
	);
	return zeros[0] === zeros[1] ? type : undefined;
}
