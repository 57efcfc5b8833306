import { float, int, string } from "@umpire/graph/attributes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { finish, intsOf, numbersOf, reshape, scalarOf } from "../build.ts";
import type { DecomposeContext } from "../decomposition.ts";
import { joinHeads, splitHeads } from "./attention.ts";

/** x at one position of axis 2 of four, which stays as size 1. */
function at(context: DecomposeContext, x: string, position: number): string {
	return context.emit("Slice", [
		x,
		intsOf(context, [position]),
		intsOf(context, [position + 1]),
		intsOf(context, [2]),
	]);
}

/**
 * ONNX LinearAttention (opset 27): a state S [batch, heads, key size, value size] that decays,
 * takes in k⊗v (or what v is beyond S's own answer to k), and answers q, one position after the other.
 */
export function decomposeLinearAttention(node: Node, context: DecomposeContext): void {
	const [query, key, value, past, decay, beta] = node.inputs;
	const rule = string(node, "update_rule", "gated_delta");
	const [heads, keyHeads] = [int(node, "q_num_heads", 0), int(node, "kv_num_heads", 0)];
	const type = context.type(query);
	const queries = splitHeads(context, query, heads);
	const keys = splitHeads(context, key, keyHeads);
	const values = splitHeads(context, value, keyHeads);
	const [batch, , length, size] = queries.shape;
	const wide = values.shape[3];
	const group = heads / keyHeads;
	const perHead = (x: string) => splitHeads(context, x, context.shape(x)[2] % keyHeads === 0 ? keyHeads : 1);
	const decays = decay ? context.emit("Exp", [perHead(decay).name]) : undefined;
	const betas = beta ? perHead(beta).name : undefined;
	const column = (x: string, own: number) => reshape(context, x, [batch, keyHeads, own, 1]);
	const stateShape = [batch, keyHeads, size, wide];
	let state = past || undefined;
	const states: string[] = [];
	const answers: string[] = [];
	for (let t = 0; t < length; t++) {
		const k = at(context, keys.name, t);
		let v = at(context, values.name, t);
		if (decays && state) {
			const factor = at(context, decays, t);
			const transposed = context.emit("Transpose", [factor], { perm: [0, 1, 3, 2] });
			state = context.emit("Mul", [state, transposed]);
		}
		if (betas) {
			const retrieved = state && context.emit("MatMul", [k, state]);
			v = context.emit("Mul", [retrieved ? context.emit("Sub", [v, retrieved]) : v, at(context, betas, t)]);
		}
		const written = context.emit("Mul", [column(k, size), v]);
		state = state ? context.emit("Add", [state, written]) : written;
		states.push(state);
		const q = reshape(context, at(context, queries.name, t), [batch, keyHeads, group, size]);
		answers.push(reshape(context, context.emit("MatMul", [q, state]), [batch, heads, 1, wide]));
	}
	context.shareRange(states);
	context.shareRange(answers);
	const scale = float(node, "scale", 0) || 1 / Math.sqrt(size);
	const all = answers.length > 1 ? context.emit("Concat", answers, { axis: 2 }) : answers[0];
	const scaled = context.emit("Mul", [all, scalarOf(context, type, scale)]);
	finish(context, node, joinHeads(context, scaled, [batch, heads, length, wide]));
	if (!node.outputs[1]) return;
	if (rule === "") throw context.error("its update rule is empty");
	finish(context, node, reshape(context, state!, stateShape), 1);
}

/** ONNX CausalConvWithState (opset 27): a convolution per channel over what came before and x. */
export function decomposeCausalConvWithState(node: Node, context: DecomposeContext): void {
	const [x, w, bias, past] = node.inputs;
	const [batch, channels, length] = context.shape(x);
	const before = context.shape(w)[2] - 1;
	const type = context.type(x);
	const zeros = () =>
		numbersOf(context, type, [batch, channels, before], new Array(batch * channels * before).fill(0));
	const padded = before > 0 ? context.emit("Concat", [past || zeros(), x], { axis: 2 }) : x;
	const y = context.emit("Conv", bias ? [padded, w, bias] : [padded, w], { group: channels });
	const activated = string(node, "activation", "none") !== "none";
	finish(context, node, activated ? context.emit("Mul", [y, context.emit("Sigmoid", [y])]) : y);
	if (!node.outputs[1]) return;
	const ends = [intsOf(context, [length]), intsOf(context, [length + before]), intsOf(context, [2])];
	finish(context, node, context.emit("Slice", [padded, ...ends]), 1);
}

/** ONNX SwiGLU (opset 27): a·sigmoid(alpha·a)·b. */
export function decomposeSwiGlu(node: Node, context: DecomposeContext): void {
	const [a, b] = node.inputs;
	const alpha = float(node, "alpha", 1);
	const slope = alpha === 1 ? a : context.emit("Mul", [a, scalarOf(context, context.type(a), alpha)]);
	const swish = context.emit("Mul", [a, context.emit("Sigmoid", [slope])]);
	finish(context, node, context.emit("Mul", [swish, b]));
}
