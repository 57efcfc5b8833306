import { float, int } from "@umpire/graph/attributes.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { finish, reshape, scalarOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/** ONNX LRN: x·(bias + alpha·m)^−beta, m the mean square over `size` neighbouring channels, 0 beyond the last. */
export function decomposeLrn(node: Node, context: DecomposeContext): void {
	const [x] = node.inputs;
	const shape = context.shape(x);
	const type = context.type(x);
	const [batch, channels, ...spatial] = shape;
	const size = int(node, "size", 1);
	const squares = context.emit("Mul", [x, x]);
	const image = reshape(context, squares, [batch, 1, channels, sizeOf(spatial)]);
	const before = Math.floor((size - 1) / 2);
	const mean = context.emit("AveragePool", [image], {
		kernel_shape: [size, 1],
		pads: [before, 0, size - 1 - before, 0],
		count_include_pad: 1,
	});
	const scaled = context.emit("Mul", [mean, scalarOf(context, type, float(node, "alpha", 1e-4))]);
	const shifted = context.emit("Add", [scaled, scalarOf(context, type, float(node, "bias", 1))]);
	const factor = context.emit("Pow", [shifted, scalarOf(context, type, -float(node, "beta", 0.75))]);
	finish(context, node, context.emit("Mul", [x, reshape(context, factor, shape)]));
}
