import { type OnnxOperator, operator } from "../operator.ts";
import { lowerGlobalMaxPool } from "../reductions/reduce.ts";
import { lowerAveragePool, lowerGlobalAveragePool } from "./average.ts";
import { decomposeGlobalLpPool, decomposeLpPool } from "./lp-pool.ts";
import { lowerMaxPool } from "./max-pool.ts";
import { decomposeMaxPool, decomposeMaxUnpool } from "./pool-indices.ts";

/** Windows. */
export const POOLING: readonly OnnxOperator[] = [
	operator({
		name: "AveragePool",
		since: 1,
		lower: lowerAveragePool,
		summary: "a Dot with ones; where windows hang over the border the divisor depends on the position",
	}),
	operator({
		name: "GlobalAveragePool",
		since: 1,
		lower: lowerGlobalAveragePool,
		summary: "a Dot with ones over all spatial axes",
	}),
	operator({
		name: "GlobalLpPool",
		since: 1,
		decompose: decomposeGlobalLpPool,
		summary: "(Σ|x|^p)^(1/p) over all spatial axes",
	}),
	operator({
		name: "GlobalMaxPool",
		since: 1,
		lower: lowerGlobalMaxPool,
		summary: "the maximum over all spatial axes",
	}),
	operator({
		name: "LpPool",
		since: 1,
		decompose: decomposeLpPool,
		summary: "the sums over windows are a convolution with ones, channel by channel",
	}),
	operator({
		name: "MaxPool",
		since: 1,
		lower: lowerMaxPool,
		decompose: decomposeMaxPool,
		isComposite: ({ outputs }) => Boolean(outputs[1]),
		summary:
			"the maximum of every window; with its Indices output, the elements of every window side by side and the place of the first largest one",
	}),
	operator({
		name: "MaxUnpool",
		since: 9,
		decompose: decomposeMaxUnpool,
		summary: "values put where the indices say, zeros elsewhere",
	}),
];
