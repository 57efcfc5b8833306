import { codeOfType } from "./element-types.ts";
import type { ElementType, Node } from "./model.ts";
import { int64Tensor, intOf, type Rewriting, type Rule, withAttributes } from "./opset-rules.ts";

/** Type names of Cast's string attribute `to` (opset 1). */
const CAST_NAMES: Readonly<Record<string, ElementType>> = {
	FLOAT: "float32",
	DOUBLE: "float64",
	FLOAT16: "float16",
	BOOL: "bool",
	INT8: "int8",
	INT16: "int16",
	INT32: "int32",
	INT64: "int64",
	UINT8: "uint8",
	UINT16: "uint16",
	UINT32: "uint32",
	UINT64: "uint64",
	STRING: "string",
};

const int = (value: number) => ({ type: "int", value: BigInt(value) }) as const;
const float = (value: number) => ({ type: "float", value }) as const;

/** Appends axes of size 1 so that `input` of the node aligns with its first input from `axis` on. */
function alignFrom(node: Node, input: number, axis: number, to: Rewriting): Node[] {
	const rank = to.known.ranks.get(node.inputs[0]);
	const own = to.known.ranks.get(node.inputs[input]);
	if (rank === undefined || own === undefined)
		return to.refuse("it broadcasts along an axis and the ranks of its inputs are not known");
	const first = axis < 0 ? axis + rank : axis;
	const missing = rank - first - own;
	if (missing <= 0) return [node];
	const aligned = to.fresh("aligned");
	const axes = Array.from({ length: missing }, (_, i) => BigInt(own + i));
	return [
		{
			name: aligned,
			opType: "Unsqueeze",
			domain: "",
			inputs: [node.inputs[input]],
			outputs: [aligned],
			attributes: new Map([["axes", { type: "ints", value: axes }]]),
		},
		{ ...node, inputs: node.inputs.with(input, aligned) },
	];
}

/** Operators with the attributes `broadcast` and `axis`: B aligned from `axis`, or with A's last axes. */
function broadcasting(node: Node, to: Rewriting): readonly Node[] {
	const plain = withAttributes(node, ["broadcast", "axis"]);
	const axis = intOf(node, "axis");
	return intOf(node, "broadcast") === 1 && axis !== null ? alignFrom(plain, 1, axis, to) : [plain];
}

function constantInput(node: Node, input: number, to: Rewriting): readonly bigint[] {
	return to.known.constants.get(node.inputs[input]) ?? to.refuse(`its input ${input} is not a constant`);
}

const RULES: Readonly<Record<string, Rule>> = {
	Add: broadcasting,
	Sub: broadcasting,
	Mul: broadcasting,
	Div: broadcasting,
	Pow: broadcasting,
	And: broadcasting,
	Or: broadcasting,
	Xor: broadcasting,
	Equal: broadcasting,
	Greater: broadcasting,
	Less: broadcasting,
	Gemm: (node) => [withAttributes(node, ["broadcast"])],
	// A slope of one value per channel aligns with axis 1.
	PRelu: (node, to) =>
		to.known.ranks.get(node.inputs[1]) === 1 && (to.known.ranks.get(node.inputs[0]) ?? 3) > 2
			? alignFrom(node, 1, 1, to)
			: [node],
	BatchNormalization(node, to) {
		if (intOf(node, "is_test") !== 1 && node.outputs.filter((name) => name !== "").length > 1)
			to.refuse("it is in training mode");
		return [withAttributes({ ...node, outputs: node.outputs.slice(0, 1) }, ["is_test"])];
	},
	Dropout: (node) => [withAttributes(node, ["is_test"])],
	Cast(node, to) {
		const target = node.attributes.get("to");
		if (target?.type !== "string") return [node];
		const type = CAST_NAMES[target.value.toUpperCase()];
		if (type === undefined) return to.refuse(`it casts to "${target.value}"`);
		return [withAttributes(node, [], { to: int(codeOfType(type)) })];
	},
	Concat: (node) => [withAttributes(node, [], { axis: int(intOf(node, "axis") ?? 1) })],
	Split(node, to) {
		if (node.inputs.length < 2) return [node];
		const split = { type: "ints", value: constantInput(node, 1, to) } as const;
		return [withAttributes({ ...node, inputs: node.inputs.slice(0, 1) }, [], { split })];
	},
	Reshape(node, to) {
		const shape = node.attributes.get("shape");
		if (shape?.type !== "ints") return [node];
		const input = to.constant(int64Tensor(shape.value));
		return [withAttributes({ ...node, inputs: [node.inputs[0], input] }, ["shape"])];
	},
	// Opset 1 repeats one axis: inputs (x, tiles, axis).
	Tile(node, to) {
		if (node.inputs.length < 3) return [node];
		const rank = to.known.ranks.get(node.inputs[0]) ?? to.refuse("the rank of its input is not known");
		const repeats = new Array<bigint>(rank).fill(1n);
		repeats[Number(constantInput(node, 2, to)[0])] = constantInput(node, 1, to)[0];
		return [{ ...node, inputs: [node.inputs[0], to.constant(int64Tensor(repeats))] }];
	},
	Pad(node) {
		const pads = node.attributes.get("paddings");
		return [pads === undefined ? node : withAttributes(node, ["paddings"], { pads })];
	},
	Upsample(node) {
		const height = node.attributes.get("height_scale");
		const width = node.attributes.get("width_scale");
		if (height?.type !== "float" || width?.type !== "float") return [node];
		const mode = node.attributes.get("mode");
		const name = mode?.type === "string" && mode.value === "bilinear" ? "linear" : "nearest";
		return [
			withAttributes(node, ["height_scale", "width_scale"], {
				mode: { type: "string", value: name },
				scales: { type: "floats", value: [1, 1, height.value, width.value] },
			}),
		];
	},
	// Opset 6 gave Selu other defaults.
	Selu(node, to) {
		if (to.from >= 6) return [node];
		const alpha = node.attributes.get("alpha") ?? float(1.6732);
		return [withAttributes(node, [], { alpha, gamma: node.attributes.get("gamma") ?? float(1.0507) })];
	},
	LpPool: integerNorm,
	GlobalLpPool: integerNorm,
	LSTM: (node) => [withAttributes(node, ["output_sequence"])],
	GRU: (node) => [withAttributes(node, ["output_sequence"])],
	RNN: (node) => [withAttributes(node, ["output_sequence"])],
};

/** `p` was a float before opset 2. */
function integerNorm(node: Node, to: Rewriting): readonly Node[] {
	const p = node.attributes.get("p");
	if (p?.type !== "float") return [node];
	if (!Number.isInteger(p.value)) to.refuse(`its norm is ${p.value}`);
	return [withAttributes(node, [], { p: int(p.value) })];
}

/** Nodes of opsets 1 to 6 in opset 7. */
export const rewriteTo7: Rule = (node, to) => {
	const plain = withAttributes(node, ["consumed_inputs"]);
	return Object.hasOwn(RULES, node.opType) ? RULES[node.opType](plain, to) : [plain];
};
