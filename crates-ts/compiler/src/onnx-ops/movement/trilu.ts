import { int } from "@umpire/graph/attributes.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { chooseAlong, constantOf, finish, reshape } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/** ONNX Trilu: the elements of one triangle of every matrix, zeros elsewhere. */
export function decomposeTrilu(node: Node, context: DecomposeContext): void {
	const shape = context.shape(node.inputs[0]);
	const [k = 0] = constantOf(context, node.inputs[1], "diagonal k") ?? [];
	const upper = int(node, "upper", 1) === 1;
	const [rows, columns] = shape.slice(-2);
	const index = Array.from({ length: rows * columns }, (_, at) => {
		const offset = (at % columns) - Math.floor(at / columns);
		return (upper ? offset >= k : offset <= k) ? at : -1;
	});
	const flat = [sizeOf(shape.slice(0, -2)), rows * columns];
	const x = reshape(context, node.inputs[0], flat);
	const chosen = chooseAlong(context, x, { shape: flat, axis: 1, index, type: context.type(node.inputs[0]) });
	finish(context, node, reshape(context, chosen, shape));
}
