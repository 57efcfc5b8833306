import type { Node } from "@umpire/onnx/model.ts";
import type { Tape } from "../tape.ts";
import type { Gradient, Gradients } from "./gradient.ts";

/** A rule whose gains have the result's shape: broadcasting is undone here. */
function broadcasting(
	rule: (node: Node, tape: Tape, gain: string, k: number) => string | undefined,
): Gradient {
	return (node, tape, [gain], wanted) =>
		node.inputs.map((name, k) => {
			if (!wanted.has(k)) return undefined;
			const own = rule(node, tape, gain, k);
			return own && tape.sumTo(own, tape.shape(name));
		});
}

/** The largest, or least, of any number of operands: the first that equals it gains. */
const extreme: Gradient = (node, tape, [gain], wanted) => {
	let taken: string | undefined;
	return node.inputs.map((name, k) => {
		const equal = tape.compare("Equal", tape.expand(name, tape.shape(gain)), node.outputs[0]);
		const hit = taken ? tape.compare("And", equal, tape.unary("Not", taken)) : equal;
		taken = taken ? tape.compare("Or", taken, equal) : equal;
		return wanted.has(k) ? tape.sumTo(tape.masked(hit, gain), tape.shape(name)) : undefined;
	});
};

/** Sums, products and quotients, element by element, and choices between elements. */
export const ARITHMETIC: Gradients = {
	Add: broadcasting((_node, _tape, gain) => gain),
	Sum: broadcasting((_node, _tape, gain) => gain),
	Mean: broadcasting(({ inputs }, tape, gain) => tape.scaled(gain, 1 / inputs.length)),
	Sub: broadcasting((_node, tape, gain, k) => (k === 0 ? gain : tape.scaled(gain, -1))),
	Mul: broadcasting(({ inputs }, tape, gain, k) => tape.mul(gain, inputs[1 - k])),
	Div: broadcasting(({ inputs: [, y], outputs: [quotient] }, tape, gain, k) => {
		const share = tape.div(gain, y);
		return k === 0 ? share : tape.scaled(tape.mul(share, quotient), -1);
	}),
	Where: broadcasting(({ inputs: [condition] }, tape, gain, k) => {
		if (k === 0) return undefined;
		const zero = tape.scalar(tape.type(gain), 0);
		return k === 1 ? tape.where(condition, gain, zero) : tape.where(condition, zero, gain);
	}),
	Max: extreme,
	Min: extreme,
	Neg: (_node, tape, [gain]) => [tape.scaled(gain, -1)],
	Identity: (_node, _tape, [gain]) => [gain],
	Cast: ({ inputs: [x] }, tape, [gain]) => [tape.cast(gain, tape.type(x))],
};
