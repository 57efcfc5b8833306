import { float, string } from "@umpire/graph/attributes.ts";
import { toReal } from "@umpire/graph/real.ts";
import type { Node } from "@umpire/onnx/model.ts";
import type { Tape } from "../tape.ts";
import type { Gradient, Gradients } from "./gradient.ts";

/** gain·f′, where f′ is written as a function of the operand or of the result. */
function slope(rule: (tape: Tape, x: string, y: string, node: Node) => string): Gradient {
	return (node, tape, [gain]) => [tape.mul(gain, rule(tape, node.inputs[0], node.outputs[0], node))];
}

/** gain where a condition holds, `other`·gain elsewhere. */
function gate(
	rule: (tape: Tape, x: string, y: string, node: Node) => string,
	other: (node: Node) => number = () => 0,
): Gradient {
	return (node, tape, [gain]) => {
		const condition = rule(tape, node.inputs[0], node.outputs[0], node);
		const factor = other(node);
		return [
			factor === 0 ? tape.masked(condition, gain) : tape.where(condition, gain, tape.scaled(gain, factor)),
		];
	};
}

const above = (tape: Tape, x: string, bound: number): string =>
	tape.compare("Greater", x, tape.scalar(tape.type(x), bound));
const below = (tape: Tape, x: string, bound: number): string =>
	tape.compare("Less", x, tape.scalar(tape.type(x), bound));
const square = (tape: Tape, x: string): string => tape.mul(x, x);
const sigmoid = (tape: Tape, x: string): string => tape.unary("Sigmoid", x);

/** s·(1 − s). */
const logistic = (tape: Tape, s: string): string => tape.mul(s, tape.affine(s, -1, 1));

/** d/dx of x·s(factor·x) with the sigmoid s. */
const swish = (tape: Tape, x: string, factor = 1): string => {
	const s = sigmoid(tape, tape.scaled(x, factor));
	return tape.add(s, tape.mul(tape.scaled(x, factor), logistic(tape, s)));
};

/** exp(x)·factor where x < 0, else `positive`. */
const exponential = (tape: Tape, x: string, factor: number, inner: number, positive: number): string => {
	const zero = tape.scalar(tape.type(x), 0);
	const tail = tape.scaled(tape.unary("Exp", tape.scaled(tape.min(x, zero), inner)), factor);
	return tape.where(below(tape, x, 0), tail, tape.scalar(tape.type(x), positive));
};

/** 1 between the bounds (excluded), else 0. */
const between = (tape: Tape, x: string, low: number, high: number): string =>
	tape.compare("And", above(tape, x, low), below(tape, x, high));

function gelu(tape: Tape, x: string, node: Node): string {
	if (string(node, "approximate", "none") === "tanh") {
		const [a, b] = [Math.sqrt(2 / Math.PI), 0.044715];
		const cubic = tape.mul(tape.scaled(x, a), tape.affine(square(tape, x), b, 1));
		const t = tape.unary("Tanh", cubic);
		const inner = tape.affine(square(tape, x), 3 * a * b, a);
		const bell = tape.mul(tape.scaled(x, 0.5), tape.mul(tape.affine(square(tape, t), -1, 1), inner));
		return tape.add(tape.affine(tape.scaled(t, 0.5), 1, 0.5), bell);
	}
	const cdf = tape.affine(tape.unary("Erf", tape.scaled(x, Math.SQRT1_2)), 0.5, 0.5);
	const density = tape.scaled(
		tape.unary("Exp", tape.scaled(square(tape, x), -0.5)),
		1 / Math.sqrt(2 * Math.PI),
	);
	return tape.add(cdf, tape.mul(x, density));
}

/** x to a constant power. */
const power: Gradient = (node, tape, [gain], wanted) => {
	const [x, exponents] = node.inputs;
	const constant = tape.constant(exponents);
	if (!constant || wanted.has(1)) {
		throw tape.error("its exponent depends on the inputs or is trained", "Use a constant exponent");
	}
	const values = toReal(constant).data;
	if (values.length === 1 && values[0] === 2) return [tape.mul(gain, tape.scaled(x, 2)), undefined];
	const type = tape.type(x);
	const less = tape.numbers(
		type,
		constant.dims,
		values.map((value) => value - 1),
	);
	const shape = tape.shape(node.outputs[0]);
	const lower = tape.emit("Pow", [x, less], { shape, type });
	const factor = tape.mul(lower, tape.numbers(type, constant.dims, values));
	return [tape.sumTo(tape.mul(gain, factor), tape.shape(x)), undefined];
};

