import { type AttributeInput, GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model } from "@umpire/onnx/model.ts";
import { random } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";
import { decomposed, expectSame, halves, ML, mlModel, reals } from "./ml.ts";

const TRANSFORMS = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO"];
const SHAPE = [6, 3];
const inputs = (shape: readonly number[] = SHAPE) => [random(shape, 1), random(shape, 2), halves(shape, 3)];
const list = (count: number, seed: number) => reals(Array.from(random([count], seed).data, Number));
const both = { outputs: ["y0", "y1"] };

describe("LinearRegressor", () => {
	for (const targets of [1, 3])
		for (const transform of TRANSFORMS)
			test(`${targets} targets, ${transform}`, () =>
				expectSame(
					mlModel(
						"LinearRegressor",
						{
							coefficients: list(3 * targets, 4),
							intercepts: list(targets, 5),
							targets,
							post_transform: transform,
						},
						SHAPE,
					),
					inputs(),
				));
	test("without intercepts", () =>
		expectSame(mlModel("LinearRegressor", { coefficients: list(3, 4) }, SHAPE), inputs()));
});

describe("LinearClassifier", () => {
	for (const transform of TRANSFORMS) {
		test(`three classes, ${transform}`, () =>
			expectSame(
				mlModel(
					"LinearClassifier",
					{
						coefficients: list(9, 4),
						intercepts: list(3, 5),
						classlabels_ints: [3, 1, 2],
						post_transform: transform,
					},
					SHAPE,
					both,
				),
				inputs(),
			));
		test(`two classes with one score, ${transform}`, () =>
			expectSame(
				mlModel(
					"LinearClassifier",
					{
						coefficients: list(3, 4),
						intercepts: list(1, 5),
						classlabels_ints: [3, 1],
						post_transform: transform,
					},
					SHAPE,
					both,
				),
				inputs(),
			));
	}
	test("integers", () =>
		expectSame(
			mlModel(
				"LinearClassifier",
				{ coefficients: list(6, 4), intercepts: list(2, 5), classlabels_ints: [0, 1] },
				SHAPE,
				{ ...both, type: "int64" },
			),
			[halves(SHAPE, 1, "int64")],
		));
});

describe("Scaler, Normalizer, Imputer, Binarizer", () => {
	test("Scaler per feature", () =>
		expectSame(mlModel("Scaler", { offset: list(3, 4), scale: list(3, 5) }, SHAPE), inputs()));
	test("Scaler with one offset and scale, of integers", () =>
		expectSame(mlModel("Scaler", { offset: reals([0.5]), scale: reals([2]) }, SHAPE, { type: "int64" }), [
			halves(SHAPE, 1, "int64"),
		]));
	for (const norm of ["MAX", "L1", "L2"])
		test(`Normalizer ${norm}`, () =>
			expectSame(mlModel("Normalizer", { norm }, SHAPE), [
				...inputs(),
				tensorFrom("float32", SHAPE, [0, 0, 0, -1, -2, -3, 1, 2, 3, -1, 0, 0, 5, 5, 5, 0, 0, 1]),
			]));
	for (const imputed of [[9.5], [1, 2, 3]])
		test(`Imputer of ${imputed.length} values`, () =>
			expectSame(
				mlModel("Imputer", { imputed_value_floats: reals(imputed), replaced_value_float: 0.5 }, SHAPE),
				inputs(),
			));
	test("Imputer of NaN leaves numbers alone", () =>
		expectSame(
			mlModel("Imputer", { imputed_value_floats: reals([1]), replaced_value_float: Number.NaN }, SHAPE),
			inputs(),
		));
	test("Imputer of integers", () =>
		expectSame(
			mlModel("Imputer", { imputed_value_int64s: [7], replaced_value_int64: 2 }, SHAPE, { type: "int64" }),
			[halves(SHAPE, 1, "int64")],
		));
	test("Binarizer", () => expectSame(mlModel("Binarizer", { threshold: 0.5 }, SHAPE), inputs()));
});

