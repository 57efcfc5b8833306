import { int } from "@umpire/graph/attributes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import type { Decomposition } from "../decomposition.ts";
import { type Cell, type CellParts, gatesOf, type Recurrence, type State, unroll } from "./recurrent.ts";

const GRU: Recurrence = { gates: 3, defaults: ["Sigmoid", "Tanh"], states: 1, cell };

/**
 * ONNX GRU, gates in the order z, r, h: z and r are f(X·Wᵀ + H·Rᵀ + biases), the candidate is
 * g(X·Wᵀ + (r∘H)·Rᵀ + Rb + Wb) or, with linear_before_reset, g(X·Wᵀ + r∘(H·Rᵀ + Rb) + Wb);
 * H' = (1 − z)∘candidate + z∘H.
 */
export const decomposeGru: Decomposition = (node, context) => unroll(node, context, GRU);

function cell(node: Node, parts: CellParts): Cell {
	const { algebra, biases, product } = parts;
	const linear = int(node, "linear_before_reset", 0) !== 0;
	const { hidden, r } = parts;
	const columns = [0, 2].map((k) => algebra.slice(r, [k * hidden], [(k === 0 ? 2 : 3) * hidden], [1]));
	const both = (x: string, [h]: readonly State[]): string[] => [
		linear ? stepLinear(parts, x, h) : stepReset(parts, columns, x, h),
	];
	if (!biases) return { projected: product, step: both };
	const [wb, rb] = biases;
	// With linear_before_reset the recurrent bias of the candidate is multiplied by r.
	const inside = linear
		? algebra.concat([gatesOf(parts, rb, 0, 2, 0), algebra.zeros([parts.hidden])], 0)
		: rb;
	return { projected: algebra.add(product, algebra.add(wb, inside)), step: both };
}

/** Candidate and update gate to the next state: c + z∘(h − c), one product less than ONNX's form. */
function mix({ algebra }: CellParts, z: string, candidate: string, h: State): string {
	if (!h) return algebra.sub(candidate, algebra.mul(z, candidate));
	return algebra.add(candidate, algebra.mul(z, algebra.sub(h, candidate)));
}

/** `columns` are those of r for z and r, and for the candidate. */
function stepReset(parts: CellParts, columns: readonly string[], x: string, h: State): string {
	const { algebra, activations, clip } = parts;
	const [f, g] = activations;
	const zr = gatesOf(parts, x, 0, 2);
	const own = gatesOf(parts, x, 2);
	if (!h) return mix(parts, f(clip(gatesOf(parts, zr, 0))), g(clip(own)), h);
	const gates = f(clip(algebra.add(zr, algebra.matmul(h, columns[0]))));
	const reset = algebra.mul(gatesOf(parts, gates, 1), h);
	const candidate = g(clip(algebra.add(own, algebra.matmul(reset, columns[1]))));
	return mix(parts, gatesOf(parts, gates, 0), candidate, h);
}

function stepLinear(parts: CellParts, x: string, h: State): string {
	const { algebra, activations, biases, clip, r } = parts;
	const [f, g] = activations;
	const bias = biases && gatesOf(parts, biases[1], 2, 3, 0);
	const zr = gatesOf(parts, x, 0, 2);
	const own = gatesOf(parts, x, 2);
	const product = h && algebra.matmul(h, r);
	const gates = f(clip(product ? algebra.add(zr, gatesOf(parts, product, 0, 2)) : zr));
	let inner = product && gatesOf(parts, product, 2);
	if (inner && bias) inner = algebra.add(inner, bias);
	else inner ??= bias;
	const before = inner ? algebra.add(own, algebra.mul(gatesOf(parts, gates, 1), inner)) : own;
	return mix(parts, gatesOf(parts, gates, 0), g(clip(before)), h);
}
