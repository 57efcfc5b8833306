import { tensorFrom } from "./element-types.ts";
import type { AttributeValue, Node } from "./model.ts";
import { int64Tensor, intOf, type Rewriting, type Rule, withAttributes } from "./opset-rules.ts";

function intsOf(node: Node, name: string): readonly bigint[] | null {
	const attribute = node.attributes.get(name);
	return attribute?.type === "ints" ? attribute.value : null;
}

/** CastLike is of opset 15; before, the inputs are of type float32. */
const CAST_LIKE = 15;

/** Inputs for float attributes, of the type of the node's first input, with the nodes that make them so. */
function floatInputs(node: Node, names: readonly string[], to: Rewriting): [string[], Node[]] {
	const casts: Node[] = [];
	const inputs = names.map((name) => {
		const attribute = node.attributes.get(name);
		if (attribute?.type !== "float") return "";
		const constant = to.constant(tensorFrom("float32", [], [attribute.value]));
		if (to.target < CAST_LIKE) return constant;
		const output = to.fresh(name);
		const attributes = new Map<string, AttributeValue>();
		const inputs = [constant, node.inputs[0]];
		casts.push({ name: output, opType: "CastLike", domain: "", inputs, outputs: [output], attributes });
		return output;
	});
	return [inputs, casts];
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
		const [bounds, casts] = floatInputs(node, ["min", "max"], to);
		const inputs = [node.inputs[0], ...bounds];
		while (inputs.at(-1) === "") inputs.pop();
		return [...casts, withAttributes({ ...node, inputs }, ["min", "max"])];
	},
	Pad(node, to) {
		const pads = intsOf(node, "pads");
		if (pads === null) return [node];
		const [values, casts] = floatInputs(node, ["value"], to);
		const inputs = [node.inputs[0], to.constant(int64Tensor(pads)), ...values.filter((name) => name !== "")];
		return [...casts, withAttributes({ ...node, inputs }, ["pads", "value"])];
	},
	BatchNormalization(node, to) {
		// Without spatial axes the statistics are per channel anyway.
		if (intOf(node, "spatial") === 0 && to.known.ranks.get(node.inputs[0]) !== 2)
			to.refuse("its statistics are per element (spatial is 0)");
		return [withAttributes(node, ["spatial"])];
	},
	Scan: (node, to) =>
		node.attributes.has("directions") ? to.refuse("Scan of opset 8 has no direct equivalent") : [node],
};

/** Nodes of opsets 7 to 10 in opset 11; Resize and Upsample must not occur. */
export const rewriteTo11: Rule = (node, to) =>
	Object.hasOwn(RULES, node.opType) ? RULES[node.opType](node, to) : [node];
