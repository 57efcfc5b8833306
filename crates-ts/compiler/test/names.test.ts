import { writesOf } from "@umpire/graph/uses.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model } from "@umpire/onnx/model.ts";
import { expectFaithful, floats, modelOf, random } from "@umpire/testing/compiler/check.ts";
import { describe, test } from "vitest";

/** Sums of squares, a normalisation, masks, a choice of infinities and bytes: much that passes rewrite. */
const MODEL = modelOf([[3, 4]], (g, [x]) => {
	const axes = g.constant("axes", tensorFrom("int64", [1], [-1]));
	const share = g.node("ReduceMean", [g.node("Mul", [x, x])], { axes: [-1] });
	const total = g.node("ReduceSum", [g.node("Pow", [x, g.scalar("two", 2)]), axes]);
	const rows = g.node("Div", [x, g.node("Sqrt", [g.node("Add", [share, g.scalar("tiny", 1e-3)])])]);
	const positive = g.node("Greater", [x, g.scalar("zero", 0)]);
	const masked = g.node("Where", [positive, rows, g.scalar("low", Number.NEGATIVE_INFINITY)]);
	const powers = g.node("Exp", [g.node("Sub", [masked, g.node("ReduceMax", [masked], { axes: [-1] })])]);
	const causal = g.constant("causal", floats([3, 4], [0, -1e4, -1e4, -1e4, 0, 0, -1e4, -1e4, 0, 0, 0, -1e4]));
	const softmax = g.node("Softmax", [g.node("Add", [rows, causal])], { axis: -1 });
	const bytes = g.node("Cast", [positive], { to: 3 });
	const counts = g.node("MatMulInteger", [
		bytes,
		g.constant("paths", tensorFrom("int8", [4, 1], [1, 1, 0, 1])),
	]);
	const sum = g.node("Add", [g.node("Add", [powers, softmax]), g.node("Cast", [counts], { to: 1 })]);
	return [sum, total, g.node("LayerNormalization", [rows, g.constant("scales", floats([4], [1, 2, 3, 4]))])];
});

/** What names that passes make up end in, or are. */
const SUFFIXES = (
	"_share _total _mask _raised _1 _table _factors _sum /finite /low /high /usual /Cast /constant /constant_1 /Mul " +
	"/Mul_output_0 /Identity /Not_output_0 /And_output_0 /Where_output_0 /Expand_output_0 /Less_output_0 /Greater_output_0"
).split(" ");
const WHOLE = [
	"everywhere",
	"nowhere",
	"axes_1",
	"number_0",
	"number_0_1",
	"number_-Infinity",
	"signs",
	"size",
];

/** The model with other names for its values. */
function renamed(model: Model, names: ReadonlyMap<string, string>): Model {
	const of = (name: string): string => names.get(name) ?? name;
	const { graph } = model;
	return {
		...model,
		graph: {
			...graph,
			nodes: graph.nodes.map((node) => ({
				...node,
				name: of(node.name),
				inputs: node.inputs.map(of),
				outputs: node.outputs.map(of),
			})),
			outputs: graph.outputs.map((output) => ({ ...output, name: of(output.name) })),
		},
	};
}

describe("names that passes make up may be taken", () => {
	const values = MODEL.graph.nodes.flatMap(writesOf);
	test.each(SUFFIXES)("%s", async (suffix) => {
		// Every second value is named after the one before it.
		const names = new Map(
			values.flatMap((name, k) => (k % 2 === 1 ? [[name, `${values[k - 1]}${suffix}`]] : [])),
		);
		await expectFaithful(renamed(MODEL, names), 5e-3, { inputs: [[random([3, 4], 4)]] });
	});
	test("whole names", async () => {
		const names = new Map(values.map((name, k) => [name, WHOLE[k] ?? name]));
		await expectFaithful(renamed(MODEL, names), 5e-3, { inputs: [[random([3, 4], 4)]] });
	});
});
