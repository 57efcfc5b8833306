import { type Compiled, compile } from "@umpire/compiler/compile.ts";
import type { Carried } from "@umpire/compiler/import/steps.ts";
import type { Pins } from "@umpire/compiler/quantise/pin.ts";
import type { Facts } from "@umpire/graph/facts.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Graph, Model, Tensor } from "@umpire/onnx/model.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { dequantise } from "@umpire/runtime/quantise.ts";
import { StepWriter } from "../step-writer.ts";
import { inputsOf } from "../training-program.ts";

/** One step of an iteration as a float model, with all that makes a program of it. */
export interface FitProgram {
	readonly model: Model;
	readonly carry: readonly Carried[];
	readonly steps: number;
	readonly feed: ReadonlyMap<string, Tensor>;
	readonly pins: Pins;
}

/** What a program gave out in its last step, as real numbers by output. */
export interface Fitted {
	readonly compiled: Compiled;
	readonly outputs: ReadonlyMap<string, Float64Array>;
}

const OPSET = 20;

/** A writer of a step that no forward model is part of. */
export function blankWriter(name: string): StepWriter {
	const graph: Graph = {
		name,
		inputs: [],
		outputs: [],
		valueInfo: [],
		initializers: new Map(),
		nodes: [],
	};
	const facts: Facts = { shapes: new Map(), types: new Map(), constants: new Map(), ranges: new Map() };
	return new StepWriter({ graph, facts });
}

/** The program of what was written, with these outputs first. */
export function fitProgram(writer: StepWriter, outputs: readonly string[], steps: number): FitProgram {
	const { graph, feed, pins } = writer.finish(outputs);
	const model = {
		irVersion: 8,
		producer: "umpire",
		graph,
		opsets: new Map([["", OPSET]]),
		functions: [],
		metadata: new Map(),
	};
	return { model, carry: writer.carry, steps, feed, pins };
}

/** Compiles and runs. */
export async function runFit({ model, carry, steps, feed, pins }: FitProgram, name: string): Promise<Fitted> {
	const inputs = [model.graph.inputs.map((input) => feed.get(input.name)!)];
	const compiled = await compile(model, { name, inputs, steps, carry: steps > 1 ? carry : [], pins });
	const { program } = compiled;
	const session = await openSession(program, { record: "outputs" });
	try {
		const { outputs } = await session.run(inputsOf(program, feed));
		const named = program.outputs.map(({ name: output, operator }, k) => {
			return [output, dequantise(outputs[k], program.operators[operator])] as const;
		});
		return { compiled, outputs: new Map(named) };
	} finally {
		await session.release();
	}
}

/** Whole numbers of an input as floats that keep within what is there: an input counts with all that its width holds. */
export function wholeInput({ tape, pin }: StepWriter, name: string): string {
	const floats = pin(tape.cast(name, "float32"), 32, { whole: true });
	return pin(tape.emit("Sum", [floats], { shape: tape.shape(name), type: "float32" }), 32, { whole: true });
}

/** A value with 24 bits: products of two such stay exact. */
export function read24({ tape, pin }: StepWriter, value: string): string {
	return pin(tape.emit("Sum", [value], { shape: tape.shape(value), type: "float32" }), 24);
}

export const zerosOf = (dims: readonly number[]): Tensor =>
	tensorFrom("float32", dims, new Array<number>(dims.reduce((a, b) => a * b, 1)).fill(0));
