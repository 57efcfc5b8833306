import { type Compiled, compile } from "@umpire/compiler/compile.ts";
import type { Tensor } from "@umpire/onnx/model.ts";
import type { Elements, Program } from "@umpire/operators/program.ts";
import { quantiseInput } from "@umpire/runtime/quantise.ts";
import type { Step } from "./step.ts";

/** The exact program of a step, whose grids follow from all steps of the float run. */
export function compileStep(step: Step, name: string): Promise<Compiled> {
	const { model, feed, steps, carry, pins } = step;
	return compile(model, {
		name,
		inputs: [model.graph.inputs.map((input) => feed.get(input.name)!)],
		steps,
		carry: steps > 1 ? carry : [],
		pins,
	});
}

/** A program's inputs as integers. */
export function inputsOf(program: Program, feed: ReadonlyMap<string, Tensor>): Elements[] {
	return program.inputs.map((spec) => quantiseInput(feed.get(spec.name)!, spec).elements);
}
