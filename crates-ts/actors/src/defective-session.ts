import type { Elements } from "@umpire/commitment/elements.ts";
import { carrier } from "@umpire/operators/context.ts";
import type { Program, TensorSpec } from "@umpire/operators/program.ts";
import { type ProgramSession, runAll, type Start, type StepResult } from "@umpire/runtime/executable.ts";
import { openExact } from "@umpire/runtime/onnxruntime.ts";
import { executable } from "@umpire/runtime/program-model.ts";
import { Tensor } from "onnxruntime-node";
import { falsify, type Place } from "./defect.ts";

/**
 * A session that falsifies one number: it runs the program honestly, changes the element, and
 * computes everything downstream, in this step and those that follow, from the changed tensor. Its
 * trace is consistent but for that number, the hardest lie to find.
 *
 * @param place where, and what the number is made; by default another than the right one
 */
export async function openDefectiveSession(
	program: Program,
	place: Place & { readonly value?: number },
): Promise<ProgramSession> {
	const { operator: index } = place;
	const whole = executable(program, "trace");
	const name = whole.operators[index];
	const { graph } = whole.model;
	const rest = {
		...graph,
		inputs: [...graph.inputs, graph.outputs[whole.returned.indexOf(index)]],
		outputs: graph.outputs.filter((output) => output.name !== name),
		nodes: graph.nodes.filter((_, operator) => operator !== index),
	};
	const honest = await openExact(whole.model, 1);
	const downstream =
		rest.outputs.length === 0 ? undefined : await openExact({ ...whole.model, graph: rest }, 1);
	async function* steps(inputs: readonly Elements[], from?: Start): AsyncGenerator<StepResult> {
		const feeds: Record<string, Tensor> = {};
		inputs.forEach((elements, i) => {
			feeds[whole.inputs[i]] = toTensor(elements, program.inputs[i]);
		});
		for (const { name: state, initial, operator } of whole.states) {
			const known = from?.states.get(operator);
			feeds[state] = known ? toTensor(known, program.inputs[initial]) : feeds[whole.inputs[initial]];
		}
		for (let step = from?.step ?? 0; step < program.steps; step++) {
			let results = (await honest.session.run(feeds)) as Readonly<Record<string, Tensor>>;
			if (step === place.step) {
				const spec = program.operators[index];
				const wrong = toTensor(changed(toElements(results[name], spec), spec, place), spec);
				results = { ...(await downstream?.session.run({ ...feeds, [name]: wrong })), [name]: wrong };
			}
			for (const { name: state, operator } of whole.states) feeds[state] = results[whole.operators[operator]];
			// Most steps of a long run are looked at for what they leave alone.
			const elements = (i: number): Elements => toElements(results[whole.operators[i]], program.operators[i]);
			const output = (k: number): Elements => elements(program.outputs[k].operator);
			yield {
				get operators() {
					return program.operators.map((_, i) => elements(i));
				},
				output,
				state: elements,
				outputs: () => program.outputs.map((_, k) => output(k)),
			};
		}
	}
	return {
		program,
		level: honest.level,
		steps,
		run: (inputs) => runAll(steps(inputs)),
		async release() {
			await honest.session.release();
			await downstream?.session.release();
		},
	};
}

function changed(
	tensor: Elements,
	spec: TensorSpec,
	{ element, value }: Place & { readonly value?: number },
): Elements {
	if (value === undefined) return falsify(tensor, spec, element);
	const result = tensor.slice();
	result[element] = value;
	return result;
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
