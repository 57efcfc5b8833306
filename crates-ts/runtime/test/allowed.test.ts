import type { AttributeValue, Model, Node, Tensor } from "@umpire/onnx/model.ts";
import { openExact } from "@umpire/runtime/onnxruntime.ts";
import { Tensor as OnnxTensor } from "onnxruntime-node";
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

/** Which inputs of integer kernels are scales. */
const SCALES = {
	MatMulIntegerToFloat: [2, 3],
	QLinearConv: [1, 4, 6],
	QuantizeLinear: [1],
	DequantizeLinear: [1],
};

/** An integer kernel whose scales are 1, but the last, or the one `at`. */
function kernel(name: string, scale: number, at?: number): Model {
	const places = SCALES[name as keyof typeof SCALES];
	const base = model(node(name, "com.microsoft", {}, 9));
	const initializers = places.map((place): [string, Tensor] => [
		`i${place}`,
		{ type: "float32", dims: [], data: Float32Array.of(place === (at ?? places.at(-1)) ? scale : 1) },
	]);
	return { ...base, graph: { ...base.graph, initializers: new Map(initializers) } };
}

describe("forbiddenNodes", () => {
	it("lets exact operators through", () => {
		expect(forbiddenNodes(model(node("MatMul"), node("Conv", "com.microsoft.nchwc", {}, 3)))).toEqual([]);
		for (const name of Object.keys(SCALES)) expect(forbiddenNodes(kernel(name, 2 ** -9))).toEqual([]);
		expect(forbiddenNodes(kernel("QLinearConv", 2 ** -9 * (1 + 2 ** -23)))).toEqual([]);
		expect(forbiddenNodes(model(node("Gemm", "", { alpha: { type: "float", value: 1 } })))).toEqual([]);
	});

	it.each(Object.entries(SCALES))(
		"refuses scales of %s that no body has, and unknown ones",
		(name, places) => {
			for (const at of places) {
				for (const scale of [127 / 255, 1 + 2 ** -22, 0, -1]) {
					const [fault] = forbiddenNodes(kernel(name, scale, at));
					expect(fault).toMatch(/scale (0|-1|0\.49\d+|1\.0000\d+)$/);
				}
			}
			expect(forbiddenNodes(model(node(name, "com.microsoft", {}, 9)))[0]).toMatch(/no constant/);
		},
	);

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
		[
			"pads as wide as the kernel",
			node("Conv", "", {
				kernel_shape: { type: "ints", value: [1n, 3n] },
				pads: { type: "ints", value: [0n, 2n, 1n, 0n] },
			}),
		],
	])("refuses %s", (_, forbidden) => {
		expect(forbiddenNodes(model(forbidden))).toHaveLength(1);
	});
});

describe("openExact", () => {
	it("refuses a model whose graph is not exact at any level", async () => {
		await expect(openExact(model(node("Sqrt", "", {}, 1)), 1)).rejects.toThrow(/may round: Sqrt/);
	});

	it("keeps bytes with one zero point and then with another whole", async () => {
		const initializers = new Map<string, Tensor>([
			["one", { type: "float32", dims: [], data: Float32Array.of(1) }],
			["half", { type: "uint8", dims: [], data: Uint8Array.of(128) }],
			["none", { type: "uint8", dims: [], data: Uint8Array.of(0) }],
		]);
		const steps = [
			["QuantizeLinear", "half"],
			["DequantizeLinear", "half"],
			["QuantizeLinear", "none"],
			["DequantizeLinear", "none"],
		];
		const nodes = steps.map(([opType, zero], i): Node => {
			return {
				...node(opType, "com.microsoft"),
				name: opType + i,
				inputs: [`t${i}`, "one", zero],
				outputs: [`t${i + 1}`],
			};
		});
		const base = model(...nodes);
		const graph = {
			...base.graph,
			inputs: [{ name: "t0", type: "float32", dims: [6] } as const],
			outputs: [{ name: "t4", type: "float32", dims: [6] } as const],
			initializers,
		};
		const opsets = new Map([...base.opsets, ["com.microsoft", 1] as const]);
		const { session, level } = await openExact({ ...base, graph, opsets }, 1);
		const { t4 } = await session.run({ t0: new OnnxTensor("float32", [-128, -1, 0, 5, 100, 127], [6]) });
		await session.release();
		expect(level).toBe("all");
		expect(Array.from(t4.data as Float32Array)).toEqual([0, 0, 0, 5, 100, 127]);
	});

	it("leaves what a body pads beforehand out of the windows of a convolution", async () => {
		const lists = { kernel_shape: [1n], strides: [2n], pads: [0n, 0n], dilations: [1n] };
		const attributes = Object.entries(lists).map(([name, value]) => [name, { type: "ints", value }] as const);
		const pad: Node = { ...node("Pad"), inputs: ["x", "pads"], outputs: ["padded"] };
		const conv: Node = {
			...node("Conv"),
			name: "c",
			inputs: ["padded", "w"],
			attributes: new Map(attributes),
		};
		const base = model(pad, conv);
		const graph = {
			...base.graph,
			inputs: [{ name: "x", type: "float32", dims: [1, 1, 1] } as const],
			outputs: [{ name: "o", type: "float32", dims: [1, 1, 2] } as const],
			initializers: new Map<string, Tensor>([
				["w", { type: "float32", dims: [1, 1, 1], data: Float32Array.of(3) }],
				["pads", { type: "int64", dims: [6], data: BigInt64Array.of(0n, 0n, 2n, 0n, 0n, 0n) }],
			]),
		};
		const { session, level } = await openExact({ ...base, graph }, 1);
		const { o } = await session.run({ x: new OnnxTensor("float32", [5], [1, 1, 1]) });
		await session.release();
		expect(level).toBe("all");
		expect(Array.from(o.data as Float32Array)).toEqual([0, 15]);
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
