import { UNBOUNDED } from "@umpire/graph/ranges.ts";
import { has } from "@umpire/graph/traits.ts";
import type { Node } from "@umpire/onnx/model.ts";
import { clipOf } from "../../lower/clip.ts";
import {
	added,
	cast,
	chosen,
	divided,
	functionOf,
	multiplied,
	negated,
	normalised,
	unary,
} from "./arithmetic.ts";
import { COMPARISONS, compare, isInfinite, isNotNumber } from "./comparisons.ts";
import { joined, moved, padded } from "./moves.ts";
import { argExtreme, extreme, largestOf, softmax, summed, topK } from "./order.ts";
import type { Rule } from "./rule.ts";
import type { Surroundings } from "./surroundings.ts";

const RULES: Readonly<Record<string, Rule>> = {
	Add: added(1),
	ArgMax: argExtreme,
	ArgMin: argExtreme,
	BatchNormalization: normalised,
	Cast: cast,
	Concat: joined,
	Div: divided,
	GlobalMaxPool: argExtreme,
	IsInf: isInfinite,
	IsNaN: isNotNumber,
	Hardmax: argExtreme,
	LogSoftmax: softmax,
	Max: largestOf(false),
	MaxPool: argExtreme,
	Min: largestOf(true),
	Mul: multiplied,
	Neg: negated,
	Pad: padded,
	ReduceMax: extreme(false),
	ReduceMean: summed,
	ReduceMin: extreme(true),
	ReduceSum: summed,
	Softmax: softmax,
	Sub: added(-1),
	Sum: added(1),
	TopK: topK,
	Where: chosen,
};

/** The rule for a node of ONNX's own domain; undefined if its operator has none. */
export function ruleOf(node: Node, around: Surroundings): Rule | undefined {
	if (node.domain !== "") return undefined;
	if (Object.hasOwn(RULES, node.opType)) return RULES[node.opType];
	if (node.opType in COMPARISONS) return compare;
	const f = functionOf(node) ?? clipping(node, around);
	if (f) return unary(f);
	return has(node, "moves") && node.opType !== "DepthToSpace" && node.opType !== "SpaceToDepth"
		? moved
		: undefined;
}

function clipping(node: Node, { facts }: Surroundings): ((x: number) => number) | undefined {
	if (!has(node, "clips")) return undefined;
	const { low, high } = clipOf(node, node.inputs[0], facts) ?? UNBOUNDED;
	return (x) => Math.min(Math.max(x, low), high);
}
