import { type Compiled, compile } from "@umpire/compiler/compile.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Tensor } from "@umpire/onnx/model.ts";
import type { Elements, Program } from "@umpire/operators/program.ts";
import { quantiseInput } from "@umpire/runtime/quantise.ts";
import type { Step } from "./step.ts";

/**
 * The exact program of a step, whose grids follow from all steps of the float run.
 *
 * @param hypers further hyper-parameters (as hyperOf gives them) that the program is to serve: the float run is
 *   done with each of them too
 */
export function compileStep(
	step: Step,
	name: string,
	hypers: readonly (readonly number[])[] = [],
): Promise<Compiled> {
	const { model, feed, steps, carry, pins } = step;
	const others = hypers.map(
		(hyper) => new Map([...feed, ["hyper", tensorFrom("int64", [hyper.length], hyper)]]),
	);
	return compile(model, {
		name,
		inputs: [feed, ...others].map((one) => model.graph.inputs.map((input) => one.get(input.name)!)),
		steps,
		carry: steps > 1 ? carry : [],
		pins,
	});
}

/** A program's inputs as integers. */
export function inputsOf(program: Program, feed: ReadonlyMap<string, Tensor>): Elements[] {
	return program.inputs.map((spec) => quantiseInput(feed.get(spec.name)!, spec).elements);
}
