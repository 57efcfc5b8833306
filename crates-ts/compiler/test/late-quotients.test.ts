import { type Feeds, feedsOf } from "@umpire/graph/feeds.ts";
import { foldModel } from "@umpire/graph/fold.ts";
import { toReal } from "@umpire/graph/real.ts";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { createFloatSession } from "@umpire/onnx/float-session.ts";
import type { Graph, Model } from "@umpire/onnx/model.ts";
import { Random } from "@umpire/onnx/random.ts";
import { describe, expect, it } from "vitest";
import { divideProducts, multiplyByReciprocals } from "../src/passes/late-quotients.ts";

const feedsFor = ({ graph }: Model): Feeds =>
	feedsOf([
		new Map(
			graph.inputs.map(({ name, dims }, k) => [name, new Random(k + 1).normalTensor(dims!.map(Number))]),
		),
	]);

async function foldedOf(graph: GraphBuilder, y: string) {
	graph.output(y);
	const model = graph.model();
	const feeds = feedsFor(model);
	const { graph: folded, facts } = await foldModel(model, feeds);
	/** What a graph computes on the same inputs. */
	const valuesOf = async (other: Graph): Promise<number[]> => {
		const session = await createFloatSession({ ...model, graph: other });
		const [value] = (await session.run(feeds.first)).values();
		await session.release();
		return Array.from(toReal(value).data);
	};
	return { folded, facts, valuesOf };
}

const typesOf = ({ nodes }: Graph): string[] => nodes.map(({ opType }) => opType);

/** softmax(x)·v without its maximum, as decompositions leave it. */
async function attention(columns: number, { axis = 2, isReadTwice = false } = {}) {
	const graph = new GraphBuilder("attention");
	const powers = graph.node("Exp", [graph.input("x", "float32", [2, 6, 6])]);
	const axes = graph.constant("axes", { type: "int64", dims: [1], data: BigInt64Array.of(BigInt(axis)) });
	const sum = graph.node("ReduceSum", [powers, axes], { keepdims: 1 });
	const shares = graph.node("Div", [powers, sum]);
	const y = graph.node("MatMul", [shares, graph.input("v", "float32", [2, 6, columns])]);
	const whole = isReadTwice ? graph.node("Add", [y, graph.node("ReduceMax", [shares], { axes: [2] })]) : y;
	return foldedOf(graph, whole);
}

describe("quotients of what is summed", () => {
	it("come after the sums where that divides fewer numbers, and are the same numbers", async () => {
		const { folded, facts, valuesOf } = await attention(3);
		const later = divideProducts(folded, facts);
		expect(typesOf(later)).toEqual(["Exp", "ReduceSum", "MatMul", "Div"]);
		const [before, after] = [await valuesOf(folded), await valuesOf(later)];
		for (const [k, value] of before.entries()) expect(after[k]).toBeCloseTo(value, 5);
	});

	it("stay where they divide no more numbers, where others read them, and where no row has one divisor", async () => {
		for (const [columns, more] of [
			[6, {}],
			[3, { isReadTwice: true }],
			[3, { axis: 1 }],
		] as const) {
			const { folded, facts } = await attention(columns, more);
			expect(divideProducts(folded, facts)).toBe(folded);
		}
	});
});

/** x / √(mean of squares + 1) along the last axis, and further nodes that share the divisor. */
async function normalisation(size: number, operator = "Sqrt") {
	const graph = new GraphBuilder("norm");
	const x = graph.input("x", "float32", [3, size]);
	const axes = graph.constant("axes", { type: "int64", dims: [1], data: BigInt64Array.of(1n) });
	const mean = graph.node("ReduceMean", [graph.node("Mul", [x, x])], { axes: [1], keepdims: 1 });
	const sum = graph.node("ReduceSum", [graph.node("Abs", [x]), axes], { keepdims: 1 });
	const root = operator === "Sqrt" ? graph.node("Sqrt", [mean]) : sum;
	const [one, two] = [graph.node("Div", [x, root]), graph.node("Div", [graph.node("Neg", [x]), root])];
	return foldedOf(graph, graph.node("Concat", [one, two], { axis: 1 }));
}

describe("quotients by roots", () => {
	it("become products by one reciprocal for all that share it, and are the same numbers", async () => {
		const { folded, facts, valuesOf } = await normalisation(16);
		const quick = multiplyByReciprocals(folded, facts);
		const types = typesOf(quick);
		expect(types.filter((type) => type === "Reciprocal").length).toBe(1);
		expect(types).not.toContain("Div");
		const [before, after] = [await valuesOf(folded), await valuesOf(quick)];
		for (const [k, value] of before.entries()) expect(after[k]).toBeCloseTo(value, 5);
	});

	it("stay where few numbers share one, and where no table gives it", async () => {
		for (const [size, operator] of [
			[15, "Sqrt"],
			[16, "Sum"],
		] as const) {
			const { folded, facts } = await normalisation(size, operator);
			expect(multiplyByReciprocals(folded, facts)).toBe(folded);
		}
	});
});
