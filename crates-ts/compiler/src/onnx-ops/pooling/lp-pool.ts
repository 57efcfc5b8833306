import { int, ints, string } from "@umpire/graph/attributes.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { reduced } from "../axes.ts";
import { finish, reshape, scalarOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";
import { sourceOf, sumOfSquares } from "../normalisation/moments.ts";
import { PADS_DILATED, padsDilated } from "./windows.ts";

/** |x|^p */
function powers(context: DecomposeContext, x: string, p: number): string {
	if (p === 2) return context.emit("Mul", [x, x]);
	const magnitude = context.emit("Abs", [x]);
	return p === 1 ? magnitude : context.emit("Pow", [magnitude, scalarOf(context, context.type(x), p)]);
}

function root(
	context: DecomposeContext,
	x: string,
	p: number,
	type: ReturnType<DecomposeContext["type"]>,
): string {
	if (p === 1) return x;
	return p === 2 ? context.emit("Sqrt", [x]) : context.emit("Pow", [x, scalarOf(context, type, 1 / p)]);
}

/** ONNX GlobalLpPool: (Σ|x|^p)^(1/p) over all spatial axes. */
export function decomposeGlobalLpPool(node: Node, context: DecomposeContext): void {
	const source = sourceOf(context, node.inputs[0]);
	const p = int(node, "p", 2);
	const axes = source.shape.flatMap((_, axis) => (axis >= 2 ? [axis] : []));
	const sum =
		p === 2
			? sumOfSquares(context, source, axes)
			: reduced(context, "ReduceSum", powers(context, source.name, p), axes);
	finish(context, node, root(context, sum, p, source.type));
}

/** Padding at either end of each spatial axis, so that the windows are those of the output's shape. */
function padsOf(node: Node, context: DecomposeContext, kernel: readonly number[]): number[] {
	const size = context.shape(node.inputs[0]).slice(2);
	const out = context.shape(node.outputs[0]).slice(2);
	const strides = ints(node, "strides") ?? size.map(() => 1);
	const dilations = ints(node, "dilations") ?? size.map(() => 1);
	const given = ints(node, "pads") ?? size.flatMap(() => [0, 0]);
	const auto = string(node, "auto_pad", "NOTSET");
	const needed = size.map((n, i) =>
		Math.max(0, (out[i] - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1 - n),
	);
	const begins = needed.map((total, i) => {
		if (auto === "SAME_UPPER") return Math.floor(total / 2);
		if (auto === "SAME_LOWER") return Math.ceil(total / 2);
		return auto === "VALID" ? 0 : given[i];
	});
	return [...begins, ...needed.map((total, i) => Math.max(0, total - begins[i]))];
}

/** ONNX LpPool: the sums over windows are a convolution with ones, channel by channel. */
export function decomposeLpPool(node: Node, context: DecomposeContext): void {
	const { name, type, shape } = sourceOf(context, node.inputs[0]);
	const kernel = ints(node, "kernel_shape");
	if (!kernel) throw context.error("it has no kernel_shape");
	if (padsDilated(node)) throw context.error(...PADS_DILATED);
	const p = int(node, "p", 2);
	const [batch, channels, ...spatial] = shape;
	const images = reshape(context, powers(context, name, p), [batch * channels, 1, ...spatial]);
	const ones = new Float64Array(sizeOf(kernel)).fill(1);
	const weights = context.tensor(tensorFrom(type, [1, 1, ...kernel], ones));
	const sums = context.emit("Conv", [images, weights], {
		kernel_shape: kernel,
		pads: padsOf(node, context, kernel),
		strides: ints(node, "strides") ?? kernel.map(() => 1),
		dilations: ints(node, "dilations") ?? kernel.map(() => 1),
	});
	const out = context.shape(node.outputs[0]);
	finish(context, node, root(context, reshape(context, sums, out), p, type));
}
