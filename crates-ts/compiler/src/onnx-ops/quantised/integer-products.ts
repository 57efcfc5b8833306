import { float, int, ints, string } from "@umpire/graph/attributes.ts";
import type { Real } from "@umpire/graph/real.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import { traitsOf } from "@umpire/graph/traits.ts";
import type { ElementType, Node } from "@umpire/onnx/model.ts";
import { cast, finish, numbersOf, realOf, reshape } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";
import { channelsFirst, channelsLast, takesChannelsLast } from "../microsoft/moves.ts";
import { centred, type Grid, gridOf, rounded } from "./linear.ts";

/** A vector along the second last axis of a matrix; one number as a scalar. */
function perRow(real: Real): Real {
	if (real.data.length === 1) return { shape: [], data: real.data };
	return real.shape.length === 1 ? { ...real, shape: [real.data.length, 1] } : real;
}

function flat(real: Real): Real {
	return real.data.length === 1 ? { shape: [], data: real.data } : real;
}

/** A vector along the first axis of a weight of this rank. */
function perFilter(real: Real, rank: number): Real {
	if (real.data.length === 1) return { shape: [], data: real.data };
	return { shape: [real.data.length, ...new Array<number>(rank - 1).fill(1)], data: real.data };
}

function zeroOf(context: DecomposeContext, name: string | undefined): Real | undefined {
	if (!name) return undefined;
	const zero = realOf(context, name);
	if (!zero) throw context.error("its zero point depends on the model's inputs", "Make it constant");
	return zero.data.some((value) => value !== 0) ? zero : undefined;
}

const map = <T>(value: T | undefined, f: (value: T) => T): T | undefined => (value ? f(value) : undefined);

/** Operand less its zero point, which may depend on the inputs (DynamicQuantizeLinear): whole floats. */
function operand(
	context: DecomposeContext,
	x: string,
	zeroName: string | undefined,
	place: (real: Real) => Real,
): string {
	if (zeroName && !realOf(context, zeroName)) {
		const whole = cast(context, x, "float32");
		const shape = context.shape(zeroName);
		const placed = place({ shape, data: new Float64Array(sizeOf(shape)) }).shape;
		return context.emit("Sub", [whole, reshape(context, cast(context, zeroName, "float32"), placed)]);
	}
	return centred(context, x, map(zeroOf(context, zeroName), place));
}

/** ONNX MatMulInteger. */
export function decomposeMatMulInteger(node: Node, context: DecomposeContext): void {
	const [a, b, aZero, bZero] = node.inputs;
	const product = context.emit("MatMul", [
		operand(context, a, aZero, perRow),
		operand(context, b, bZero, flat),
	]);
	finish(context, node, cast(context, product, "int32"));
}

const CONVOLUTION = ["dilations", "group", "kernel_shape", "pads", "strides"];

/** The attributes of a convolution; auto_pad goes with them. */
function convolutionOf(node: Node): Record<string, number | number[] | string> {
	const attributes: Record<string, number | number[] | string> = {
		auto_pad: string(node, "auto_pad", "NOTSET"),
	};
	for (const name of CONVOLUTION) {
		const attribute = node.attributes.get(name);
		if (attribute?.type === "int") attributes[name] = Number(attribute.value);
		if (attribute?.type === "ints") attributes[name] = ints(node, name)!;
	}
	if (attributes.pads && attributes.auto_pad !== "NOTSET") delete attributes.pads;
	return attributes;
}

/** ONNX ConvInteger. */
export function decomposeConvInteger(node: Node, context: DecomposeContext): void {
	const [x, w, xZero, wZero] = node.inputs;
	const rank = context.shape(w).length;
	const product = context.emit(
		"Conv",
		[operand(context, x, xZero, flat), operand(context, w, wZero, (zero) => perFilter(zero, rank))],
		convolutionOf(node),
	);
	finish(context, node, cast(context, product, "int32"));
}

