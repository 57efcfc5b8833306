import { int, ints, string } from "@umpire/graph/attributes.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import type { Tape } from "../tape.ts";
import type { Gradient, Gradients } from "./gradient.ts";

/** The same elements in the same order. */
const reshaped: Gradient = ({ inputs: [x] }, tape, [gain]) => [tape.reshape(gain, tape.shape(x))];

const transpose: Gradient = (node, tape, [gain]) => {
	const rank = tape.shape(gain).length;
	const perm = ints(node, "perm") ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
	return [
		tape.transpose(
			gain,
			perm.map((_, axis) => perm.indexOf(axis)),
		),
	];
};

const concat: Gradient = (node, tape, [gain], wanted) => {
	const axis = normalised(int(node, "axis", 0), tape.shape(gain).length);
	let at = 0;
	return node.inputs.map((name, k) => {
		const start = at;
		at += tape.shape(name)[axis];
		return wanted.has(k) ? tape.slice(gain, [axis], [start], [at]) : undefined;
	});
};

const split: Gradient = (node, tape, gains) => {
	const axis = normalised(int(node, "axis", 0), tape.shape(node.inputs[0]).length);
	const type = tape.type(node.inputs[0]);
	const pieces = node.outputs.map((name, k) => gains[k] || tape.zeros(tape.shape(name), type));
	return [tape.concat(pieces, axis)];
};

/** Where the slices were, one axis after the other: what was left out gains nothing. */
const slice: Gradient = (node, tape, [gain]) => {
	const [x, starts, ends, axes, steps] = node.inputs;
	const shape = tape.shape(x);
	const from = tape.integers(starts, "starts")!;
	const to = tape.integers(ends, "ends")!;
	const along = tape.integers(axes, "axes") ?? from.map((_, axis) => axis);
	const by = tape.integers(steps, "steps") ?? from.map(() => 1);
	let result = gain;
	along.forEach((given, k) => {
		const axis = normalised(given, shape.length);
		result = scattered(tape, result, axis, positions(shape[axis], from[k], to[k], by[k]), shape[axis]);
	});
	return [result];
};

/** The positions that a slice takes along an axis, as NumPy counts them. */
function positions(size: number, start: number, end: number, step: number): number[] {
	const bound = (value: number, low: number, high: number): number =>
		Math.max(low, Math.min(high, value < 0 ? value + size : value));
	const list: number[] = [];
	if (step > 0) {
		for (let at = bound(start, 0, size); at < bound(end, 0, size); at += step) list.push(at);
	} else {
		for (let at = bound(start, 0, size - 1); at > bound(end, -1, size - 1); at += step) list.push(at);
	}
	return list;
}

/** x's elements put at positions along an axis of `size`, each at most once, zeros elsewhere. */
function scattered(tape: Tape, x: string, axis: number, at: readonly number[], size: number): string {
	const rank = tape.shape(x).length;
	const along = (value: number): number[] =>
		Array.from({ length: rank }, (_, one) => (one === axis ? value : 0));
	if (at.every((position, k) => position === at[0] + k)) {
		return tape.pad(x, along(at[0]), along(size - at[0] - at.length));
	}
	const places = Array.from({ length: size }, (_, position) => {
		const found = at.indexOf(position);
		return found < 0 ? at.length : found;
	});
	return tape.gather(tape.pad(x, along(0), along(1)), tape.ints(places), axis);
}

const pad: Gradient = (node, tape, [gain]) => {
	if (string(node, "mode", "constant") !== "constant") {
		throw tape.error("it pads with the tensor's own elements", "Pad with a constant");
	}
	const [x, given, , some] = node.inputs;
	const shape = tape.shape(x);
	const pads = tape.integers(given, "pads")!;
	const axes = (tape.integers(some, "axes") ?? shape.map((_, axis) => axis)).map((axis) =>
		normalised(axis, shape.length),
	);
	const [before, after] = [shape.map(() => 0), shape.map(() => 0)];
	axes.forEach((axis, k) => {
		[before[axis], after[axis]] = [pads[k], pads[k + axes.length]];
	});
	const own = tape.shape(gain);
	const all = shape.map((_, axis) => axis);
	const inner = tape.slice(
		gain,
		all,
		before.map((one) => Math.max(0, one)),
		own.map((size, axis) => size - Math.max(0, after[axis])),
	);
	// Negative pads cut off what gains nothing.
	const cut = (list: readonly number[]): number[] => list.map((one) => Math.max(0, -one));
	return [tape.pad(inner, cut(before), cut(after))];
};

