import { float, int } from "@umpire/graph/attributes.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import type { ElementType, Node } from "@umpire/onnx/model.ts";
import { finish, intsOf, numbersOf, realOf, reshape, scalarOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

/** What stands for −∞ where a score does not count: passes/masks.ts knows it. */
const MASKED = -3.4e38;

/** Queries, keys and values of shape [batch, heads, sequence, size]; keys may have fewer heads. */
export interface Attended {
	readonly q: string;
	readonly k: string;
	readonly v: string;
	readonly type: ElementType;
	readonly qShape: readonly number[];
	readonly kShape: readonly number[];
	readonly vShape: readonly number[];
	readonly scale: number;
	readonly softcap: number;
	/** Truth values that broadcast to the scores; all must hold where a key counts. */
	readonly allowed: readonly string[];
	/** Added to the scores, in order. */
	readonly biases: readonly string[];
}

export interface Attention {
	/** [batch, heads, queries, value size]. */
	readonly y: string;
	/** [batch, heads, queries, keys], each. */
	readonly raw: string;
	readonly capped: string;
	readonly biased: string;
	readonly probabilities: string;
}

/** softmax(cap(Q·Kᵀ·scale) + biases)·V over the allowed keys; a query that may look at none gets zeros. */
export function attend(context: DecomposeContext, given: Attended): Attention {
	const { type, qShape, kShape, vShape } = given;
	const [batch, heads, queries] = qShape;
	const keys = kShape[2];
	const scores = [batch, heads, queries, keys];
	const grouped = heads !== kShape[1];
	const groups = [batch, kShape[1], heads / kShape[1]];
	// Each head of the keys serves several of the queries: their axis broadcasts.
	const spread = (x: string, shape: readonly number[]): string =>
		grouped ? reshape(context, x, [batch, shape[1], 1, shape[2], shape[3]]) : x;
	const q = grouped ? reshape(context, given.q, [...groups, queries, qShape[3]]) : given.q;
	const rank = grouped ? 5 : 4;
	const perm = [...Array(rank).keys()].map((axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
	const k = context.emit("Transpose", [spread(given.k, kShape)], { perm });
	const product = context.emit("MatMul", [q, k]);
	const scaled = context.emit("Mul", [product, scalarOf(context, type, given.scale)]);
	const raw = grouped ? reshape(context, scaled, scores) : scaled;
	const capped = given.softcap > 0 ? softcapped(context, raw, type, given.softcap) : raw;
	const biased = given.biases.reduce((sum, bias) => context.emit("Add", [sum, bias]), capped);
	const masked = given.allowed.length > 0;
	const [first, ...rest] = given.allowed;
	const allowed = rest.reduce((all, one) => context.emit("And", [all, one]), first);
	const choice = (x: string, otherwise: number): string =>
		masked ? context.emit("Where", [allowed, x, scalarOf(context, type, otherwise)]) : x;
	const softmax = context.emit("Softmax", [choice(biased, MASKED)], { axis: -1 });
	const probabilities = choice(softmax, 0);
	const weights = grouped ? reshape(context, probabilities, [...groups, queries, keys]) : probabilities;
	const sum = context.emit("MatMul", [weights, spread(given.v, vShape)]);
	const y = grouped ? reshape(context, sum, [batch, heads, queries, vShape[3]]) : sum;
	return { y, raw, capped, biased: choice(biased, MASKED), probabilities };
}

function softcapped(context: DecomposeContext, x: string, type: ElementType, cap: number): string {
	const number = scalarOf(context, type, cap);
	return context.emit("Mul", [context.emit("Tanh", [context.emit("Div", [x, number])]), number]);
}

/** [batch, sequence, heads·size] as [batch, heads, sequence, size]. */
export function splitHeads(
	context: DecomposeContext,
	x: string,
	heads: number,
	shape = context.shape(x),
): { name: string; shape: number[] } {
	const [batch, sequence, hidden] = shape;
	const size = hidden / heads;
	const split = reshape(context, x, [batch, sequence, heads, size]);
	return {
		name: context.emit("Transpose", [split], { perm: [0, 2, 1, 3] }),
		shape: [batch, heads, sequence, size],
	};
}

/** The inverse of splitHeads. */
export function joinHeads(context: DecomposeContext, x: string, shape: readonly number[]): string {
	const moved = context.emit("Transpose", [x], { perm: [0, 2, 1, 3] });
	return reshape(context, moved, [shape[0], shape[2], shape[1] * shape[3]]);
}

/** Which of [queries, keys] may be looked at, when the first query stands at position `offset` of the keys. */
export function windowOf(
	context: DecomposeContext,
	[queries, keys]: readonly [number, number],
	{ offset, left, right }: { offset: number; left: number; right: number },
): string {
	const truth = Array.from({ length: queries * keys }, (_, at) => {
		const ahead = (at % keys) - Math.floor(at / keys) - offset;
		return ahead <= right && -ahead <= left ? 1 : 0;
	});
	return numbersOf(context, "bool", [queries, keys], truth);
}

/** The same where every batch has a number of valid keys, behind which the queries end; and the padding's mask. */
export function validWindow(
	context: DecomposeContext,
	valid: string,
	batch: number,
	[queries, keys]: readonly [number, number],
	{ left, right }: { left: number; right: number },
): string[] {
	const count = reshape(context, context.emit("Cast", [valid], { to: 7 }), [batch, 1, 1, 1]);
	const table = (of: (query: number, key: number) => number): string =>
		numbersOf(
			context,
			"int64",
			[queries, keys],
			Array.from({ length: queries * keys }, (_, at) => of(Math.floor(at / keys), at % keys)),
		);
	const range = numbersOf(context, "int64", [keys], [...Array(keys).keys()]);
	const allowed = [context.emit("Less", [range, count])];
	// key − (query + count − queries) ≤ right, and ≥ −left
	if (right < keys)
		allowed.push(context.emit("GreaterOrEqual", [count, table((i, j) => j - i + queries - right)]));
	if (left < keys)
		allowed.push(context.emit("LessOrEqual", [count, table((i, j) => j - i + queries + left)]));
	return allowed;
}

/** The attention mask of ONNX Attention: truth values, or numbers to add of which −∞ forbids. */
export function maskOf(
	context: DecomposeContext,
	mask: string | undefined,
	keys: number,
): { allowed: string[]; biases: string[] } {
	if (!mask) return { allowed: [], biases: [] };
	const shape = context.shape(mask);
	const type = context.type(mask);
	const missing = keys - shape[shape.length - 1];
	const padded = (x: string, filling: number): string => {
		if (missing <= 0) return x;
		const piece = [...shape.slice(0, -1), missing];
		const rest = numbersOf(context, type, piece, new Array(sizeOf(piece)).fill(filling));
		return context.emit("Concat", [x, rest], { axis: -1 });
	};
	if (type === "bool") return { allowed: [padded(mask, 0)], biases: [] };
	const known = realOf(context, mask);
	const counts = missing > 0 ? [...Array(keys).keys()].map((j) => (j < keys - missing ? 1 : 0)) : undefined;
	const allowed = counts ? [numbersOf(context, "bool", [keys], counts)] : [];
	if (!known?.data.includes(Number.NEGATIVE_INFINITY)) return { allowed, biases: [padded(mask, 0)] };
	const truth = known.data.map((value) => (value === Number.NEGATIVE_INFINITY ? 0 : 1));
	allowed.push(context.emit("Cast", [padded(numbersOf(context, type, shape, truth), 0)], { to: 9 }));
	const rest = known.data.map((value) => (value === Number.NEGATIVE_INFINITY ? 0 : value));
	if (rest.every((value) => value === 0)) return { allowed, biases: [] };
	return { allowed, biases: [padded(numbersOf(context, type, shape, rest), 0)] };
}

/** ONNX Attention (opset 23 on). */
export function decomposeAttention(node: Node, context: DecomposeContext): void {
	const [q, k, v, mask, pastKey, pastValue, valid] = node.inputs;
	const flat = context.shape(q).length === 3;
	const part = (x: string, heads: number) =>
		flat ? splitHeads(context, x, heads) : { name: x, shape: [...context.shape(x)] };
	const queries = part(q, int(node, "q_num_heads", 0));
	const after = (past: string | undefined, x: string) => {
		const present = part(x, int(node, "kv_num_heads", 0));
		if (!past) return present;
		const [batch, heads, sequence, size] = present.shape;
		const name = context.emit("Concat", [past, present.name], { axis: 2 });
		return { name, shape: [batch, heads, sequence + context.shape(past)[2], size] };
	};
	const keys = after(pastKey, k);
	const values = after(pastValue, v);
	const sizes = [queries.shape[2], keys.shape[2]] as const;
	const { allowed, biases } = maskOf(context, mask, sizes[1]);
	const causal = int(node, "is_causal", 0) === 1;
	const bound = (name: string): number => {
		const size = int(node, name, -1);
		return size < 0 ? Number.POSITIVE_INFINITY : size;
	};
	const left = bound("left_window_size");
	const right = causal ? 0 : bound("right_window_size");
	const offset = pastKey ? context.shape(pastKey)[2] : 0;
	if (valid) allowed.push(...validWindow(context, valid, queries.shape[0], sizes, { left, right }));
	else if (Math.min(left, right) < Number.POSITIVE_INFINITY)
		allowed.push(windowOf(context, sizes, { offset, left, right }));
	const attention = attend(context, {
		...{ q: queries.name, k: keys.name, v: values.name },
		type: context.type(q),
		...{ qShape: queries.shape, kShape: keys.shape, vShape: values.shape },
		scale: float(node, "scale", 1 / Math.sqrt(queries.shape[3])),
		softcap: float(node, "softcap", 0),
		allowed,
		biases,
	});
	const result = [queries.shape[0], queries.shape[1], sizes[0], values.shape[3]];
	finish(context, node, flat ? joinHeads(context, attention.y, result) : attention.y);
	if (node.outputs[1]) finish(context, node, keys.name, 1);
	if (node.outputs[2]) finish(context, node, values.name, 2);
	if (!node.outputs[3]) return;
	const { raw, capped, biased, probabilities } = attention;
	finish(context, node, [raw, capped, biased, probabilities][int(node, "qk_matmul_output_mode", 0)], 3);
}

/** An update that replaces a part of `past`, along `axis` from `start` (per batch) on; circular if it may wrap around. */
export function scattered(
	context: DecomposeContext,
	given: {
		readonly past: string;
		readonly update: string;
		readonly shape: readonly number[];
		/** Size of the update along the axis. */
		readonly length: number;
		readonly axis: number;
		readonly start: string | undefined;
		readonly circular?: boolean;
	},
	outputs?: readonly string[],
): string {
	const { past, update, shape, length, axis, start, circular } = given;
	const size = shape[axis];
	const along = shape.map((own, a) => (a === axis ? own : 1));
	const positions = numbersOf(context, "int64", along, [...Array(size).keys()]);
	const zero = scalarOf(context, "int64", 0);
	let place = positions;
	if (start) {
		const column = reshape(context, start, [shape[0], ...new Array<number>(shape.length - 1).fill(1)]);
		place = context.emit("Sub", [positions, column]);
		if (circular) place = context.emit("Mod", [place, scalarOf(context, "int64", size)]);
	}
	const inside = context.emit("And", [
		context.emit("GreaterOrEqual", [place, zero]),
		context.emit("Less", [place, scalarOf(context, "int64", length)]),
	]);
	const nearest = context.emit("Min", [
		context.emit("Max", [place, zero]),
		scalarOf(context, "int64", length - 1),
	]);
	const everywhere = context.emit("Expand", [nearest, intsOf(context, shape)]);
	const moved = context.emit("GatherElements", [update, everywhere], { axis });
	return context.emit("Where", [inside, moved, past], {}, outputs);
}

/** ONNX TensorScatter: the update in the cache's places from an index of every batch on, which may wrap around. */
export function decomposeTensorScatter(node: Node, context: DecomposeContext): void {
	const [past, update, start] = node.inputs;
	const shape = context.shape(past);
	const axis = int(node, "axis", -2) + (int(node, "axis", -2) < 0 ? shape.length : 0);
	const mode = node.attributes.get("mode");
	const circular = mode?.type === "string" && mode.value === "circular";
	const length = context.shape(update)[axis];
	scattered(context, { past, update, shape, length, axis, start, circular }, node.outputs);
}
