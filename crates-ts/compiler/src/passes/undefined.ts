import { GraphEditor } from "@umpire/graph/edit.ts";
import { constantScalar, type Facts } from "@umpire/graph/facts.ts";
import { isFloat, toReal } from "@umpire/graph/real.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph, Node } from "@umpire/onnx/model.ts";

/** Operands nearer to 0, as a share of 1 and of the largest, have the logarithm of this share. */
const LEAST_SHARE = 2 ** -24;

/** Whether the node has no value for negative operands: Log, and Pow with exponents of which none is whole. */
function isUndefinedBelow({ opType, domain, inputs }: Node, { constants }: Facts): boolean {
	if (domain !== "") return false;
	if (opType === "Log") return true;
	const exponents = opType === "Pow" ? constants.get(inputs[1]) : undefined;
	return exponents !== undefined && toReal(exponents).data.every((one) => !Number.isInteger(one));
}

/** Whether the graph may hold such nodes, as far as it can be told without constants. */
export function maybeUndefined(graph: Graph): boolean {
	return graph.nodes.some(({ opType, domain }) => domain === "" && (opType === "Log" || opType === "Pow"));
}

/**
 * Logarithms and powers of what is negative in calibration say so: Where(x < 0, NaN, log x). Models compute both
 * branches of a transform and throw one away (PowerTransformer does); what becomes of NaN is decided where
 * infinities are (passes/infinities.ts). x / x and x − x, as such models write 1 and 0, are these.
 */
export function withUndefined(graph: Graph, facts: Facts): Graph {
	const editor = new GraphEditor(graph, facts.shapes.keys());
	for (const node of graph.nodes) {
		const [x] = node.inputs;
		const type = facts.types.get(x ?? "");
		const range = facts.ranges.get(x ?? "");
		if (node.domain !== "" || !type || !isFloat(type) || !range) continue;
		const scalar = (base: string, value: number): string =>
			editor.constant(`${x}_${base}`, tensorFrom(type, [], [value]));
		const same = node.inputs[1] === x && (node.opType === "Div" || node.opType === "Sub");
		if (same) {
			const shape = facts.shapes.get(x)!;
			const value = node.opType === "Div" ? 1 : 0;
			const data = new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(value);
			const constant = editor.constant(`${node.outputs[0]}_same`, tensorFrom(type, shape, [...data]));
			editor.replace(node, [editor.node(node.name, "Identity", [constant], {}, node.outputs)]);
			continue;
		}
		if (!isUndefinedBelow(node, facts) || range.low >= 0 || constantScalar(x, facts) !== undefined) continue;
		const least = scalar("least", LEAST_SHARE * Math.min(1, Math.max(range.high, -range.low)));
		const isNegative = editor.node(`${node.name}/IsNegative`, "Less", [x, scalar("zero", 0)]);
		// What is thrown away is as good as any number: near 0, where powers are steep, it would ask for a fine grid.
		const known = editor.node(`${node.name}/Known`, "Where", [isNegative.outputs[0], scalar("one", 1), x]);
		const positive = editor.node(`${node.name}/Positive`, "Max", [known.outputs[0], least]);
		const function_ = editor.node(node.name, node.opType, [positive.outputs[0], ...node.inputs.slice(1)]);
		const missing = scalar("undefined", Number.NaN);
		const choices = [isNegative.outputs[0], missing, function_.outputs[0]];
		editor.replace(node, [
			isNegative,
			known,
			positive,
			function_,
			editor.node(`${node.name}/Where`, "Where", choices, {}, node.outputs),
		]);
	}
	return editor.graph();
}
