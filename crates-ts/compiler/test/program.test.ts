import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { runFloat } from "@umpire/onnx/float-session.ts";
import type { Model } from "@umpire/onnx/model.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import {
	compileChecked,
	expectFaithful,
	floats,
	formsOf,
	modelOf,
	random,
} from "@umpire/testing/compiler/check.ts";
import { evaluate } from "@umpire/testing/compiler/evaluate.ts";
import { describe, expect, test } from "vitest";
import { compile } from "../src/compile.ts";
import { quantise } from "../src/fidelity/measure.ts";
import { worstOperators } from "../src/fidelity/report.ts";

/** conv, pool, flatten, two dense layers: the shape of a digit classifier. */
function smallNetwork(): Model {
	return modelOf([[1, 1, 8, 8]], (g, [x]) => {
		const c = g.node("Conv", [x, g.constant("w1", random([4, 1, 3, 3], 1))], {}, "/conv/Conv");
		const p = g.node("MaxPool", [g.node("Relu", [c])], { kernel_shape: [2, 2], strides: [2, 2] });
		const f = g.node("Flatten", [p]);
		const h = g.node("Gemm", [f, g.constant("w2", random([36, 12], 2)), g.constant("b2", random([12], 3))]);
		const s = g.node("Sigmoid", [h]);
		return g.node("Gemm", [s, g.constant("w3", random([12, 5], 4))], {}, "/fc/Gemm");
	});
}

describe("a small network", () => {
	test("16 bits: faithful, argmax agrees, the report names operators as the model does", async () => {
		const { report, program } = await expectFaithful(smallNetwork());
		expect(report.fidelity?.outputs[0].argmaxAgrees).toBe(1);
		expect(report.calibration).toEqual({ sets: 4, synthetic: true, ranges: "min-max" });
		expect(report.operators[0]).toMatchObject({ index: 0, node: "/conv/Conv + Relu_1", opType: "Conv+Relu" });
		expect(report.certificates).toHaveLength(program.operators.length);
		const losses = worstOperators(report).map(({ maxRelRange, inherited }) => maxRelRange! - inherited!);
		expect(losses).toEqual(losses.toSorted((a, b) => b - a));
	});

	test("calibrated on one input, faithful on others", async () => {
		const { program } = await compile(smallNetwork(), { inputs: [[random([1, 1, 8, 8], 1)]] });
		const [spec] = program.inputs;
		const { scale } = program.operators[program.outputs[0].operator];
		for (const seed of [3, 5, 7]) {
			const set = random([1, 1, 8, 8], seed);
			const operators = evaluate(program, [quantise(set, spec).elements]);
			const outputs = await runFloat(smallNetwork(), new Map([[spec.name, set]]));
			const real = Array.from([...outputs.values()][0].data, Number);
			const errors = real.map((value, i) => Math.abs(value - operators[operators.length - 1][i] * scale));
			expect(Math.max(...errors)).toBeLessThan(2e-3 * (Math.max(...real) - Math.min(...real)));
		}
	});

	test("8 bits", async () => {
		const { program, report } = await compileChecked(smallNetwork(), { bits: 8 });
		expect(program.operators.every((operator) => operator.width === 8)).toBe(true);
		expect(report.fidelity?.outputs[0].maxRelRange).toBeLessThan(0.05);
	});

	test("compiling twice gives the same root; other inputs or bits give another", async () => {
		const root = async (options: Parameters<typeof compile>[1]) =>
			(await commitProgram((await compile(smallNetwork(), options)).program)).root;
		const inputs = [[random([1, 1, 8, 8], 9)]];
		const first = await root({ inputs });
		expect(await root({ inputs })).toBe(first);
		expect(await root({ inputs: [[random([1, 1, 8, 8], 10)]] })).not.toBe(first);
		expect(await root({ inputs, bits: 8 })).not.toBe(first);
	});

	test("a last-bit difference of the calibration data does not change the root", async () => {
		const set = random([1, 1, 8, 8], 9);
		const data = Float32Array.from(set.data as Float32Array, (value) => value * (1 + 2 ** -23));
		const a = await compile(smallNetwork(), { inputs: [[set]] });
		const b = await compile(smallNetwork(), { inputs: [[{ ...set, data }]] });
		expect((await commitProgram(b.program)).root).toBe((await commitProgram(a.program)).root);
	});
});

describe("outputs", () => {
	test("an input, a constant, the same value twice: each is an operator", async () => {
		const g = new GraphBuilder("outputs");
		const x = g.input("x", "float32", [3]);
		const y = g.node("Tanh", [x]);
		g.constant("c", floats([2], [1, -2]));
		for (const name of [x, "c", y, y]) g.output(name);
		const { program } = await compileChecked(g.model());
		expect(program.outputs.map(({ name }) => name)).toEqual(["x", "c", y, y]);
		expect(program.outputs[2].operator).toBe(program.outputs[3].operator);
	});

	test("an Identity of an input", async () => {
		expect(formsOf(await expectFaithful(modelOf([[2, 2]], (g, [x]) => g.node("Identity", [x]))))).toEqual([
			"reshape",
		]);
	});

	test("scalars", async () => {
		await expectFaithful(modelOf([[], []], (g, [a, b]) => g.node("Add", [g.node("Exp", [a]), b])));
	});

	test("all zeros", async () => {
		const model = modelOf([[1, 4]], (g, [x]) => {
			const h = g.node("Gemm", [x, g.constant("w", floats([4, 3], new Array(12).fill(0)))]);
			return g.node("Mul", [g.node("Relu", [h]), h]);
		});
		const zeros = floats([1, 4], [0, 0, 0, 0]);
		const { report } = await compileChecked(model, { inputs: [[zeros]] });
		expect(report.fidelity?.outputs[0].maxAbs).toBe(0);
	});
});

