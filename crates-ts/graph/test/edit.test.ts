import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph } from "@umpire/onnx/model.ts";
import { describe, expect, test } from "vitest";
import { GraphEditor, Names, nameNodes, nodeOf, removeDead } from "../src/edit.ts";
import { producersOf } from "../src/uses.ts";

/** y = |x| + x, and a node that nothing reads. */
function graph(): Graph {
	const g = new GraphBuilder("test");
	const x = g.input("x", "float32", [2]);
	const a = g.node("Abs", [x], {}, "first", ["a"]);
	g.node("Neg", [a], {}, "unread", ["unread_value"]);
	g.output(g.node("Add", [a, x], {}, "last", ["y"]));
	return g.graph();
}

describe("names", () => {
	test("are those that neither the graph, its subgraphs nor anything further has", () => {
		const inner = graph();
		const outer = {
			...graph(),
			nodes: [nodeOf("loop", "Loop", [], [], { body: { type: "graph", value: inner } })],
		};
		const names = new Names(outer, ["known"]);
		expect(["a", "a", "first", "known", "new", "loop", "y"].map((base) => names.fresh(base))).toEqual([
			"a_1",
			"a_2",
			"first_1",
			"known_1",
			"new",
			"loop_1",
			"y_1",
		]);
	});

	test("of nodes without one, or with one that is taken, are not those of other nodes", () => {
		const nodes = [
			nodeOf("", "Add", [], ["p"]),
			nodeOf("Add_0", "Add", [], ["q"]),
			nodeOf("Add_0", "Add", [], ["r"]),
		];
		const named = nameNodes({ ...graph(), nodes }).nodes.map(({ name }) => name);
		expect(named).toEqual(["Add_0_1", "Add_0", "Add_2"]);
	});
});

describe("an editor", () => {
	test("gives back the graph in which nothing was replaced", () => {
		const given = graph();
		const editor = new GraphEditor(given);
		editor.constant("two", tensorFrom("float32", [], [2]));
		expect(editor.graph()).toBe(given);
	});

	test("puts nodes where the replaced one stood, and constants beside them", () => {
		const given = graph();
		const editor = new GraphEditor(given);
		const [abs] = given.nodes;
		const two = editor.constant("two", tensorFrom("float32", [], [2]));
		const power = editor.node("first", "Pow", ["x", two]);
		editor.replace(abs, [power, editor.node("root", "Sqrt", [power.outputs[0]], {}, abs.outputs)]);
		const edited = editor.graph();
		expect(edited.nodes.map(({ name, opType }) => `${name}: ${opType}`)).toEqual([
			"first_1: Pow",
			"root: Sqrt",
			"unread: Neg",
			"last: Add",
		]);
		expect(edited.initializers.get(two)?.data[0]).toBe(2);
		expect(editor.initializer(two)?.data[0]).toBe(2);
		expect(editor.replacement(abs)).toHaveLength(2);
	});

	test("knows who writes and who reads", () => {
		const editor = new GraphEditor(graph());
		expect(editor.producer("a")?.name).toBe("first");
		expect(editor.producer("x")).toBeUndefined();
		expect(editor.readers("a").map(({ name }) => name)).toEqual(["unread", "last"]);
		expect([editor.reads("a"), editor.reads("y"), editor.reads("unread_value")]).toEqual([2, 1, 0]);
		expect([editor.isOutput("y"), editor.isOutput("a")]).toEqual([true, false]);
	});
});

test("what nothing reads is removed", () => {
	const { nodes } = removeDead(graph());
	expect(nodes.map(({ name }) => name)).toEqual(["first", "last"]);
	expect([...producersOf(graph()).keys()]).toEqual(["a", "unread_value", "y"]);
});
