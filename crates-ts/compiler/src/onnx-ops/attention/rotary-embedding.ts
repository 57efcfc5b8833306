import { float, int } from "@umpire/graph/attributes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { finish, intsOf, reshape } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";
import { joinHeads, splitHeads } from "./attention.ts";

/** x from `start` to `end` along the last of four axes, every `step`-th. */
function lastAxis(context: DecomposeContext, x: string, start: number, end: number, step = 1): string {
	const bounds = [start, end, 3, step].map((value) => intsOf(context, [value]));
	return context.emit("Slice", [x, ...bounds]);
}

/**
 * Rotates pairs of x [batch, heads, sequence, size] by angles whose cosines and sines are
 * [batch or 1, 1, sequence, half]: neighbours if interleaved, else halves. What is beyond 2·half stays.
 */
function rotatedBy(
	context: DecomposeContext,
	{
		x,
		batch,
		heads,
		sequence,
		size,
	}: Record<"batch" | "heads" | "sequence" | "size", number> & { x: string },
	cos: string,
	sin: string,
	half: number,
	interleaved: boolean,
): string {
	const turning = 2 * half;
	const a = interleaved ? lastAxis(context, x, 0, turning, 2) : lastAxis(context, x, 0, half);
	const b = interleaved ? lastAxis(context, x, 1, turning, 2) : lastAxis(context, x, half, turning);
	const times = (left: string, right: string): string => context.emit("Mul", [left, right]);
	const real = context.emit("Sub", [times(a, cos), times(b, sin)]);
	const imaginary = context.emit("Add", [times(a, sin), times(b, cos)]);
	let turned: string;
	if (interleaved) {
		const pairs = [real, imaginary].map((part) => reshape(context, part, [batch, heads, sequence, half, 1]));
		const joined = context.emit("Concat", pairs, { axis: -1 });
		turned = reshape(context, joined, [batch, heads, sequence, turning]);
	} else turned = context.emit("Concat", [real, imaginary], { axis: -1 });
	if (turning === size) return turned;
	return context.emit("Concat", [turned, lastAxis(context, x, turning, size)], { axis: -1 });
}

/** The rows of a table of angles [positions, half] for positions [batch, sequence]: [batch, 1, sequence, half]. */
function anglesAt(
	context: DecomposeContext,
	table: string,
	positions: string | undefined,
	[batch, sequence]: readonly [number, number],
): { name: string; half: number } {
	const own = context.shape(table);
	const half = own[own.length - 1];
	if (!positions)
		return { name: reshape(context, table, [own.length === 3 ? own[0] : 1, 1, sequence, half]), half };
	const rows = context.emit("Gather", [table, positions], { axis: 0 });
	return { name: reshape(context, rows, [batch, 1, sequence, half]), half };
}

/** ONNX RotaryEmbedding (opset 23 on). */
export function decomposeRotaryEmbedding(node: Node, context: DecomposeContext): void {
	const [x, cos, sin, positions] = node.inputs;
	rotate(node, context, { x, cos, sin, positions });
}

/** onnxruntime's RotaryEmbedding: the positions come second, and may be one number from which on they count. */
export function decomposeMicrosoftRotaryEmbedding(node: Node, context: DecomposeContext): void {
	const [x, ids, cos, sin] = node.inputs;
	const shape = context.shape(x);
	const [batch, sequence] = [shape[0], shape.length === 4 ? shape[2] : shape[1]];
	let positions = ids;
	if (context.shape(ids).length < 2) {
		const counting = Array.from({ length: batch * sequence }, (_, at) => at % sequence);
		const steps = reshape(context, intsOf(context, counting), [batch, sequence]);
		positions = context.emit("Add", [steps, reshape(context, ids, [1, 1])]);
	}
	if (float(node, "scale", 1) !== 1)
		throw context.error("its positions are scaled", "Scale the tables instead");
	rotate(node, context, { x, cos, sin, positions });
}

function rotate(
	node: Node,
	context: DecomposeContext,
	{ x, cos, sin, positions }: { x: string; cos: string; sin: string; positions: string | undefined },
): void {
	const given = context.shape(x);
	const flat = given.length === 3;
	const width = int(node, "rotary_embedding_dim", 0);
	const halfOfTable = context.shape(cos).at(-1)!;
	const heads = int(node, "num_heads", 0) || (flat ? given[2] / (width > 0 ? 0 : 2 * halfOfTable) : given[1]);
	if (!Number.isInteger(heads))
		throw context.error("it does not say how many heads there are", "Set num_heads");
	const source = flat ? splitHeads(context, x, heads) : { name: x, shape: [...given] };
	const [batch, , sequence, size] = source.shape;
	const at = [batch, sequence] as const;
	const [c, s] = [anglesAt(context, cos, positions, at), anglesAt(context, sin, positions, at)];
	const half = (width || size) / 2;
	const [cosines, sines] = [c, s].map((table) =>
		table.half === half ? table.name : lastAxis(context, table.name, 0, half),
	);
	const turned = rotatedBy(
		context,
		{ x: source.name, batch, heads: source.shape[1], sequence, size },
		cosines,
		sines,
		half,
		int(node, "interleaved", 0) === 1,
	);
	finish(context, node, flat ? joinHeads(context, turned, source.shape) : turned);
}
