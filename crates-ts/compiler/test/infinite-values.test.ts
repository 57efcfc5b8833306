import { compile } from "@umpire/compiler/compile.ts";
import type { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { runFloat } from "@umpire/onnx/float-session.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { expectOutputs, floats, modelOf, random } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";
import { mlModel, reals } from "./ml.ts";

const INFINITY = Number.POSITIVE_INFINITY;
/** What people write for −∞, where all else is small. */
const LOWEST = [-INFINITY, -3.4028234663852886e38, -1e38, -1e9];

const whole = (values: readonly number[]): Tensor => tensorFrom("int64", [values.length], values);
const numbers = (tensor: Tensor): number[] => Array.from(tensor.data as Float32Array, Number);
/** Every row keeps one element at least. */
const KEEP = tensorFrom("bool", [3, 4], [1, 0, 1, 0, 0, 1, 0, 0, 1, 1, 0, 1]);
const X = floats([3, 4], [-1.5, 2.25, -0.75, 1, 3, -2.5, 0.5, 2, -3, -1, 4, -2]);

/** Expects what onnxruntime computes, within a share of the largest magnitude. */
async function expectAsFloat(model: Model, inputs: readonly Tensor[], tolerance = 1e-3): Promise<void> {
	const feeds = new Map(model.graph.inputs.map(({ name }, k) => [name, inputs[k]]));
	const expected = [...(await runFloat(model, feeds)).values()].map(numbers);
	expect(expected.flat().every(Number.isFinite)).toBe(true);
	await expectOutputs(model, inputs, expected, tolerance);
}

describe.each(LOWEST)("%d in the place of −∞", (lowest) => {
	const masked = (build: (g: GraphBuilder, x: string, low: string) => string): Model =>
		modelOf([[3, 4]], (g, [x]) => {
			const keep = g.input("keep", "bool", [3, 4]);
			const low = g.scalar("low", lowest);
			return build(g, g.node("Where", [keep, x, low]), low);
		});

	test("is equal to itself, and less than all numbers", async () => {
		const model = masked((g, x, low) => {
			const equal = g.node("Where", [g.node("Equal", [x, low]), g.scalar("seven", 7), x]);
			return g.node("Where", [g.node("Less", [x, g.scalar("cut", -1e6)]), g.scalar("nine", 9), equal]);
		});
		await expectAsFloat(model, [X, KEEP]);
	});
	test("is no largest element", async () => {
		await expectAsFloat(
			masked((g, x) => g.node("ReduceMax", [x], { axes: [-1] })),
			[X, KEEP],
		);
		const positions = masked((g, x) => g.node("ArgMax", [x], { axis: -1 }));
		await expectAsFloat(positions, [X, KEEP], 0);
	});
	test("leaves the others of a TopK in their order", async () => {
		const model = masked((g, x) => {
			g.node("TopK", [x, g.constant("k", whole([1]))], {}, "top", ["values", "places"]);
			return "places";
		});
		await expectAsFloat(model, [X, KEEP], 0);
	});
	test.each(["Exp", "Sigmoid", "Tanh", "Relu"])("goes through %s", async (opType) => {
		await expectAsFloat(
			masked((g, x) => g.node(opType, [x])),
			[X, KEEP],
		);
	});
	test("has no part in a softmax that is written out, however large what it replaces", async () => {
		const model = masked((g, x) => {
			const powers = g.node("Exp", [g.node("Sub", [x, g.node("ReduceMax", [x], { axes: [-1] })])]);
			return g.node("Div", [powers, g.node("ReduceSum", [powers, g.constant("axes", whole([-1]))])]);
		});
		const large = floats([3, 4], [-1.5, 12, -0.75, 1, 13, -2.5, 0.5, 2, -3, -1, 14, -2]);
		await expectAsFloat(model, [large, KEEP], 2e-3);
	});
	test("gives way to every number in Max, as −x does in Min", async () => {
		const rows = [0, lowest, 0.5, lowest];
		const model = modelOf([[3, 4]], (g, [x]) => {
			const most = g.node("Max", [x, g.constant("rows", floats([4], rows))]);
			return g.node("Min", [most, g.constant("columns", floats([3, 1], [-lowest, 1.5, -lowest]))]);
		});
		await expectAsFloat(model, [X]);
	});
	test("starts a running maximum, and is left where nothing came", async () => {
		const model = modelOf([[3, 4]], (g, [x]) => {
			const seen = g.input("seen", "bool", [3, 4]);
			let state = g.constant("start", floats([4], [lowest, lowest, lowest, lowest]));
			for (const row of [0, 1, 2]) {
				const at = g.constant(`row${row}`, tensorFrom("int64", [], [row]));
				const most = g.node("Max", [state, g.node("Gather", [x, at], { axis: 0 })]);
				state = g.node("Where", [g.node("Gather", [seen, at], { axis: 0 }), most, state]);
			}
			return g.node("Where", [g.node("Equal", [state, g.scalar("low", lowest)]), g.scalar("zero", 0), state]);
		});
		const seen = tensorFrom("bool", [3, 4], [1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 1]);
		await expectAsFloat(model, [X, seen]);
	});
	test("is the base that a scatter of maxima starts from", async () => {
		const model = modelOf(
			[[4, 2]],
			(g, [x]) => {
				const places = g.input("places", "int64", [4, 2]);
				const base = g.constant("base", floats([3, 2], new Array(6).fill(lowest)));
				const most = g.node("ScatterElements", [base, places, x], { axis: 0, reduction: "max" });
				const none = g.node("Equal", [most, g.scalar("low", lowest)]);
				return g.node("Where", [none, g.scalar("zero", 0), most]);
			},
			18,
		);
		const places = tensorFrom("int64", [4, 2], [0, 0, 2, 0, 0, 0, 2, 0]);
		await expectAsFloat(model, [random([4, 2], 3), places]);
	});
	test("pads what a maximum runs over", async () => {
		const model = modelOf([[3, 4]], (g, [x]) => {
			const padded = g.node("Pad", [x, g.constant("pads", whole([0, 2, 0, 2])), g.scalar("low", lowest)]);
			const pairs = g.node("Reshape", [padded, g.constant("shape", whole([3, 4, 2]))]);
			const most = g.node("ReduceMax", [pairs], { axes: [-1] });
			return g.node("Where", [g.node("Less", [most, g.scalar("cut", -1e6)]), g.scalar("zero", 0), most]);
		});
		await expectAsFloat(model, [X]);
	});
});

test("a softmax of rows of which all is replaced by a number is even", async () => {
	const model = modelOf([[3, 4]], (g, [x]) => {
		const keep = g.input("keep", "bool", [3, 4]);
		return g.node("Softmax", [g.node("Where", [keep, x, g.scalar("low", -1e9)])]);
	});
	const some = tensorFrom("bool", [3, 4], [1, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0]);
	await expectAsFloat(model, [X, some]);
});

describe("masks of actions", () => {
	const ALLOWED = [0, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1];
	for (const type of ["bool", "int64", "float32"] as const) {
		for (const lowest of [-1e4, -1e9]) {
			test(`(1 − mask)·${lowest} of ${type} before an ArgMax`, async () => {
				const model = modelOf([[3, 4]], (g, [x]) => {
					const mask = g.input("mask", type, [3, 4]);
					const some = type === "float32" ? mask : g.node("Cast", [mask], { to: 1 });
					const none = g.node("Sub", [g.scalar("one", 1), some]);
					const sum = g.node("Add", [x, g.node("Mul", [none, g.scalar("low", lowest)])]);
					return g.node("ArgMax", [sum], { axis: -1 });
				});
				await expectAsFloat(model, [X, tensorFrom(type, [3, 4], ALLOWED)], 0);
			});
		}
	}
	test.each([-1e4, -1e9, -3.4028234663852886e38])("of %d that are an input", async (lowest) => {
		const model = modelOf(
			[
				[3, 4],
				[3, 4],
			],
			(g, inputs) => g.node("ArgMax", [g.node("Add", inputs)], { axis: -1 }),
		);
		const mask = floats(
			[3, 4],
			ALLOWED.map((allowed) => (allowed ? 0 : lowest)),
		);
		await expectAsFloat(model, [X, mask], 0);
	});
	test("a number between 0 and 1 times a large one is no mask", async () => {
		const model = modelOf([[3, 4]], (g, [x]) =>
			g.node("ArgMax", [g.node("Mul", [g.node("Sigmoid", [x]), g.scalar("price", 2e6)])], { axis: -1 }),
		);
		await expectAsFloat(model, [floats([3, 4], [1, 2.25, -0.75, 1, 0.5, 3, -2, 2, 1, -1, 4, -2])], 0);
	});
	test("a large number among small ones in a table, or beside others, is a number", async () => {
		const model = modelOf([[3, 4]], (g, [x]) => {
			const table = g.constant("table", floats([4], [1, 2, 3, 20000]));
			const place = g.node("Cast", [g.node("Clip", [x, g.scalar("low", 0), g.scalar("high", 3)])], { to: 7 });
			const wide = g.constant("wide", floats([3, 1], [20000, 1, 2]));
			return [
				g.node("MatMul", [
					g.node("Gather", [table, place]),
					g.constant("ones", floats([4, 1], [1, 1, 1, 1])),
				]),
				g.node("MatMul", [
					g.node("Concat", [x, wide], { axis: 1 }),
					g.constant("five", floats([5, 1], [1, 1, 1, 1, 1])),
				]),
			];
		});
		await expectAsFloat(model, [X]);
	});
	test("a large number that is added to all is no mask", async () => {
		const model = modelOf([[3, 4]], (g, [x]) => g.node("Add", [x, g.scalar("year", 20000)]));
		await expectAsFloat(model, [X]);
	});
});

describe("what compares with infinities", () => {
	test.each(["Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal"])("%s", async (opType) => {
		const model = modelOf([[3, 4]], (g, [x]) => {
			const limits = g.constant("limits", floats([4], [INFINITY, -INFINITY, 1.5, -1e30]));
			return g.node("Cast", [g.node(opType, [g.node("Relu", [x]), limits])], { to: 1 });
		});
		await expectAsFloat(model, [X], 0);
	});
	test("a split of a tree at ∞ sends every number one way", async () => {
		const split = {
			n_targets: 1,
			nodes_treeids: [0, 0, 0, 0, 0],
			nodes_nodeids: [0, 1, 2, 3, 4],
			nodes_featureids: [0, 1, 0, 0, 0],
			nodes_values: reals([INFINITY, 0.25, 0, 0, 0]),
			nodes_modes: ["BRANCH_LEQ", "BRANCH_LEQ", "LEAF", "LEAF", "LEAF"],
			nodes_truenodeids: [1, 3, 0, 0, 0],
			nodes_falsenodeids: [2, 4, 0, 0, 0],
			target_treeids: [0, 0, 0],
			target_nodeids: [2, 3, 4],
			target_ids: [0, 0, 0],
			target_weights: reals([5, 20, 30]),
		};
		const model = mlModel("TreeEnsembleRegressor", split, [3, 2]);
		await expectAsFloat(model, [floats([3, 2], [1, 0.25, -1e3, 0.2, 4, 0.3])]);
	});
	test("∞ − ∞ is found by IsNaN, and IsInf tells one side from the other", async () => {
		const model = modelOf([[3, 4]], (g, [x]) => {
			const keep = g.input("keep", "bool", [3, 4]);
			const [low, zero] = [g.scalar("low", -INFINITY), g.scalar("zero", 0)];
			const masked = g.node("Where", [keep, x, low]);
			const first = g.node("ReduceMax", [g.node("Where", [g.node("Less", [x, zero]), low, masked])], {
				axes: [-1],
			});
			const difference = g.node("Sub", [masked, first]);
			const some = g.node("Where", [g.node("IsNaN", [difference]), g.scalar("nine", 9), difference]);
			const infinite = g.node("IsInf", [some], { detect_positive: 0 });
			const found = g.node("Where", [infinite, zero, g.node("Min", [some, g.scalar("ten", 10)])]);
			const compared = ["Equal", "Less", "GreaterOrEqual"].map((opType) =>
				g.node("Cast", [g.node(opType, [difference, low])], { to: 1 }),
			);
			return [found, ...compared];
		});
		await expectAsFloat(model, [X, KEEP]);
	});
	test("numbers that are missing are found again, and never become numbers by themselves", async () => {
		const missing = (g: GraphBuilder, [x]: string[]): string =>
			g.node("Where", [g.input("keep", "bool", [3, 4]), x, g.scalar("none", Number.NaN)], {}, "w");
		const filled = modelOf([[3, 4]], (g, inputs) => {
			const some = g.node("Add", [missing(g, inputs), g.scalar("one", 1)]);
			return g.node("Where", [g.node("IsNaN", [some]), g.scalar("mean", 0.5), some]);
		});
		await expectAsFloat(filled, [X, KEEP]);
		const given = modelOf([[3, 4]], (g, inputs) =>
			g.node("Reshape", [missing(g, inputs), g.constant("shape", whole([12]))]),
		);
		await expect(compile(given, { inputs: [[X, KEEP]] })).rejects.toThrow(
			/Where "w".*holds NaN.*give the mask out/,
		);
	});
});
