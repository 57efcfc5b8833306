import { UserError } from "@umpire/chain/errors.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { carrier } from "@umpire/operators/context.ts";
import type { Program, TensorSpec } from "@umpire/operators/program.ts";
import { openSession, type ProgramSession } from "@umpire/runtime/executable.ts";
import { openExact } from "@umpire/runtime/onnxruntime.ts";
import { executable } from "@umpire/runtime/program-model.ts";
import { Tensor } from "onnxruntime-node";
import { falsify, type Place } from "./defect.ts";

/**
 * A session that falsifies one number: it runs the program honestly, changes the element, and
 * computes everything downstream from the changed tensor. Its trace is consistent but for that
 * number, the hardest lie to find.
 *
 * @throws UserError for a program of several steps
 */
export async function openDefectiveSession(program: Program, place: Place): Promise<ProgramSession> {
	if (program.steps !== 1) throw new UserError("Defects can be put into programs of one step only.");
	const honest = await openSession(program, { record: "trace" });
	const { operator: index } = place;
	const changed = executable(program, "trace");
	const name = changed.operators[index];
	const { graph } = changed.model;
	const kept = changed.returned.filter((operator) => operator !== index);
	const rest = {
		...graph,
		inputs: [...graph.inputs, graph.outputs[changed.returned.indexOf(index)]],
		outputs: graph.outputs.filter((output) => output.name !== name),
		nodes: graph.nodes.filter((_, operator) => operator !== index),
	};
	const downstream = kept.length === 0 ? undefined : await openExact({ ...changed.model, graph: rest }, 1);
	return {
		program,
		level: honest.level,
		async run(inputs) {
			const { operators } = await honest.run(inputs);
			const wrong = falsify(operators![index], program.operators[index], place.element);
			const feeds: Record<string, Tensor> = { [name]: toTensor(wrong, program.operators[index]) };
			inputs.forEach((elements, i) => {
				feeds[changed.inputs[i]] = toTensor(elements, program.inputs[i]);
			});
			const results = (await downstream?.session.run(feeds)) ?? {};
			const trace = program.operators.map((operator, i) =>
				i === index ? wrong : toElements(results[changed.operators[i]], operator),
			);
			return { operators: trace, outputs: program.outputs.map(({ operator }) => trace[operator]) };
		},
		async release() {
			await honest.release();
			await downstream?.session.release();
		},
	};
}

function toTensor(elements: Elements, spec: TensorSpec): Tensor {
	return carrier(spec) === "float32"
		? new Tensor("float32", new Float32Array(elements), spec.shape)
		: new Tensor("float64", new Float64Array(elements), spec.shape);
}

function toElements(tensor: { readonly data: unknown }, spec: TensorSpec): Elements {
	const data = tensor.data as Float32Array | Float64Array;
	if (spec.width === 8) return new Int8Array(data);
	return spec.width === 16 ? new Int16Array(data) : new Int32Array(data);
}
