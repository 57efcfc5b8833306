import type { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model } from "@umpire/onnx/model.ts";
import {
	compileChecked,
	expectFaithful,
	floats,
	modelOf,
	outputsOf,
} from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";
import { ML } from "./ml.ts";

/** Columns as tables have them: an income, a year, a latitude, a ratio, a concentration. */
const MEANS = [52_000, 2_018, 40.7, 0.42, 3e-6];
const SPREADS = [12_000, 3, 0.1, 0.2, 1e-6];
const COLUMNS = MEANS.length;

/** A row whose columns are so many spreads from their means. */
const rowOf = (spreads: readonly number[]): number[] => spreads.map((by, k) => MEANS[k] + by * SPREADS[k]);
const ROWS = [
	rowOf([0.4, -1, 0.7, 1.2, -0.3]),
	rowOf([-1.2, 0.5, -0.2, -0.8, 1.1]),
	rowOf([1.3, 1.4, -1.5, 0.1, 0.6]),
	rowOf([-0.1, -0.6, 1.1, -1.7, -1.4]),
];
const samples = ROWS.map((row) => [floats([1, COLUMNS], row)]);

const constant = (g: GraphBuilder, name: string, values: readonly number[], dims = [1, values.length]) =>
	g.constant(name, floats(dims, values));
const ofTables = (model: Model): Model => ({
	...model,
	opsets: new Map([...model.opsets, [ML, 3]]),
});

test("rows that reach further than all of calibration are not clipped", async () => {
	const weights = [0.3, -0.2, 0.5, 0.4, -0.6];
	const model = modelOf([[1, COLUMNS]], (g, [x]) => {
		const z = g.node("Div", [g.node("Sub", [x, constant(g, "mean", MEANS)]), constant(g, "spread", SPREADS)]);
		return g.node("MatMul", [z, constant(g, "w", weights, [COLUMNS, 1])]);
	});
	const compiled = await compileChecked(model, { inputs: samples });
	const far = [9, 1, -6, 4, 7];
	const [[found]] = outputsOf(compiled, new Map([["x0", floats([1, COLUMNS], rowOf(far))]]));
	const expected = far.reduce((sum, by, k) => sum + by * weights[k], 0);
	expect(Math.abs(found - expected)).toBeLessThan(2e-3 * Math.abs(expected));
});

/** Squared distances to three centres in units of each centre's spreads, as naive Bayes and mixtures have them. */
function distances(g: GraphBuilder, x: string, square: "Pow" | "Mul"): string {
	const centres = [-1, 0, 1].flatMap((by) => rowOf(MEANS.map(() => by)));
	const variances = [0.5, 1, 2].flatMap((by) => SPREADS.map((spread) => by * spread ** 2));
	const wide = g.node("Reshape", [x, g.constant("shape", tensorFrom("int64", [3], [1, 1, COLUMNS]))]);
	const differences = g.node("Sub", [wide, constant(g, "centres", centres, [1, 3, COLUMNS])]);
	const squares =
		square === "Pow"
			? g.node("Pow", [differences, g.scalar("two", 2)])
			: g.node("Mul", [differences, differences]);
	const shares = g.node("Div", [squares, constant(g, "variances", variances, [1, 3, COLUMNS])]);
	return g.node("ReduceSum", [shares, g.constant("axes", tensorFrom("int64", [1], [2]))], { keepdims: 0 });
}

describe("features of unlike size", () => {
	test.each(["Pow", "Mul"] as const)("are compared with several centres (%s)", async (square) => {
		const model = modelOf([[1, COLUMNS]], (g, [x]) => distances(g, x, square));
		await expectFaithful(model, 2e-3, { inputs: samples });
	});

	test("are results of a product with constants", async () => {
		const turns = Array.from({ length: COLUMNS ** 2 }, (_, i) => {
			const [from, to] = [Math.floor(i / COLUMNS), i % COLUMNS];
			return (
				(from === to ? 1 : 0.1 * Math.cos(3 * i)) * (from < to ? 1e-3 * (SPREADS[to] / SPREADS[from]) : 1)
			);
		});
		const even = modelOf([[1, COLUMNS]], (g, [x]) => {
			const turned = g.node("MatMul", [
				g.node("Sub", [x, constant(g, "mean", MEANS)]),
				constant(g, "turns", turns, [COLUMNS, COLUMNS]),
			]);
			const squares = g.node("Mul", [turned, turned]);
			const variances = constant(
				g,
				"variances",
				SPREADS.map((spread) => spread ** 2),
			);
			return g.node("Div", [squares, variances]);
		});
		await expectFaithful(even, 5e-3, { inputs: samples });
	});

	test("are interpolated between numbers of their own", async () => {
		const low = [278, 1.2, 0.48, 11.0, 70];
		const high = [1_680, 1.71, 0.53, 14.8, 162];
		const model = modelOf([[1, COLUMNS]], (g, [x]) => {
			const zero = g.node("Mul", [g.node("ReduceMax", [x], { keepdims: 0 }), g.scalar("none", 0)]);
			const place = g.node("Cast", [zero], { to: 7 });
			const rowsOf = (name: string, values: readonly number[]): string =>
				g.node("Gather", [constant(g, name, [...values, ...values], [2, 1, COLUMNS]), place]);
			const from = rowsOf("low", low);
			const to = rowsOf("high", high);
			const distance = g.node("Sub", [to, from]);
			const part = g.node("Sub", [
				rowsOf(
					"above",
					high.map(() => 0.75),
				),
				rowsOf(
					"below",
					high.map(() => 0.5),
				),
			]);
			const slope = g.node("Div", [part, distance]);
			const flat = g.node("LessOrEqual", [distance, g.scalar("least", 1e-12)]);
			const chosen = g.node("Where", [flat, g.scalar("flat", 1e-7), slope]);
			const inside = g.node("Mul", [chosen, g.node("Sub", [x, from])]);
			return g.node("Where", [g.node("GreaterOrEqual", [x, to]), part, inside]);
		});
		const between = [0.2, 0.9, 0.55].map((by, k) =>
			low.map((from, j) => from + (high[j] - from) * ((by + 0.17 * j * k) % 1)),
		);
		const inputs = between.map((row) => [floats([1, COLUMNS], row)]);
		await expectFaithful(ofTables(model), 2e-3, { inputs });
	});
});

