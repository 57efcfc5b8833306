import { type OnnxOperator, operator } from "../operator.ts";
import { lowerArgMax } from "./argmax.ts";
import { decomposeCumProd, decomposeCumSum } from "./cumulative.ts";
import {
	decomposeReduceL1,
	decomposeReduceL2,
	decomposeReduceLogSum,
	decomposeReduceLogSumExp,
	decomposeReduceProd,
	decomposeReduceSumSquare,
} from "./norms.ts";
import { lowerReduceMax, lowerReduceSum } from "./reduce.ts";

/** Reductions along axes. */
export const REDUCTIONS: readonly OnnxOperator[] = [
	operator({
		name: "ArgMax",
		since: 1,
		lower: lowerArgMax(false),
		summary: "the position of the first largest element, or the last one",
	}),
	operator({ name: "ArgMin", since: 1, lower: lowerArgMax(true), summary: "the ArgMax of −x" }),
	operator({
		name: "CumProd",
		since: 26,
		decompose: decomposeCumProd,
		summary: "factors 1, 2, 4, … places apart are multiplied, ones beyond the first",
	}),
	operator({
		name: "CumSum",
		since: 11,
		decompose: decomposeCumSum,
		summary: "a product with a triangle of ones",
	}),
	operator({ name: "ReduceL1", since: 1, decompose: decomposeReduceL1, summary: "Σ |x|" }),
	operator({ name: "ReduceL2", since: 1, decompose: decomposeReduceL2, summary: "√(Σ x²)" }),
	operator({ name: "ReduceLogSum", since: 1, decompose: decomposeReduceLogSum, summary: "log Σ x" }),
	operator({
		name: "ReduceLogSumExp",
		since: 1,
		decompose: decomposeReduceLogSumExp,
		summary: "max + log Σ exp(x − max)",
	}),
	operator({
		name: "ReduceMax",
		since: 1,
		lower: lowerReduceMax(false),
		summary: "the largest element along axes",
	}),
	operator({
		name: "ReduceMean",
		since: 1,
		lower: lowerReduceSum(true),
		summary: "a Dot with ones, one over their number in its rescaling",
	}),
	operator({ name: "ReduceMin", since: 1, lower: lowerReduceMax(true), summary: "−max(−x) along axes" }),
	operator({
		name: "ReduceProd",
		since: 1,
		decompose: decomposeReduceProd,
		summary: "neighbours multiplied pair by pair, up to a bounded number of factors",
	}),
	operator({ name: "ReduceSum", since: 1, lower: lowerReduceSum(false), summary: "a Dot with ones" }),
	operator({
		name: "ReduceSumSquare",
		since: 1,
		decompose: decomposeReduceSumSquare,
		summary: "rows times themselves, as one matrix product",
	}),
];
