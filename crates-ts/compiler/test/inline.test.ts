import { nameNodes } from "@umpire/graph/edit.ts";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { runFloat } from "@umpire/onnx/float-session.ts";
import type { Graph, Model, Node, Tensor } from "@umpire/onnx/model.ts";
import { expectFaithful, floats, modelOf, random } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";
import { inlineModel } from "../src/import/inline.ts";

const CONTROL = /^(If|Loop|Scan|Sequence.*|ConcatFromSequence|SplitToSequence)$/;

function graphOf(name: string, build: (g: GraphBuilder) => void): { type: "graph"; value: Graph } {
	const g = new GraphBuilder(name);
	build(g);
	return { type: "graph", value: g.graph() };
}

function feedOf(model: Model, given: readonly Tensor[]): Map<string, Tensor> {
	return new Map(model.graph.inputs.map(({ name }, k) => [name, given[k]]));
}

/** Inlines with `first`, and expects the same results as the model's own for all inputs. */
async function expectSame(model: Model, ...sets: Tensor[][]): Promise<Node[]> {
	const named = { ...model, graph: nameNodes(model.graph) };
	const { model: inlined } = await inlineModel(named, feedOf(model, sets[0]));
	expect(inlined.graph.nodes.filter(({ opType }) => CONTROL.test(opType))).toEqual([]);
	expect(inlined.functions).toEqual([]);
	for (const set of sets) {
		const [expected, found] = [
			await runFloat(model, feedOf(model, set)),
			await runFloat(inlined, feedOf(inlined, set)),
		];
		for (const [name, tensor] of expected) {
			expect(found.get(name)!.dims, name).toEqual(tensor.dims);
			expect(found.get(name)!.data, name).toEqual(tensor.data);
		}
	}
	return [...inlined.graph.nodes];
}

/** state' = tanh(state·w) + i, with state' and its double written in every iteration. */
const body = (keep: (g: GraphBuilder) => string) =>
	graphOf("body", (g) => {
		const i = g.input("i", "int64", []);
		g.input("going", "bool", []);
		const state = g.input("state", "float32", [2, 3]);
		const moved = g.node("Tanh", [g.node("MatMul", [state, "w"])]);
		const next = g.node("Add", [moved, g.node("Cast", [i], { to: 1 })]);
		g.output(keep(g), "bool", []);
		g.output(next, "float32", [2, 3]);
		g.output(g.node("Add", [next, next]), "float32", [2, 3]);
	});

const loopModel = (trips: number | "", keep: (g: GraphBuilder) => string): Model =>
	modelOf([[2, 3]], (g, [x]) => {
		g.constant("w", random([3, 3], 4));
		const count = trips === "" ? "" : g.constant("trips", tensorFrom("int64", [], [trips]));
		const condition = g.constant("start", tensorFrom("bool", [], [1]));
		g.node("Loop", [count, condition, x], { body: body(keep) }, "loop", ["last", "all"]);
		return ["last", "all"];
	});