describe("LabelEncoder", () => {
	const maps: [string, "int64" | "float32", Record<string, AttributeInput>][] = [
		[
			"integers to integers",
			"int64",
			{ keys_int64s: [1, 2, -3], values_int64s: [10, -4, 6], default_int64: 77 },
		],
		["integers to floats", "int64", { keys_int64s: [1, 2, -3], values_floats: reals([0.5, 1.5, 2]) }],
		[
			"floats to floats",
			"float32",
			{ keys_floats: reals([1, 0.5]), values_floats: reals([2.5, 3]), default_float: -1.5 },
		],
		["floats to integers", "float32", { keys_floats: reals([1, 0.5]), values_int64s: [5, 6] }],
	];
	for (const [name, type, attributes] of maps)
		for (const shape of [[6, 3], [7]])
			test(`${name}, rank ${shape.length}`, () =>
				expectSame(mlModel("LabelEncoder", attributes, shape, { version: 2, type }), [
					halves(shape, 1, type),
				]));
	test("tensors of version 4", () => {
		const attributes = {
			keys_tensor: tensorFrom("int64", [2], [1, 2]),
			values_tensor: tensorFrom("float32", [2], [0.5, 4]),
			default_tensor: tensorFrom("float32", [1], [9]),
		};
		const model = mlModel("LabelEncoder", attributes, SHAPE, { version: 4, type: "int64" });
		return expectSame(model, [halves(SHAPE, 1, "int64")]);
	});
	test("strings are refused", async () => {
		const attributes = { keys_int64s: [1, 2], values_strings: ["a", "b"] };
		const model = mlModel("LabelEncoder", attributes, SHAPE, { version: 2, type: "int64" });
		await expect(decomposed(model, halves(SHAPE, 1, "int64"))).rejects.toThrow(/translates strings/);
	});
});

describe("encodings", () => {
	for (const type of ["int64", "float32"] as const)
		test(`OneHotEncoder of ${type}`, () =>
			expectSame(mlModel("OneHotEncoder", { cats_int64s: [0, 2, 1, -1], zeros: 1 }, [5], { type }), [
				tensorFrom(type, [5], [0, 1, 2, -1, 7]),
			]));

	const extractor = (shape: number[], build: (g: GraphBuilder, x: string) => string[]): Model => {
		const g = new GraphBuilder("extract");
		const inputsOf = build(g, g.input("x", "float32", shape));
		g.output(g.node("ArrayFeatureExtractor", inputsOf, {}, "node", ["y0"], ML));
		const opsets = new Map([
			["", 17],
			[ML, 1],
		]);
		return { ...g.model(), opsets };
	};
	for (const shape of [[3], [6, 3], [2, 4, 3]])
		test(`ArrayFeatureExtractor of rank ${shape.length}`, () =>
			expectSame(
				extractor(shape, (g, x) => [x, g.ints("columns", [2, 0])]),
				inputs(shape),
			));
	test("ArrayFeatureExtractor of a constant by computed indices", () =>
		expectSame(
			extractor(SHAPE, (g, x) => [
				g.constant("classes", tensorFrom("int64", [3], [5, 6, 9])),
				g.node("ArgMax", [x], { axis: 1, keepdims: 0 }),
			]),
			inputs(),
		));
	test("FeatureVectorizer", () => {
		const g = new GraphBuilder("vectorize");
		const x = g.input("x", "float32", SHAPE);
		const whole = g.node("Neg", [x]);
		const sizes = { inputdimensions: [3, 3] };
		g.output(g.node("FeatureVectorizer", [x, whole], sizes, "node", ["y0"], ML));
		const opsets = new Map([
			["", 17],
			[ML, 1],
		]);
		return expectSame({ ...g.model(), opsets }, inputs());
	});
	test("ZipMap gives its input", async () => {
		const g = new GraphBuilder("zip");
		const x = g.input("x", "float32", SHAPE);
		const scores = g.node("Softmax", [x]);
		g.output(g.node("ZipMap", [scores], { classlabels_int64s: [1, 2, 3] }, "node", ["y0"], ML));
		const opsets = new Map([
			["", 17],
			[ML, 1],
		]);
		const model = await decomposed({ ...g.model(), opsets }, inputs()[0]);
		expect(model.graph.outputs.map(({ name }) => name)).toEqual(["y0"]);
		expect(model.graph.nodes.some(({ opType }) => opType === "ZipMap")).toBe(false);
	});
});

