import { int, ints } from "@umpire/graph/attributes.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { finish, numbersOf, reshape } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/**
 * ONNX DeformConv: every tap of the kernel looks where its offset says, between elements (a
 * GridSample), and the weights sum up what the taps see.
 */
export function decomposeDeformConv(node: Node, context: DecomposeContext): void {
	const [x, w, offset, bias, mask] = node.inputs;
	const [batch, channels, height, width] = context.shape(x);
	const [filters, , ...kernel] = context.shape(w);
	const shape = context.shape(node.outputs[0]);
	if (shape.length !== 4) throw context.error("its input is no image", "DeformConv of [N, C, H, W] compiles");
	const [rows, columns] = shape.slice(2);
	const [strides, dilations] = ["strides", "dilations"].map((name) => ints(node, name) ?? [1, 1]);
	const pads = ints(node, "pads") ?? [0, 0, 0, 0];
	const [group, groups] = [int(node, "group", 1), int(node, "offset_group", 1)];
	const type = context.type(x);
	const taps = sizeOf(kernel);
	const points = rows * columns;
	// Offsets [batch·groups, taps, 2, points] as places [batch·groups, taps, points, 2], columns first.
	const base = Array.from({ length: taps * points * 2 }, (_, i) => {
		const [tap, point, axis] = [Math.floor(i / (2 * points)), Math.floor(i / 2) % points, 1 - (i % 2)];
		const k = axis === 0 ? Math.floor(tap / kernel[1]) : tap % kernel[1];
		const o = axis === 0 ? Math.floor(point / columns) : point % columns;
		return o * strides[axis] - pads[axis] + k * dilations[axis];
	});
	const given = reshape(context, offset, [batch * groups, taps, 2, points]);
	const moved = context.emit("Transpose", [given], { perm: [0, 1, 3, 2] });
	const turned = context.emit("Gather", [moved, numbersOf(context, "int64", [2], [1, 0])], { axis: 3 });
	const places = context.emit("Add", [turned, numbersOf(context, type, [1, taps, points, 2], base)]);
	// GridSample without align_corners puts place p of n at (2p + 1)/n − 1.
	const sizes = [width, height];
	const scaled = context.emit("Mul", [
		places,
		numbersOf(
			context,
			type,
			[2],
			sizes.map((size) => 2 / size),
		),
	]);
	const grid = context.emit("Add", [
		scaled,
		numbersOf(
			context,
			type,
			[2],
			sizes.map((size) => 1 / size - 1),
		),
	]);
	const images = reshape(context, x, [batch * groups, channels / groups, height, width]);
	let seen = context.emit("GridSample", [images, grid], {
		mode: "linear",
		padding_mode: "zeros",
		align_corners: 0,
	});
	if (mask) seen = context.emit("Mul", [seen, reshape(context, mask, [batch * groups, 1, taps, points])]);
	const columnsOf = reshape(context, seen, [batch, group, (channels / group) * taps, points]);
	const weights = reshape(context, w, [1, group, filters / group, (channels / group) * taps]);
	let y = reshape(context, context.emit("MatMul", [weights, columnsOf]), shape);
	if (bias) y = context.emit("Add", [y, reshape(context, bias, [1, filters, 1, 1])]);
	finish(context, node, y);
}