/** A slope for what is negative, which may be trained. */
const prelu: Gradient = (node, tape, [gain], wanted) => {
	const [x, slopes] = node.inputs;
	const negative = below(tape, x, 0);
	const own = tape.where(negative, tape.mul(gain, slopes), gain);
	if (!wanted.has(1)) return [own, undefined];
	return [own, tape.sumTo(tape.masked(negative, tape.mul(gain, x)), tape.shape(slopes))];
};

const clip: Gradient = (node, tape, [gain]) => {
	const [x, low, high] = node.inputs;
	const conditions = [
		...(low ? [tape.compare("Greater", x, low)] : []),
		...(high ? [tape.compare("Less", x, high)] : []),
	];
	if (conditions.length === 0) return [gain];
	return [
		tape.masked(
			conditions.reduce((a, b) => tape.compare("And", a, b)),
			gain,
		),
	];
};

const none: Gradient = () => [];

/** Functions of one number. */
export const ACTIVATIONS: Gradients = {
	Abs: slope((tape, x) => tape.unary("Sign", x)),
	Celu: slope((tape, x, _, node) => exponential(tape, x, 1, 1 / float(node, "alpha", 1), 1)),
	Clip: clip,
	Cos: slope((tape, x) => tape.scaled(tape.unary("Sin", x), -1)),
	Elu: slope((tape, x, _, node) => exponential(tape, x, float(node, "alpha", 1), 1, 1)),
	Erf: slope((tape, x) =>
		tape.scaled(tape.unary("Exp", tape.scaled(square(tape, x), -1)), 2 / Math.sqrt(Math.PI)),
	),
	Exp: slope((_tape, _x, y) => y),
	Gelu: slope((tape, x, _, node) => gelu(tape, x, node)),
	HardSigmoid: (node, tape, [gain]) => {
		const inside = between(tape, node.outputs[0], 0, 1);
		return [tape.scaled(tape.masked(inside, gain), float(node, "alpha", 0.2))];
	},
	HardSwish: slope((tape, x) => {
		const type = tape.type(x);
		const middle = tape.where(below(tape, x, 3), tape.affine(x, 1 / 3, 0.5), tape.scalar(type, 1));
		return tape.masked(above(tape, x, -3), middle);
	}),
	LeakyRelu: gate(
		(tape, x) => above(tape, x, 0),
		(node) => float(node, "alpha", 0.01),
	),
	Log: ({ inputs: [x] }, tape, [gain]) => [tape.div(gain, x)],
	Mish: slope((tape, x) => {
		const t = tape.unary("Tanh", tape.unary("Softplus", x));
		const inner = tape.mul(tape.affine(square(tape, t), -1, 1), sigmoid(tape, x));
		return tape.add(t, tape.mul(x, inner));
	}),
	Pow: power,
	PRelu: prelu,
	Reciprocal: slope((tape, _x, y) => tape.scaled(square(tape, y), -1)),
	// From the result, of which one copy is needed anyway.
	Relu: gate((tape, _x, y) => above(tape, y, 0)),
	Selu: slope((tape, x, _, node) => {
		const [alpha, gamma] = [
			float(node, "alpha", 1.6732632423543772),
			float(node, "gamma", 1.0507009873554805),
		];
		return exponential(tape, x, alpha * gamma, 1, gamma);
	}),
	Shrink: gate((tape, x, _y, node) => above(tape, tape.unary("Abs", x), float(node, "lambd", 0.5))),
	Sigmoid: slope((tape, _x, y) => logistic(tape, y)),
	Sin: slope((tape, x) => tape.unary("Cos", x)),
	Softplus: slope((tape, x) => sigmoid(tape, x)),
	Softsign: slope((tape, x) => {
		const one = tape.affine(tape.unary("Abs", x), 1, 1);
		return tape.unary("Reciprocal", square(tape, one));
	}),
	Sqrt: ({ outputs: [y] }, tape, [gain]) => [tape.div(tape.scaled(gain, 0.5), y)],
	Swish: slope((tape, x, _, node) => swish(tape, x, float(node, "alpha", 1))),
	Tanh: slope((tape, _x, y) => tape.affine(square(tape, y), -1, 1)),
	ThresholdedRelu: gate((tape, x, _y, node) => above(tape, x, float(node, "alpha", 1))),
	// Steps: what is before them gains nothing.
	Ceil: none,
	Floor: none,
	Round: none,
	Sign: none,
};
