import { int } from "@umpire/graph/attributes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import type { Decomposition } from "../decomposition.ts";
import { type Cell, type CellParts, gatesOf, type Recurrence, unroll } from "./recurrent.ts";

const LSTM: Recurrence = { gates: 4, defaults: ["Sigmoid", "Tanh", "Tanh"], states: 2, cell };

/**
 * ONNX LSTM, gates in the order i, o, f, c, peepholes in the order i, o, f:
 * C' = f∘C + i∘g(…), H' = o∘h(C'), where i and f see C through their peepholes and o sees C';
 * with input_forget, f = 1 − i.
 */
export const decomposeLstm: Decomposition = (node, context) => unroll(node, context, LSTM);

function cell(node: Node, parts: CellParts): Cell {
	const { algebra, biases, clip, peepholes, product, r } = parts;
	const [f, g, h] = parts.activations;
	const coupled = int(node, "input_forget", 0) !== 0;
	const seers = [0, 1, 2].map((k) => peepholes && gatesOf(parts, peepholes, k, k + 1, 0));
	const peep = (x: string, state: string | undefined, gate: number): string =>
		state && seers[gate] ? algebra.add(x, algebra.mul(state, seers[gate])) : x;
	return {
		projected: biases ? algebra.add(product, algebra.add(...biases)) : product,
		step(x, [hidden, state]) {
			const sums = hidden ? algebra.add(x, algebra.matmul(hidden, r)) : x;
			const before = peepholes ? sums : clip(sums);
			const gate = (k: number, seen: string | undefined): string =>
				peepholes ? f(clip(peep(gatesOf(parts, before, k), seen, k))) : f(gatesOf(parts, before, k));
			const input = gate(0, state);
			const candidate = g(peepholes ? clip(gatesOf(parts, before, 3)) : gatesOf(parts, before, 3));
			let next = algebra.mul(input, candidate);
			if (state) {
				const forget = coupled ? algebra.sub(algebra.scalar(1), input) : gate(2, state);
				next = algebra.add(algebra.mul(forget, state), next);
			}
			return [algebra.mul(gate(1, next), h(next)), next];
		},
	};
}
