import { float, ints } from "@umpire/graph/attributes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { finish, intsOf, numbersOf, scalarOf } from "../build.ts";
import type { DecomposeContext, Decomposition } from "../decomposition.ts";

/** x·factor; x itself for 1. */
function times(context: DecomposeContext, x: string, factor: number, like: string): string {
	return factor === 1 ? x : context.emit("Mul", [x, scalarOf(context, context.type(like), factor)]);
}

/** Affine and Scale of ONNX's first opset: alpha·x + beta, scale·x. */
export function decomposeAffine(node: Node, context: DecomposeContext): void {
	const [x] = node.inputs;
	const scaled = times(context, x, float(node, node.opType === "Scale" ? "scale" : "alpha", 1), x);
	const offset = scalarOf(context, context.type(x), float(node, "beta", 0));
	finish(context, node, context.emit("Add", [scaled, offset]));
}

/** ImageScaler of ONNX's first opset: scale·x + bias, which is per channel. */
export function decomposeImageScaler(node: Node, context: DecomposeContext): void {
	const [x] = node.inputs;
	const [, channels, ...spatial] = context.shape(x);
	const bias = node.attributes.get("bias");
	const given = bias?.type === "floats" ? bias.value : new Array<number>(channels).fill(0);
	const column = numbersOf(context, context.type(x), [channels, ...spatial.map(() => 1)], given);
	finish(context, node, context.emit("Add", [times(context, x, float(node, "scale", 1), x), column]));
}

/** ScaledTanh and ParametricSoftplus of ONNX's first opset: alpha·f(beta·x). */
export const decomposeScaled =
	(opType: string): Decomposition =>
	(node, context) => {
		const [x] = node.inputs;
		const y = context.emit(opType, [times(context, x, float(node, "beta", 1), x)]);
		finish(context, node, times(context, y, float(node, "alpha", 1), x));
	};

/** Crop of ONNX's first opset: an image without its border [left, top, right, bottom], or `scale` rows and columns from there. */
export function decomposeCrop(node: Node, context: DecomposeContext): void {
	const [x] = node.inputs;
	const [, , height, width] = context.shape(x);
	const [left, top, right, bottom] = ints(node, "border") ?? [0, 0, 0, 0];
	const size = ints(node, "scale") ?? [height - top - bottom, width - left - right];
	const bounds = [
		[top, left],
		[top + size[0], left + size[1]],
		[2, 3],
	].map((values) => intsOf(context, values));
	finish(context, node, context.emit("Slice", [x, ...bounds]));
}
