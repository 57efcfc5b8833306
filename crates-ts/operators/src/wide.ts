import { LIMIT } from "./body.ts";
import { definitionOf } from "./forms.ts";
import { planOf } from "./plans.ts";
import type { Program } from "./program.ts";

/**
 * The operators of up to 16 bits whose results may stay float64 between functions: matrix products
 * in float64 that only such products read. Each saves two casts. Tensors that a run returns, or
 * carries over to the next step, travel as their width says.
 */
export function wideOperators(program: Program, returned: ReadonlySet<number>): ReadonlySet<number> {
	const wide = new Set(
		[...program.operators.keys()].filter((index) => !returned.has(index) && isWideProduct(program, index)),
	);
	const read = new Set<number>();
	program.operators.forEach((operator, index) => {
		for (const { source, index: operand } of operator.operands) {
			if (source !== "operator") continue;
			read.add(operand);
			if (!isWideProduct(program, index)) wide.delete(operand);
		}
	});
	return new Set([...wide].filter((index) => read.has(index)));
}

function isWideProduct(program: Program, index: number): boolean {
	const { staysWide = false } = definitionOf(program.operators[index].form);
	return staysWide && planOf(program, index).plan.limit === LIMIT.float64;
}
