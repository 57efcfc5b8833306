import { isFloat, type Real, toReal } from "@umpire/graph/real.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import { codeOfType, tensorFrom } from "@umpire/onnx/element-types.ts";
import type { ElementType, Node } from "@umpire/onnx/model.ts";
import type { DecomposeContext } from "./decomposition.ts";

/** An int64 constant of one axis. */
export function intsOf(context: DecomposeContext, values: readonly number[]): string {
	return context.tensor(tensorFrom("int64", [values.length], values));
}

/** A constant of numbers of the given type. */
export function numbersOf(
	context: DecomposeContext,
	type: ElementType,
	dims: readonly number[],
	values: ArrayLike<number>,
): string {
	return context.tensor(tensorFrom(type, dims, Array.from(values)));
}

export function scalarOf(context: DecomposeContext, type: ElementType, value: number): string {
	return numbersOf(context, type, [], [value]);
}

export function reshape(context: DecomposeContext, x: string, shape: readonly number[]): string {
	return context.emit("Reshape", [x, intsOf(context, shape)]);
}

export function cast(context: DecomposeContext, x: string, type: ElementType): string {
	return context.emit("Cast", [x], { to: codeOfType(type) });
}

/** States that `x` is the node's first output (or the given one). */
export function finish(context: DecomposeContext, node: Node, x: string, output = 0): void {
	context.emit("Identity", [x], {}, [node.outputs[output]]);
}

/** A constant operand's numbers; undefined if it is omitted or depends on the model's inputs. */
export function realOf(context: DecomposeContext, name: string | undefined): Real | undefined {
	const tensor = name ? context.constant(name) : undefined;
	return tensor && toReal(tensor);
}

/** A constant operand's numbers; undefined if it is omitted. Throws if it depends on inputs. */
export function constantOf(
	context: DecomposeContext,
	name: string | undefined,
	role: string,
): number[] | undefined {
	if (!name) return undefined;
	const real = realOf(context, name);
	if (!real) {
		throw context.error(`its ${role} depends on the model's inputs`, `Make the ${role} constant`);
	}
	return Array.from(real.data);
}

/** Sizes before an axis, of it, and after it. */
export function aroundAxis(shape: readonly number[], axis: number): [number, number, number] {
	return [sizeOf(shape.slice(0, axis)), shape[axis], sizeOf(shape.slice(axis + 1))];
}

/** What is chosen from tensors of one type. */
export interface Choice {
	/** How many elements the tensors have. */
	readonly total: number;
	/** For each element of the result its place among them; −1 for `fill`. */
	readonly index: ArrayLike<number>;
	/** Of the result. */
	readonly shape: readonly number[];
	readonly type: ElementType;
	/** 0 by default. */
	readonly fill?: number;
}

/** The elements of several tensors, flattened and put in a row, chosen by constant indices. */
export function choose(context: DecomposeContext, pieces: readonly string[], choice: Choice): string {
	const { total, index, shape, type, fill = 0 } = choice;
	const flat = pieces.map((piece) => reshape(context, piece, [-1]));
	let row = flat.length === 1 ? flat[0] : context.emit("Concat", flat, { axis: 0 });
	const indices = Array.from(index, (at) => (at < 0 ? total : at));
	if (indices.includes(total)) row = appended(context, row, 0, 1, type, fill);
	const constant = context.tensor(tensorFrom("int64", shape, indices));
	return context.emit("Gather", [row, constant], { axis: 0 });
}

/** x with one more position at the end of `axis`, filled with a number. */
export function appended(
	context: DecomposeContext,
	x: string,
	axis: number,
	rank: number,
	type: ElementType,
	fill: number,
): string {
	if (isFloat(type) && rank > 0) {
		const pads = new Array<number>(2 * rank).fill(0);
		pads[rank + axis] = 1;
		return context.emit("Pad", [x, intsOf(context, pads), scalarOf(context, type, fill)]);
	}
	// onnxruntime pads few integer types; a constant piece costs no precision where the scale is 1.
	if (rank !== 1) throw new Error("only floats are extended along one of several axes");
	return context.emit("Concat", [x, numbersOf(context, type, [1], [fill])], { axis: 0 });
}

/** What is chosen along one axis of a tensor. */
export interface AxisChoice {
	/** Of the tensor. */
	readonly shape: readonly number[];
	readonly axis: number;
	/** Positions along the axis; −1 for `fill`. */
	readonly index: readonly number[];
	readonly type: ElementType;
	/** 0 by default. */
	readonly fill?: number;
}

/** The positions along an axis that constant indices choose. */
export function chooseAlong(context: DecomposeContext, x: string, choice: AxisChoice): string {
	const { shape, axis, index, type, fill = 0 } = choice;
	const size = shape[axis];
	if (index.length === size && index.every((at, k) => at === k)) return x;
	let source = x;
	if (index.some((at) => at < 0)) {
		if (isFloat(type)) source = appended(context, x, axis, shape.length, type, fill);
		else {
			const piece = shape.map((own, a) => (a === axis ? 1 : own));
			const constant = numbersOf(context, type, piece, new Array<number>(sizeOf(piece)).fill(fill));
			source = context.emit("Concat", [x, constant], { axis });
		}
	}
	const indices = intsOf(
		context,
		index.map((at) => (at < 0 ? size : at)),
	);
	return context.emit("Gather", [source, indices], { axis });
}
