import { float } from "@umpire/graph/attributes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { scalarOf } from "../build.ts";
import type { DecomposeContext, Decomposition } from "../decomposition.ts";

/** onnxruntime's Gelu, BiasGelu and FastGelu: ONNX's Gelu, after adding a second input if there is one. */
export function decomposeGelu(approximate: "none" | "tanh"): Decomposition {
	return (node, context) => {
		const [x, bias] = node.inputs;
		const sum = bias ? context.emit("Add", [x, bias]) : x;
		context.emit("Gelu", [sum], { approximate }, node.outputs);
	};
}

/** onnxruntime's QuickGelu: x·sigmoid(alpha·x). */
export function decomposeQuickGelu(node: Node, context: DecomposeContext): void {
	const [x] = node.inputs;
	const alpha = scalarOf(context, context.type(x), float(node, "alpha", 1.702));
	const gate = context.emit("Sigmoid", [context.emit("Mul", [x, alpha])]);
	context.emit("Mul", [x, gate], {}, node.outputs);
}
