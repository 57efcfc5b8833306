import { float, int } from "@umpire/graph/attributes.ts";
import type { Node } from "@umpire/onnx/model.ts";
import type { Tape } from "../tape.ts";
import type { Gradient, Gradients } from "./gradient.ts";

function axisOf(node: Node, tape: Tape): number {
	const axis = int(node, "axis", -1);
	return axis < 0 ? axis + tape.shape(node.inputs[0]).length : axis;
}

/** p ⊙ (gain − Σ gain ⊙ p). */
const softmax: Gradient = (node, tape, [gain]) => {
	const [p] = node.outputs;
	const weighed = tape.mul(gain, p);
	const mean = tape.sum(weighed, [axisOf(node, tape)]);
	return [tape.sub(weighed, tape.mul(p, mean))];
};

const logSoftmax: Gradient = (node, tape, [gain]) => {
	const [y] = node.outputs;
	const total = tape.sum(gain, [axisOf(node, tape)]);
	return [tape.sub(gain, tape.mul(tape.unary("Exp", y), total))];
};

/**
 * Layer normalisation, and RMS normalisation, which takes no mean off. With x̂ = (x − mean) / σ:
 * dx = (dx̂ − mean dx̂ − x̂·mean(dx̂ ⊙ x̂)) / σ.
 */
function overRows(centred: boolean): Gradient {
	return (node, tape, [gain, ...others], wanted) => {
		if (others.some((name) => name !== "")) throw tape.error("its statistics are used too");
		const [x, scale, bias] = node.inputs;
		const shape = tape.shape(x);
		const axes = shape.flatMap((_, axis) => (axis >= axisOf(node, tape) ? [axis] : []));
		const middle = centred ? tape.sub(x, tape.mean(x, axes)) : x;
		const variance = tape.mean(tape.mul(middle, middle), axes);
		const deviation = tape.unary("Sqrt", tape.affine(variance, 1, float(node, "epsilon", 1e-5)));
		const normal = tape.div(middle, deviation);
		const inner = (): string => {
			const own = tape.mul(gain, scale);
			const along = tape.mul(normal, tape.mean(tape.mul(own, normal), axes));
			const flat = centred ? tape.sub(own, tape.mean(own, axes)) : own;
			return tape.div(tape.sub(flat, along), deviation);
		};
		return [
			wanted.has(0) ? inner() : undefined,
			wanted.has(1) ? tape.sumTo(tape.mul(gain, normal), tape.shape(scale)) : undefined,
			wanted.has(2) && bias ? tape.sumTo(gain, tape.shape(bias)) : undefined,
		];
	};
}

/** Softmaxes and normalisations of rows. */
export const NORMALISATION: Gradients = {
	LayerNormalization: overRows(true),
	LogSoftmax: logSoftmax,
	RMSNormalization: overRows(false),
	Softmax: softmax,
};
