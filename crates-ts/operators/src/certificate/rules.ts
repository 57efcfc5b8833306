import { arithmetic } from "./arithmetic.ts";
import { choices } from "./choices.ts";
import { convolutionKernels, integerKernels } from "./integer-kernels.ts";
import { moves } from "./moves.ts";
import { products } from "./products.ts";
import type { Result, Site } from "./site.ts";

/** By ONNX operator: what its result can be. An operator that is not here, or an attribute it does not know, is refused. */
export const RULES: Readonly<Record<string, (site: Site) => Result>> = {
	...arithmetic,
	...choices,
	...convolutionKernels,
	...moves,
	...products,
};

/** The same for onnxruntime's own operators. */
export const MICROSOFT_RULES: Readonly<Record<string, (site: Site) => Result>> = integerKernels;
