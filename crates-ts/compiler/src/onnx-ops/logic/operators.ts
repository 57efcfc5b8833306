import { decomposeNever } from "../movement/select.ts";
import { type OnnxOperator, operator } from "../operator.ts";
import { lowerComparison } from "./compare.ts";
import { lowerAnd, lowerNot, lowerOr, lowerXor } from "./logic.ts";
import { lowerWhere } from "./where.ts";

/** Comparisons, truth values and choices. */
export const LOGIC: readonly OnnxOperator[] = [
	operator({ name: "And", since: 1, lower: lowerAnd, summary: "the product of zeros and ones" }),
	operator({
		name: "Equal",
		since: 1,
		lower: lowerComparison((sign) => sign === 0),
		summary: "a comparison on one grid",
	}),
	operator({
		name: "Greater",
		since: 1,
		lower: lowerComparison((sign) => sign > 0),
		summary: "a comparison on one grid",
	}),
	operator({
		name: "GreaterOrEqual",
		since: 12,
		lower: lowerComparison((sign) => sign >= 0),
		summary: "a comparison on one grid",
	}),
	operator({
		name: "IsInf",
		since: 10,
		decompose: decomposeNever,
		summary: "answered from where the model writes infinities; elsewhere never: no integer is infinite",
	}),
	operator({
		name: "IsNaN",
		since: 9,
		decompose: decomposeNever,
		summary: "answered from where the model or its inputs hold NaN; elsewhere never: no integer is NaN",
	}),
	operator({
		name: "Less",
		since: 1,
		lower: lowerComparison((sign) => sign < 0),
		summary: "a comparison on one grid",
	}),
	operator({
		name: "LessOrEqual",
		since: 12,
		lower: lowerComparison((sign) => sign <= 0),
		summary: "a comparison on one grid",
	}),
	operator({ name: "Not", since: 1, lower: lowerNot, summary: "1 − x" }),
	operator({ name: "Or", since: 1, lower: lowerOr, summary: "the larger of zeros and ones" }),
	operator({
		name: "Where",
		since: 9,
		lower: lowerWhere,
		summary: "a choice between two tensors at one scale; a mask takes the scale of the other",
	}),
	operator({ name: "Xor", since: 1, lower: lowerXor, summary: "zeros and ones that differ" }),
];
