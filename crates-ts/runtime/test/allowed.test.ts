import type { AttributeValue, Model, Node } from "@umpire/onnx/model.ts";
import { openExact } from "@umpire/runtime/onnxruntime.ts";
import { describe, expect, it } from "vitest";
import { forbiddenNodes } from "../src/allowed.ts";

const node = (
	opType: string,
	domain = "",
	attributes: Record<string, AttributeValue> = {},
	inputs = 2,
): Node => ({
	name: "n",
	opType,
	domain,
	inputs: Array.from({ length: inputs }, (_, i) => `i${i}`),
	outputs: ["o"],
	attributes: new Map(Object.entries(attributes)),
});

const model = (...nodes: Node[]): Model => ({
	irVersion: 8,
	producer: "test",
	graph: {
		name: "g",
		inputs: Array.from({ length: 4 }, (_, i) => ({ name: `i${i}`, type: "float64", dims: [4, 4] })),
		outputs: [{ name: "o", type: "float64", dims: [4, 4] }],
		valueInfo: [],
		initializers: new Map(),
		nodes,
	},
	opsets: new Map([["", 17]]),
	functions: [],
	metadata: new Map(),
});

describe("forbiddenNodes", () => {
	it("lets exact operators through", () => {
		expect(forbiddenNodes(model(node("MatMul"), node("Conv", "com.microsoft.nchwc", {}, 3)))).toEqual([]);
		for (const name of ["MatMulIntegerToFloat", "QLinearConv", "QuantizeLinear", "DequantizeLinear"])
			expect(forbiddenNodes(model(node(name, "com.microsoft")))).toEqual([]);
		expect(forbiddenNodes(model(node("Gemm", "", { alpha: { type: "float", value: 1 } })))).toEqual([]);
	});

	it("refuses a graph that lost one of its outputs", () => {
		const whole = model(node("MatMul"));
		const [output] = whole.graph.outputs;
		const outputs = [output, { ...output, name: "lost" }];
		expect(forbiddenNodes({ ...whole, graph: { ...whole.graph, outputs } })).toEqual([
			"output lost: computed by no node",
		]);
	});

	it.each([
		["a fused factor", node("FusedMatMul", "com.microsoft", { alpha: { type: "float", value: 0.1 } })],
		["a factor in Gemm", node("Gemm", "", { alpha: { type: "float", value: 0.5 } })],
		[
			"a fused activation",
			node("Conv", "com.microsoft.nchwc", { activation: { type: "string", value: "Relu" } }),
		],
		["a fused sum", node("Conv", "com.microsoft.nchwc", {}, 4)],
		["an integer kernel", node("MatMulInteger")],
		["a rounding", node("AveragePool")],
		["a quantised kernel that rounds as the processor does", node("QLinearAdd", "com.microsoft")],
		["a fused quantised kernel", node("QGemm", "com.microsoft")],
	])("refuses %s", (_, forbidden) => {
		expect(forbiddenNodes(model(forbidden))).toHaveLength(1);
	});
});

describe("openExact", () => {
	it("refuses a model whose graph is not exact at any level", async () => {
		await expect(openExact(model(node("Sqrt", "", {}, 1)), 1)).rejects.toThrow(/may round: Sqrt/);
	});

	it("keeps a float64 factor out of float32 attributes", async () => {
		const product: Node = { ...node("MatMul"), outputs: ["p"] };
		const scaled: Node = { ...node("Mul"), name: "m", inputs: ["p", "c"] };
		const base = model(product, scaled);
		const initializers = new Map([
			["c", { type: "float64", dims: [], data: Float64Array.of(1 / 3) } as const],
		]);
		const opened = await openExact({ ...base, graph: { ...base.graph, initializers } }, 1);
		expect(opened.level).toBe("all");
		await opened.session.release();
	});
});