describe("Loop", () => {
	test("runs as often as its trip count says", async () => {
		const model = loopModel(4, (g) => g.node("Identity", ["going"]));
		const nodes = await expectSame(model, [random([2, 3], 7)], [random([2, 3], 8)]);
		expect(nodes.filter(({ opType }) => opType === "MatMul")).toHaveLength(4);
	});

	test("stops where a condition that does not depend on the inputs stops it", async () => {
		const model = loopModel("", (g) =>
			g.node("Less", ["i", g.constant("two", tensorFrom("int64", [], [2]))]),
		);
		const nodes = await expectSame(model, [random([2, 3], 7)], [random([2, 3], 8)]);
		expect(nodes.filter(({ opType }) => opType === "MatMul")).toHaveLength(3);
	});

	test("is refused where the inputs decide", async () => {
		const model = loopModel(5, (g) =>
			g.node("Less", [g.node("ReduceMax", ["state"], { keepdims: 0 }), g.scalar("limit", 2)]),
		);
		await expect(expectSame(model, [random([2, 3])])).rejects.toThrow(/how often it runs depends/);
	});

	test("nests, and its branches may depend on the iteration", async () => {
		const model = modelOf([[2, 3]], (g, [x]) => {
			const trips = g.constant("trips", tensorFrom("int64", [], [3]));
			const yes = graphOf("yes", (h) => h.output(h.node("Neg", ["state"]), "float32", [2, 3]));
			const no = graphOf("no", (h) => {
				const inner = graphOf("inner", (k) => {
					k.input("j", "int64", []);
					k.input("inner_going", "bool", []);
					const sum = k.input("sum", "float32", [2, 3]);
					k.output(k.node("Identity", ["inner_going"]), "bool", []);
					k.output(k.node("Add", [sum, "state"]), "float32", [2, 3]);
				});
				h.node("Loop", ["trips", "", "state"], { body: inner }, "inner", ["sum_out"]);
				h.output("sum_out", "float32", [2, 3]);
			});
			const outer = graphOf("outer", (h) => {
				const i = h.input("i", "int64", []);
				h.input("going", "bool", []);
				h.input("state", "float32", [2, 3]);
				const first = h.node("Equal", [i, h.constant("one", tensorFrom("int64", [], [1]))]);
				h.node("If", [first], { then_branch: yes, else_branch: no }, "if", ["next"]);
				h.output(h.node("Identity", ["going"]), "bool", []);
				h.output("next", "float32", [2, 3]);
			});
			return g.node("Loop", [trips, "", x], { body: outer }, "loop", ["last"]);
		});
		await expectSame(model, [random([2, 3], 7)]);
	});

	test("grows a sequence whose elements are put together after it", async () => {
		const model = modelOf([[2, 3]], (g, [x]) => {
			const trips = g.constant("trips", tensorFrom("int64", [], [3]));
			const empty = g.node("SequenceEmpty", []);
			const growing = g.node("SequenceInsert", [empty, x]);
			const position = g.constant("last", tensorFrom("int64", [], [-1]));
			const at = g.node("SequenceAt", [growing, position]);
			g.node("SplitToSequence", [at, g.ints("sizes", [1, 2])], { axis: 1 }, "split", ["pieces"]);
			const tail = g.node("SequenceAt", ["pieces", position]);
			g.node("SequenceConstruct", [x, at, at], {}, "three", ["list"]);
			const erased = g.node("SequenceErase", ["list", position]);
			const joined = g.node("ConcatFromSequence", [erased], { axis: -1, new_axis: 1 });
			const flat = g.node("ConcatFromSequence", [erased], { axis: 0 });
			const length = g.node("SequenceLength", [erased]);
			return [tail, joined, flat, g.node("Mul", [length, trips])];
		});
		await expectSame(model, [random([2, 3], 7)]);
	});
});

describe("If", () => {
	const branches = (cond: (g: GraphBuilder, x: string) => string): Model =>
		modelOf([[2, 3]], (g, [x]) => {
			const yes = graphOf("yes", (h) => h.output(h.node("Sigmoid", [x]), "float32", [2, 3]));
			const no = graphOf("no", (h) => h.output(h.node("Tanh", [x]), "float32", [2, 3]));
			return g.node("If", [cond(g, x)], { then_branch: yes, else_branch: no });
		});

	test("takes one branch where shapes decide", async () => {
		const model = branches((g, x) =>
			g.node("Equal", [g.node("Size", [x]), g.constant("six", tensorFrom("int64", [], [6]))]),
		);
		const nodes = await expectSame(model, [random([2, 3], 7)]);
		expect(nodes.some(({ opType }) => opType === "Tanh")).toBe(false);
	});

	test("takes both where the inputs decide", async () => {
		const model = branches((g, x) =>
			g.node("Greater", [
				g.node("ReduceSum", [x], { keepdims: 0 }),
				g.constant("zero", tensorFrom("float32", [], [0])),
			]),
		);
		await expectSame(model, [floats([2, 3], [1, 2, 3, 4, 5, 6])], [floats([2, 3], [-1, 2, 3, -4, -5, -6])]);
	});
});

