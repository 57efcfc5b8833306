import { isFloat } from "@umpire/graph/real.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { reduceAxesOf, reduced } from "../axes.ts";
import { finish, reshape } from "../build.ts";
import type { DecomposeContext, Decomposition } from "../decomposition.ts";
import { type Source, sourceOf, sumOfSquares } from "../normalisation/moments.ts";
import { belowMaximum, exponential } from "../normalisation/softmax.ts";

/** A product of more factors has a range that no integers hold. */
const MOST_FACTORS = 64;

/** A reduction f(x, axes) whose axes stay as size 1. */
type Reduction = (context: DecomposeContext, x: Source, axes: readonly number[]) => string;

function decomposition(reduction: Reduction): Decomposition {
	return (node, context) => {
		const source = sourceOf(context, node.inputs[0]);
		// Without axes the functions still apply, to single elements; an axis of size 1 says so.
		const axes = reduceAxesOf(node, context);
		const shape = axes.length > 0 ? source.shape : [...source.shape, 1];
		const over = axes.length > 0 ? axes : [source.shape.length];
		const name = axes.length > 0 ? source.name : reshape(context, source.name, shape);
		finish(
			context,
			node,
			shapedAsOutput(node, context, reduction(context, { ...source, name, shape }, over)),
		);
	};
}

function shapedAsOutput(node: Node, context: DecomposeContext, value: string): string {
	return reshape(context, value, context.shape(node.outputs[0]));
}

const l1: Reduction = (context, x, axes) =>
	reduced(context, "ReduceSum", context.emit("Abs", [x.name]), axes);

const l2: Reduction = (context, x, axes) => {
	if (!isFloat(x.type)) throw context.error("it takes roots of whole numbers", "Cast to float before");
	return context.emit("Sqrt", [sumOfSquares(context, x, axes)]);
};

const logSum: Reduction = (context, x, axes) => {
	if (!isFloat(x.type)) throw context.error("it takes logarithms of whole numbers", "Cast to float before");
	return context.emit("Log", [reduced(context, "ReduceSum", x.name, axes)]);
};

/** max + log Σ exp(x − max): exponentials stay within 16 bits. */
const logSumExp: Reduction = (context, x, axes) => {
	const most = reduced(context, "ReduceMax", x.name, axes);
	const powers = exponential(context, belowMaximum(context, x.name, x.type, axes), x.type);
	return context.emit("Add", [most, logSum(context, { ...x, name: powers }, axes)]);
};

const product: Reduction = (context, x, axes) => {
	const others = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
	const count = sizeOf(axes.map((axis) => x.shape[axis]));
	if (count > MOST_FACTORS) {
		throw context.error(`it multiplies ${count} elements`, `Products of up to ${MOST_FACTORS} compile`);
	}
	const moved = context.emit("Transpose", [x.name], { perm: [...others, ...axes] });
	const rows = reshape(context, moved, [sizeOf(others.map((axis) => x.shape[axis])), count]);
	let factors = [rows];
	if (count > 1) {
		factors = Array.from({ length: count }, () => context.fresh("factor"));
		context.emit("Split", [rows], { axis: 1, num_outputs: count }, factors);
	}
	while (factors.length > 1) {
		const pairs = factors.filter((_, k) => k % 2 === 0);
		factors = pairs.map((first, k) => {
			const second = factors[2 * k + 1];
			return second ? context.emit("Mul", [first, second]) : first;
		});
	}
	return factors[0];
};

export const decomposeReduceL1 = decomposition(l1);
export const decomposeReduceL2 = decomposition(l2);
export const decomposeReduceSumSquare = decomposition(sumOfSquares);
export const decomposeReduceLogSum = decomposition(logSum);
export const decomposeReduceLogSumExp = decomposition(logSumExp);
export const decomposeReduceProd = decomposition(product);
