import { int } from "@umpire/graph/attributes.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import type { Tape } from "../tape.ts";
import type { Gradient, Gradients } from "./gradient.ts";

/** The axes that a node reduces; none if it does nothing. */
function axesOf(node: Node, tape: Tape): number[] {
	const rank = tape.shape(node.inputs[0]).length;
	const given = tape.integers(node.inputs[1], "axes") ?? [];
	if (given.length > 0) return given.map((axis) => (axis < 0 ? axis + rank : axis));
	if (int(node, "noop_with_empty_axes", 0) === 1) return [];
	return Array.from({ length: rank }, (_, axis) => axis);
}

/** A reduction's result with size 1 along the axes that it reduced. */
function kept(tape: Tape, x: string, value: string, axes: readonly number[]): string {
	const shape = tape.shape(x).map((size, axis) => (axes.includes(axis) ? 1 : size));
	return tape.reshape(value, shape);
}

function linear(factor: (count: number) => number): Gradient {
	return (node, tape, [gain]) => {
		const [x] = node.inputs;
		const axes = axesOf(node, tape);
		const count = sizeOf(axes.map((axis) => tape.shape(x)[axis]));
		return [tape.expand(kept(tape, x, tape.scaled(gain, factor(count)), axes), tape.shape(x))];
	};
}

/** The first largest element, or least, of what was reduced gains. */
function extreme(sign: 1 | -1): Gradient {
	return (node, tape, [gain]) => {
		const [x] = node.inputs;
		const axes = axesOf(node, tape);
		if (axes.length === 0) return [gain];
		const shape = tape.shape(x);
		const others = shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
		const order = [...others, ...axes];
		const [outer, inner] = [others, axes].map((list) => list.map((axis) => shape[axis]));
		const rows = tape.reshape(tape.transpose(tape.scaled(x, sign), order), [...outer, sizeOf(inner)]);
		const count = sizeOf(inner);
		const places = tape.numbers(
			"int64",
			[count],
			Array.from({ length: count }, (_, k) => k),
		);
		const hit = tape.compare("Equal", tape.argMax(rows, outer.length), places);
		const spread = tape.expand(tape.reshape(gain, [...outer, 1]), [...outer, count]);
		const back = tape.reshape(tape.masked(hit, spread), [...outer, ...inner]);
		const inverse = shape.map((_, axis) => order.indexOf(axis));
		return [tape.transpose(back, inverse)];
	};
}

const squares: Gradient = (node, tape, [gain]) => {
	const [x] = node.inputs;
	return [tape.mul(tape.scaled(x, 2), kept(tape, x, gain, axesOf(node, tape)))];
};

/** Reductions along axes. */
export const REDUCTIONS: Gradients = {
	ReduceSum: linear(() => 1),
	ReduceMean: linear((count) => 1 / count),
	ReduceMax: extreme(1),
	ReduceMin: extreme(-1),
	ReduceSumSquare: squares,
};
