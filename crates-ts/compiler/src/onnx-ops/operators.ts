import { qualifiedName } from "@umpire/graph/uses.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";
import { ARITHMETIC } from "./arithmetic/operators.ts";
import { ATTENTION } from "./attention/operators.ts";
import type { Decomposition } from "./decomposition.ts";
import { FUNCTIONS } from "./functions/operators.ts";
import { IMAGES } from "./images/operators.ts";
import { INDEXING } from "./indexing/operators.ts";
import { INTEGERS } from "./integers/operators.ts";
import { LOGIC } from "./logic/operators.ts";
import { MICROSOFT } from "./microsoft/operators.ts";
import { ML } from "./ml/operators.ts";
import { MOVEMENT } from "./movement/operators.ts";
import { NORMALISATION } from "./normalisation/operators.ts";
import type { Lowering, OnnxOperator } from "./operator.ts";
import { POOLING } from "./pooling/operators.ts";
import { PRODUCTS } from "./products/operators.ts";
import { QUANTISED } from "./quantised/operators.ts";
import { RECURRENT } from "./recurrent/operators.ts";
import { REDUCTIONS } from "./reductions/operators.ts";
import { REFUSED } from "./refused/operators.ts";

/** The operators that the compiler knows, by family: the folder whose operators.ts has their records. */
export const FAMILIES: Readonly<Record<string, readonly OnnxOperator[]>> = {
	arithmetic: ARITHMETIC,
	attention: ATTENTION,
	functions: FUNCTIONS,
	images: IMAGES,
	indexing: INDEXING,
	integers: INTEGERS,
	logic: LOGIC,
	microsoft: MICROSOFT,
	ml: ML,
	movement: MOVEMENT,
	normalisation: NORMALISATION,
	pooling: POOLING,
	products: PRODUCTS,
	quantised: QUANTISED,
	recurrent: RECURRENT,
	reductions: REDUCTIONS,
	refused: REFUSED,
};

/** By name, with the domain if it is not ONNX's own ("ai.onnx.ml.Scaler"). */
export const OPERATORS: ReadonlyMap<string, OnnxOperator> = new Map(
	Object.values(FAMILIES)
		.flat()
		.map((record) => [record.domain === "" ? record.name : `${record.domain}.${record.name}`, record]),
);

/** How a node becomes canonical operators; undefined if it does not. */
export function loweringOf(node: Node): Lowering | undefined {
	return OPERATORS.get(qualifiedName(node))?.lower;
}

/** How a node becomes simpler ones; what is refused throws. */
export function decompositionOf(node: Node): Decomposition | undefined {
	const record = OPERATORS.get(qualifiedName(node));
	const { refuse } = record ?? {};
	if (!refuse) return record?.decompose;
	return (_, context) => {
		throw context.error(refuse.reason, refuse.hint);
	};
}

/** Whether a node may have to be replaced by simpler ones. */
export function isComposite(node: Node, graph: Graph): boolean {
	if (!decompositionOf(node)) return false;
	return OPERATORS.get(qualifiedName(node))?.isComposite?.(node, graph) ?? true;
}