/** (w − zero)·scale·factor of a constant. */
function constantReal(
	context: DecomposeContext,
	name: string,
	{ scale, zero }: Grid,
	factor: number,
	place: (real: Real) => Real,
): string | undefined {
	const real = realOf(context, name);
	if (!real) return undefined;
	const [s, z] = [place(scale), map(zero, place)];
	const columns = s.shape.length > 0 ? s.shape : (z?.shape ?? []);
	const period = columns.length > 0 ? columns.slice(1).reduce((a, b) => a * b, 1) : 1;
	const trailing = real.shape.slice(real.shape.length - columns.length + 1);
	const inner = trailing.reduce((a, b) => a * b, 1) / period;
	const at = (of: Real | undefined, i: number, fallback: number): number => {
		if (!of) return fallback;
		return of.data[of.data.length === 1 ? 0 : Math.floor(i / inner) % of.data.length];
	};
	const data = real.data.map((q, i) => (q - at(z, i, 0)) * at(s, i, 1) * factor);
	return numbersOf(context, "float32", real.shape, data);
}

/** ONNX QLinearConv: the scales go into the weights, so that the product counts units of the result. */
export function decomposeQLinearConv(node: Node, context: DecomposeContext): void {
	const [x, xs, xz, w, ws, wz, ys, yz, bias] = node.inputs;
	const from = gridOf(context, xs, xz, context.type(x));
	const weights = gridOf(context, ws, wz, context.type(w));
	const to = gridOf(context, ys, yz, context.type(node.outputs[0]));
	const factor = from.scale.data[0] / to.scale.data[0];
	const rank = context.shape(w).length;
	const matrix = constantReal(context, w, weights, factor, (real) => perFilter(real, rank));
	if (!matrix) throw context.error("its weights depend on the model's inputs", "Make the weights constant");
	const inputs = [centred(context, x, map(from.zero, flat)), matrix];
	const given = realOf(context, bias);
	if (bias && !given) throw context.error("its bias depends on the model's inputs", "Make the bias constant");
	if (given) {
		const { data } = weights.scale;
		const scaled = given.data.map((b, c) => b * data[data.length === 1 ? 0 : c] * factor);
		inputs.push(numbersOf(context, "float32", given.shape, scaled));
	}
	const y = context.emit("Conv", inputs, convolutionOf(node));
	finish(context, node, rounded(context, y, map(to.zero, flat), to.type));
}

/** ONNX QLinearMatMul. */
export function decomposeQLinearMatMul(node: Node, context: DecomposeContext): void {
	const [a, as, az, b, bs, bz, ys, yz] = node.inputs;
	const left = gridOf(context, as, az, context.type(a));
	const right = gridOf(context, bs, bz, context.type(b));
	const to = gridOf(context, ys, yz, context.type(node.outputs[0]));
	const single = (real: Real): boolean => real.data.length === 1;
	const factor = single(to.scale) ? 1 / to.scale.data[0] : 1;
	const y = finishMatMul(context, { a, left, b, right, factor });
	const scaled = single(to.scale)
		? y
		: context.emit("Div", [y, numbersOf(context, "float32", perRow(to.scale).shape, to.scale.data)]);
	finish(context, node, rounded(context, scaled, map(to.zero, perRow), to.type));
}

function finishMatMul(
	context: DecomposeContext,
	{ a, left, b, right, factor }: { a: string; left: Grid; b: string; right: Grid; factor: number },
): string {
	const own = left.scale.data.length === 1 ? left.scale.data[0] : 1;
	const x = centred(context, a, map(left.zero, perRow));
	const weights = constantReal(context, b, right, factor * own, flat);
	let y: string;
	if (weights) y = context.emit("MatMul", [x, weights]);
	else {
		const product = context.emit("MatMul", [x, centred(context, b, map(right.zero, flat))]);
		const scale = flat(right.scale);
		const factors = scale.data.map((value) => value * factor * own);
		y = context.emit("Mul", [product, numbersOf(context, "float32", scale.shape, factors)]);
	}
	if (left.scale.data.length === 1) return y;
	return context.emit("Mul", [y, numbersOf(context, "float32", perRow(left.scale).shape, left.scale.data)]);
}

/** The operator of ONNX's that one of com.microsoft is between quantised tensors. */
const plainName = (opType: string): string => opType.replace(/^QLinear/, "");

