import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { expectExact, expectFaithful, formsOf, modelOf, outputsOf } from "@umpire/testing/compiler/check.ts";
import { expect, test } from "vitest";
import { compile } from "../src/compile.ts";

test("sums over many short axes are taken in stages", async () => {
	const model = modelOf([[3, 5, 6, 6, 5, 4]], (g, [x]) => g.node("ReduceMean", [x]));
	expect(formsOf(await expectFaithful(model, 1e-3))).toEqual(["sum", "sum"]);
});

test("a mean over more elements than one cone has", async () => {
	const model = modelOf([[1, 1, 448, 448]], (g, [x]) => g.node("GlobalAveragePool", [x]));
	const dims = [1, 1, 448, 448];
	const values = Array.from({ length: 448 * 448 }, (_, i) => ((i * 7919) % 1000) / 1000);
	const x = tensorFrom("float32", dims, values);
	const compiled = await compile(model, { inputs: [[x]] });
	expect(formsOf(compiled)).toEqual(["sum", "sum"]);
	const mean = values.reduce((a, b) => a + b, 0) / values.length;
	expect(outputsOf(compiled, new Map([["x0", x]]))[0][0]).toBeCloseTo(mean, 4);
});

test("one long axis is cut into pieces, the last of which is filled with zeros", async () => {
	const model = modelOf([[1, 140_000]], (g, [x]) => g.node("ReduceSum", [x, g.ints("axes", [1])]));
	const values = Array.from({ length: 140_000 }, (_, i) => (i % 3) - 0.9);
	const x = tensorFrom("float32", [1, 140_000], values);
	const compiled = await compile(model, { inputs: [[x]] });
	expect(formsOf(compiled)).toEqual(["pad", "reshape", "sum", "reshape", "sum"]);
	const sum = values.reduce((a, b) => a + b, 0);
	expect(outputsOf(compiled, new Map([["x0", x]]))[0][0]).toBeCloseTo(sum, -1);
});

test("sums of whole numbers in stages are exact", async () => {
	const model = modelOf([], (g) => {
		const x = g.input("x", "int32", [1500, 3]);
		return g.node("ReduceSum", [x]);
	});
	const values = Array.from({ length: 4500 }, (_, i) => ((i * 7919) % 40_000) - 11_000);
	const { program } = await expectExact(model, { inputs: [[tensorFrom("int32", [1500, 3], values)]] });
	expect(program.operators.filter(({ form }) => form.type === "sum")).toHaveLength(2);
});