describe("folding", () => {
	test("shape arithmetic and constant subgraphs disappear", async () => {
		const model = modelOf([[2, 3, 4]], (g, [x]) => {
			const shape = g.node("Shape", [x]);
			const first = g.node("Gather", [shape, g.constant("zero", tensorFrom("int64", [1], [0]))]);
			const target = g.node("Concat", [first, g.ints("rest", [-1])], { axis: 0 });
			const flat = g.node("Reshape", [x, target]);
			const factor = g.node("Exp", [g.scalar("one", 1)]);
			g.node("Cos", [x], {}, "unused");
			return g.node("Mul", [flat, factor]);
		});
		expect(formsOf(await expectFaithful(model))).toEqual(["reshape", "linear"]);
	});

	test("an initializer used in several places", async () => {
		const model = modelOf([[2, 3]], (g, [x]) => {
			const w = g.constant("w", random([3, 3], 2));
			const sum = g.node("Add", [g.node("MatMul", [x, w]), x]);
			return g.node("MatMul", [sum, w]);
		});
		await expectFaithful(model);
	});
});

describe("shapes", () => {
	const symbolic = (dims: (number | string | null)[]) => {
		const g = new GraphBuilder("symbolic");
		g.output(g.node("Tanh", [g.input("x", "float32", dims)]));
		return g.model();
	};

	test("a symbolic batch is 1, or what inputs or options say", async () => {
		expect((await compile(symbolic(["batch", 3]))).program.inputs[0].shape).toEqual([1, 3]);
		const inputs = [[random([4, 3])]];
		expect((await compile(symbolic(["batch", 3]), { inputs })).program.inputs[0].shape).toEqual([4, 3]);
		const shapes = { x: [2, 3] };
		expect((await compile(symbolic([null, 3]), { shapes })).program.inputs[0].shape).toEqual([2, 3]);
	});

	test.each<[string, () => Promise<unknown>, string]>([
		["an unknown size", () => compile(symbolic(["b", "length"])), 'input "x" has no size for dimension 1'],
		["a wrong shape", () => compile(symbolic(["b", 3]), { shapes: { x: [1, 4] } }), "Dimension 1 must be 3"],
		["a wrong rank", () => compile(symbolic(["b", 3]), { shapes: { x: [3] } }), "declared as [b, 3]"],
		["no such input", () => compile(symbolic(["b", 3]), { shapes: { y: [3] } }), 'The inputs are "x"'],
		["no elements", () => compile(symbolic(["b", 3]), { shapes: { x: [0, 3] } }), "has no elements"],
		[
			"sets of different shapes",
			() => compile(symbolic(["b", 3]), { inputs: [[random([1, 3])], [random([2, 3])]] }),
			'a calibration input "x" is float32 [2, 3], the model takes float32 [1, 3]',
		],
		[
			"too few inputs",
			() =>
				compile(
					modelOf([[1], [1]], (g, [a, b]) => g.node("Add", [a, b])),
					{ inputs: [[random([1])]] },
				),
			"has 1 tensors",
		],
	])("%s is refused", async (_, run, message) => {
		await expect(run()).rejects.toThrow(message);
	});
});

describe("refusals name the node, the operator and what would help", () => {
	test("an operator that is not supported", async () => {
		const model = modelOf([[2, 2]], (g, [x]) => g.node("Det", [x], {}, "/head/Det"));
		await expect(compile(model)).rejects.toThrow('Det "/head/Det": operator Det is not supported');
	});

	test("a random result", async () => {
		const model = modelOf([[2, 2]], (g, [x]) =>
			g.node("Add", [x, g.node("RandomNormalLike", [x], {}, "noise")]),
		);
		await expect(compile(model)).rejects.toThrow('RandomNormalLike "noise": its result is random');
	});

	test("a base of whole numbers and an exponent that both depend on inputs", async () => {
		const model = modelOf([[2]], (g, [y]) => g.node("Pow", [g.input("x", "int64", [2]), y], {}, "here"));
		await expect(compile(model)).rejects.toThrow('Pow "here"');
	});

	test("unnamed nodes are named by operator and index", async () => {
		const model = modelOf([[2, 2]], (g, [x]) => g.node("Det", [g.node("Tanh", [x])], {}, "a"));
		const nodes = model.graph.nodes.map((node) => ({ ...node, name: "" }));
		await expect(compile({ ...model, graph: { ...model.graph, nodes } })).rejects.toThrow('Det "Det_1"');
	});
});