describe("Scan", () => {
	const cell = graphOf("cell", (g) => {
		const state = g.input("state", "float32", [3]);
		const a = g.input("a", "float32", [3]);
		const b = g.input("b", "float32", [3]);
		const next = g.node("Add", [g.node("Tanh", [state]), g.node("Mul", [a, b])]);
		g.output(next, "float32", [3]);
		g.output(g.node("Neg", [next]), "float32", [3]);
		g.output(g.node("Exp", [a]), "float32", [3]);
	});

	test("takes axes and directions of inputs and outputs", async () => {
		const attributes = {
			body: cell,
			num_scan_inputs: 2,
			scan_input_axes: [1, -2],
			scan_input_directions: [1, 0],
			scan_output_axes: [0, -1],
			scan_output_directions: [0, 1],
		};
		const model = modelOf([[3], [3, 4], [4, 3]], (g, inputs) => {
			g.node("Scan", inputs, attributes, "scan", ["last", "first", "second"]);
			return ["last", "first", "second"];
		});
		await expectSame(model, [random([3]), random([3, 4], 2), random([4, 3], 3)]);
	});

	test("of opset 8 runs over a batch", async () => {
		const attributes = { body: cell, num_scan_inputs: 2, directions: [0, 1] };
		const model = modelOf(
			[
				[2, 3],
				[2, 4, 3],
				[2, 4, 3],
			],
			(g, inputs) => {
				g.node("Scan", ["", ...inputs], attributes, "scan", ["last", "first", "second"]);
				return ["last", "first", "second"];
			},
			8,
		);
		await expectSame(model, [random([2, 3]), random([2, 4, 3], 2), random([2, 4, 3], 3)]);
	});
});

test("unrolled loops compile, their iterations with one range", async () => {
	const model = loopModel(4, (g) => g.node("Identity", ["going"]));
	await expectFaithful(model, 1e-3);
	const named = { ...model, graph: nameNodes(model.graph) };
	const { sharedRanges } = await inlineModel(named, feedOf(model, [random([2, 3])]));
	expect(sharedRanges.length).toBeGreaterThan(2);
	for (const group of sharedRanges) expect(group).toHaveLength(4);
});

test("functions of the model are inlined, also in one another, with the attributes of the call", async () => {
	const reference = { type: "reference", value: "slope", of: "float" } as const;
	const node = (opType: string, inputs: string[], outputs: string[], domain = ""): Node => ({
		name: "",
		opType,
		domain,
		inputs,
		outputs,
		attributes: opType === "LeakyRelu" || opType === "Inner" ? new Map([["alpha", reference]]) : new Map(),
	});
	const inner = { ...node("Inner", ["h"], ["y"], "own"), attributes: new Map([["slope", reference]]) };
	const model = modelOf([[2, 3]], (g, [x]) =>
		g.node("Outer", [x], { slope: 0.25 }, "call", ["result"], "own"),
	);
	const opsets = new Map([
		["", 17],
		["own", 1],
	]);
	const common = { domain: "own", outputs: ["y"], opsets, doc: "", attributes: ["slope"] };
	const functions = [
		{ ...common, name: "Inner", inputs: ["x"], nodes: [node("LeakyRelu", ["x"], ["y"])] },
		{ ...common, name: "Outer", inputs: ["x"], nodes: [node("Neg", ["x"], ["h"]), inner] },
	];
	await expectSame({ ...model, opsets, functions }, [random([2, 3], 7)]);
	const undeclared = functions.map(({ attributes: _, ...rest }) => rest);
	const unset = modelOf([[2, 3]], (g, [x]) => g.node("Outer", [x], {}, "call", ["result"], "own"));
	await expect(expectSame({ ...unset, opsets, functions: undeclared }, [random([2, 3], 7)])).rejects.toThrow(
		/has a default for the attribute slope/,
	);
});

