import { int } from "@umpire/graph/attributes.ts";
import { type Attributes, GraphEditor } from "@umpire/graph/edit.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { HUGE } from "@umpire/graph/ranges.ts";
import { isFloat, toReal } from "@umpire/graph/real.ts";
import { codeOfType, tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph, Node, Tensor } from "@umpire/onnx/model.ts";

/**
 * The graph with IsNaN of a softmax, which PyTorch writes behind attention, as what it asks: is
 * the row masked everywhere? `lowest` is the number that stands for −∞ (infinities.ts) in masks
 * that are added to scores; a mask may also be a choice between scores and −∞.
 */
export function withoutNanChecks(graph: Graph, facts: Facts, lowest: number): Graph {
	const editor = new GraphEditor(graph, facts.shapes.keys());
	for (const node of graph.nodes) {
		if (node.domain !== "" || node.opType !== "IsNaN") continue;
		const softmax = editor.producer(node.inputs[0]);
		const rank = facts.shapes.get(node.inputs[0])?.length ?? 0;
		if (softmax?.opType !== "Softmax" || ![-1, rank - 1].includes(int(softmax, "axis", -1))) continue;
		const found = maskOf(softmax.inputs[0], { editor, facts, lowest });
		if (found) editor.replace(node, maskedRows(node, found, { editor, facts, lowest }));
	}
	return editor.graph();
}

/** A tensor added to scores, or truth values that choose scores (or, `inverted`, −∞). */
type Mask = { readonly added: string } | { readonly truth: string; readonly inverted: boolean };

interface Surroundings {
	readonly editor: GraphEditor;
	readonly facts: Facts;
	readonly lowest: number;
}

function maskOf(name: string, around: Surroundings): Mask | undefined {
	const { editor, facts, lowest } = around;
	const node = editor.producer(name);
	if (node?.domain !== "") return undefined;
	if (node.opType === "Identity" || (node.opType === "Cast" && isFloat(facts.types.get(node.inputs[0])!)))
		return maskOf(node.inputs[0], around);
	if (node.opType === "Add") {
		const added = node.inputs.find((one) => leastOf(one, facts) <= lowest / 2);
		return added === undefined ? undefined : { added };
	}
	if (node.opType !== "Where") return undefined;
	const place = [1, 2].find((k) => isInfinite(facts.constants.get(node.inputs[k])));
	return place === undefined ? undefined : { truth: node.inputs[0], inverted: place === 1 };
}

/** The least number of a value, apart from those that take no part in calibration. */
function leastOf(name: string, facts: Facts): number {
	const constant = facts.constants.get(name);
	if (!constant) return facts.ranges.get(name)?.low ?? 0;
	return toReal(constant).data.reduce((least, value) => (value > -HUGE ? Math.min(least, value) : least), 0);
}

function isInfinite(tensor: Tensor | undefined): boolean {
	return tensor !== undefined && toReal(tensor).data.every((value) => value === Number.NEGATIVE_INFINITY);
}

/** Nodes that find the rows of which the mask leaves nothing, in the shape of the check. */
function maskedRows(node: Node, mask: Mask, { editor, facts, lowest }: Surroundings): Node[] {
	const constant = (suffix: string, tensor: Tensor): string =>
		editor.constant(`${node.name}/${suffix}`, tensor);
	const plain = (
		opType: string,
		inputs: readonly string[],
		attributes: Attributes = {},
		outputs = [editor.names.fresh(`${node.name}/${opType}_output`)],
	): Node => editor.node(`${node.name}/${opType}`, opType, inputs, attributes, outputs);
	const whole = (suffix: string, values: readonly number[]): string =>
		constant(suffix, tensorFrom("int64", [values.length], values));
	const type = "added" in mask ? facts.types.get(mask.added)! : "int32";
	const before = "added" in mask ? [] : [plain("Cast", [mask.truth], { to: codeOfType("int32") })];
	const rows = "added" in mask ? mask.added : before[0].outputs[0];
	const least = "truth" in mask && mask.inverted;
	const axes = whole("axes", [-1]);
	const most = plain(least ? "ReduceMin" : "ReduceMax", [rows, axes], { keepdims: 1 });
	const bound = constant("bound", tensorFrom(type, [1], ["added" in mask ? lowest / 2 : least ? 0 : 1]));
	const compared = plain(least ? "Greater" : "Less", [most.outputs[0], bound]);
	const shape = whole("shape", facts.shapes.get(node.inputs[0])!);
	const result = plain("Expand", [compared.outputs[0], shape], {}, [...node.outputs]);
	return [...before, most, compared, result];
}
