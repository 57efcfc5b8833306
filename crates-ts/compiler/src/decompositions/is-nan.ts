import type { Node } from "@umpire/onnx/model.ts";
import { sizeOf } from "../shapes.ts";
import { finish, numbersOf } from "./build.ts";
import type { DecomposeContext } from "./context.ts";

/** ONNX IsNaN and IsInf: integers are neither. */
export function decomposeIsNan(node: Node, context: DecomposeContext): void {
	const shape = context.shape(node.outputs[0]);
	finish(context, node, numbersOf(context, "bool", shape, new Float64Array(sizeOf(shape))));
}