test("a function of an older opset is brought to the model's", async () => {
	const model = modelOf([[2, 3]], (g, [x]) => g.node("Mean", [x], {}, "call", ["result"], "own"), 18);
	const axes = { type: "ints", value: [1n] } as const;
	const node = { name: "mean", opType: "ReduceMean", domain: "", inputs: ["x"], outputs: ["y"] };
	const body = {
		...{ domain: "own", name: "Mean", inputs: ["x"], outputs: ["y"], doc: "" },
		nodes: [{ ...node, attributes: new Map([["axes", axes]]) }],
	};
	const written = (opset: number, calling: number): Model => ({
		...model,
		opsets: new Map([
			["", calling],
			["own", 1],
		]),
		functions: [{ ...body, opsets: new Map([["", opset]]) }],
	});
	await expectFaithful(written(13, 18));
	const remedy = /written for opset 18, the model for 17.*inline_local_functions/s;
	await expect(expectFaithful(written(18, 17))).rejects.toThrow(remedy);
	await expect(expectFaithful(written(13, 17))).rejects.toThrow(/opset 13, the model for 17/);
});

test("a branch whose function has sizes that depend on the inputs is refused before it runs", async () => {
	const node = (opType: string, inputs: string[], outputs: string[], domain = ""): Node => ({
		...{ name: opType, opType, domain, inputs, outputs },
		attributes: new Map(),
	});
	const branch = (name: string, nodes: readonly Node[]): Graph => ({
		...{ name, nodes, inputs: [], initializers: new Map(), valueInfo: [] },
		outputs: [{ name, type: "float32", dims: null }],
	});
	const branches = {
		then_branch: branch("yes", [node("Positions", ["x0"], ["yes"], "own")]),
		else_branch: branch("no", [node("Neg", ["x0"], ["no"])]),
	};
	const attributes = new Map(
		Object.entries(branches).map(([key, value]) => [key, { type: "graph", value } as const]),
	);
	const given = modelOf([[2, 3]], (g, [x]) =>
		g.node("Greater", [g.node("ReduceMax", [x], { keepdims: 0 }), g.scalar("zero", 0)], {}, "is", ["is"]),
	);
	const nodes = [...given.graph.nodes, { ...node("If", ["is"], ["y"]), attributes }];
	const outputs = [{ name: "y", type: "float32", dims: [2, 3] }] as const;
	const opsets = new Map([
		["", 17],
		["own", 1],
	]);
	const body = [
		node("NonZero", ["x"], ["at"]),
		{ ...node("Cast", ["at"], ["y"]), attributes: new Map([["to", { type: "int", value: 1n } as const]]) },
	];
	const functions = [
		{ domain: "own", name: "Positions", inputs: ["x"], outputs: ["y"], opsets, doc: "", nodes: body },
	];
	const model = { ...given, graph: { ...given.graph, nodes, outputs }, opsets, functions };
	await expect(expectFaithful(model)).rejects.toThrow(/sizes in its branches \(NonZero\).*SimpleImputer/s);
});

test("a sequence that the model returns is one output for each of its tensors", async () => {
	const model = modelOf([[2, 3]], (g, [x]) =>
		g.node("SequenceInsert", [g.node("SequenceConstruct", [x, g.node("Neg", [x])]), g.node("Relu", [x])]),
	);
	const [returned] = model.graph.outputs;
	const { program } = await expectFaithful(model);
	expect(program.outputs.map(({ name }) => name)).toEqual([0, 1, 2].map((k) => `${returned.name}_${k}`));
});

test("a branch that is not taken need not suit the sizes of the inputs", async () => {
	const g = new GraphBuilder("branches", { opset: 17 });
	const x = g.input("x", "float32", [1, 5, 7, 3]);
	const one = g.constant("one", tensorFrom("int64", [1], [1]));
	let squeezed = x;
	for (const axis of [2, 1]) {
		const from = squeezed;
		const place = g.constant(`axis${axis}`, tensorFrom("int64", [1], [axis]));
		const size = g.node("Gather", [g.node("Shape", [from]), place]);
		const branch = (name: string, opType: string, inputs: string[]) =>
			graphOf(name, (inner) => inner.output(inner.node(opType, inputs, {}, name)));
		squeezed = g.node("If", [g.node("Equal", [size, one])], {
			then_branch: branch(`squeezed${axis}`, "Squeeze", [from, place]),
			else_branch: branch(`kept${axis}`, "Identity", [from]),
		});
	}
	g.output(g.node("Neg", [squeezed]));
	await expectFaithful(g.model());
});
