import type { AttributeInput } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { describe, expect, test } from "vitest";
import { FEATURES, forest, MODES } from "./forest.ts";
import { decomposed, expectSame, halves, mlModel, reals } from "./ml.ts";

const inputs = (rows = 20) => [halves([rows, FEATURES], 1), halves([rows, FEATURES], 2)];
const regressor = (attributes: Record<string, AttributeInput>, shape = [20, FEATURES]) =>
	mlModel("TreeEnsembleRegressor", attributes, shape);

describe("TreeEnsembleRegressor", () => {
	for (const mode of MODES)
		test(mode, () =>
			expectSame(
				regressor({
					...forest("target", { trees: 3, depth: 3, modes: [mode], targets: () => [0] }),
					n_targets: 1,
				}),
				inputs(),
			),
		);
	for (const aggregate of ["SUM", "AVERAGE", "MIN", "MAX"])
		for (const targets of [1, 3])
			test(`${aggregate} of ${targets} targets, all modes, base values`, () => {
				const all = Array.from({ length: targets }, (_, k) => k);
				return expectSame(
					regressor({
						...forest("target", { trees: 5, depth: 4, targets: () => all }),
						n_targets: targets,
						aggregate_function: aggregate,
						base_values: reals(all.map((k) => k + 0.25)),
					}),
					inputs(),
				);
			});
	test("trees of different targets", () =>
		expectSame(
			regressor({
				...forest("target", { trees: 6, depth: 3, targets: (tree) => [tree % 3] }),
				n_targets: 3,
				aggregate_function: "MAX",
			}),
			inputs(),
		));
	for (const transform of ["SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO"])
		test(transform, () =>
			expectSame(
				regressor({
					...forest("target", { trees: 4, depth: 3, targets: () => [0, 1, 2] }),
					n_targets: 3,
					post_transform: transform,
				}),
				inputs(),
			),
		);
	test("double", () => {
		const { nodes_values, target_weights, ...rest } = forest("target", {
			trees: 4,
			depth: 3,
			targets: () => [0],
		});
		const tensor = (value: unknown): AttributeInput => {
			const list = (value as { readonly value: number[] }).value;
			return tensorFrom("float64", [list.length], list);
		};
		const attributes = {
			...rest,
			nodes_values_as_tensor: tensor(nodes_values),
			target_weights_as_tensor: tensor(target_weights),
			n_targets: 1,
		};
		const model = mlModel("TreeEnsembleRegressor", attributes, [20, FEATURES], { type: "float64" });
		return expectSame(model, [halves([20, FEATURES], 1, "float64")]);
	});
	test("only leaves", () =>
		expectSame(
			regressor({ ...forest("target", { trees: 2, depth: 0, targets: () => [0, 1] }), n_targets: 2 }),
			inputs(),
		));
	test("PROBIT is refused", async () => {
		const { target_weights, ...rest } = forest("target", { trees: 2, depth: 2, targets: () => [0] });
		// PROBIT is finite between 0 and 1
		const weights = reals((target_weights as unknown as { readonly value: number[] }).value.map(() => 0.25));
		const model = regressor({ ...rest, target_weights: weights, n_targets: 1, post_transform: "PROBIT" });
		await expect(decomposed(model, inputs()[0])).rejects.toThrow(/"node": post_transform PROBIT/);
	});
});

const classifier = (attributes: Record<string, AttributeInput>, outputs = ["y0", "y1"]) =>
	mlModel("TreeEnsembleClassifier", attributes, [20, FEATURES], { outputs });

describe("TreeEnsembleClassifier", () => {
	for (const transform of ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO"]) {
		for (const base of [[], [0.5, -0.25, 0.125]])
			test(`three classes, ${transform}, ${base.length} base values`, () =>
				expectSame(
					classifier({
						...forest("class", { trees: 6, depth: 3, targets: (tree) => [tree % 3] }),
						classlabels_int64s: [4, 7, 9],
						post_transform: transform,
						...(base.length > 0 ? { base_values: reals(base) } : {}),
					}),
					inputs(),
				));
		for (const target of [0, 1])
			for (const positive of [true, false])
				for (const base of [[], [0.25]])
					test(`two classes by weights of ${target}, positive ${positive}, ${transform}, ${base.length} base values`, () =>
						expectSame(
							classifier({
								...forest("class", { trees: 4, depth: 3, positive, targets: () => [target] }),
								classlabels_int64s: [4, 7],
								post_transform: transform,
								...(base.length > 0 ? { base_values: reals(base) } : {}),
							}),
							inputs(),
						));
		test(`two classes with weights of both, ${transform}`, () =>
			expectSame(
				classifier({
					...forest("class", { trees: 4, depth: 3, targets: () => [0, 1] }),
					classlabels_int64s: [4, 7],
					post_transform: transform,
				}),
				inputs(),
			));
	}

	test("a class without weights is never chosen", () =>
		expectSame(
			classifier({
				...forest("class", { trees: 4, depth: 3, targets: () => [0, 2] }),
				classlabels_int64s: [4, 7, 9],
			}),
			inputs(),
		));

	test("integers", () => {
		const attributes = {
			...forest("class", { trees: 4, depth: 3, targets: () => [0, 1, 2] }),
			classlabels_int64s: [4, 7, 9],
		};
		const options = { type: "int64", outputs: ["y0", "y1"] } as const;
		const model = mlModel("TreeEnsembleClassifier", attributes, [20, FEATURES], options);
		return expectSame(model, [halves([20, FEATURES], 1, "int64")]);
	});

	const named = {
		...forest("class", { trees: 3, depth: 3, targets: () => [0, 1, 2] }),
		classlabels_strings: ["a", "b", "c"],
	};
	test("scores of named classes", () => expectSame(classifier(named, ["", "y1"]), inputs()));
	test("a named label is refused", async () => {
		await expect(decomposed(classifier(named), inputs()[0])).rejects.toThrow(
			/labels are strings.*Remove that output/,
		);
	});
});

describe("TreeEnsemble", () => {
	const bytes = (values: number[]) => tensorFrom("uint8", [values.length], values);
	const floats = (values: number[]) => tensorFrom("float32", [values.length], values);
	for (const aggregate of [0, 1, 2, 3])
		test(`aggregate ${aggregate}, membership`, () =>
			expectSame(
				mlModel(
					"TreeEnsemble",
					{
						nodes_splits: floats([1, 0, -0.5, 0]),
						nodes_featureids: [0, 1, 2, 0],
						nodes_modes: bytes([0, 6, 4, 6]),
						nodes_truenodeids: [1, 0, 2, 0],
						nodes_falsenodeids: [2, 1, 3, 4],
						nodes_trueleafs: [0, 1, 1, 1],
						nodes_falseleafs: [0, 1, 1, 1],
						tree_roots: [0, 3],
						membership_values: floats([1, 3, 2, Number.NaN, 1, 2, Number.NaN]),
						leaf_targetids: [0, 0, 0, 0, 0],
						leaf_weights: floats([5.25, -1, 2, 3.5, 0.75]),
						n_targets: 1,
						aggregate_function: aggregate,
					},
					[20, FEATURES],
					{ version: 5 },
				),
				inputs(),
			));
});
