import type { Node } from "@umpire/onnx/model.ts";
import { axisOf } from "../axes.ts";
import { cast, numbersOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/** ONNX Hardmax of opset 13 on: 1 at the first largest element along `axis`, 0 elsewhere. */
export function decomposeHardmax(node: Node, context: DecomposeContext): void {
	const [x] = node.inputs;
	const shape = context.shape(x);
	const axis = axisOf(node, context, -1);
	const size = shape[axis];
	const first = context.emit("ArgMax", [x], { axis, keepdims: 1 });
	const positions = shape.map((_, a) => (a === axis ? size : 1));
	const numbers = numbersOf(
		context,
		"int64",
		positions,
		Array.from({ length: size }, (_, k) => k),
	);
	const chosen = context.emit("Equal", [first, numbers]);
	context.emit("Identity", [cast(context, chosen, context.type(x))], {}, node.outputs);
}
