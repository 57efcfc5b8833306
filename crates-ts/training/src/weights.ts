import { withoutHalfFloats } from "@umpire/compiler/import/half-floats.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import type { Elements, Program } from "@umpire/operators/program.ts";
import { dequantise } from "@umpire/runtime/quantise.ts";
import type { Step } from "./step.ts";

/** The forward model with what was learnt in its initializers; half floats become float32, as they were trained. */
export function withLearnt(given: Model, learnt: ReadonlyMap<string, Tensor>): Model {
	const model = withoutHalfFloats(given);
	const initializers = new Map(
		[...model.graph.initializers].map(([name, tensor]) => {
			const found = learnt.get(name);
			return [name, found ? tensorFrom(tensor.type, tensor.dims, Array.from(found.data, Number)) : tensor];
		}),
	);
	return { ...model, graph: { ...model.graph, initializers } };
}

/** What a step's program learnt, as real numbers by initializer. */
export function learntOf(
	{ learnt }: Pick<Step, "learnt">,
	program: Program,
	outputs: readonly Elements[],
): Map<string, Tensor> {
	return new Map(
		learnt.map(({ initializer, output }) => {
			const k = program.outputs.findIndex(({ name }) => name === output);
			const spec = program.operators[program.outputs[k].operator];
			return [initializer, tensorFrom("float32", spec.shape, Array.from(dequantise(outputs[k], spec)))];
		}),
	);
}
