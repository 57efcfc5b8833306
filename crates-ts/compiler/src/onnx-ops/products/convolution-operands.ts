import { int, ints } from "@umpire/graph/attributes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { finish, intsOf, realOf, reshape, scalarOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/** Conv and ConvTranspose with a bias that depends on the inputs, which is added after. */
export function decomposeBias(node: Node, context: DecomposeContext): "keep" | undefined {
	const [x, w, bias] = node.inputs;
	if (!bias || realOf(context, bias)) return "keep";
	const attributes = Object.fromEntries(node.attributes);
	const y = context.emit(node.opType, [x, w], attributes);
	const [channels] = context.shape(bias);
	const spatial = context.shape(x).slice(2);
	const column = reshape(context, bias, [1, channels, ...spatial.map(() => 1)]);
	finish(context, node, context.emit("Add", [y, column]));
}

/** x with `step` − 1 zeros between its elements along the spatial axes. */
function spreadOut(
	context: DecomposeContext,
	x: string,
	shape: readonly number[],
	steps: readonly number[],
): string {
	if (steps.every((step) => step === 1)) return x;
	const columns = shape.flatMap((size, axis) => (axis < 2 ? [size] : [size, 1]));
	const pads = columns.map(() => 0);
	const ends = columns.map((_, at) => (at >= 2 && at % 2 === 1 ? steps[(at - 3) / 2] - 1 : 0));
	const zero = scalarOf(context, context.type(x), 0);
	const padded = context.emit("Pad", [
		reshape(context, x, columns),
		intsOf(context, [...pads, ...ends]),
		zero,
	]);
	const wide = shape.map((size, axis) => (axis < 2 ? size : size * steps[axis - 2]));
	return reshape(context, padded, wide);
}

/** ConvTranspose by weights that depend on the inputs: zeros between the elements, and the kernel turned around. */
export function decomposeConvTranspose(node: Node, context: DecomposeContext): "keep" | undefined {
	const [x, w, bias] = node.inputs;
	if (realOf(context, w)) return decomposeBias(node, context);
	const shape = context.shape(x);
	const [inputs, perGroup, ...kernel] = context.shape(w);
	const output = context.shape(node.outputs[0]).slice(2);
	const ones = kernel.map(() => 1);
	const group = int(node, "group", 1);
	const steps = ints(node, "strides") ?? ones;
	const dilations = ints(node, "dilations") ?? ones;
	const given = ints(node, "pads");
	const extra = ints(node, "output_padding") ?? kernel.map(() => 0);
	const mode = node.attributes.get("auto_pad");
	const upper = mode?.type === "string" && mode.value === "SAME_UPPER";
	const sized =
		node.attributes.has("output_shape") || (mode?.type === "string" && mode.value.startsWith("SAME"));
	const spread = spreadOut(context, x, shape, steps);
	const pads = kernel.map((size, axis) => {
		const reach = (size - 1) * dilations[axis];
		const full = (shape[axis + 2] - 1) * steps[axis] + reach + 1 + extra[axis];
		const total = Math.max(0, full - output[axis]);
		const half = Math.floor(total / 2);
		const begin = sized ? (upper ? half : total - half) : (given?.[axis] ?? 0);
		// `spread` ends with as many zeros as it has between elements.
		const width = shape[axis + 2] * steps[axis];
		return [reach - begin, output[axis] + reach - (reach - begin) - width];
	});
	const both = [0, 1].flatMap((side) => [0, 0, ...pads.map((pad) => pad[side])]);
	const padded = context.emit("Pad", [spread, intsOf(context, both), scalarOf(context, context.type(x), 0)]);
	const grouped = reshape(context, w, [group, inputs / group, perGroup, ...kernel]);
	const perm = [0, 2, 1, ...kernel.map((_, axis) => axis + 3)];
	const moved = context.emit("Transpose", [grouped], { perm });
	const filters = reshape(context, moved, [group * perGroup, inputs / group, ...kernel]);
	const back = (value: number) =>
		intsOf(
			context,
			kernel.map(() => value),
		);
	const axes = intsOf(
		context,
		kernel.map((_, axis) => axis + 2),
	);
	const turned = context.emit("Slice", [filters, back(-1), back(-(2 ** 31)), axes, back(-1)]);
	const operands = bias ? [padded, turned, bias] : [padded, turned];
	finish(context, node, context.emit("Conv", operands, { group, dilations }));
}
