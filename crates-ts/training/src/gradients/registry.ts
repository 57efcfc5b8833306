import { OPERATORS } from "@umpire/compiler/onnx-ops/operators.ts";
import { qualifiedName } from "@umpire/graph/uses.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { ACTIVATIONS } from "./activations.ts";
import { ARITHMETIC } from "./arithmetic.ts";
import { CONVOLUTION } from "./convolution.ts";
import type { Gradient, Gradients } from "./gradient.ts";
import { MOVEMENT } from "./movement.ts";
import { NORMALISATION } from "./normalisation.ts";
import { POOLING } from "./pooling.ts";
import { PRODUCTS } from "./products.ts";
import { REDUCTIONS } from "./reductions.ts";

/** Rules by family. */
export const FAMILIES: Readonly<Record<string, Gradients>> = {
	activations: ACTIVATIONS,
	arithmetic: ARITHMETIC,
	convolution: CONVOLUTION,
	movement: MOVEMENT,
	normalisation: NORMALISATION,
	pooling: POOLING,
	products: PRODUCTS,
	reductions: REDUCTIONS,
};

/** Rules by the names of the compiler's records. */
export const GRADIENTS: ReadonlyMap<string, Gradient> = new Map(
	Object.values(FAMILIES).flatMap((family) => Object.entries(family)),
);

export function gradientOf(node: Node): Gradient | undefined {
	return GRADIENTS.get(qualifiedName(node));
}

/** Whether the compiler's record says how the node becomes simpler ones, through which a gradient may go. */
export function isReplaceable(node: Node): boolean {
	const record = OPERATORS.get(qualifiedName(node));
	return record?.decompose !== undefined && record.refuse === undefined;
}
