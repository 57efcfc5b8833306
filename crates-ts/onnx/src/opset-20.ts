import { tensorFrom } from "./element-types.ts";
import type { AttributeValue, Node, Tensor } from "./model.ts";
import { rewriteTo11 } from "./opset-11.ts";
import { int64Tensor, type Rewriting, type Rule, withAttributes } from "./opset-rules.ts";

const text = (value: string): AttributeValue => ({ type: "string", value });
const int = (value: number): AttributeValue => ({ type: "int", value: BigInt(value) });

/** An ints attribute moves to the given input. */
function toInput(attribute: string, input: number): Rule {
	return (node, to) => {
		const values = node.attributes.get(attribute);
		if (values?.type !== "ints") return [node];
		const inputs = [...node.inputs];
		while (inputs.length < input) inputs.push("");
		inputs[input] = to.constant(int64Tensor(values.value));
		return [withAttributes({ ...node, inputs }, [attribute])];
	};
}

const axesToInput = toInput("axes", 1);

/** Before opset 13 the axes from `axis` on counted as one. */
const flattened: Rule = (node, to) => {
	if (to.from >= 13) return [node];
	const [x] = node.inputs;
	const [shape, flat, result] = ["shape", "flat", "result"].map((name) => to.fresh(name));
	const plain = { domain: "", attributes: new Map<string, AttributeValue>() };
	const axis = node.attributes.get("axis") ?? int(1);
	return [
		{ ...plain, name: shape, opType: "Shape", inputs: [x], outputs: [shape] },
		{
			...plain,
			name: flat,
			opType: "Flatten",
			inputs: [x],
			outputs: [flat],
			attributes: new Map([["axis", axis]]),
		},
		{ ...withAttributes(node, [], { axis: int(-1) }), inputs: [flat], outputs: [result] },
		{
			...plain,
			name: `${result}_shape`,
			opType: "Reshape",
			inputs: [result, shape],
			outputs: [node.outputs[0]],
		},
	];
};

/** Upsample and the Resize of opset 10 scale from the corner, and round down (up where they shrink). */
function resizeFromCorner(constants: ReadonlyMap<string, Tensor>): Rule {
	return (node, to) => {
		if (node.opType === "Resize" && to.from >= 11) return [node];
		const attribute = node.attributes.get("scales");
		const given = attribute?.type === "floats" ? attribute.value : undefined;
		const known = given ?? Array.from((constants.get(node.inputs[1])?.data ?? []) as Float32Array, Number);
		const scales = given ? to.constant(tensorFrom("float32", [given.length], given)) : node.inputs[1];
		const shrinks = known.some((scale) => scale < 1);
		const mode = node.attributes.get("mode");
		const linear = mode?.type === "string" && /linear/.test(mode.value);
		const resized = (rounding: string, x: string, factors: string): Node => ({
			...withAttributes(node, ["scales"], {
				coordinate_transformation_mode: text("asymmetric"),
				nearest_mode: text(rounding),
				mode: text(linear ? "linear" : "nearest"),
			}),
			opType: "Resize",
			inputs: [x, "", factors],
		});
		const [x] = node.inputs;
		if (linear || !shrinks || known.every((scale) => scale <= 1))
			return [resized(shrinks ? "ceil" : "floor", x, scales)];
		// Where some axes grow and others shrink, they round differently: first those that grow.
		const part = (bound: (a: number, b: number) => number): string =>
			to.constant(
				tensorFrom(
					"float32",
					[known.length],
					known.map((scale) => bound(scale, 1)),
				),
			);
		const enlarged = to.fresh("enlarged");
		const first = resized("floor", x, part(Math.max));
		return [{ ...first, name: enlarged, outputs: [enlarged] }, resized("ceil", enlarged, part(Math.min))];
	};
}

function evenSplit(node: Node, to: Rewriting): readonly Node[] {
	const [current] = toInput("split", 1)(node, to);
	if (current.inputs[1] || current.attributes.has("num_outputs")) return [current];
	return [withAttributes(current, [], { num_outputs: int(node.outputs.length) })];
}

const RULES: Readonly<Record<string, Rule>> = {
	Squeeze: axesToInput,
	Unsqueeze: axesToInput,
	...Object.fromEntries(
		"L1 L2 LogSum LogSumExp Max Mean Min Prod Sum SumSquare"
			.split(" ")
			.map((name) => [`Reduce${name}`, axesToInput]),
	),
	Split: evenSplit,
	Dropout: (node) => [withAttributes(node, ["ratio"])],
	Softmax: flattened,
	LogSoftmax: flattened,
	Hardmax: flattened,
	Scatter: (node) => [{ ...node, opType: "ScatterElements" }],
	GridSample(node, to) {
		if (to.target < 20) return [node];
		const mode = node.attributes.get("mode");
		const old = mode?.type === "string" ? /^bi(linear|cubic)$/.exec(mode.value) : null;
		return [old ? withAttributes(node, [], { mode: text(old[1]) }) : node];
	},
	DFT(node, to) {
		if (to.target < 20 || node.inputs[2]) return [node];
		const attribute = node.attributes.get("axis");
		const axis = to.constant({ ...int64Tensor([attribute?.type === "int" ? attribute.value : 1]), dims: [] });
		return [withAttributes({ ...node, inputs: [node.inputs[0], node.inputs[1] ?? "", axis] }, ["axis"])];
	},
	BatchNormalization: (node, to) =>
		to.from < 14 && node.outputs.slice(1).some((name) => name !== "")
			? to.refuse("it is in training mode: export the model for inference (model.eval())")
			: [node],
	RoiAlign: (node, to) =>
		to.from < 16 && !node.attributes.has("coordinate_transformation_mode")
			? [withAttributes(node, [], { coordinate_transformation_mode: text("output_half_pixel") })]
			: [node],
};

/**
 * Nodes of opsets 7 to 19 in opset 20. `constants` are the model's, as far as they are known:
 * how old Upsample nodes round depends on their scales.
 */
export function rewriteTo20(constants: ReadonlyMap<string, Tensor>): Rule {
	const resize = resizeFromCorner(constants);
	const rules: Readonly<Record<string, Rule>> = { ...RULES, Upsample: resize, Resize: resize };
	return (node, to) => {
		const current = to.from < 11 ? rewriteTo11(node, to) : [node];
		return current.flatMap((one) => (Object.hasOwn(rules, one.opType) ? rules[one.opType](one, to) : [one]));
	};
}
