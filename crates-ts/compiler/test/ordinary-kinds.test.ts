import { probabilitiesOf } from "@umpire/compiler/fidelity/probabilities.ts";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { compileChecked, floats, modelOf, outputsOf, random } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";

const numbers = (tensor: Tensor): number[] => Array.from(tensor.data as Float32Array);
const scaled = (dims: readonly number[], seed: number, factor: number): Tensor =>
	floats(
		dims,
		numbers(random(dims, seed)).map((value) => value * factor),
	);

/** The largest share of its range by which an output is off on the calibration inputs, without a search for bits. */
async function lossOf(model: Model, inputs: Tensor[][]): Promise<number> {
	const { report } = await compileChecked(model, { inputs });
	return Math.max(...report.fidelity!.outputs.map(({ maxRelRange }) => maxRelRange));
}

describe("columns of unlike size", () => {
	/** x·(1 + erf(x / √2)) / 2 */
	const gelu = (g: GraphBuilder, x: string): string => {
		const number = (value: number): string => g.constant(`number ${value}`, floats([], [value]));
		const bell = g.node("Erf", [g.node("Div", [x, number(Math.SQRT2)])]);
		return g.node("Mul", [g.node("Mul", [x, g.node("Add", [bell, number(1)])]), number(0.5)]);
	};

	test("no column is divided so far that it becomes larger than the largest", async () => {
		// Of −5 a GELU leaves 1e-6: a reader that needs that column finer says nothing of −5 itself.
		const bias = Array.from({ length: 8 }, (_, k) => (k % 2 === 0 ? -5.2 : 2));
		const model = modelOf([[2, 6]], (g, [x]) =>
			gelu(
				g,
				g.node("Gemm", [x, g.constant("w", scaled([6, 8], 2, 0.2)), g.constant("b", floats([8], bias))]),
			),
		);
		expect(await lossOf(model, [[random([2, 6], 3)], [random([2, 6], 4)]])).toBeLessThan(0.003);
	});

	test("a factor that leaves much of a wide value is no 0", async () => {
		// A thousandth of 2^31 units are many, though a row says it with few bits.
		const model = modelOf([[4, 2]], (g, [x]) => {
			const factors = g.constant("factors", floats([2], [1, 1e-3]));
			return g.node("Mul", [x, factors], {}, "scaled", ["y"]);
		});
		const x = random([4, 2], 1);
		const bits = { bits: 32 } as const;
		const pins = new Map([
			["x0", bits],
			["y", bits],
		]);
		const [found] = outputsOf(await compileChecked(model, { inputs: [[x]], pins }), new Map([["x0", x]]));
		for (const [i, value] of numbers(x).entries())
			if (i % 2 === 1) expect(Math.abs(found[i] - value * 1e-3)).toBeLessThan(1e-6);
	});
});

