import { syntheticInputs } from "@umpire/compiler/import/synthetic.ts";
import type { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { compileChecked, floats, modelOf, random } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";
import { ML, reals } from "./ml.ts";

/** Income, a year, a ratio, a concentration: what stands side by side in tables. */
const MEANS = [52_000, 2_023, 0.42, 3e-6];
const SPREADS = [12_000, 2, 0.2, 1e-6];

/** Rows of such features, each within some spreads of its mean. */
function rows(count: number, seed: number): number[] {
	const [noise] = syntheticInputs([{ name: "x", type: "float32", dims: [count, 4] }], 1, seed)[0];
	return Array.from(noise.data as Float32Array, (value, i) => MEANS[i % 4] + value * SPREADS[i % 4]);
}
const samples = (dims: number[], seeds = [1, 2, 3]): Tensor[][] =>
	seeds.map((seed) => [floats(dims, rows(dims.reduce((a, b) => a * b) / 4, seed))]);

const row = (values: readonly number[]): Tensor => floats([1, values.length], values);
const weights = (rowsOf: number, columns: number, seed = 5): Tensor => random([rowsOf, columns], seed);
/** Weights for features as they are. */
const raw = (columns: number): Tensor =>
	floats(
		[4, columns],
		Array.from(random([4, columns], 6).data as Float32Array, (w, i) => w / SPREADS[Math.floor(i / columns)]),
	);
const standardised = (g: GraphBuilder, x: string): string =>
	g.node("Div", [g.node("Sub", [x, g.constant("mean", row(MEANS))]), g.constant("sd", row(SPREADS))]);

async function expectClose(model: Model, inputs: Tensor[][], most = 2e-3) {
	const compiled = await compileChecked(model, { inputs });
	for (const { maxRelRange, argmaxAgrees } of compiled.report.fidelity!.outputs) {
		expect(maxRelRange).toBeLessThan(most);
		expect(argmaxAgrees).toBe(1);
	}
	return compiled;
}

/** Two rows whose features lie on thresholds of `trees`, and next to them. */
const NEAR = [51_000, 2_023, 0.40001, 2.9e-6, 51_001, 2_023, 0.40002, 2.91e-6];

/** Three trees, of which each asks for one feature. */
function trees(g: GraphBuilder, x: string): string {
	g.node(
		"TreeEnsembleRegressor",
		[x],
		{
			n_targets: 1,
			nodes_treeids: [0, 0, 0, 1, 1, 1, 2, 2, 2],
			nodes_nodeids: [0, 1, 2, 0, 1, 2, 0, 1, 2],
			nodes_featureids: [0, 0, 0, 3, 0, 0, 2, 0, 0],
			nodes_values: reals([51_000, 0, 0, 2.9e-6, 0, 0, 0.40001, 0, 0]),
			nodes_modes: [0, 1, 2].flatMap(() => ["BRANCH_LEQ", "LEAF", "LEAF"]),
			nodes_truenodeids: [1, 0, 0, 1, 0, 0, 1, 0, 0],
			nodes_falsenodeids: [2, 0, 0, 2, 0, 0, 2, 0, 0],
			target_treeids: [0, 0, 1, 1, 2, 2],
			target_nodeids: [1, 2, 1, 2, 1, 2],
			target_ids: [0, 0, 0, 0, 0, 0],
			target_weights: reals([1, 2, 10, 20, 100, 200]),
		},
		"tree",
		["y"],
		ML,
	);
	return "y";
}

async function expectSameLeaves(model: Model, inputs: Tensor[]): Promise<void> {
	const opsets = new Map([...model.opsets, [ML, 3]] as const);
	const { report } = await compileChecked({ ...model, opsets, irVersion: 10 }, { inputs: [inputs] });
	expect(report.fidelity!.outputs[0].maxRelRange).toBeLessThan(1e-3);
}

describe("features of unlike size", () => {
	test("are standardised and weighed", async () => {
		const model = modelOf([[2, 4]], (g, [x]) =>
			g.node("Gemm", [standardised(g, x), g.constant("w", weights(4, 3))]),
		);
		const { program } = await expectClose(model, samples([2, 4]));
		const { exponents } = program.inputs[0].powers!;
		expect(exponents[0] - exponents[3]).toBeGreaterThan(25);
	});

	test("are multiplied and shifted", async () => {
		await expectClose(
			modelOf([[2, 4]], (g, [x]) => {
				const factors = g.constant("factors", row(SPREADS.map((spread) => 1 / spread)));
				const shifts = g.constant("shifts", row(MEANS.map((mean, k) => -mean / SPREADS[k])));
				const z = g.node("Add", [g.node("Mul", [x, factors]), shifts]);
				return g.node("MatMul", [z, g.constant("w", weights(4, 3))]);
			}),
			samples([2, 4]),
		);
	});

	test("are joined of inputs of their own", async () => {
		const model = modelOf(
			[
				[2, 1],
				[2, 1],
				[2, 1],
				[2, 1],
			],
			(g, columns) => {
				const x = g.node("Concat", columns, { axis: 1 });
				return g.node("Gemm", [standardised(g, x), g.constant("w", weights(4, 3))]);
			},
		);
		const columns = samples([2, 4]).map(([{ data }]) =>
			MEANS.map((_, k) => floats([2, 1], [Number(data[k]), Number(data[k + 4])])),
		);
		await expectClose(model, columns);
	});

	test("go into a network as they are, offsets and all", async () => {
		await expectClose(
			modelOf([[2, 4]], (g, [x]) => {
				const w = raw(6);
				const bias = Array.from({ length: 6 }, (_, j) =>
					MEANS.reduce((sum, mean, k) => sum - mean * Number(w.data[k * 6 + j]), 0.1 * j),
				);
				const h = g.node("Tanh", [
					g.node("Gemm", [x, g.constant("w", w), g.constant("b", floats([6], bias))]),
				]);
				return g.node("MatMul", [h, g.constant("v", weights(6, 3))]);
			}),
			samples([2, 4]),
			5e-3,
		);
	});

	test("are channels of a convolution, and of a BatchNormalization", async () => {
		await expectClose(
			modelOf([[1, 4, 5]], (g, [x]) => {
				const ones = floats([4], [1, 1, 1, 1]);
				const statistics = [
					ones,
					floats([4], [0, 0, 0, 0]),
					floats([4], MEANS),
					floats(
						[4],
						SPREADS.map((s) => s * s),
					),
				];
				const z = g.node("BatchNormalization", [x, ...statistics.map((t, k) => g.constant(`s${k}`, t))], {
					epsilon: 1e-20,
				});
				return g.node("Conv", [z, g.constant("w", random([3, 4, 3], 8))], { kernel_shape: [3] });
			}),
			[1, 2, 3].map((seed) => {
				const data = rows(5, seed);
				return [
					floats(
						[1, 4, 5],
						Array.from({ length: 20 }, (_, i) => data[(i % 5) * 4 + Math.floor(i / 5)]),
					),
				];
			}),
		);
	});

	test("have their missing values replaced", async () => {
		await expectClose(
			modelOf([[2, 4]], (g, [x]) => {
				const missing = g.node("Equal", [x, g.scalar("zero", 0)]);
				const known = g.node("Where", [missing, g.constant("imputed", row(MEANS)), x]);
				return g.node("Gemm", [standardised(g, known), g.constant("w", weights(4, 3))]);
			}),
			samples([2, 4]).map(([{ data }]) => [floats([2, 4], [0, ...[...data].slice(1).map(Number)])]),
		);
	});

	test("are compared by trees as the float model compares them", async () => {
		await expectSameLeaves(
			modelOf([[2, 4]], (g, [x]) => trees(g, x)),
			[floats([2, 4], NEAR)],
		);
	});

	test("are compared by trees alike where columns are inputs of their own", async () => {
		const model = modelOf(
			MEANS.map(() => [2, 1]),
			(g, columns) => trees(g, g.node("Concat", columns, { axis: 1 })),
		);
		await expectSameLeaves(
			model,
			MEANS.map((_, k) => floats([2, 1], [NEAR[k], NEAR[k + 4]])),
		);
	});

	test("are compared by trees alike behind an imputer", async () => {
		const model = modelOf([[2, 4]], (g, [x]) => {
			const missing = g.node("Equal", [x, g.scalar("zero", 0)]);
			return trees(g, g.node("Where", [missing, g.constant("imputed", row(MEANS)), x]));
		});
		await expectSameLeaves(model, [floats([2, 4], NEAR)]);
	});
});

describe("one scale stays", () => {
	test("where features are of like size, even if some happened to be small", async () => {
		const model = modelOf([[1, 6]], (g, [x]) => g.node("MatMul", [x, g.constant("w", weights(6, 3))]));
		const { program } = await compileChecked(model, {
			inputs: [[floats([1, 6], [1, 0.5, 1e-4, 0, -1, 2e-3])]],
		});
		expect(program.inputs[0].powers).toBeUndefined();
		expect(program.inputs[0].width).toBe(16);
	});

	test("for what is carried from step to step", async () => {
		const model = modelOf([[1, 4]], (g, [x]) => {
			g.output(g.node("Gemm", [standardised(g, x), g.constant("w", weights(4, 3))]));
			return g.node("Mul", [x, g.scalar("half", 0.5)]);
		});
		const [y, next] = model.graph.outputs.map(({ name }) => name).toReversed();
		const carry = [{ output: y === "half" ? next : y, input: "x0" }];
		const { program } = await compileChecked(model, { inputs: [samples([1, 4])[0]], steps: 2, carry });
		expect(program.inputs[0].powers).toBeUndefined();
	});
});

test("columns of an output that are of unlike size keep what each says", async () => {
	const model = modelOf([[1, 3, 8]], (g, [x]) => {
		const boxes = g.node("Mul", [x, g.scalar("pixels", 640)]);
		return g.node("Concat", [boxes, g.node("Sigmoid", [x])], { axis: 1 });
	});
	const x = random([1, 3, 8], 4);
	const compiled = await compileChecked(model, { inputs: [[x]] });
	const { worst } = compiled.report.fidelity!.outputs[0];
	expect(worst!.absolute).toBeLessThan(0.1);
	const scores = compiled.program.operators[compiled.program.outputs[0].operator];
	expect(scores.scale).toBeLessThan(1e-3);
});

test("an input of whole numbers has no powers", async () => {
	const g = modelOf([[1, 4]], (b, [x]) => {
		const count = b.node("Cast", [b.input("n", "int64", [1, 4])], { to: 1 });
		return b.node("Add", [count, x]);
	});
	const inputs = [[random([1, 4]), tensorFrom("int64", [1, 4], [1, 1000, 100000, 3])]];
	const { program } = await compileChecked(g, { inputs });
	expect(program.inputs.map(({ powers }) => powers)).toEqual([undefined, undefined]);
});
