import { parseBudget } from "@umpire/compiler/fidelity/error-budget.ts";
import { errorBy, Judge, type Judgement, worstError } from "@umpire/compiler/fidelity/judge.ts";
import { createFloatSession } from "@umpire/onnx/float-session.ts";
import type { Tensor } from "@umpire/onnx/model.ts";
import { compileChecked, modelOf, random } from "@umpire/testing/compiler/check.ts";
import { expect, test } from "vitest";

const judged = (reference: number[], values: number[], labels?: number[]): Judgement => {
	const judge = new Judge();
	judge.add(reference, values, [reference.length / 2, 2], 1e-3, labels);
	return judge.judgement;
};

test("budgets in the mean and in points of accuracy are read as they are written", () => {
	expect(parseBudget("mean:0.1%")).toEqual({ measure: "mean", most: 0.001 });
	expect(parseBudget("points:0.5")).toEqual({ measure: "points", most: 0.005 });
	for (const text of ["points:0", "points:1%", "mean:", "points:-1"])
		expect(parseBudget(text)).toBeUndefined();
});

test("the mean error is a share of the output's range, and no argmax decides", () => {
	const one = judged([0, 10, 4, 5], [0, 10, 5, 4]);
	expect(errorBy(one, { measure: "mean" })).toBeCloseTo(0.5 / 10);
	expect(worstError([one], { measure: "mean" })).toBeCloseTo(0.05);
	expect(worstError([one], { measure: "natural" })).toBe(Number.POSITIVE_INFINITY);
});

test("points are what is lost against the float model, and nothing where nothing is", () => {
	// Rows: right in both, right in float alone, right in the program alone.
	const [reference, values] = [
		[1, 0, 1, 0, 1, 0],
		[1, 0, 0, 1, 0, 1],
	];
	const lost = judged(reference, values, [0, 0, 0]);
	expect(lost.labelled).toEqual({ rows: 3, expected: 3, found: 1 });
	expect(worstError([lost], { measure: "points" })).toBeCloseTo(2 / 3, 2);
	expect(worstError([judged(reference, values, [0, 1, 1])], { measure: "points" })).toBe(0);
	expect(worstError([judged(reference, values)], { measure: "points" })).toBe(0);
});

const layers = modelOf([[1, 256]], (g, [x]) => {
	const first = g.node("Relu", [g.node("MatMul", [x, g.constant("a", random([256, 256], 1))])]);
	return g.node("MatMul", [first, g.constant("b", random([256, 10], 2))]);
});
const samples = Array.from({ length: 12 }, (_, k): Tensor[] => [random([1, 256], k + 10)]);

/** What the float model says: labels of which it gets all. */
async function classes(): Promise<number[]> {
	const session = await createFloatSession(layers);
	const found: number[] = [];
	for (const [x] of samples) {
		const [scores] = [...(await session.run(new Map([["x0", x]]))).values()];
		const data = Array.from(scores.data as Float32Array);
		found.push(data.indexOf(Math.max(...data)));
	}
	await session.release();
	return found;
}

test("a search by points takes bytes that a largest error refuses, and keeps the accuracy it promises", async () => {
	const [{ name }] = layers.graph.outputs;
	const labels = { output: name, sets: (await classes()).map((label) => [label]) };
	const built = (budget: string) =>
		compileChecked(layers, { inputs: samples, labels, budget: parseBudget(budget)!, fast: true });
	const [strict, loose] = [await built("0.1%"), await built("points:10")];
	expect(loose.report.widths!.cost).toBeLessThan(strict.report.widths?.cost ?? 1);
	const [{ labelled }] = loose.report.fidelity!.outputs;
	expect(labelled!.rows).toBe(12);
	expect(labelled!.expected).toBe(12);
	expect(labelled!.found).toBeGreaterThanOrEqual(11);
});

test("labels that do not fit are refused with what would", async () => {
	const [{ name }] = layers.graph.outputs;
	const compiled = (output: string, sets: number[][]) =>
		compileChecked(layers, { inputs: samples, labels: { output, sets } });
	const all = samples.map(() => [1]);
	await expect(compiled("other", all)).rejects.toThrow(/output "other", which the model does not have/);
	await expect(compiled(name, all.slice(1))).rejects.toThrow(/labels of 11 samples, and 12 samples/);
	await expect(compiled(name, all.with(3, [1, 2]))).rejects.toThrow(/sample 4 has 2 labels, and 1 rows/);
	await expect(compiled(name, all.with(3, [10]))).rejects.toThrow(
		/label of sample 4 is 10; classes are 0 … 9/,
	);
	const budget = parseBudget("points:1")!;
	await expect(compileChecked(layers, { inputs: samples, budget })).rejects.toThrow(/needs labels/);
});
