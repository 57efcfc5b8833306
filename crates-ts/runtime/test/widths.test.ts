import { type CompileOptions, compile } from "@umpire/compiler/compile.ts";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { createFloatSession } from "@umpire/onnx/float-session.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { Random } from "@umpire/onnx/random.ts";
import type { Program } from "@umpire/operators/program.ts";
import { describe, expect, test } from "vitest";
import { openSession } from "../src/executable.ts";
import { dequantise, quantiseInput } from "../src/quantise.ts";

const SHAPE = [1, 16, 12, 12];

/** Two residual blocks and a dense layer. */
function network(): Model {
	const random = new Random(3);
	const graph = new GraphBuilder("net");
	const conv = (x: string, name: string): string => {
		const w = graph.constant(`${name}.w`, random.heTensor([16, 16, 3, 3], 144));
		return graph.node("Conv", [x, w], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }, name);
	};
	let x = graph.node("Relu", [conv(graph.input("x", "float32", SHAPE), "stem")], {}, "stem.relu");
	for (const block of ["one", "two"]) {
		const inner = graph.node("Relu", [conv(x, `${block}.a`)], {}, `${block}.relu`);
		x = graph.node("Add", [x, conv(inner, `${block}.b`)], {}, `${block}.sum`);
	}
	const v = graph.constant("v", random.heTensor([2304, 32], 2304));
	const flat = graph.node("Flatten", [x], {}, "flat");
	graph.output(graph.node("MatMul", [flat, v], {}, "dense"), "float32", [1, 32]);
	return graph.model();
}

const inputsOf = (seeds: readonly number[]): Tensor[][] =>
	seeds.map((seed) => [new Random(seed).normalTensor(SHAPE)]);

const fastOf = (inputs: readonly (readonly Tensor[])[], budget: number, more: CompileOptions = {}) =>
	compile(network(), {
		inputs,
		budget,
		fast: true,
		losses: false,
		execute: (program, every) => openSession(program, { record: every ? "trace" : "outputs" }),
		...more,
	});

/** The largest error on these inputs, relative to the output's range over all of them. */
async function errorOf(program: Program, inputs: readonly (readonly Tensor[])[]): Promise<number> {
	const float = await createFloatSession(network());
	const exact = await openSession(program, { record: "outputs" });
	let [error, low, high] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
	for (const [x] of inputs) {
		const [{ data }] = (await float.run(new Map([["x", x]]))).values();
		const real = Float64Array.from(data as Float32Array);
		const { outputs } = await exact.run([quantiseInput(x, program.inputs[0]).elements]);
		const values = dequantise(outputs[0], program.operators[program.outputs[0].operator]);
		for (let i = 0; i < real.length; i++) {
			error = Math.max(error, Math.abs(real[i] - values[i]));
			low = Math.min(low, real[i]);
			high = Math.max(high, real[i]);
		}
	}
	await Promise.all([float.release(), exact.release()]);
	return error / (high - low);
}

describe("widths by measured loss", () => {
	test("a larger budget makes a cheaper program, and each keeps its own on all inputs", async () => {
		const inputs = inputsOf([1, 2, 3, 4]);
		const costs: number[] = [];
		for (const budget of [0.1, 0.015]) {
			const { program, report } = await fastOf(inputs, budget);
			const widths = report.widths!;
			expect(widths.most).toBe(budget);
			expect(report.budget).toMatchObject({ met: true, error: widths.largest });
			// The search rounds errors to three digits, upwards.
			expect(await errorOf(program, inputs)).toBeLessThanOrEqual(budget);
			expect(await errorOf(program, inputsOf([11, 12, 13]))).toBeLessThanOrEqual(2 * budget);
			expect(report.certificates.length).toBe(program.operators.length);
			costs.push(widths.cost);
		}
		expect(costs[0]).toBeLessThan(costs[1]);
	});

	test("whose kernels are integers where the budget is large", async () => {
		const { report } = await fastOf(inputsOf([1, 2, 3]), 0.1);
		const plans = report.certificates.map(({ plan }) => plan);
		expect(plans.filter((plan) => plan.startsWith("8-bit Conv")).length).toBe(5);
		expect(plans).toContain("8-bit MatMul");
	});

	test("are the same each time", async () => {
		const [first, second] = [
			await fastOf(inputsOf([1, 2, 3]), 0.01),
			await fastOf(inputsOf([1, 2, 3]), 0.01),
		];
		expect(second.program).toEqual(first.program);
		expect(second.report.widths).toEqual(first.report.widths);
	});

	test("of fewer than three inputs use half of the budget", async () => {
		const { report } = await fastOf(inputsOf([1, 2]), 0.1);
		expect(report.widths!.most).toBe(0.05);
	});

	test("have no range from inputs that are held back", async () => {
		const [a, b, c] = inputsOf([1, 2, 3]);
		const large: Tensor = { ...c[0], data: (c[0].data as Float32Array).map((value) => value * 10) };
		const held = await fastOf([a, b, [large]], 0.5);
		const seen = await fastOf([a, [large], b], 0.5);
		expect(held.program.inputs[0].scale).toBeLessThan(seen.program.inputs[0].scale / 4);
	});

	test("are 16 bits where bytes are not within the budget, or nobody asked for others", async () => {
		const inputs = inputsOf([1, 2, 3]);
		const plain = await fastOf(inputs, 0.1, { fast: false });
		expect(plain.report.widths).toBeUndefined();
		const bytes = plain.report.certificates.filter(({ plan }) => plan.includes("8-bit"));
		// Fine weights may be multiplied in two digits, whoever asks for it.
		expect(bytes.filter(({ plan }) => !plan.includes("two digits"))).toEqual([]);
		const strict = await fastOf(inputs, 1e-4);
		expect(strict.report.widths).toBeUndefined();
	});
});