describe("what a curve makes steep", () => {
	test("numbers near 1 stay apart before a power of −160", async () => {
		// As PowerTransformer writes it for a column of thousandths.
		const power = [-160, 1, 1];
		const sizes = [1e-3, 100, 100];
		const model = modelOf([[4, 3]], (g, [x]) => {
			const one = g.constant("one", floats([1], [1]));
			return g.node("Pow", [g.node("Add", [x, one]), g.constant("power", floats([3], power))]);
		});
		const sample = (seed: number): Tensor =>
			floats(
				[4, 3],
				numbers(random([4, 3], seed)).map((value, i) => Math.abs(value) * sizes[i % 3]),
			);
		expect(await lossOf(model, [[sample(1)], [sample(2)], [sample(3)]])).toBeLessThan(2e-3);
	});

	test("a magnitude of a whisper is as fine as what it is made of", async () => {
		const model = modelOf(
			[
				[1, 16],
				[1, 16],
			],
			(g, [re, im]) => {
				const two = g.constant("two", floats([], [2]));
				const sum = g.node("Add", [g.node("Pow", [re, two]), g.node("Mul", [im, im])]);
				const more = g.constant("more", floats([], [4096]));
				const one = g.constant("one", floats([], [1]));
				return g.node("Log", [g.node("Add", [g.node("Mul", [g.node("Sqrt", [sum]), more]), one])]);
			},
		);
		const spoken = [scaled([1, 16], 1, 8), scaled([1, 16], 2, 8)];
		const whispered = [scaled([1, 16], 3, 2e-3), scaled([1, 16], 4, 2e-3)];
		const compiled = await compileChecked(model, { inputs: [spoken, whispered] });
		const [found] = outputsOf(compiled, new Map(whispered.map((tensor, k) => [`x${k}`, tensor])));
		const [re, im] = whispered.map(numbers);
		const wanted = re.map((value, i) => Math.log(1 + 4096 * Math.hypot(value, im[i])));
		expect(Math.max(...found.map((value, i) => Math.abs(value - wanted[i])))).toBeLessThan(0.02);
	});

	test("a magnitude of which half is picked is as fine as what it is made of", async () => {
		const model = modelOf(
			[
				[1, 16],
				[1, 16],
			],
			(g, [re, im]) => {
				const sum = g.node("Add", [g.node("Mul", [re, re]), g.node("Mul", [im, im])]);
				const half = g.constant("half", tensorFrom("int64", [9], [0, 1, 2, 3, 4, 5, 6, 7, 8]));
				const root = g.node("Sqrt", [g.node("Gather", [g.node("Transpose", [sum], { perm: [1, 0] }), half])]);
				const few = g.constant("few", floats([], [1e-5]));
				return g.node("Log", [g.node("Add", [root, few])]);
			},
		);
		const spoken = [scaled([1, 16], 1, 8), scaled([1, 16], 2, 8)];
		const whispered = [scaled([1, 16], 3, 2e-3), scaled([1, 16], 4, 2e-3)];
		const compiled = await compileChecked(model, { inputs: [spoken, whispered] });
		const [found] = outputsOf(compiled, new Map(whispered.map((tensor, k) => [`x${k}`, tensor])));
		const [re, im] = whispered.map(numbers);
		const wanted = re.slice(0, 9).map((value, i) => Math.log(1e-5 + Math.hypot(value, im[i])));
		expect(Math.max(...found.map((value, i) => Math.abs(value - wanted[i])))).toBeLessThan(0.02);
	});
	test("a magnitude of nothing is 0", async () => {
		const model = modelOf(
			[
				[1, 4],
				[1, 4],
			],
			(g, [re, im]) => g.node("Sqrt", [g.node("Add", [g.node("Mul", [re, re]), g.node("Mul", [im, im])])]),
		);
		const nothing = floats([1, 4], [0, 0, 0, 0]);
		const compiled = await compileChecked(model, { inputs: [[random([1, 4], 1), random([1, 4], 2)]] });
		const [found] = outputsOf(
			compiled,
			new Map([
				["x0", nothing],
				["x1", nothing],
			]),
		);
		expect(found).toEqual([0, 0, 0, 0]);
	});
});

describe("likelihoods of classes", () => {
	/** Naive Bayes over two columns; a class in which the second is constant has a variance of 1e-9 there. */
	const bayes = (centres: readonly number[], spreads: readonly number[]) =>
		modelOf(
			[[2, 2]],
			(g, [x]) => {
				const [means, variances] = [
					floats(
						[1, 3, 2],
						[0, 1, 2].flatMap((mean, c) => [mean, centres[c]]),
					),
					floats(
						[1, 3, 2],
						spreads.flatMap((spread) => [1, spread]),
					),
				];
				const wide = g.node("Reshape", [x, g.constant("wide", tensorFrom("int64", [3], [-1, 1, 2]))]);
				const difference = g.node("Sub", [wide, g.constant("means", means)]);
				const square = g.node("Pow", [difference, g.constant("two", floats([], [2]))]);
				const terms = g.node("Div", [square, g.constant("variances", variances)]);
				const axis = g.constant("axis", tensorFrom("int64", [1], [2]));
				const sum = g.node("ReduceSum", [terms, axis], { keepdims: 0 });
				const half = g.node("Mul", [sum, g.constant("half", floats([], [0.5]))]);
				const likelihood = g.node("Sub", [g.constant("prior", floats([1, 3], [0.1, 0.3, -0.2])), half]);
				const one = g.constant("one", tensorFrom("int64", [1], [1]));
				const all = g.node("ReduceLogSumExp", [likelihood, one]);
				return g.node("Exp", [g.node("Sub", [likelihood, all])]);
			},
			18,
		);
	const model = bayes([0, 1, 0], [1e-9, 1e-9, 1e-9]);
	const near = floats([2, 2], [0.2, 0, 1.7, 0]);

	test("a feature that is constant within a class leaves the others their bits", async () => {
		expect(await lossOf(model, [[floats([2, 2], [0.4, 1, 1.5, 0])], [near]])).toBeLessThan(0.05);
	});

	test("what later rows may be far from counts although the first are near", async () => {
		const first = floats([2, 2], [0.5, 0, 1.1, 0]);
		const later = floats([2, 2], [0.4, 1, 1.5, 1]);
		const compiled = await compileChecked(bayes([0, 0, 0], [1e-9, 1, 1e-9]), { inputs: [[first], [later]] });
		const [found] = outputsOf(compiled, new Map([["x0", first]]));
		const likelihoods = [0.1, 0.3, -0.2].map((prior, c) => Math.exp(prior - (0.5 - c) ** 2 / 2));
		const all = likelihoods.reduce((a, b) => a + b);
		for (const [c, one] of likelihoods.entries()) expect(Math.abs(found[c] - one / all)).toBeLessThan(0.02);
	});
});

