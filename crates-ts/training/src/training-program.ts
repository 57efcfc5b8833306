import { type Compiled, compile } from "@umpire/compiler/compile.ts";
import { NotFiniteError } from "@umpire/graph/errors.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { InputError } from "@umpire/onnx/errors.ts";
import type { Tensor } from "@umpire/onnx/model.ts";
import type { Elements, Program } from "@umpire/operators/program.ts";
import { quantiseInput } from "@umpire/runtime/quantise.ts";
import type { Step } from "./step.ts";

/**
 * The exact program of a step, whose grids follow from all steps of the float run.
 *
 * @param hypers further hyper-parameters (as hyperOf gives them) that the program is to serve: the float run is
 *   done with each of them too
 * @throws InputError if the float run diverges
 */
export async function compileStep(
	step: Step,
	name: string,
	hypers: readonly (readonly number[])[] = [],
): Promise<Compiled> {
	const { model, feed, steps, carry, pins } = step;
	const others = hypers.map(
		(hyper) => new Map([...feed, ["hyper", tensorFrom("int64", [hyper.length], hyper)]]),
	);
	try {
		return await compile(model, {
			name,
			inputs: [feed, ...others].map((one) => model.graph.inputs.map((input) => one.get(input.name)!)),
			steps,
			carry: steps > 1 ? carry : [],
			pins,
		});
	} catch (cause) {
		if (!(cause instanceof NotFiniteError)) throw cause;
		throw new InputError("the float training diverges: its loss or its weights leave what floats hold", {
			advice: "take a smaller --lr, or make the numbers of the data smaller with --scale",
			cause,
		});
	}
}

/** A program's inputs as integers. */
export function inputsOf(program: Program, feed: ReadonlyMap<string, Tensor>): Elements[] {
	return program.inputs.map((spec) => quantiseInput(feed.get(spec.name)!, spec).elements);
}