const tile: Gradient = ({ inputs: [x, repeats] }, tape, [gain]) => {
	const shape = tape.shape(x);
	const counts = tape.integers(repeats, "repeats")!;
	const apart = tape.reshape(
		gain,
		shape.flatMap((size, axis) => [counts[axis], size]),
	);
	const axes = counts.flatMap((count, axis) => (count > 1 ? [2 * axis] : []));
	return [tape.reshape(tape.sum(apart, axes), shape)];
};

/** Blocks of channels and blocks of pixels, in either direction (`back`). */
function blocks(back: boolean): Gradient {
	return (node, tape, [gain]) => {
		const b = int(node, "blocksize", 1);
		const [n, c, h, w] = tape.shape(gain);
		const columnsFirst = string(node, "mode", "DCR") === "CRD";
		if (!back) {
			// DepthToSpace's result [n, c, h, w] → [n, c·b², h / b, w / b].
			const apart = tape.reshape(gain, [n, c, h / b, b, w / b, b]);
			const order = columnsFirst ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4];
			return [tape.reshape(tape.transpose(apart, order), [n, c * b * b, h / b, w / b])];
		}
		const apart = tape.reshape(gain, [n, b, b, c / (b * b), h, w]);
		return [tape.reshape(tape.transpose(apart, [0, 3, 4, 1, 5, 2]), [n, c / (b * b), h * b, w * b])];
	};
}

const trilu: Gradient = (node, tape, [gain]) => {
	const [, k] = node.inputs;
	const upper = int(node, "upper", 1);
	const facts = { shape: tape.shape(gain), type: tape.type(gain) };
	return [tape.emit("Trilu", k ? [gain, k] : [gain], facts, { upper })];
};

/**
 * Rows of a table: every row gains what was read from it, Σ over the reads. The one-hot matrix of the
 * indices says which; it has as many elements as reads times rows.
 */
const gather: Gradient = (node, tape, [gain]) => {
	const [x, indices] = node.inputs;
	const shape = tape.shape(x);
	const axis = normalised(int(node, "axis", 0), shape.length);
	const reads = tape.shape(indices);
	const [count, rows] = [sizeOf(reads), shape[axis]];
	if (count * rows > MOST_READS) {
		throw tape.error(
			`${count} reads of ${rows} rows make a one-hot matrix of ${count * rows} elements`,
			`At most ${MOST_READS} can be trained through: use a smaller vocabulary or batch, or freeze the table`,
		);
	}
	const inner = shape.filter((_, one) => one !== axis);
	const order = [...reads.map((_, k) => axis + k), ...inner.map((_, k) => (k < axis ? k : k + reads.length))];
	const flat = tape.reshape(tape.transpose(gain, order), [count, sizeOf(inner)]);
	const whole = tape.cast(tape.reshape(indices, [count, 1]), "int64");
	const positive = tape.where(
		tape.compare("Less", whole, tape.scalar("int64", 0)),
		tape.add(whole, tape.scalar("int64", rows)),
		whole,
	);
	const places = tape.numbers(
		"int64",
		[rows],
		Array.from({ length: rows }, (_, k) => k),
	);
	const hot = tape.cast(tape.compare("Equal", positive, places), tape.type(gain));
	const table = tape.reshape(tape.gemm(hot, flat, true, false), [rows, ...inner]);
	const back = shape.map((_, one) => (one === axis ? 0 : one < axis ? one + 1 : one));
	return [tape.transpose(table, back)];
};

/** Elements of the largest one-hot matrix. */
const MOST_READS = 2 ** 22;

const normalised = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** What moves elements, or reads them by index. */
export const MOVEMENT: Gradients = {
	Concat: concat,
	DepthToSpace: blocks(false),
	Expand: ({ inputs: [x] }: Node, tape: Tape, [gain]) => [tape.sumTo(gain, tape.shape(x))],
	Flatten: reshaped,
	Gather: gather,
	Pad: pad,
	Reshape: reshaped,
	Slice: slice,
	SpaceToDepth: blocks(true),
	Split: split,
	Squeeze: reshaped,
	Tile: tile,
	Transpose: transpose,
	Trilu: trilu,
	Unsqueeze: reshaped,
};
