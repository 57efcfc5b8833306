import type { OperatorContext } from "./context.ts";

/** Sums are dot products with a constant of ones: the function leaves the ones out, so they must be ones. */
export function checkOnes(context: OperatorContext): void {
	const ones = context.operands[1]?.data;
	if (ones === undefined) throw new Error("operand 1 must be a constant of ones");
	for (let i = 0; i < ones.length; i++) {
		if (ones[i] !== 1) throw new Error(`operand 1 must be ones, found ${ones[i]} at position ${i}`);
	}
}
