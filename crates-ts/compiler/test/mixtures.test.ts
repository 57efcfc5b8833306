import { float64Model } from "@umpire/compiler/fidelity/float64.ts";
import { probabilitiesOf } from "@umpire/compiler/fidelity/probabilities.ts";
import type { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { compileChecked, floats, modelOf, outputsOf } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";
import { ML } from "./ml.ts";

/** What the program says of a row that calibration did not see. */
async function outputOn(model: Model, inputs: Tensor[][], row: Tensor): Promise<number[]> {
	return outputsOf(await compileChecked(model, { inputs }), new Map([["x0", row]]))[0];
}

const row = (values: readonly number[]): Tensor => floats([1, values.length], values);
const constants = (g: GraphBuilder, name: string, values: readonly number[], dims = [1, values.length]) =>
	g.constant(name, floats(dims, values));

/** exp(x − log Σ exp(x)), as likelihoods become probabilities. */
function shares(g: GraphBuilder, likelihoods: string): string {
	const axis = g.constant("classes", tensorFrom("int64", [1], [1]));
	const all = g.node("ReduceLogSumExp", [likelihoods, axis]);
	return g.node("Exp", [g.node("Sub", [likelihoods, all])]);
}

const softmax = (scores: readonly number[]): number[] => {
	const most = Math.max(...scores);
	const powers = scores.map((score) => Math.exp(score - most));
	const sum = powers.reduce((a, b) => a + b);
	return powers.map((power) => power / sum);
};

function expectNear(found: readonly number[], wanted: readonly number[], most: number): void {
	expect(found.length).toBe(wanted.length);
	for (const [i, value] of wanted.entries()) expect(Math.abs(found[i] - value), `[${i}]`).toBeLessThan(most);
}

describe("softmax", () => {
	const model = modelOf([[1, 12]], (g, [x]) => g.node("Softmax", [x], { axis: 1 }));

	test("a row between classes is between them though all samples are certain", async () => {
		const certain = (k: number) => [row(Array.from({ length: 12 }, (_, i) => (i === k ? 20 + k : 0)))];
		const samples = Array.from({ length: 12 }, (_, k) => certain(k));
		const alike = new Array<number>(12).fill(1);
		expectNear(await outputOn(model, samples, row(alike)), new Array<number>(12).fill(1 / 12), 1e-3);
	});
});

describe("mixtures", () => {
	/** Σ p·x² − 2·Σ (p·m)·x + Σ p·m², as diagonal mixtures are exported. */
	const mixture = (means: readonly number[][], precisions: readonly number[][]) =>
		modelOf(
			[[1, 2]],
			(g, [x]) => {
				const columns = (name: string, values: (k: number, f: number) => number) =>
					g.constant(
						name,
						floats(
							[2, 2],
							[0, 1].flatMap((f) => [0, 1].map((k) => values(k, f))),
						),
					);
				const zero = g.constant("none", floats([2], [0, 0]));
				const linear = columns("linear", (k, f) => means[k][f] * precisions[k][f]);
				const square = columns("square", (k, f) => precisions[k][f]);
				const offsets = means.map((mean, k) => mean.reduce((sum, m, f) => sum + m * m * precisions[k][f], 0));
				const crossed = g.node("Gemm", [x, linear, zero], { alpha: -2 });
				const first = g.node("Add", [g.constant("offsets", floats([2], offsets)), crossed]);
				const distance = g.node("Add", [first, g.node("Gemm", [g.node("Mul", [x, x]), square, zero])]);
				return shares(g, g.node("Mul", [distance, constants(g, "half", [-0.5], [1])]));
			},
			18,
		);

	test("squares that were multiplied out are completed: an offset of 2048 leaves the distances", async () => {
		const model = mixture(
			[
				[2048, 0],
				[2050, 1],
			],
			[
				[1, 4],
				[1, 4],
			],
		);
		const samples = [row([2047, 0.5]), row([2051, 1.5]), row([2049, 0.25])].map((one) => [one]);
		const found = await outputOn(model, samples, row([2049.5, 0.25]));
		const scores = [1.5 ** 2 + 4 * 0.25 ** 2, 0.5 ** 2 + 4 * 0.75 ** 2].map((distance) => -distance / 2);
		expectNear(found, softmax(scores), 0.005);
	});

	/** Log-likelihoods of two classes whose features are 0 or 1, with whitening matrices as they are exported. */
	const binary = modelOf(
		[[1, 3]],
		(g, [x]) => {
			const is = g.node("Cast", [g.node("Greater", [x, constants(g, "edges", [0.5, 0.5, 0.5])])], { to: 1 });
			// The first class never has the third feature, the second never the second.
			const roots = [
				[2, 0.25, 0, 0, 2, 0, 0, 0, 1000],
				[2, 0, 0, 0, 900, 0, 0, 0, 2],
			];
			const means = [
				[-1, -2, 0],
				[-2, 0, -3],
			];
			const distances = roots.map((root, k) => {
				const white = g.node("Gemm", [
					is,
					g.constant(`root${k}`, floats([3, 3], root)),
					g.constant(`mean${k}`, floats([3], means[k])),
				]);
				return g.node("ReduceSumSquare", [white, g.constant(`features${k}`, tensorFrom("int64", [1], [1]))]);
			});
			const all = g.node("Concat", distances, { axis: 1 });
			return shares(g, g.node("Mul", [all, constants(g, "half", [-0.5], [1])]));
		},
		18,
	);
	const seen = [row([0, 0, 0]), row([1, 0, 0])].map((one) => [one]);

	test("classes that a category puts out are told apart by how far out they are", async () => {
		// Distances of 1,000,000 and of 810,000: all else speaks for the first.
		expectNear(await outputOn(binary, seen, row([1, 1, 1])), [0, 1], 1e-3);
	});

	test("weights of 2 are fine beside one of 1000", async () => {
		const found = await outputOn(binary, seen, row([1, 0, 0]));
		const scores = [1 + 1.75 ** 2, 0 + 0 + 9].map((distance) => -distance / 2);
		expectNear(found, softmax(scores), 1e-3);
	});
});

describe("bins", () => {
	test("a bin's edge is where the float model has it, beside a column of billions", async () => {
		// As KBinsDiscretizer writes it: a cast to the type that the column has, and x·0 + 1 for the last bin.
		const model = modelOf([[1, 2]], (g, [x]) => {
			const column = g.node("Gather", [x, g.constant("second", tensorFrom("int64", [1], [1]))], { axis: 1 });
			const cast = g.node("Cast", [column], { to: 1 });
			const below = g.node("Less", [cast, constants(g, "edges", [2, 3, 4], [3])]);
			const zero = g.node("Mul", [cast, constants(g, "zero", [0], [1])]);
			const last = g.node("Add", [zero, constants(g, "one", [1], [1])]);
			const all = g.node("Concat", [g.node("Cast", [below], { to: 1 }), last], { axis: 1 });
			return g.node("Gemm", [all, g.constant("w", floats([4, 1], [1, 2, 4, 8]))]);
		});
		const samples = [row([1e9, 1]), row([2e9, 5]), row([3e9, 2.5])].map((one) => [one]);
		const [found] = await outputOn(model, samples, row([1e9, 2]));
		expect(Math.abs(found - 14)).toBeLessThan(0.05);
	});
});

describe("transforms of two branches", () => {
	test("the branch that is thrown away asks for no steps", async () => {
		const powers = [-2, -9, 0.6];
		const sizes = [1000, 0.01, 1];
		// Each is standardised, as PowerTransformer does.
		const spreads = sizes.map((size, k) => Math.abs(powers[k]) * (1 + size) ** (powers[k] - 1) * size * 0.3);
		const samples = [0.5, 0.8, 1.1, 1.3].map((t) => [row(sizes.map((size) => size * t))]);
		const model = modelOf([[1, 3]], (g, [x]) => {
			const one = g.node("Div", [x, x]);
			const zero = g.node("Sub", [x, x]);
			const isNegative = g.node("Cast", [g.node("Less", [x, zero])], { to: 1 });
			const isPositive = g.node("Sub", [one, isNegative]);
			const right = g.node("Pow", [g.node("Add", [x, one]), constants(g, "powers", powers, [3])]);
			const others = constants(
				g,
				"others",
				powers.map((power) => 2 - power + 1e-3),
				[3],
			);
			const left = g.node("Pow", [g.node("Sub", [one, x]), others]);
			const known = g.node("Where", [g.node("IsNaN", [left]), constants(g, "none", [0], [1]), left]);
			const sum = g.node("Add", [g.node("Mul", [right, isPositive]), g.node("Mul", [known, isNegative])]);
			return g.node("Div", [sum, constants(g, "spreads", spreads)]);
		});
		const found = await outputOn(model, samples, row(sizes));
		const wanted = sizes.map((size, k) => (1 + size) ** powers[k] / spreads[k]);
		for (const [k, value] of wanted.entries())
			expect(Math.abs(found[k] - value), `[${k}]`).toBeLessThan(0.01);
	});
});

describe("judging", () => {
	const outputsThat = (build: (g: GraphBuilder, x: string) => string) =>
		probabilitiesOf(modelOf([[1, 3]], (g, [x]) => build(g, x), 18).graph).size;

	test("exp(x − log Σ exp(x)) and p / Σ p are probabilities; exp(x − y) is none", () => {
		expect(outputsThat(shares)).toBe(1);
		expect(outputsThat((g, x) => g.node("Exp", [g.node("LogSoftmax", [x])]))).toBe(1);
		expect(
			outputsThat((g, x) => {
				const p = g.node("Sigmoid", [x]);
				return g.node("Div", [
					p,
					g.node("ReduceSum", [p, g.constant("axis", tensorFrom("int64", [1], [1]))]),
				]);
			}),
		).toBe(1);
		expect(outputsThat((g, x) => g.node("Exp", [g.node("Sub", [x, constants(g, "y", [1, 2, 3])])]))).toBe(0);
		expect(
			outputsThat((g, x) => {
				const axis = g.constant("classes", tensorFrom("int64", [1], [1]));
				const all = g.node("ReduceLogSumExp", [x, axis]);
				return g.node("Exp", [g.node("Sub", [g.node("Neg", [x]), all])]);
			}),
		).toBe(0);
	});

	test("a model with a Binarizer is compared with float64 too", async () => {
		const scaled = modelOf([[1, 3]], (g, [x]) => {
			g.node("Binarizer", [x], { threshold: 1.5 }, "binarizer", ["binary"], ML);
			return g.node("Mul", ["binary", x]);
		});
		const model = { ...scaled, opsets: new Map([...scaled.opsets, [ML, 3]] as const) };
		const wide = await float64Model(model, new Map([["x0", row([1, 2, 4])]]));
		expect(wide?.graph.inputs[0].type).toBe("float64");
	});
});
