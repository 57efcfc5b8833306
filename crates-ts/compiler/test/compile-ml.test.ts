import type { AttributeInput } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { runFloat } from "@umpire/onnx/float-session.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { expectFaithful, random } from "@umpire/testing/compiler/check.ts";
import { evaluate } from "@umpire/testing/compiler/evaluate.ts";
import { describe, expect, test } from "vitest";
import { compile } from "../src/compile.ts";
import { quantise } from "../src/fidelity/measure.ts";
import { FEATURES, forest, MODES } from "./forest.ts";
import { halves, mlModel, reals } from "./ml.ts";

/** Compiled with other inputs, the program gives the float model's results: exactly where they are whole, else within `tolerance` of the range. */
async function expectAgrees(
	model: Model,
	bits: 8 | 16,
	xs: readonly Tensor[],
	tolerance: number,
): Promise<void> {
	const { program } = await compile(model, { inputs: [[xs[0]]], bits });
	for (const x of xs) {
		const expected = await runFloat(model, new Map([["x", x]]));
		const results = evaluate(program, [quantise(x, program.inputs[0]).elements]);
		for (const { name, operator } of program.outputs) {
			const { data } = expected.get(name)!;
			const { scale } = program.operators[operator];
			const numbers = Array.from(data as Float32Array, Number);
			const room = tolerance * Math.max(...numbers.map(Math.abs));
			for (const [i, value] of numbers.entries()) {
				const found = results[operator][i] * scale;
				expect(Math.abs(found - value), `${name}[${i}]: ${found}, ${value}`).toBeLessThanOrEqual(
					scale === 1 ? 0 : room,
				);
			}
		}
	}
}

describe("trees, on inputs that were not calibrated with, among them ties", () => {
	const shape = [20, FEATURES];
	const xs = [halves(shape, 1), halves(shape, 2), random(shape, 3)];
	const classifier = (attributes: Record<string, AttributeInput>): Model =>
		mlModel("TreeEnsembleClassifier", attributes, shape, { outputs: ["y0", "y1"] });
	test("three classes by sums of weights", () =>
		expectAgrees(
			classifier({
				...forest("class", { trees: 6, depth: 4, modes: MODES, targets: () => [0, 1, 2] }),
				classlabels_int64s: [4, 7, 9],
			}),
			16,
			xs,
			1e-3,
		));
	for (const [bits, tolerance] of [
		[8, 0.03],
		[16, 1e-3],
	] as const) {
		for (const aggregate of ["SUM", "MAX"])
			test(`regressor, ${aggregate}, ${bits} bits`, () =>
				expectAgrees(
					mlModel(
						"TreeEnsembleRegressor",
						{
							...forest("target", { trees: 5, depth: 5, targets: () => [0, 1] }),
							n_targets: 2,
							aggregate_function: aggregate,
						},
						shape,
					),
					bits,
					xs,
					tolerance,
				));
	}
	test("probabilities", () =>
		expectAgrees(
			classifier({
				...forest("class", { trees: 6, depth: 4, targets: () => [0] }),
				classlabels_int64s: [0, 1],
				post_transform: "LOGISTIC",
			}),
			16,
			xs,
			1e-2,
		));
	test("features of different magnitude", () => {
		const magnitudes = [1000, 1, 0.01];
		const scaled = (x: Tensor): Tensor =>
			tensorFrom(
				"float32",
				x.dims,
				Array.from(x.data as Float32Array, (value, i) => value * magnitudes[i % FEATURES]),
			);
		const given = forest("target", { trees: 5, depth: 5, targets: () => [0] });
		const features = given.nodes_featureids as number[];
		const values = (given.nodes_values as unknown as { readonly value: number[] }).value;
		// Half-way between the inputs' halves, so that no comparison is a matter of rounding.
		const thresholds = values.map((value, k) => (value + 0.25) * magnitudes[features[k]]);
		const attributes = { ...given, nodes_values: reals(thresholds), n_targets: 1 };
		return expectAgrees(
			mlModel("TreeEnsembleRegressor", attributes, shape),
			16,
			xs.slice(0, 2).map(scaled),
			1e-3,
		);
	});
});

describe("other operators of ai.onnx.ml compile", () => {
	const shape = [6, 3];
	const list = (count: number, seed: number) => reals(Array.from(random([count], seed).data, Number));
	const linear = { coefficients: list(9, 4), intercepts: list(3, 5), classlabels_ints: [3, 1, 2] };
	const svm = {
		kernel_type: "RBF",
		kernel_params: reals([0.25, 0, 0]),
		support_vectors: list(18, 4),
		vectors_per_class: [1, 2, 3],
		coefficients: list(12, 5),
		rho: list(3, 6),
		classlabels_ints: [4, 6, 7],
	};
	const models: [string, Model][] = [
		[
			"LinearClassifier",
			mlModel("LinearClassifier", { ...linear, post_transform: "SOFTMAX" }, shape, { outputs: ["y0", "y1"] }),
		],
		[
			"LinearRegressor",
			mlModel("LinearRegressor", { coefficients: list(3, 4), intercepts: list(1, 5) }, shape),
		],
		["SVMClassifier", mlModel("SVMClassifier", svm, shape, { outputs: ["y0", "y1"] })],
		["Scaler", mlModel("Scaler", { offset: list(3, 4), scale: reals([2, 0.01, 30]) }, shape)],
		["Normalizer L1", mlModel("Normalizer", { norm: "L1" }, shape)],
		["Normalizer L2", mlModel("Normalizer", { norm: "L2" }, shape)],
		["Imputer", mlModel("Imputer", { imputed_value_floats: reals([9]), replaced_value_float: 0.5 }, shape)],
		["Binarizer", mlModel("Binarizer", { threshold: 0.5 }, shape)],
		[
			"LabelEncoder",
			mlModel("LabelEncoder", { keys_int64s: [0, 1], values_floats: reals([0.5, 3]) }, shape, {
				type: "int64",
				version: 2,
			}),
		],
		["OneHotEncoder", mlModel("OneHotEncoder", { cats_int64s: [0, 1, 2] }, [5], { type: "int64" })],
	];
	for (const [name, model] of models) test(name, () => expectFaithful(model, 0.01));
});
