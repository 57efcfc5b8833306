import { string } from "@umpire/graph/attributes.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import { has } from "@umpire/graph/traits.ts";
import type { ElementType, Node } from "@umpire/onnx/model.ts";
import { cast, finish, intsOf, numbersOf, reshape, scalarOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/** Up to so many updates by indices that inputs decide are chosen one after another, as a cache is written. */
const MOST_STEPS = 8;
/** Elements that a scatter by such indices compares or chooses among. */
const MOST_COMPARISONS = 1 << 21;
/** Products of a scatter that adds rows up: of ones and zeros with updates. */
const MOST_PRODUCTS = 1 << 28;

/** Types whose matrices onnxruntime multiplies. */
const MULTIPLIED: ReadonlySet<ElementType> = new Set(["float32", "float64", "int32", "int64"]);

const COMBINE: Readonly<Record<string, string>> = { add: "Add", mul: "Mul", max: "Max", min: "Min" };
const REDUCE: Readonly<Record<string, string>> = {
	add: "ReduceSum",
	max: "ReduceMax",
	min: "ReduceMin",
};

/** Whether a scatter compares all places with all indices at once; products of many factors go step by step. */
export function isByLines(node: Node, updates: number): boolean {
	return updates > MOST_STEPS && string(node, "reduction", "none") !== "mul";
}

/** A scatter along one axis, by indices that inputs decide. */
export interface Lines {
	/** The data are [outer, places, inner], the updates [outer, updates, inner]. */
	readonly sizes: {
		readonly outer: number;
		readonly places: number;
		readonly updates: number;
		readonly inner: number;
	};
	readonly data: string;
	/** int64 and not negative: one for each update, or for each of its elements. */
	readonly index: string;
	/** Whether all elements of an update go to one place, as the messages of a graph's edge do. */
	readonly isShared: boolean;
	readonly updates: string;
}

/**
 * Compares every place with every index at once. Rows that go where one index says are summed by a
 * product with the ones and zeros of that comparison, so that a graph of thousands of edges is one
 * product; other updates are chosen where they meet their place, and combined along their axis.
 */
export function scatterLines(node: Node, context: DecomposeContext, lines: Lines): void {
	const { isShared } = lines;
	const { outer, places, updates: count, inner } = lines.sizes;
	const reduction = string(node, "reduction", "none");
	if (reduction !== "none") combiner(context, reduction);
	const all = places * count * outer * inner;
	const isProduct = reduction === "add" && isShared && MULTIPLIED.has(context.type(lines.updates));
	const chosen = isShared && (isProduct || reduction === "none") ? places * count : all;
	refuseComparisons(context, count, outer * places * inner, chosen);
	if (isProduct && all > MOST_PRODUCTS) refuseComparisons(context, count, outer * places * inner, all);
	const index = reshape(context, lines.index, isShared ? [1, 1, count, 1] : [outer, 1, count, inner]);
	const meets = context.emit("Equal", [index, rangeOf(context, [1, places, 1, 1])]);
	const type = context.type(lines.updates);
	const data = reshape(context, lines.data, [outer, places, inner]);
	const updates = reshape(context, lines.updates, [outer, count, inner]);
	const shape = context.shape(lines.data);
	if (reduction === "none") {
		const last = lastUpdate(context, lines, meets, updates);
		const kept = context.emit("Where", [last.isThere, last.update, data]);
		finish(context, node, reshape(context, kept, shape));
		return;
	}
	const sums = isProduct
		? context.emit("MatMul", [cast(context, reshape(context, meets, [places, count]), type), updates])
		: combined(context, lines, meets, data, updates, reduction, type);
	finish(context, node, reshape(context, context.emit(COMBINE[reduction], [data, sums]), shape));
}

/** Of several updates of one element the last one stays, as in onnxruntime; ONNX leaves it open. */
function lastUpdate(
	context: DecomposeContext,
	lines: Lines,
	meets: string,
	updates: string,
): { readonly isThere: string; readonly update: string } {
	const { outer, places, inner } = lines.sizes;
	const hits = cast(context, meets, "int32");
	const at = context.emit("ArgMax", [hits], { axis: 2, keepdims: 0, select_last_index: 1 });
	const any = context.emit("ReduceMax", [hits, intsOf(context, [2])], { keepdims: 0 });
	const isThere = cast(context, any, "bool");
	if (!lines.isShared) {
		const own = reshape(context, at, [outer, places, inner]);
		return { isThere, update: context.emit("GatherElements", [updates, own], { axis: 1 }) };
	}
	const row = reshape(context, at, [places]);
	return { isThere, update: context.emit("Gather", [updates, row], { axis: 1 }) };
}

/** [outer, places, inner]: what goes to each place, combined; where nothing goes, what leaves the data as they are. */
function combined(
	context: DecomposeContext,
	lines: Lines,
	meets: string,
	data: string,
	updates: string,
	reduction: string,
	type: ElementType,
): string {
	const { outer, places, updates: count, inner } = lines.sizes;
	const neutral =
		reduction === "max" || reduction === "min"
			? reshape(context, data, [outer, places, 1, inner])
			: scalarOf(context, type, 0);
	const spread = reshape(context, updates, [outer, 1, count, inner]);
	const met = context.emit("Where", [meets, spread, neutral]);
	return context.emit(REDUCE[reduction], [met, intsOf(context, [2])], { keepdims: 0 });
}

/**
 * The one index that every line along `axis` has, where the indices are such a column spread over
 * the other axes: graph libraries expand the target of an edge over the features of its message.
 */
export function sharedIndex(context: DecomposeContext, indices: string, axis: number): string | undefined {
	let name = indices;
	const isColumn = (shape: readonly number[]) => {
		const from = context.shape(indices).length - shape.length;
		return axis >= from && shape.every((size, a) => a + from === axis || size === 1);
	};
	for (;;) {
		if (isColumn(context.shape(name))) return reshape(context, name, [-1]);
		const node = context.producer(name);
		if (!node || !isPassing(node)) return undefined;
		name = node.inputs[0];
	}
}

/** Whether the elements are those of the first operand, at the place that broadcasting says. */
const isPassing = (node: Node): boolean =>
	has(node, "casts") || (node.domain === "" && (node.opType === "Expand" || node.opType === "Identity"));

export function combiner(context: DecomposeContext, reduction: string): string {
	const found = COMBINE[reduction];
	if (!found) throw context.error(`reduction ${reduction} is unknown`);
	return found;
}

/** 0, 1, 2, … along the one axis that is not 1. */
export function rangeOf(context: DecomposeContext, shape: readonly number[]): string {
	return numbersOf(
		context,
		"int64",
		shape,
		Array.from({ length: sizeOf(shape) }, (_, p) => p),
	);
}

/** Refuses a scatter by indices that inputs decide which compares, chooses or multiplies too much. */
export function refuseComparisons(
	context: DecomposeContext,
	updates: number,
	elements: number,
	comparisons: number,
): void {
	if (comparisons <= MOST_COMPARISONS) return;
	throw context.error(
		`its indices depend on the model's inputs and it makes ${updates} updates of a tensor of ${elements} elements`,
		`Make the indices constant (a graph's edges as an initializer), or give it smaller inputs: ${MOST_COMPARISONS} comparisons compile, one for every place and index`,
	);
}
