import { isFloat } from "@umpire/graph/real.ts";
import type { ElementType, Node } from "@umpire/onnx/model.ts";
import { cast, reshape } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/** A node's input as a matrix of numbers [rows, features] of float type; a vector is one row. */
export interface Features {
	readonly x: string;
	readonly rows: number;
	readonly count: number;
	readonly type: ElementType;
}

/** Integers become float32, as onnxruntime computes with them; double stays double only if wanted. */
export function featuresOf(node: Node, context: DecomposeContext, keepDouble = false): Features {
	const [given] = node.inputs;
	const shape = context.shape(given);
	if (shape.length === 0 || shape.length > 2) {
		throw context.error(
			`its input has shape [${shape.join(", ")}]`,
			"Give a matrix with one row for each sample",
		);
	}
	const [rows, count] = shape.length === 1 ? [1, shape[0]] : shape;
	const own = context.type(given);
	const type: ElementType = keepDouble && own === "float64" ? own : "float32";
	let x = given;
	if (own !== type) x = cast(context, x, isFloat(own) || own !== "string" ? type : own);
	if (shape.length === 1) x = reshape(context, x, [rows, count]);
	return { x, rows, count, type };
}
