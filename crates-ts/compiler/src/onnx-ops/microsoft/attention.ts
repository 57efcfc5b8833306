import { float, int, ints } from "@umpire/graph/attributes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { type Attended, attend, joinHeads, splitHeads, windowOf } from "../attention/attention.ts";
import { finish, intsOf, reshape, scalarOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";

type Shaped = ReturnType<typeof splitHeads>;

/** Truth values of the masks that onnxruntime's attention takes: how many keys count per batch, or which. */
function keyMask(context: DecomposeContext, mask: string | undefined, batch: number, keys: number): string[] {
	if (!mask) return [];
	const shape = context.shape(mask);
	const [rows] = shape;
	if (shape.length === 1 && rows === batch) {
		const count = reshape(context, context.emit("Cast", [mask], { to: 7 }), [batch, 1, 1, 1]);
		return [context.emit("Less", [intsOf(context, [...Array(keys).keys()]), count])];
	}
	if (shape.length === 1 || shape.length > 3)
		throw context.error(
			`its mask has shape [${shape.join(", ")}]`,
			"Masks of [batch], [batch, keys] and [batch, queries, keys] compile",
		);
	const truth = context.emit("Cast", [mask], { to: 9 });
	return [
		reshape(context, truth, shape.length === 2 ? [rows, 1, 1, shape[1]] : [rows, 1, shape[1], shape[2]]),
	];
}

interface Parts {
	readonly q: Shaped;
	readonly k: Shaped;
	readonly v: Shaped;
	readonly mask: string | undefined;
	readonly bias: string | undefined;
	/** Positions of the keys before the first query's own. */
	readonly past: number;
}

function finishAttention(node: Node, context: DecomposeContext, { q, k, v, mask, bias, past }: Parts): void {
	const [batch, heads, queries, size] = q.shape;
	const keys = k.shape[2];
	const allowed = keyMask(context, mask, batch, keys);
	if (int(node, "unidirectional", 0) === 1)
		allowed.push(
			windowOf(context, [queries, keys], { offset: past, left: Number.POSITIVE_INFINITY, right: 0 }),
		);
	const attended: Attended = {
		...{ q: q.name, k: k.name, v: v.name, type: context.type(node.outputs[0]) },
		...{ qShape: q.shape, kShape: k.shape, vShape: v.shape },
		scale: float(node, "scale", 0) || 1 / Math.sqrt(size),
		softcap: 0,
		allowed,
		biases: bias ? [bias] : [],
	};
	const { y } = attend(context, attended);
	finish(context, node, joinHeads(context, y, [batch, heads, queries, v.shape[3]]));
}

/** Queries, keys and values side by side in `all`, behind keys and values of the past [2, batch, heads, past, size]. */
function attendTogether(
	node: Node,
	context: DecomposeContext,
	all: string,
	{ mask, past, bias, sizes }: Record<"mask" | "past" | "bias", string | undefined> & { sizes: number[] },
): void {
	if (int(node, "do_rotary", 0) === 1)
		throw context.error("it rotates within", "Use RotaryEmbedding before it");
	if (int(node, "past_present_share_buffer", 0) === 1)
		throw context.error("past and present share a buffer", "Use MultiHeadAttention for that");
	const heads = int(node, "num_heads", 0);
	const [batch, sequence] = context.shape(node.inputs[0]);
	const names = sizes.map((_, k) => context.fresh(`part${k}`));
	context.emit("Split", [all, intsOf(context, sizes)], { axis: -1 }, names);
	const [q, ...own] = names.map((name, i) => splitHeads(context, name, heads, [batch, sequence, sizes[i]]));
	const before = past ? context.shape(past)[3] : 0;
	const [k, v] = own.map((part, i): Shaped => {
		if (!past) return part;
		const earlier = context.emit("Gather", [past, scalarOf(context, "int64", i)], { axis: 0 });
		const name = context.emit("Concat", [earlier, part.name], { axis: 2 });
		return { name, shape: part.shape.with(2, before + sequence) };
	});
	finishAttention(node, context, { q, k, v, mask, bias, past: before });
	if (!node.outputs[1]) return;
	const both = [k, v].map((part) => reshape(context, part.name, [1, ...part.shape]));
	finish(context, node, context.emit("Concat", both, { axis: 0 }), 1);
}

/** onnxruntime's Attention: queries, keys and values are one product of the input. */
export function decomposeMicrosoftAttention(node: Node, context: DecomposeContext): void {
	const [x, weights, offset, mask, past, bias] = node.inputs;
	const width = context.shape(weights)[1];
	const sizes = ints(node, "qkv_hidden_sizes") ?? [0, 1, 2].map(() => width / 3);
	const product = context.emit("MatMul", [x, weights]);
	const all = offset ? context.emit("Add", [product, offset]) : product;
	attendTogether(node, context, all, { mask, past, bias, sizes });
}

/** onnxruntime's QAttention: the same of integers, with a scale for them and for the weights. */
export function decomposeQAttention(node: Node, context: DecomposeContext): void {
	const [x, weights, offset, scale, weightScale, mask, zero, weightZero, past] = node.inputs;
	const third = context.shape(weights)[1] / 3;
	const operands = [x, weights, scale, weightScale, zero ?? "", weightZero ?? "", offset];
	const all = context.emit("com.microsoft.MatMulIntegerToFloat", operands);
	attendTogether(node, context, all, { mask, past, bias: undefined, sizes: [third, third, third] });
}

/** onnxruntime's MultiHeadAttention, with queries, keys and values apart. */
export function decomposeMultiHeadAttention(node: Node, context: DecomposeContext): void {
	const [query, key, value, bias, mask, extra, pastKey, pastValue] = node.inputs;
	const heads = int(node, "num_heads", 0);
	const shape = context.shape(query);
	if (shape.length !== 3 || !key || !value)
		throw context.error("its operands are packed into one", "Export with queries, keys and values apart");
	const biases = (): (string | undefined)[] => {
		if (!bias) return [];
		const sizes = [query, key, value].map((name) => context.shape(name).at(-1)!);
		const names = sizes.map((_, k) => context.fresh(`bias${k}`));
		context.emit("Split", [bias, intsOf(context, sizes)], { axis: 0 }, names);
		return names;
	};
	const added = biases();
	const [q, k, v] = [query, key, value].map((name, i): Shaped => {
		const own = context.shape(name);
		if (own.length === 4) return { name, shape: [...own] };
		const offset = added[i];
		return splitHeads(context, offset ? context.emit("Add", [name, offset]) : name, heads, own);
	});
	const after = (past: string | undefined, part: Shaped): Shaped => {
		if (!past) return part;
		const [batch, count, sequence, size] = part.shape;
		const name = context.emit("Concat", [past, part.name], { axis: 2 });
		return { name, shape: [batch, count, sequence + context.shape(past)[2], size] };
	};
	const [keys, values] = [after(pastKey, k), after(pastValue, v)];
	const past = pastKey ? context.shape(pastKey)[2] : 0;
	finishAttention(node, context, { q, k: keys, v: values, mask, bias: extra, past });
	if (node.outputs[1]) finish(context, node, keys.name, 1);
	if (node.outputs[2]) finish(context, node, values.name, 2);
}
