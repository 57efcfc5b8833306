import { sizeOf } from "@umpire/graph/shapes.ts";
import type { ElementType } from "@umpire/onnx/model.ts";
import { reduced } from "../axes.ts";
import { reshape, scalarOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/** A value of the model or one emitted just now, whose shape only its emitter knows. */
export interface Source {
	readonly name: string;
	readonly type: ElementType;
	readonly shape: readonly number[];
}

export function sourceOf(context: DecomposeContext, name: string): Source {
	return { name, type: context.type(name), shape: context.shape(name) };
}

/** A product of longer rows is summed in two stages: the parts of a cone are limited. */
const LONGEST = 65536;

/** Sum of squares over `axes`, which stay as size 1: rows times themselves, so that no square is stored. */
export function sumOfSquares(context: DecomposeContext, x: Source, axes: readonly number[]): string {
	const { shape } = x;
	const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
	const others = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
	const perm = [...others, ...axes];
	const inOrder = perm.every((axis, k) => axis === k);
	const moved = inOrder ? x.name : context.emit("Transpose", [x.name], { perm });
	const count = sizeOf(axes.map((axis) => shape[axis]));
	const rows = sizeOf(kept);
	const pieces = piecesOf(count);
	const [row, column] = [
		[rows * pieces, 1, count / pieces],
		[rows * pieces, count / pieces, 1],
	].map((dims) => reshape(context, moved, dims));
	let sums = context.emit("MatMul", [row, column]);
	if (pieces > 1) sums = reduced(context, "ReduceSum", reshape(context, sums, [rows, pieces]), [1]);
	return reshape(context, sums, kept);
}

/** Into how many equal stretches a row is cut. */
function piecesOf(count: number): number {
	let pieces = Math.ceil(count / LONGEST);
	while (count % pieces !== 0) pieces += 1;
	return pieces;
}

/** √(mean of squares + epsilon) over `axes`, which stay as size 1. */
export function rootMeanSquare(
	context: DecomposeContext,
	x: Source,
	axes: readonly number[],
	epsilon: number,
): string {
	const count = sizeOf(axes.map((axis) => x.shape[axis]));
	const share = scalarOf(context, x.type, 1 / count);
	const mean = context.emit("Mul", [sumOfSquares(context, x, axes), share]);
	return context.emit("Sqrt", [context.emit("Add", [mean, scalarOf(context, x.type, epsilon)])]);
}

/** x − mean over `axes`. */
export function centre(
	context: DecomposeContext,
	x: Source,
	axes: readonly number[],
): { readonly mean: string; readonly centred: Source } {
	const mean = reduced(context, "ReduceMean", x.name, axes);
	return { mean, centred: { ...x, name: context.emit("Sub", [x.name, mean]) } };
}

/** (x − mean) / √(variance + epsilon) over `axes`, with the mean and the root on the way. */
export function standardise(
	context: DecomposeContext,
	x: Source,
	axes: readonly number[],
	epsilon: number,
): { readonly y: string; readonly mean: string; readonly deviation: string } {
	const { mean, centred } = centre(context, x, axes);
	const deviation = rootMeanSquare(context, centred, axes, epsilon);
	return { y: context.emit("Div", [centred.name, deviation]), mean, deviation };
}

/** y·scale + bias, where they are given. */
export function scaledAndShifted(
	context: DecomposeContext,
	y: string,
	scale: string | undefined,
	bias: string | undefined,
): string {
	const scaled = scale ? context.emit("Mul", [y, scale]) : y;
	return bias ? context.emit("Add", [scaled, bias]) : scaled;
}
