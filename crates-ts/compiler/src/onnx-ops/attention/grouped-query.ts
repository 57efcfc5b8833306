import { float, int } from "@umpire/graph/attributes.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { cast, constantOf, finish, intsOf, numbersOf, reshape, scalarOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";
import { attend, joinHeads, scattered, splitHeads, validWindow, windowOf } from "./attention.ts";

type Shaped = ReturnType<typeof splitHeads>;

/** Queries, keys and values [batch, heads, sequence, size], of three operands or packed into one. */
function partsOf(node: Node, context: DecomposeContext): Shaped[] {
	const [query, key, value] = node.inputs;
	const [heads, own] = [int(node, "num_heads", 0), int(node, "kv_num_heads", 0)];
	if (key && value)
		return [[query, heads] as const, [key, own] as const, [value, own] as const].map(([name, count]) =>
			splitHeads(context, name, count),
		);
	const [batch, sequence, width] = context.shape(query);
	const size = width / (heads + 2 * own);
	const names = ["query", "key", "value"].map((name) => context.fresh(name));
	const widths = [heads, own, own].map((count) => count * size);
	context.emit("Split", [query, intsOf(context, widths)], { axis: -1 }, names);
	return names.map((name, k) =>
		splitHeads(context, name, k === 0 ? heads : own, [batch, sequence, widths[k]]),
	);
}

/**
 * onnxruntime's GroupQueryAttention: causal, with rotated queries and keys, behind a cache whose first
 * seqlens_k + 1 − sequence places count. A cache longer than the sequence so far keeps its length.
 */
export function decomposeGroupQueryAttention(node: Node, context: DecomposeContext): void {
	const [, , , pastKey, pastValue, lengths, totalName, cos, sin, positions, bias, sink] = node.inputs;
	if (sink || int(node, "smooth_softmax", 0) === 1)
		throw context.error("its softmax has a sink", "Export without head_sink and smooth_softmax");
	const [query, key, value] = partsOf(node, context);
	const [batch, , sequence, size] = query.shape;
	const [total] = constantOf(context, totalName, "total sequence length")!;
	const cached = pastKey ? context.shape(pastKey)[2] : 0;
	const first = cached === 0 || total === sequence;
	const length = Math.max(cached, total);
	const type = context.type(node.inputs[0]);
	// Where the new keys begin, per batch.
	const count = context.emit("Add", [cast(context, lengths, "int64"), scalarOf(context, "int64", 1)]);
	const start = reshape(
		context,
		first
			? numbersOf(context, "int64", [batch], new Array(batch).fill(0))
			: context.emit("Sub", [count, scalarOf(context, "int64", sequence)]),
		[batch, 1],
	);
	const turned = (part: Shaped): string => {
		if (int(node, "do_rotary", 0) !== 1) return part.name;
		const steps = intsOf(context, [...Array(sequence).keys()]);
		const at = positions || context.emit("Add", [start, reshape(context, steps, [1, sequence])]);
		const attributes = { interleaved: int(node, "rotary_interleaved", 0) };
		return context.emit("com.microsoft.RotaryEmbedding", [part.name, at, cos, sin], attributes);
	};
	const after = (past: string, part: Shaped, name: string): Shaped => {
		if (cached === 0) return { ...part, name };
		const shape = [batch, part.shape[1], length, size];
		const zeros = (sizes: readonly number[]): string =>
			numbersOf(context, type, sizes, new Float64Array(sizeOf(sizes)));
		const missing = [batch, part.shape[1], length - cached, size];
		const cache = length === cached ? past : context.emit("Concat", [past, zeros(missing)], { axis: 2 });
		// What lies behind the places that count is no part of the result.
		const places = numbersOf(context, "int64", [1, 1, length, 1], [...Array(length).keys()]);
		const counts = context.emit("Less", [places, reshape(context, start, [batch, 1, 1, 1])]);
		const kept = context.emit("Where", [counts, cache, zeros([])]);
		const update = { past: kept, shape, update: name, length: sequence, axis: 2, start };
		return { name: scattered(context, update), shape };
	};
	const keys = after(pastKey, key, turned(key));
	const values = after(pastValue, value, value.name);
	const window = int(node, "local_window_size", -1);
	const left = window < 0 ? Number.POSITIVE_INFINITY : window - 1;
	const sizes = [sequence, keys.shape[2]] as const;
	const { y } = attend(context, {
		...{ q: turned(query), k: keys.name, v: values.name, type },
		...{ qShape: query.shape, kShape: keys.shape, vShape: values.shape },
		scale: float(node, "scale", 0) || 1 / Math.sqrt(size),
		softcap: float(node, "softcap", 0),
		allowed: first
			? [windowOf(context, sizes, { offset: 0, left, right: 0 })]
			: validWindow(context, count, batch, sizes, { left, right: 0 }),
		biases: bias ? [bias] : [],
	});
	finish(context, node, joinHeads(context, y, query.shape));
	if (node.outputs[1]) finish(context, node, keys.name, 1);
	if (node.outputs[2]) finish(context, node, values.name, 2);
}