const KERNELS: readonly [string, number[]][] = [
	["LINEAR", []],
	["POLY", [0.5, 1, 3]],
	["RBF", [0.25, 0, 0]],
	["SIGMOID", [0.5, -0.25, 0]],
];

describe("SVMRegressor", () => {
	for (const [kernel, params] of KERNELS)
		for (const one of [0, 1])
			test(`${kernel}, one class ${one}`, () =>
				expectSame(
					mlModel(
						"SVMRegressor",
						{
							kernel_type: kernel,
							kernel_params: reals(params),
							n_supports: 4,
							support_vectors: list(12, 4),
							coefficients: list(4, 5),
							rho: reals([0.25]),
							one_class: one,
						},
						SHAPE,
					),
					inputs(),
					3,
				));
	test("without support vectors", () =>
		expectSame(
			mlModel(
				"SVMRegressor",
				{ coefficients: list(3, 5), rho: reals([0.25]), kernel_params: reals([0, 0, 0]) },
				SHAPE,
			),
			inputs(),
		));
});

describe("SVMClassifier", () => {
	for (const [kernel, params] of KERNELS)
		for (const labels of [
			[4, 6],
			[4, 6, 7],
			[3, 4, 6, 7],
		])
			for (const transform of ["NONE", "LOGISTIC"])
				test(`${kernel}, ${labels.length} classes, ${transform}`, () =>
					expectSame(
						mlModel(
							"SVMClassifier",
							{
								kernel_type: kernel,
								kernel_params: reals(params),
								vectors_per_class: labels.map((_, k) => k + 1),
								support_vectors: list((3 * labels.length * (labels.length + 1)) / 2, 4),
								coefficients: list(((labels.length - 1) * labels.length * (labels.length + 1)) / 2, 5),
								rho: list((labels.length * (labels.length - 1)) / 2, 6),
								classlabels_ints: labels,
								post_transform: transform,
							},
							SHAPE,
							both,
						),
						inputs(),
						3,
					));
	test.each([[[4, 6]], [[4, 6, 7]], [[2, 4, 6, 7, 8]]])("probabilities of classes %j", async (labels) => {
		const pairs = (labels.length * (labels.length - 1)) / 2;
		const model = mlModel(
			"SVMClassifier",
			{
				kernel_type: "RBF",
				kernel_params: reals([0.25, 0, 0]),
				vectors_per_class: labels.map(() => 2),
				support_vectors: list(3 * 2 * labels.length, 4),
				coefficients: list((labels.length - 1) * 2 * labels.length, 5),
				rho: list(pairs, 6),
				prob_a: reals(Array.from({ length: pairs }, (_, k) => -2 - k / 3)),
				prob_b: list(pairs, 7),
				classlabels_ints: labels,
			},
			SHAPE,
			both,
		);
		await expectSame(model, inputs(), 3);
	});
	test("three classes without support vectors", () =>
		expectSame(
			mlModel(
				"SVMClassifier",
				{
					coefficients: list(9, 4),
					rho: reals([0.5]),
					kernel_params: reals([0, 0, 0]),
					classlabels_ints: [4, 6, 7],
				},
				SHAPE,
				both,
			),
			inputs(),
		));
});
