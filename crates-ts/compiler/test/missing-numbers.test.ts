import type { AttributeInput } from "@umpire/onnx/builder.ts";
import { runFloat } from "@umpire/onnx/float-session.ts";
import type { AttributeValue, Model, Tensor } from "@umpire/onnx/model.ts";
import { floats, modelOf } from "@umpire/testing/compiler/check.ts";
import { evaluate } from "@umpire/testing/compiler/evaluate.ts";
import { describe, expect, test } from "vitest";
import { compile } from "../src/compile.ts";
import { quantise } from "../src/fidelity/measure.ts";
import { missingNumbers } from "../src/import/missing-numbers.ts";
import { mlModel, reals } from "./ml.ts";

const NONE = Number.NaN;
const ROWS = floats([4, 2], [1, NONE, -2, 0.5, NONE, NONE, 3, 4]);
const OTHERS = floats([4, 2], [NONE, 2, 0.25, NONE, 1.5, -1, NONE, NONE]);

/**
 * Expects of integers, as a client makes them, what onnxruntime computes of numbers and NaN.
 *
 * @param sets inputs; calibration sees the first
 */
async function expectAsFloat(
	model: Model,
	tolerance = 2e-3,
	sets: readonly (readonly Tensor[])[] = [[ROWS], [OTHERS]],
): Promise<void> {
	const { program } = await compile(model, { inputs: [sets[0]] });
	for (const set of sets) {
		const elements = program.inputs.map((spec, k) => quantise(set[k], spec).elements);
		const tensors = evaluate(program, elements);
		const expected = await runFloat(model, new Map(model.graph.inputs.map(({ name }, k) => [name, set[k]])));
		for (const { name, operator } of program.outputs) {
			const numbers = Array.from(expected.get(name)!.data as Float32Array, Number);
			expect(numbers.every(Number.isFinite)).toBe(true);
			for (const [k, number] of numbers.entries()) {
				const found = tensors[operator][k] * program.operators[operator].scale;
				expect(Math.abs(found - number), `${name}[${k}]`).toBeLessThanOrEqual(tolerance);
			}
		}
	}
}

/** One split, on the first feature. */
const tree = (mode: string, tracks: number): Model => {
	const attributes: Record<string, AttributeInput> = {
		n_targets: 1,
		nodes_treeids: [0, 0, 0],
		nodes_nodeids: [0, 1, 2],
		nodes_featureids: [0, 0, 0],
		nodes_values: reals([1, 0, 0]),
		nodes_modes: [mode, "LEAF", "LEAF"],
		nodes_truenodeids: [1, 0, 0],
		nodes_falsenodeids: [2, 0, 0],
		nodes_missing_value_tracks_true: [tracks, 0, 0],
		target_treeids: [0, 0],
		target_nodeids: [1, 2],
		target_ids: [0, 0],
		target_weights: reals([10, 20]),
	};
	return mlModel("TreeEnsembleRegressor", attributes, [4, 2]);
};

describe("inputs may hold NaN where the model says what becomes of it", () => {
	test("an Imputer fills in", async () => {
		const imputed = { imputed_value_floats: reals([0.5, -1]), replaced_value_float: NONE };
		await expectAsFloat(mlModel("Imputer", imputed, [4, 2]));
	});
	for (const mode of ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]) {
		for (const tracks of [0, 1]) {
			test(`a tree's ${mode} sends it where it says: tracks true ${tracks}`, async () => {
				await expectAsFloat(tree(mode, tracks), 0.01);
			});
		}
	}
	test("IsNaN finds it", async () => {
		const model = modelOf([[4, 2]], (g, [x]) =>
			g.node("Where", [g.node("IsNaN", [x]), g.scalar("mean", 1.25), g.node("Mul", [x, g.scalar("two", 2)])]),
		);
		await expectAsFloat(model);
	});
	test("a mean of large numbers fills in where columns are inputs of their own", async () => {
		const model = modelOf(
			[
				[2, 1],
				[2, 1],
			],
			(g, columns) => {
				const x = g.node("Concat", columns, { axis: 1 });
				const means = g.constant("means", floats([1, 2], [0.5, 50_476]));
				const known = g.node("Where", [g.node("IsNaN", [x]), means, x]);
				const middle = g.node("Sub", [known, means]);
				return g.node("Mul", [middle, g.constant("scale", floats([1, 2], [2, 2e-5]))]);
			},
		);
		const column = (...values: number[]): Tensor => floats([2, 1], values);
		await expectAsFloat(model, 2e-3, [
			[column(NONE, 0.9), column(80_000, NONE)],
			[column(0.1, NONE), column(NONE, 21_000)],
		]);
	});
	test("a row of large numbers is taken from NaN before trees are asked", async () => {
		const model = tree("BRANCH_LEQ", 1);
		const [input] = model.graph.inputs;
		const offset = { type: "floats" as const, value: [0, 20_000] };
		const scale = { type: "floats" as const, value: [1, 1e-4] };
		const scaler = {
			...model.graph.nodes[0],
			name: "scaler",
			opType: "Scaler",
			inputs: [input.name],
			outputs: ["scaled"],
			attributes: new Map<string, AttributeValue>([
				["offset", offset],
				["scale", scale],
			]),
		};
		const nodes = [scaler, { ...model.graph.nodes[0], inputs: ["scaled"] }];
		const large = (rows: Tensor): Tensor =>
			floats(
				[4, 2],
				Array.from(rows.data as Float32Array, (value, k) => (k % 2 ? value * 1e4 : value)),
			);
		const scaled = { ...model, graph: { ...model.graph, nodes } };
		await expectAsFloat(scaled, 0.01, [[large(ROWS)], [large(OTHERS)]]);
	});
	test("what hands NaN on is refused by name", async () => {
		const model = modelOf([[4, 2]], (g, [x]) => g.node("Relu", [x]));
		await expect(compile(model, { inputs: [[ROWS]] })).rejects.toThrow(/"x0\/or_missing".*holds NaN/);
	});
});

test("a model keeps its opset: its functions are written for it", () => {
	const model = modelOf([[4, 2]], (g, [x]) => g.node("IsNaN", [x]));
	const opset = model.opsets.get("");
	expect(opset).toBeLessThan(20);
	const told = missingNumbers(model, [[ROWS]]);
	expect(told.missing.size).toBe(1);
	expect(told.model.opsets.get("")).toBe(opset);
});
