import { string } from "@umpire/graph/attributes.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { reduced } from "../axes.ts";
import { finish, intsOf, reshape } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";
import { type Equation, parseEquation } from "./einsum-equation.ts";

/** An operand on the way: its axes have these labels, each once. */
interface Term {
	readonly name: string;
	readonly labels: readonly string[];
}

type Sizes = ReadonlyMap<string, number>;

/** ONNX Einsum: operands are taken two at a time, each pair as a matrix product. */
export function decomposeEinsum(node: Node, context: DecomposeContext): void {
	const shapes = node.inputs.map((name) => context.shape(name));
	const { operands, output } = equationOf(node, context, shapes);
	const sizes = new Map<string, number>();
	operands.forEach((labels, k) => {
		labels.forEach((label, axis) => {
			sizes.set(label, Math.max(sizes.get(label) ?? 1, shapes[k][axis]));
		});
	});
	const terms = operands.map((labels, k) =>
		withoutRepeats(context, withoutOnes(context, node.inputs[k], labels, shapes[k], sizes), sizes),
	);
	let [result, ...rest] = terms;
	while (rest.length > 0) {
		const [next, ...later] = rest;
		const kept = new Set([...output, ...later.flatMap(({ labels }) => labels)]);
		result = contract(context, result, next, kept, sizes);
		rest = later;
	}
	const summed = sumAway(context, result, new Set(output));
	const dims = output.map((label) => sizes.get(label)!);
	finish(context, node, aligned(context, summed, output, dims));
}

function equationOf(node: Node, context: DecomposeContext, shapes: readonly (readonly number[])[]): Equation {
	const equation = string(node, "equation", "");
	try {
		return parseEquation(
			equation,
			shapes.map((shape) => shape.length),
		);
	} catch (cause) {
		throw context.error(`its equation "${equation}" cannot be read: ${(cause as Error).message}`);
	}
}

/** Axes of size 1 that broadcast are dropped: the term does not depend on them. */
function withoutOnes(
	context: DecomposeContext,
	name: string,
	labels: readonly string[],
	shape: readonly number[],
	sizes: Sizes,
): Term {
	const stays = labels.map((label, axis) => shape[axis] === sizes.get(label));
	if (stays.every(Boolean)) return { name, labels };
	const squeezed = shape.filter((_, axis) => stays[axis]);
	return { name: reshape(context, name, squeezed), labels: labels.filter((_, axis) => stays[axis]) };
}

/** Diagonals: of the last two axes, flattened, every (size + 1)-th element. */
function withoutRepeats(context: DecomposeContext, term: Term, sizes: Sizes): Term {
	const { labels } = term;
	const label = labels.find((one, axis) => labels.indexOf(one) !== axis);
	if (label === undefined) return term;
	const size = sizes.get(label)!;
	const same = labels.flatMap((one, axis) => (one === label ? [axis] : []));
	const pair = same.slice(0, 2);
	const others = labels.map((_, axis) => axis).filter((axis) => !pair.includes(axis));
	const moved = context.emit("Transpose", [term.name], { perm: [...others, ...pair] });
	const kept = others.map((axis) => labels[axis]);
	const outer = kept.map((one) => sizes.get(one)!);
	const flat = reshape(context, moved, [...outer, size * size]);
	const bounds = [0, size * size, kept.length, size + 1].map((value) => intsOf(context, [value]));
	const diagonal = context.emit("Slice", [flat, ...bounds]);
	return withoutRepeats(context, { name: diagonal, labels: [...kept, label] }, sizes);
}

/** Sums over all labels that nothing else needs. */
function sumAway(context: DecomposeContext, term: Term, kept: ReadonlySet<string>): Term {
	const axes = term.labels.flatMap((label, axis) => (kept.has(label) ? [] : [axis]));
	if (axes.length === 0) return term;
	return {
		name: reduced(context, "ReduceSum", term.name, axes, false),
		labels: term.labels.filter((label) => kept.has(label)),
	};
}

/** The term with its axes in the order of `labels` (those that it lacks have size 1), in shape `dims`. */
function aligned(
	context: DecomposeContext,
	term: Term,
	labels: readonly string[],
	dims: readonly number[],
): string {
	const own = labels.filter((label) => term.labels.includes(label));
	const perm = own.map((label) => term.labels.indexOf(label));
	const inOrder = perm.every((axis, k) => axis === k);
	const moved = inOrder ? term.name : context.emit("Transpose", [term.name], { perm });
	return reshape(context, moved, dims);
}

/** Σ a·b over the labels that are not kept: [batch, free of a, sum]·[batch, sum, free of b]. */
function contract(
	context: DecomposeContext,
	first: Term,
	second: Term,
	kept: ReadonlySet<string>,
	sizes: Sizes,
): Term {
	const a = sumAway(context, first, new Set([...kept, ...second.labels]));
	const b = sumAway(context, second, new Set([...kept, ...first.labels]));
	const shared = a.labels.filter((label) => b.labels.includes(label));
	const batch = shared.filter((label) => kept.has(label));
	const summed = shared.filter((label) => !kept.has(label));
	const [rows, columns] = [a, b].map(({ labels }) => labels.filter((label) => !shared.includes(label)));
	const labels = [...batch, ...rows, ...columns];
	const dims = labels.map((label) => sizes.get(label)!);
	if (summed.length === 0) {
		const [x, y] = [a, b].map((term) =>
			aligned(
				context,
				term,
				labels,
				labels.map((label) => (term.labels.includes(label) ? sizes.get(label)! : 1)),
			),
		);
		return { name: context.emit("Mul", [x, y]), labels };
	}
	const [batches, m, k, n] = [batch, rows, summed, columns].map((group) =>
		sizeOf(group.map((label) => sizes.get(label)!)),
	);
	const outer = batch.length > 0 ? [batches] : [];
	const x = aligned(context, a, [...batch, ...rows, ...summed], [...outer, m, k]);
	const y = aligned(context, b, [...batch, ...summed, ...columns], [...outer, k, n]);
	return { name: reshape(context, context.emit("MatMul", [x, y]), dims), labels };
}