test("a mask in one piece of joined scores lies below the scores of all pieces", async () => {
	// Scores of neighbours, masked where there is none, beside a score of one's own that is far lower.
	const model = modelOf(
		[
			[2, 3],
			[2, 3],
			[2, 1],
		],
		(g, [scores, there, own]) => {
			const isThere = g.node("Greater", [there, g.constant("zero", floats([], [0]))]);
			const none = g.constant("none", floats([1], [-10_000]));
			const bias = g.node("Where", [isThere, g.constant("open", floats([1], [0])), none]);
			const eye = g.constant("eye", tensorFrom("bool", [2, 3], [1, 0, 0, 0, 1, 0]));
			const masked = g.node("Where", [eye, none, bias]);
			return g.node("Softmax", [g.node("Concat", [g.node("Add", [scores, masked]), own], { axis: 1 })], {
				axis: 1,
			});
		},
	);
	const own = floats([2, 1], [-60, -55]);
	const seen = [random([2, 3], 1), floats([2, 3], [1, 1, 1, 1, 1, 1]), own];
	const alone = [random([2, 3], 2), floats([2, 3], [-1, -1, -1, -1, -1, -1]), own];
	const compiled = await compileChecked(model, { inputs: [seen] });
	const [found] = outputsOf(compiled, new Map(alone.map((tensor, k) => [`x${k}`, tensor])));
	// With every neighbour masked, one's own score takes all.
	expect(found[3]).toBeGreaterThan(0.99);
	expect(found[7]).toBeGreaterThan(0.99);
});

test("what both branches of an If say is a probability is one", () => {
	const branch = (opType: string, name: string) => {
		const g = new GraphBuilder(name, { opset: 17 });
		g.output(g.node(opType, ["x"]));
		return g.model().graph;
	};
	const graphOf = (opType: string) => {
		const g = new GraphBuilder("whole", { opset: 17 });
		g.input("x", "float32", [2]);
		g.input("which", "bool", []);
		g.output(g.node("If", ["which"]));
		const { graph } = g.model();
		const attributes = new Map([
			["then_branch", { type: "graph", value: branch("Sigmoid", "a") }],
			["else_branch", { type: "graph", value: branch(opType, "b") }],
		] as const);
		return { ...graph, nodes: graph.nodes.map((node) => ({ ...node, attributes })) };
	};
	expect(probabilitiesOf(graphOf("HardSigmoid")).size).toBe(1);
	expect(probabilitiesOf(graphOf("Tanh")).size).toBe(0);
});

describe("a sum within bounds", () => {
	// Compared numbers have 30 bits: a billion of them, in units of a result that ends at 4, is more than a sum holds.
	const bounded = modelOf(
		[
			[1, 4],
			[1, 4],
		],
		(g, [x, y]) => {
			const number = (name: string, value: number): string => g.constant(name, floats([], [value]));
			const sum = g.node("Clip", [g.node("Add", [x, y]), number("low", -4), number("high", 4)]);
			const isFar = g.node("Cast", [g.node("Greater", [x, number("far", 1e11)])], { to: 1 });
			return g.node("Add", [sum, isFar]);
		},
	);

	test("is what it is, however far one of its operands reaches", async () => {
		const sets = [
			[floats([1, 4], [0, 5e11, -1e12, 1e12]), floats([1, 4], [0.5, -0.25, 1, -1])],
			[floats([1, 4], [1e12, 0, 0, -5e11]), floats([1, 4], [-0.5, 0.75, -1, 0.125])],
		];
		const compiled = await compileChecked(bounded, { inputs: sets });
		const [first, second] = sets.map(
			([x, y]) =>
				outputsOf(
					compiled,
					new Map([
						["x0", x],
						["x1", y],
					]),
				)[0],
		);
		const wanted = [
			[0.5, 5, -4, 5],
			[5, 0.75, -1, -4],
		];
		for (const [k, found] of [first, second].entries())
			expect(Math.max(...found.map((value, i) => Math.abs(value - wanted[k][i])))).toBeLessThan(0.01);
	});
});
