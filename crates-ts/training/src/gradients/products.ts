import { float, int } from "@umpire/graph/attributes.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import type { Gradient, Gradients } from "./gradient.ts";

/** alpha·A′·B′ + beta·C. */
const gemm: Gradient = (node, tape, [gain], wanted) => {
	const [a, b, c] = node.inputs;
	const [ta, tb] = [int(node, "transA", 0) === 1, int(node, "transB", 0) === 1];
	const whole = wanted.has(0) || wanted.has(1) ? tape.scaled(gain, float(node, "alpha", 1)) : gain;
	return [
		wanted.has(0) ? (ta ? tape.gemm(b, whole, tb, true) : tape.gemm(whole, b, false, !tb)) : undefined,
		wanted.has(1) ? (tb ? tape.gemm(whole, a, true, ta) : tape.gemm(a, whole, !ta, false)) : undefined,
		wanted.has(2) ? tape.sumTo(tape.scaled(gain, float(node, "beta", 1)), tape.shape(c)) : undefined,
	];
};

/** Vectors become matrices, and matrices before which there are batches become one long matrix. */
const matmul: Gradient = (node, tape, [gain], wanted) => {
	const [p, q] = node.inputs.map((name) => tape.shape(name));
	const a = p.length === 1 ? tape.reshape(node.inputs[0], [1, p[0]]) : node.inputs[0];
	const b = q.length === 1 ? tape.reshape(node.inputs[1], [q[0], 1]) : node.inputs[1];
	const [rows, inner, columns] = [tape.shape(a).at(-2)!, tape.shape(a).at(-1)!, tape.shape(b).at(-1)!];
	const batch = tape.shape(node.outputs[0]).slice(0, Math.max(p.length, q.length) - 2);
	const y = tape.reshape(gain, [...batch, rows, columns]);
	const matrix = tape.shape(b).length === 2;
	const left = (): string => {
		if (!matrix) return tape.sumTo(tape.matmul(y, tape.turned(b)), tape.shape(a));
		const long = tape.reshape(y, [sizeOf(batch) * rows, columns]);
		return tape.gemm(long, b, false, true);
	};
	const right = (): string => {
		if (!matrix) return tape.sumTo(tape.matmul(tape.turned(a), y), tape.shape(b));
		const long = tape.reshape(y, [sizeOf(batch) * rows, columns]);
		return tape.gemm(tape.reshape(a, [sizeOf(batch) * rows, inner]), long, true, false);
	};
	return [
		wanted.has(0) ? tape.reshape(left(), p) : undefined,
		wanted.has(1) ? tape.reshape(right(), q) : undefined,
	];
};

/** Matrix products. */
export const PRODUCTS: Gradients = { Gemm: gemm, MatMul: matmul };
