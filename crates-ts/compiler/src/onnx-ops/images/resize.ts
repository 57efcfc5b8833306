import { float, int, ints, string } from "@umpire/graph/attributes.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { normaliseAxis } from "@umpire/graph/shapes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { aroundAxis, chooseAlong, constantOf, finish, numbersOf, reshape } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";
import { type AxisResize, nearest, sourceOf, weightsAt } from "./resize-axis.ts";

/** ONNX Resize, one axis after the other; older forms and Upsample arrive as it (opset-20.ts). */
export function decomposeResize(node: Node, context: DecomposeContext): void {
	const [x] = node.inputs;
	const mode = string(node, "mode", "nearest");
	const transformation = string(node, "coordinate_transformation_mode", "half_pixel");
	const rounding = string(node, "nearest_mode", "round_prefer_floor");
	const axes = axesOf(node, context);
	const type = context.type(x);
	const outside: (readonly boolean[])[] = [];
	let shape = [...context.shape(x)];
	let y = x;
	for (const [axis, resize] of axes.entries()) {
		const sources = Array.from({ length: resize.output }, (_, at) => sourceOf(transformation, resize, at));
		const cropped = transformation === "tf_crop_and_resize";
		outside.push(sources.map((source) => cropped && (source < 0 || source > resize.input - 1)));
		if (resize.input === resize.output && sources.every((source, at) => source === at)) continue;
		const next = shape.map((size, a) => (a === axis ? resize.output : size));
		if (mode === "nearest") {
			const index = sources.map((source) => nearest(rounding, resize, source));
			y = chooseAlong(context, y, { shape, axis, index, type });
		} else {
			if (!isFloat(type)) throw context.error(`it interpolates ${type}`, "Cast to float before");
			y = interpolate(node, context, y, shape, axis, resize, sources);
		}
		shape = next;
	}
	const extrapolation = float(node, "extrapolation_value", 0);
	for (const [axis, beyond] of outside.entries()) {
		if (!beyond.includes(true)) continue;
		const index = beyond.map((is, at) => (is ? -1 : at));
		y = chooseAlong(context, y, { shape, axis, index, type, fill: extrapolation });
	}
	finish(context, node, y);
}

/** One axis as a product with a matrix of weights. */
function interpolate(
	node: Node,
	context: DecomposeContext,
	x: string,
	shape: readonly number[],
	axis: number,
	resize: AxisResize,
	sources: readonly number[],
): string {
	const mode = string(node, "mode", "nearest");
	if (mode !== "linear" && mode !== "cubic") throw context.error(`mode ${mode} is unknown`);
	const how = {
		mode,
		cubicCoefficient: float(node, "cubic_coeff_a", -0.75),
		excludeOutside: int(node, "exclude_outside", 0) === 1,
		antialias: int(node, "antialias", 0) === 1 && resize.scale < 1,
	} as const;
	const [before, size, after] = aroundAxis(shape, axis);
	const rows = sources.map((source) => Array.from(weightsAt(how, resize, source)));
	const result = shape.map((own, a) => (a === axis ? resize.output : own));
	const type = context.type(node.inputs[0]);
	if (after === 1) {
		const columns = Array.from({ length: size }, (_, k) => rows.map((row) => row[k])).flat();
		const matrix = numbersOf(context, type, [size, resize.output], columns);
		return reshape(context, context.emit("MatMul", [reshape(context, x, [before, size]), matrix]), result);
	}
	const matrix = numbersOf(context, type, [resize.output, size], rows.flat());
	const product = context.emit("MatMul", [matrix, reshape(context, x, [before, size, after])]);
	return reshape(context, product, result);
}

/** What happens to every axis of the operand. */
function axesOf(node: Node, context: DecomposeContext): AxisResize[] {
	const shape = context.shape(node.inputs[0]);
	const output = context.shape(node.outputs[0]);
	const given = (ints(node, "axes") ?? shape.map((_, axis) => axis)).map((axis) => {
		const found = normaliseAxis(axis, shape.length);
		if (found === undefined) throw context.error(`axis ${axis} is out of range for rank ${shape.length}`);
		return found;
	});
	const scales = constantOf(context, node.inputs[2], "scales");
	const sizes = constantOf(context, node.inputs[3], "sizes");
	const roi = constantOf(context, node.inputs[1], "roi") ?? [];
	const scaleOf = scalesOf(
		node,
		given.map((axis) => shape[axis]),
		scales,
		sizes,
	);
	return shape.map((input, axis) => {
		const k = given.indexOf(axis);
		const scale = k < 0 ? 1 : scaleOf(k);
		const begin = k < 0 ? 0 : (roi[k] ?? 0);
		const end = k < 0 ? 1 : (roi[k + given.length] ?? 1);
		return { input, output: output[axis], scale, roi: [begin, end] };
	});
}

function scalesOf(
	node: Node,
	input: readonly number[],
	scales: readonly number[] | undefined,
	sizes: readonly number[] | undefined,
): (k: number) => number {
	if (!sizes || sizes.length === 0) return (k) => scales![k];
	const ratios = sizes.map((size, k) => size / input[k]);
	const policy = string(node, "keep_aspect_ratio_policy", "stretch");
	if (policy === "stretch") return (k) => ratios[k];
	const common = policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios);
	return () => common;
}
