import { type Compiled, type CompileOptions, compile } from "@umpire/compiler/compile.ts";
import { type Executor, quantise } from "@umpire/compiler/fidelity/measure.ts";
import { syntheticInputs } from "@umpire/compiler/import/synthetic.ts";
import { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { ElementType, Model, Tensor } from "@umpire/onnx/model.ts";
import { expect } from "vitest";
import { evaluate } from "./evaluate.ts";

/** Compiles with the fidelity measured by the reference evaluation. */
export function compileChecked(model: Model, options: CompileOptions = {}): Promise<Compiled> {
	const execute: Executor = async (program) => ({
		async *steps(inputs) {
			const all = evaluate(program, inputs);
			for (const count = program.operators.length; all.length > 0; ) {
				const operators = all.splice(0, count);
				yield { outputs: () => program.outputs.map(({ operator }) => operators[operator]), operators };
			}
		},
	});
	return compile(model, { ...options, execute });
}

/** Compiles and expects every output within `tolerance` of the float model's, relative to its range. */
export async function expectFaithful(
	model: Model,
	tolerance = 1e-3,
	options: CompileOptions = {},
): Promise<Compiled> {
	const compiled = await compileChecked(model, options);
	for (const output of compiled.report.fidelity!.outputs) {
		expect(output.maxRelRange, `output ${output.name}`).toBeLessThan(tolerance);
	}
	return compiled;
}

/** Types of the operators, in order: what the model was lowered to. */
export function formsOf({ program }: Compiled): string[] {
	return program.operators.map((operator) => operator.form.type);
}

/** Seeded numbers, roughly N(0, 1). */
export function random(dims: readonly number[], seed = 1, type: ElementType = "float32"): Tensor {
	return syntheticInputs([{ name: "x", type, dims }], 1, seed)[0][0];
}

export function floats(dims: readonly number[], values: readonly number[]): Tensor {
	return tensorFrom("float32", dims, values);
}

/** A graph with float inputs of the given shapes, named x0, x1, …, and whatever `build` adds; its result is the output. */
export function modelOf(
	shapes: readonly (readonly number[])[],
	build: (g: GraphBuilder, inputs: string[]) => string | string[],
	opset = 17,
): Model {
	const g = new GraphBuilder("test", { opset });
	const inputs = shapes.map((dims, i) => g.input(`x${i}`, "float32", dims));
	for (const name of [build(g, inputs)].flat()) g.output(name);
	return g.model();
}

/** Compiles and expects every output to be the float model's, number for number. */
export async function expectExact(model: Model, options: CompileOptions = {}): Promise<Compiled> {
	const compiled = await compileChecked(model, options);
	for (const { name, maxAbs } of compiled.report.fidelity!.outputs) {
		expect(maxAbs, `output ${name}`).toBe(0);
	}
	return compiled;
}

/** The program's outputs as real numbers, evaluated without onnxruntime. */
export function outputsOf({ program }: Compiled, inputs: ReadonlyMap<string, Tensor>): number[][] {
	const tensors = evaluate(
		program,
		program.inputs.map((spec) => quantise(inputs.get(spec.name)!, spec).elements),
	);
	return program.outputs.map(({ operator }) =>
		Array.from(tensors[operator], (integer) => integer * program.operators[operator].scale),
	);
}

/** Compiles for these inputs and expects the outputs within `tolerance` of the largest expected magnitude; 0 is exact. */
export async function expectOutputs(
	model: Model,
	inputs: readonly Tensor[],
	expected: readonly (readonly number[])[],
	tolerance = 0,
): Promise<Compiled> {
	const compiled = await compile(model, { inputs: [inputs] });
	const found = outputsOf(compiled, new Map(model.graph.inputs.map(({ name }, k) => [name, inputs[k]])));
	for (const [k, numbers] of expected.entries()) {
		expect(found[k].length, `size of output ${k}`).toBe(numbers.length);
		const reach = Math.max(...numbers.map(Math.abs));
		for (const [i, number] of numbers.entries())
			expect(Math.abs(found[k][i] - number), `output ${k}[${i}]`).toBeLessThanOrEqual(tolerance * reach);
	}
	return compiled;
}