test("columns with exponents of their own are as many as there are", async () => {
	const count = 20;
	const exponents = Array.from({ length: count }, (_, k) => 0.3 + 0.1 * k);
	const model = modelOf([[2, count]], (g, [x]) =>
		g.node("Pow", [g.node("Abs", [x]), constant(g, "exponents", exponents, [count])]),
	);
	const data = Array.from({ length: 2 * count }, (_, i) => 0.5 + (i % 7));
	await expectFaithful(model, 1e-3, { inputs: [[floats([2, count], data)]] });
});

test("of a transform with two branches, the one that has no numbers is thrown away", async () => {
	const model = modelOf(
		[[1, 4]],
		(g, [x]) => {
			const one = g.node("Div", [x, x]);
			const isNegative = g.node("Less", [x, g.node("Sub", [x, x])]);
			const [zero, infinity] = [g.scalar("zero", 0), g.scalar("infinity", Number.POSITIVE_INFINITY)];
			const numbers = (value: string): string => {
				const finite = g.node("Where", [g.node("Equal", [value, infinity]), zero, value]);
				return g.node("Where", [g.node("IsNaN", [finite]), zero, finite]);
			};
			const above = g.node("Pow", [g.node("Add", [x, one]), constant(g, "p", [0.5, 0.7, 1.3, 0.2], [4])]);
			const logarithm = g.node("Neg", [g.node("Log", [g.node("Sub", [one, x])])]);
			const below = g.node("Mul", [logarithm, constant(g, "signs", [0, 1, 0, 1], [4])]);
			const parts = [
				g.node("Mul", [numbers(below), g.node("Cast", [isNegative], { to: 1 })]),
				g.node("Mul", [numbers(above), g.node("Cast", [g.node("Not", [isNegative])], { to: 1 })]),
			];
			return g.node("Add", parts);
		},
		20,
	);
	const { report } = await compileChecked(model, {
		inputs: [[floats([1, 4], [3, 2, 5, 7])], [floats([1, 4], [1.5, 4, 2.25, 6])]],
	});
	expect(report.fidelity!.outputs[0].maxRelRange).toBeLessThan(1e-3);
});

test.each([
	["Sigmoid", 4_000],
	["Tanh", 900],
	["Erf", 300],
	["Exp", -60_000],
] as const)("%s keeps its bits for where it changes", async (opType, far) => {
	const values = [far, 0.4, -0.3, -0.01, far < 0 ? -1.5 : 1.5, -0.9];
	const model = modelOf([[1, 6]], (g, [x]) => {
		const scaled = g.node("Mul", [x, constant(g, "sizes", [1_000, 1, 1, 1, 1, 1])]);
		return g.node(opType, [scaled]);
	});
	const { report } = await compileChecked(model, {
		inputs: [[floats([1, 6], [far / 1_000, ...values.slice(1)])]],
	});
	expect(report.fidelity!.outputs[0].maxAbs).toBeLessThan(2.5e-3);
});

test.each(["ReduceMax", "ReduceMin"])(
	"what goes through %s has the finer steps of what it is taken from",
	async (opType) => {
		const model = modelOf([[1, 6]], (g, [x]) => {
			const extreme = g.node(opType, [x], { keepdims: 1 });
			const sign = g.scalar("sign", opType === "ReduceMax" ? 1 : -1);
			const exponents = g.node("Mul", [g.node("Sub", [x, extreme]), sign]);
			return g.node("Exp", [g.node("Clip", [exponents, g.scalar("least", -16), g.scalar("most", 0)])]);
		});
		const data = [91_000, 91_001.5, 90_998, 91_000.75, 90_000, 91_001];
		await expectFaithful(model, 2e-3, { inputs: [[floats([1, 6], data)]] });
	},
);

test("weights that say next to nothing leave the constant that they are added to", async () => {
	const model = modelOf([[1, COLUMNS]], (g, [x]) => {
		const z = g.node("Mul", [
			x,
			constant(
				g,
				"sizes",
				SPREADS.map((spread) => 1 / spread),
			),
		]);
		const w = constant(g, "w", [2e-11, -1e-14, 8e-14, 1e-13, 1e-13], [COLUMNS, 1]);
		return g.node("Add", [g.node("MatMul", [z, w]), g.scalar("bias", 450)]);
	});
	await expectFaithful(ofTables(model), 1e-3, { inputs: samples });
});
