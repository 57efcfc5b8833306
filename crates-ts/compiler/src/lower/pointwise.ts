import type { Facts } from "@umpire/graph/facts.ts";
import { constantScalar } from "@umpire/graph/facts.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { has } from "@umpire/graph/traits.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { clipOf } from "./clip.ts";
import { keyOfUnary, type RealFunction, UNARY } from "./functions.ts";

/** A node whose every output element is a function of the elements at the same place of its operands. */
export interface Pointwise {
	/** Operands that depend on inputs; the others are constant numbers. */
	readonly operands: readonly string[];
	readonly apply: (values: readonly number[]) => number;
	/** Nodes of one key have equal `apply`. */
	readonly key: string;
	/** False for a factor, a shift and a clip: they need no table. */
	readonly curved: boolean;
}

type Combine = (values: readonly number[]) => number;

const COMBINE: Readonly<Record<string, Combine>> = {
	Add: ([a, b]) => a + b,
	Sub: ([a, b]) => a - b,
	Mul: ([a, b]) => a * b,
	Div: ([a, b]) => a / b,
	Pow: ([a, b]) => a ** b,
	Min: (values) => Math.min(...values),
	Max: (values) => Math.max(...values),
	Sum: (values) => values.reduce((a, b) => a + b, 0),
	Mean: (values) => values.reduce((a, b) => a + b, 0) / values.length,
};

/** The node as a function of its operands' elements; undefined if it is none, or not of floats. */
export function pointwiseOf(node: Node, facts: Facts): Pointwise | undefined {
	const [output, ...others] = node.outputs;
	if (node.domain !== "" || others.some((name) => name !== "")) return undefined;
	if (!isFloat(facts.types.get(output) ?? "undefined")) return undefined;
	const [x] = node.inputs;
	const from = facts.types.get(x);
	// Whole numbers need the care of their own lowerings: a float that was one may lie beside it on a grid.
	if (has(node, "rounds") || from === undefined || !isFloat(from)) return undefined;
	if (node.opType === "Cast") return { operands: [x], apply: ([v]) => v, key: "Cast", curved: false };
	if (!node.inputs.every((name) => name === "" || isFloat(facts.types.get(name) ?? "undefined")))
		return undefined;
	const unary: ((node: Node) => RealFunction) | undefined = Object.hasOwn(UNARY, node.opType)
		? UNARY[node.opType]
		: undefined;
	if (unary) {
		const f = unary(node);
		return { operands: [x], apply: ([v]) => f(v), key: keyOfUnary(node), curved: true };
	}
	if (node.opType === "Neg") return { operands: [x], apply: ([v]) => -v, key: "Neg", curved: false };
	const clip = clipOf(node, x, facts);
	if (clip) {
		const apply = ([v]: readonly number[]): number => Math.min(Math.max(v, clip.low), clip.high);
		return { operands: [x], apply, key: keyOf("Clip", [clip.low, clip.high]), curved: false };
	}
	return combination(node, facts);
}

function combination(node: Node, facts: Facts): Pointwise | undefined {
	if (!Object.hasOwn(COMBINE, node.opType)) return undefined;
	const combine = COMBINE[node.opType];
	const constants = node.inputs.map((name) => constantScalar(name, facts));
	const varying = node.inputs.flatMap((_, k) => (constants[k] === undefined ? [k] : []));
	// With a constant of several numbers every place would need a function of its own.
	if (varying.some((k) => facts.constants.has(node.inputs[k]))) return undefined;
	const apply = (values: readonly number[]): number => {
		const all = constants.map((value) => value ?? 0);
		varying.forEach((k, i) => {
			all[k] = values[i];
		});
		return combine(all);
	};
	const byConstant = varying.length === 1;
	const scaled = byConstant && (node.opType === "Mul" || (node.opType === "Div" && varying[0] === 0));
	return {
		operands: varying.map((k) => node.inputs[k]),
		apply,
		key: keyOf(node.opType, constants),
		curved: !has(node, "linear") && !scaled,
	};
}

/** The key of an operator with these constants; an operand that varies is undefined. */
export function keyOf(opType: string, constants: readonly (number | undefined)[]): string {
	// A quotient tells −0 from 0, which String does not.
	return [opType, ...constants.map((value) => (Object.is(value, -0) ? "-0" : String(value)))].join();
}
