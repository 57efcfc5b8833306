import { int } from "@umpire/graph/attributes.ts";
import type { Real } from "@umpire/graph/real.ts";
import { normaliseAxis, sizeOf, stridesOf } from "@umpire/graph/shapes.ts";
import type { ElementType, Node } from "@umpire/onnx/model.ts";
import { cast, finish, numbersOf, realOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/** What the quantised integers of a type may be. */
export const INTEGERS: Partial<Record<ElementType, readonly [number, number]>> = {
	int8: [-128, 127],
	uint8: [0, 255],
	int16: [-32768, 32767],
	uint16: [0, 65535],
	int32: [-(2 ** 31), 2 ** 31 - 1],
};

/** The real numbers (integer − zero)·scale of a quantised tensor; the operand is of type `type`. */
export interface Grid {
	readonly scale: Real;
	/** undefined for 0. */
	readonly zero: Real | undefined;
	readonly type: ElementType;
}

/** A constant scale and zero point. */
export function gridOf(
	context: DecomposeContext,
	scaleName: string,
	zeroName: string | undefined,
	type: ElementType,
): Grid {
	const scale = realOf(context, scaleName);
	const zero = realOf(context, zeroName);
	if (!scale || (zeroName && !zero)) {
		throw context.error(
			"its scale or zero point depends on the model's inputs",
			"Make scale and zero point constant",
		);
	}
	return { scale, zero: zero?.data.some((value) => value !== 0) ? zero : undefined, type };
}

/** Integers less their zero point, as floats of scale 1: exact. */
export function centred(context: DecomposeContext, x: string, zero: Real | undefined): string {
	const whole = cast(context, x, "float32");
	if (!zero) return whole;
	return context.emit("Sub", [whole, numbersOf(context, "float32", zero.shape, zero.data)]);
}

export function dequantised(context: DecomposeContext, x: string, { scale, zero }: Grid): string {
	const factors = numbersOf(context, "float32", scale.shape, scale.data);
	return context.emit("Mul", [centred(context, x, zero), factors]);
}

/** round(x / scale) + zero, saturated, of the grid's type. */
export function quantised(context: DecomposeContext, x: string, { scale, zero, type }: Grid): string {
	const unit = scale.data.every((value) => value === 1);
	const divisor = numbersOf(context, "float32", scale.shape, scale.data);
	return rounded(context, unit ? x : context.emit("Div", [x, divisor]), zero, type);
}

/** round(x) + zero, saturated to the type. */
export function rounded(
	context: DecomposeContext,
	x: string,
	zero: Real | undefined,
	type: ElementType,
): string {
	const [low, high] = INTEGERS[type] ?? [];
	if (low === undefined || high === undefined) {
		throw context.error(`it quantises to ${type}`, `${Object.keys(INTEGERS).join(", ")} compile`);
	}
	let y = context.emit("Round", [x]);
	if (zero) y = context.emit("Add", [y, numbersOf(context, "float32", zero.shape, zero.data)]);
	const bounds = [low, high].map((bound) => numbersOf(context, "float32", [], [bound]));
	return cast(context, context.emit("Clip", [y, ...bounds]), type);
}

/** Numbers of which each counts for `block` places along the axis. */
function inBlocks(
	node: Node,
	context: DecomposeContext,
	real: Real,
	shape: readonly number[],
	block: number,
): Real {
	const axis = normaliseAxis(int(node, "axis", 1), shape.length);
	if (axis === undefined) throw context.error("its axis is out of range");
	const strides = stridesOf(real.shape);
	const own = stridesOf(shape);
	const data = Float64Array.from({ length: sizeOf(shape) }, (_, at) => {
		const places = shape.map((size, a) => Math.floor(at / own[a]) % size);
		return real.data[
			places.reduce((sum, place, a) => sum + strides[a] * (a === axis ? Math.floor(place / block) : place), 0)
		];
	});
	return { shape, data };
}

/** Scales along one axis broadcast as a column. */
function alongAxis(node: Node, context: DecomposeContext, real: Real | undefined): Real | undefined {
	if (!real) return undefined;
	const shape = context.shape(node.inputs[0]);
	const block = int(node, "block_size", 0);
	if (block > 0 && real.shape.length === shape.length) return inBlocks(node, context, real, shape, block);
	if (real.data.length === 1) return { shape: [], data: real.data };
	const axis = normaliseAxis(int(node, "axis", 1), shape.length);
	if (axis === undefined) throw context.error("its axis is out of range");
	return { shape: [real.data.length, ...shape.slice(axis + 1).map(() => 1)], data: real.data };
}

/** ONNX QuantizeLinear, per tensor, per axis and in blocks. */
export function decomposeQuantizeLinear(node: Node, context: DecomposeContext): void {
	const [x, scaleName, zeroName] = node.inputs;
	const { scale, zero } = gridOf(context, scaleName, zeroName, "uint8");
	const grid = {
		scale: alongAxis(node, context, scale)!,
		zero: alongAxis(node, context, zero),
		type: context.type(node.outputs[0]),
	};
	finish(context, node, quantised(context, asFloat32(context, x), grid));
}

/** ONNX DequantizeLinear, per tensor, per axis and in blocks. */
export function decomposeDequantizeLinear(node: Node, context: DecomposeContext): void {
	const [x, scaleName, zeroName] = node.inputs;
	const { scale, zero } = gridOf(context, scaleName, zeroName, context.type(x));
	const type = context.type(node.outputs[0]);
	const real = dequantised(context, x, {
		scale: alongAxis(node, context, scale)!,
		zero: alongAxis(node, context, zero),
		type,
	});
	finish(context, node, type === "float32" ? real : cast(context, real, type));
}

function asFloat32(context: DecomposeContext, x: string): string {
	return context.type(x) === "float32" ? x : cast(context, x, "float32");
}

/** ONNX DynamicQuantizeLinear: the scale covers the tensor's own range and 0. */
export function decomposeDynamicQuantizeLinear(node: Node, context: DecomposeContext): void {
	const [x] = node.inputs;
	const number = (value: number) => numbersOf(context, "float32", [], [value]);
	const low = context.emit("Min", [context.emit("ReduceMin", [x], { keepdims: 0 }), number(0)]);
	const high = context.emit("Max", [context.emit("ReduceMax", [x], { keepdims: 0 }), number(0)]);
	const scale = context.emit("Mul", [context.emit("Sub", [high, low]), number(1 / 255)]);
	const middle = context.emit("Round", [context.emit("Neg", [context.emit("Div", [low, scale])])]);
	const zero = context.emit("Clip", [middle, number(0), number(255)]);
	const steps = context.emit("Round", [context.emit("Div", [x, scale])]);
	const sum = context.emit("Clip", [context.emit("Add", [steps, zero]), number(0), number(255)]);
	if (node.outputs[0]) finish(context, node, cast(context, sum, "uint8"), 0);
	if (node.outputs[1]) finish(context, node, scale, 1);
	if (node.outputs[2]) finish(context, node, cast(context, zero, "uint8"), 2);
}
