import { tensorFrom } from "./element-types.ts";
import type { Node } from "./model.ts";
import { int64Tensor, intOf, type Rewriting, type Rule, withAttributes } from "./opset-rules.ts";

function intsOf(node: Node, name: string): readonly bigint[] | null {
	const attribute = node.attributes.get(name);
	return attribute?.type === "ints" ? attribute.value : null;
}

function floatInput(node: Node, name: string, to: Rewriting): string {
	const attribute = node.attributes.get(name);
	return attribute?.type === "float" ? to.constant(tensorFrom("float32", [], [attribute.value])) : "";
}

const RULES: Readonly<Record<string, Rule>> = {
	Slice(node, to) {
		const starts = intsOf(node, "starts");
		const ends = intsOf(node, "ends");
		if (starts === null || ends === null) return [node];
		const axes = intsOf(node, "axes") ?? starts.map((_, i) => BigInt(i));
		const inputs = [starts, ends, axes].map((values) => to.constant(int64Tensor(values)));
		return [withAttributes({ ...node, inputs: [node.inputs[0], ...inputs] }, ["starts", "ends", "axes"])];
	},
	TopK(node, to) {
		const k = intOf(node, "k");
		if (k === null) return [node];
		return [withAttributes({ ...node, inputs: [node.inputs[0], to.constant(int64Tensor([k]))] }, ["k"])];
	},
	Clip(node, to) {
		if (node.inputs.length > 1) return [node];
		const inputs = [node.inputs[0], floatInput(node, "min", to), floatInput(node, "max", to)];
		while (inputs.at(-1) === "") inputs.pop();
		return [withAttributes({ ...node, inputs }, ["min", "max"])];
	},
	Pad(node, to) {
		const pads = intsOf(node, "pads");
		if (pads === null) return [node];
		const inputs = [node.inputs[0], to.constant(int64Tensor(pads)), floatInput(node, "value", to)];
		if (inputs[2] === "") inputs.pop();
		return [withAttributes({ ...node, inputs }, ["pads", "value"])];
	},
	BatchNormalization: (node) => [withAttributes(node, ["spatial"])],
	Scan: (node, to) =>
		node.attributes.has("directions") ? to.refuse("Scan of opset 8 has no direct equivalent") : [node],
};

/** Nodes of opsets 7 to 10 in opset 11; Resize and Upsample must not occur. */
export const rewriteTo11: Rule = (node, to) =>
	Object.hasOwn(RULES, node.opType) ? RULES[node.opType](node, to) : [node];
