import { classesOf } from "@umpire/compiler/fidelity/classes.ts";
import { Judge, worstError } from "@umpire/compiler/fidelity/judge.ts";
import { missedBudget } from "@umpire/compiler/fidelity/report.ts";
import type { GraphBuilder } from "@umpire/onnx/builder.ts";
import type { Model } from "@umpire/onnx/model.ts";
import { compileChecked, modelOf, random } from "@umpire/testing/compiler/check.ts";
import { describe, expect, test } from "vitest";

type Build = (g: GraphBuilder, x: string) => string | string[];

/** Whether the rows of the first output, of the given shape, are taken for scores of classes. */
function isClasses(build: Build, shape: readonly number[] = [1, 4], producer = "pytorch"): boolean {
	const model = { ...modelOf([shape], (g, [x]) => build(g, x), 18), producer };
	return classesOf(model)(model.graph.outputs[0].name, shape).isClasses;
}

const product = (g: GraphBuilder, x: string, size = 4): string =>
	g.node("MatMul", [x, g.constant("w", random([size, size]))]);
const conv = (g: GraphBuilder, x: string): string =>
	g.node("Conv", [x, g.constant("w", random([2, 2, 1, 1]))]);

describe("rows are scores of classes", () => {
	test("where they follow a softmax along them, however they are moved", () => {
		expect(isClasses((g, x) => g.node("Softmax", [x], { axis: -1 }))).toBe(true);
		expect(isClasses((g, x) => g.node("LogSoftmax", [x], { axis: 1 }))).toBe(true);
		const turned: Build = (g, x) =>
			g.node("Transpose", [g.node("Softmax", [x], { axis: 1 })], { perm: [0, 2, 1] });
		expect(isClasses(turned, [1, 3, 4])).toBe(true);
		const across: Build = (g, x) => g.node("Softmax", [x], { axis: 1 });
		expect(isClasses(across, [1, 3, 4])).toBe(false);
	});

	test("where they follow a sigmoid, but for maps of pixels", () => {
		expect(isClasses((g, x) => g.node("Sigmoid", [x]))).toBe(true);
		expect(isClasses((g, x) => g.node("Sigmoid", [product(g, x)]), [1, 3, 4])).toBe(true);
		expect(isClasses((g, x) => g.node("Sigmoid", [conv(g, x)]), [1, 2, 4, 4])).toBe(false);
	});

	test("where the model itself looks for the largest of them", () => {
		const build: Build = (g, x) => {
			const scores = g.node("Tanh", [x]);
			return [scores, g.node("ArgMax", [scores], { axis: 1 })];
		};
		expect(isClasses(build, [1, 4], "skl2onnx")).toBe(true);
		expect(isClasses((g, x) => g.node("Tanh", [x]))).toBe(false);
	});

	test("where a last product gives them, unless its exporter says what classes are", () => {
		const build: Build = (g, x) => g.node("Add", [product(g, x), g.constant("b", random([4]))]);
		expect(isClasses(build)).toBe(true);
		expect(isClasses(build, [1, 3, 4])).toBe(true);
		expect(isClasses(build, [1, 4], "skl2onnx")).toBe(false);
		const pooled: Build = (g, x) => g.node("Flatten", [g.node("GlobalAveragePool", [conv(g, x)])]);
		expect(isClasses(pooled, [1, 2])).toBe(true);
	});

	test("not of pictures, spectra, embeddings and hidden states", () => {
		expect(isClasses(conv, [1, 2, 4, 4])).toBe(false);
		const embedding: Build = (g, x) => {
			const y = product(g, x);
			return g.node("Div", [y, g.node("ReduceL2", [y, g.ints("axes", [-1])])]);
		};
		expect(isClasses(embedding)).toBe(false);
		expect(
			isClasses((g, x) => g.node("LayerNormalization", [product(g, x), g.constant("s", random([4]))])),
		).toBe(false);
	});

	test("of joined outputs only if they are so of every part", () => {
		const joined =
			(second: Build): Build =>
			(g, x) =>
				g.node("Concat", [g.node("Softmax", [x]), second(g, x) as string], { axis: 0 });
		expect(isClasses(joined((g, x) => g.node("Sigmoid", [x])))).toBe(true);
		expect(isClasses(joined((g, x) => g.node("Tanh", [x])))).toBe(false);
	});

	test("found in time where sums of sums are written out", () => {
		const build: Build = (g, x) => {
			let y = x;
			for (let k = 0; k < 64; k++) y = g.node("Sub", [y, g.node("Neg", [y])]);
			return y;
		};
		expect(isClasses(build)).toBe(false);
	});
});

describe("what is said of classes", () => {
	const model: Model = modelOf([[1, 4]], (g, [x]) => [g.node("Softmax", [x]), g.node("Tanh", [x])]);
	const [first, second] = model.graph.outputs.map(({ name }) => name);

	test("counts before what the model says", () => {
		const named = classesOf(model, { classes: [second] });
		expect([named(first, [1, 4]).isClasses, named(second, [1, 4]).isClasses]).toEqual([false, true]);
		expect(classesOf(model, { classes: ["none"] })(first, [1, 4]).isClasses).toBe(false);
		expect(classesOf(model, { labels: { output: second, sets: [] } })(second, [1, 4]).isClasses).toBe(true);
	});

	test("is refused if it names no output", () => {
		expect(() => classesOf(model, { classes: ["none", first] })).toThrow(/no output "none".*--classes/s);
		expect(() => classesOf(model, { classes: ["x"] })).toThrow(/no output "x"/);
	});
});

test("another largest element is no error by itself where rows are no classes", () => {
	const judged = (isClasses: boolean) => {
		const judge = new Judge(false, { isClasses, why: "" });
		judge.add([1, 1.01, -1], [1.01, 1, -1], [1, 3], 1e-3);
		return judge.judgement;
	};
	expect(worstError([judged(true)], { measure: "natural" })).toBe(Number.POSITIVE_INFINITY);
	expect(worstError([judged(false)], { measure: "natural" })).toBeCloseTo(0.01 / 2.01, 4);
});

test("a missed budget says that rows are classes, and how that was decided, where they are", async () => {
	const model = modelOf([[1, 4]], (g, [x]) => product(g, x));
	const budget = { measure: "natural", most: 1e-9 } as const;
	const missedWith = async (classes?: readonly string[]): Promise<string | undefined> => {
		const options = { inputs: [[random([1, 4])]], budget, ...(classes ? { classes } : {}) };
		const { report } = await compileChecked(model, options);
		const outputs = report.fidelity!.outputs.map((one) => ({ ...one, argmaxAgrees: 0.5 }));
		return missedBudget({ ...report, fidelity: { ...report.fidelity!, outputs } });
	};
	expect(await missedWith()).toMatch(/the largest element of output .*--classes none if they are none/);
	expect(await missedWith(["none"])).toMatch(/is off by up to/);
});