/** What every operand is multiplied by, so that the result counts in its own units; undefined if it takes a division after. */
function factorsOf(opType: string, scales: readonly number[], unit: number): number[] | undefined {
	if (opType === "QLinearMul") return [(scales[0] * scales[1]) / unit, 1];
	return traitsOf(plainName(opType)).has("homogeneous") ? scales.map((scale) => scale / unit) : undefined;
}

/** Operators of com.microsoft between quantised tensors: dequantised, computed, quantised again. */
export function decomposeQLinear(node: Node, context: DecomposeContext): void {
	const concat = node.opType === "QLinearConcat";
	const where = node.opType === "QLinearWhere";
	const names = concat ? node.inputs.slice(2) : node.inputs.slice(where ? 1 : 0, -2);
	const [ys, yz] = concat ? node.inputs : node.inputs.slice(-2);
	const to = gridOf(context, ys, yz, outputType(node, context));
	const [unit] = to.scale.data;
	const given = Array.from({ length: Math.ceil(names.length / 3) }, (_, k) => {
		const [x, scale, zero] = names.slice(3 * k, 3 * k + 3);
		return { x, grid: gridOf(context, scale, zero, context.type(x)) };
	});
	const scales = given.map(({ grid }) => grid.scale.data[0]);
	const factors = factorsOf(node.opType, scales, unit);
	const times = (x: string, factor: number): string =>
		factor === 1 ? x : context.emit("Mul", [x, numbersOf(context, "float32", [], [factor])]);
	const last = takesChannelsLast(node);
	const operands = given.map(({ x, grid }, k) => {
		const real = times(centred(context, x, map(grid.zero, flat)), (factors ?? scales)[k]);
		const perm = channelsFirst(context.shape(x).length);
		return last ? context.emit("Transpose", [real], { perm }) : real;
	});
	const attributes = Object.fromEntries(
		[...node.attributes].filter(([name]) => name !== "channels_last" && name !== "opset"),
	);
	const inputs = where ? [node.inputs[0], ...operands] : operands;
	let y = context.emit(plainName(node.opType), inputs, attributes);
	if (last) y = context.emit("Transpose", [y], { perm: channelsLast(context.shape(node.outputs[0]).length) });
	if (!factors) y = context.emit("Div", [y, numbersOf(context, "float32", [], [unit])]);
	finish(context, node, rounded(context, y, map(to.zero, flat), to.type));
}

function outputType(node: Node, context: DecomposeContext): ElementType {
	return context.type(node.outputs[0]);
}

/** onnxruntime's QGemm: alpha·A'·B' + C in integers of their products' scale; float without a scale of the result. */
export function decomposeQGemm(node: Node, context: DecomposeContext): void {
	const [a, as, az, b, bs, bz, c, ys, yz] = node.inputs;
	const left = gridOf(context, as, az, context.type(a));
	const right = gridOf(context, bs, bz, context.type(b));
	const [transA, transB] = [int(node, "transA", 0), int(node, "transB", 0)];
	const factor = float(node, "alpha", 1) * left.scale.data[0];
	const weights = constantReal(context, b, right, factor, transB === 1 ? perRow : flat);
	const bias = realOf(context, c);
	if (!weights || (c && !bias))
		throw context.error("its weights or bias depend on the model's inputs", "Make them constant");
	const inputs = [centred(context, a, map(left.zero, flat)), weights];
	if (bias) {
		const { data } = right.scale;
		const columns = data.length;
		const scaled = bias.data.map((value, i) => value * factor * data[columns === 1 ? 0 : i % columns]);
		inputs.push(numbersOf(context, "float32", bias.shape, scaled));
	}
	const y = context.emit("Gemm", inputs, { transA, transB });
	if (!ys) {
		finish(context, node, y);
		return;
	}
	const to = gridOf(context, ys, yz, outputType(node, context));
	const divided = context.emit("Div", [y, numbersOf(context, "float32", [], to.scale.data)]);
	finish(context, node, rounded(context, divided, map(to.zero, flat), to.type));
}
