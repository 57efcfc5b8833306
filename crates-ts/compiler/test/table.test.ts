import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { compileChecked, expectFaithful, floats, formsOf, modelOf } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";
import { erf } from "../src/lower/functions.ts";

const SPREAD = floats([9], [-4, -1.5, -0.75, -0.1, 0, 0.3, 0.9, 2.25, 5]);
const UNIT = floats([5], [-0.95, -0.4, 0, 0.5, 0.9]);
const POSITIVE = floats([5], [0.3, 0.5, 1, 3, 9]);

const run = (opType: string, set = SPREAD, attributes = {}, opset = 20) => {
	const model = modelOf([set.dims], (g, [x]) => g.node(opType, [x], attributes), opset);
	return expectFaithful(model, 2e-3, { inputs: [[set]] });
};

describe("unary functions are tables of float64 values", () => {
	test.each(
		"Abs Atan Asinh Celu Cos Cosh Elu Erf Exp Gelu HardSigmoid HardSwish LeakyRelu Mish Selu Shrink Sigmoid Sin Sinh Softplus Softsign Tanh ThresholdedRelu".split(
			" ",
		),
	)("%s", async (opType) => {
		expect(formsOf(await run(opType))).toEqual(["lookup"]);
	});

	test.each(["Acos", "Asin", "Atanh", "Tan"])("%s on (−1, 1)", async (opType) => {
		await run(opType, UNIT);
	});

	test.each(["Log", "Sqrt", "Reciprocal", "Acosh"])("%s of positive numbers", async (opType) => {
		await run(opType, opType === "Acosh" ? floats([4], [1.2, 2, 5, 9]) : POSITIVE);
	});

	test.each(["Floor", "Ceil", "Round"])("%s", async (opType) => {
		await run(opType, floats([6], [-2.6, -1.4, 0.2, 0.7, 1.3, 2.8]));
	});

	test("attributes", async () => {
		await run("Elu", SPREAD, { alpha: 0.5 });
		await run("Gelu", SPREAD, { approximate: "tanh" });
		await run("HardSigmoid", SPREAD, { alpha: 0.1, beta: 0.3 });
	});

	test("Pow with a constant exponent", async () => {
		for (const exponent of [2, 3, -1, 0.5]) {
			const model = modelOf([[5]], (g, [x]) => g.node("Pow", [x, g.scalar("e", exponent)]));
			await expectFaithful(model, 2e-3, { inputs: [[POSITIVE]] });
		}
	});

	test("equal tables are stored once", async () => {
		const model = modelOf([[9]], (g, [x]) => [g.node("Tanh", [x]), g.node("Tanh", [x])]);
		const { program } = await expectFaithful(model, 1e-3, { inputs: [[SPREAD]] });
		expect(program.constants).toHaveLength(1);
	});

	test("erf", () => {
		expect(erf(0.5)).toBeCloseTo(0.5204998778130465, 14);
		expect(erf(-3.2)).toBeCloseTo(-0.9999939742388483, 14);
		expect(erf(2.999999)).toBeCloseTo(erf(3.000001), 8);
	});
});

describe("Clip", () => {
	test.each<[string, number | undefined, number | undefined]>([
		["both", -0.5, 1.25],
		["min only", 0.1, undefined],
		["max only", undefined, 0.75],
		["neither", undefined, undefined],
	])("%s, as inputs and as attributes", async (_, min, max) => {
		const inputs = modelOf([[9]], (g, [x]) => {
			const low = min === undefined ? "" : g.scalar("min", min);
			return g.node("Clip", max === undefined ? [x, low] : [x, low, g.scalar("max", max)]);
		});
		await expectFaithful(inputs, 1e-3, { inputs: [[SPREAD]] });
		const attributes = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
		const old = modelOf([[9]], (g, [x]) => g.node("Clip", [x], attributes), 10);
		await expectFaithful(old, 1e-3, { inputs: [[SPREAD]] });
	});
});

describe("Cast", () => {
	test("float to whole numbers truncates, and back", async () => {
		const g = new GraphBuilder("cast");
		const x = g.input("x", "float32", [4]);
		const whole = g.node("Cast", [x], { to: 7 });
		g.output(g.node("Cast", [whole], { to: 1 }));
		const set = [floats([4], [-2.7, -0.4, 1.6, 3.2])];
		const { report } = await compileChecked(g.model(), { inputs: [set] });
		expect(report.fidelity?.outputs[0].maxAbs).toBe(0);
	});

	test("whole numbers beyond 16 bits are scaled down when they become floats", async () => {
		const g = new GraphBuilder("cast");
		const x = g.input("x", "int64", [3]);
		g.output(g.node("Tanh", [g.node("Mul", [g.node("Cast", [x], { to: 1 }), g.scalar("small", 1e-6)])]));
		const set = [tensorFrom("int64", [3], [-2_000_000, 300_000, 900_000])];
		const { program } = await expectFaithful(g.model(), 1e-3, { inputs: [set] });
		expect(program.inputs[0].width).toBe(32);
		expect(program.operators[0].width).toBe(16);
	});

	test("whole numbers enter float arithmetic with scale 1", async () => {
		const g = new GraphBuilder("cast");
		const x = g.input("x", "int32", [4]);
		g.output(g.node("Mul", [g.node("Cast", [x], { to: 1 }), g.scalar("half", 0.5)]));
		const set = [tensorFrom("int32", [4], [-200, 3, 70, 9])];
		const { program } = await expectFaithful(g.model(), 1e-4, { inputs: [set] });
		expect(program.inputs[0].scale).toBe(1);
	});
});

test("whole numbers and a constant between them", async () => {
	const model = modelOf([], (g) => {
		const x = g.node("Cast", [g.input("x", "int64", [4])], { to: 1 });
		return [
			g.node("Add", [x, g.scalar("half", 0.5)]),
			g.node("Mul", [g.node("Add", [x, g.scalar("third", 1 / 3)]), g.scalar("two", 2)]),
			g.node("Gemm", [
				g.node("Reshape", [x, g.ints("shape", [1, 4])]),
				g.constant("w", floats([4, 1], [1, 1, -1, 1])),
				g.constant("b", floats([1], [0.25])),
			]),
		];
	});
	await expectFaithful(model, 1e-3);
});

test("a function after a product that absorbs its first factor is one table", async () => {
	const model = modelOf([[1, 2]], (g, [x]) => {
		const weights = g.constant("weights", floats([2, 3], [1, 20, -30, -1, 10, 15]));
		const scores = g.node("Add", [
			g.node("MatMul", [x, weights]),
			g.constant("bias", floats([3], [0, -9, -20])),
		]);
		const power = g.node("Exp", [g.node("Mul", [scores, g.scalar("minus", -1)])]);
		return g.node("Reciprocal", [g.node("Add", [power, g.scalar("one", 1)])]);
	});
	const compiled = await expectFaithful(model, 1e-3, { inputs: [[floats([1, 2], [1, 0.5])]] });
	expect(formsOf(compiled)).toEqual(["matmul", "lookup"]);
});
