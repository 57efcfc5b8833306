import { float } from "@umpire/graph/attributes.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { isFloat, type Real, toReal } from "@umpire/graph/real.ts";
import { sameShape } from "@umpire/graph/shapes.ts";
import { has } from "@umpire/graph/traits.ts";
import type { Node } from "@umpire/onnx/model.ts";

/** y = scale[c]·x + shift[c] per channel c. */
export interface Affine {
	readonly scale: Float64Array;
	readonly shift: Float64Array;
}

export function identityAffine(channels: number): Affine {
	return { scale: new Float64Array(channels).fill(1), shift: new Float64Array(channels) };
}

/** `second` after `first`. */
export function compose(first: Affine, second: Affine): Affine {
	return {
		scale: first.scale.map((scale, c) => scale * second.scale[c]),
		shift: first.shift.map((shift, c) => shift * second.scale[c] + second.shift[c]),
	};
}

/** The constant's value per channel if it varies along `axis` of `shape` only. */
export function perChannel(real: Real, shape: readonly number[], axis: number): Float64Array | undefined {
	if (real.shape.length > shape.length) return undefined;
	const offset = shape.length - real.shape.length;
	const fits = real.shape.every((size, k) => size === 1 || (k + offset === axis && size === shape[axis]));
	if (!fits) return undefined;
	return real.data.length === 1 ? new Float64Array(shape[axis]).fill(real.data[0]) : real.data;
}

/**
 * What `node` does to its operand `input` of the given shape, if that is a factor and a shift
 * per channel: Add, Sub, Mul, Div with a constant, BatchNormalization (channels on axis 1).
 */
export function affineOf(
	node: Node,
	input: string,
	shape: readonly number[],
	axis: number,
	facts: Facts,
): Affine | undefined {
	const type = facts.types.get(input);
	if (node.domain !== "" || !type || !isFloat(type)) return undefined;
	if (node.opType === "BatchNormalization") return axis === 1 ? batchNormalization(node, facts) : undefined;
	if (!has(node, "arithmetic")) return undefined;
	const first = node.inputs[0] === input;
	const tensor = facts.constants.get(node.inputs[first ? 1 : 0]);
	const values = tensor && perChannel(toReal(tensor), shape, axis);
	if (!values || !sameShape(facts.shapes.get(node.outputs[0])!, shape)) return undefined;
	const { scale, shift } = identityAffine(shape[axis]);
	switch (node.opType) {
		case "Add":
			return { scale, shift: values };
		case "Sub":
			return first ? { scale, shift: values.map((v) => -v) } : { scale: scale.map((s) => -s), shift: values };
		case "Mul":
			return { scale: values, shift };
		default:
			return first && values.every((v) => v !== 0) ? { scale: values.map((v) => 1 / v), shift } : undefined;
	}
}

/** Inference form with constant statistics; undefined otherwise. */
export function batchNormalization(node: Node, facts: Facts): Affine | undefined {
	const trains = node.attributes.get("training_mode");
	if (trains?.type === "int" && trains.value !== 0n) return undefined;
	const parts = node.inputs.slice(1, 5).map((name) => facts.constants.get(name));
	if (parts.length !== 4 || parts.some((part) => part === undefined)) return undefined;
	const [gamma, beta, mean, variance] = parts.map((part) => toReal(part!).data);
	const epsilon = float(node, "epsilon", 1e-5);
	const scale = gamma.map((g, c) => g / Math.sqrt(variance[c] + epsilon));
	return { scale, shift: beta.map((b, c) => b - mean[c] * scale[c]) };
}
