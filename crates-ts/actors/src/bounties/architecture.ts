import { CompileError } from "@umpire/graph/errors.ts";
import { toReal } from "@umpire/graph/real.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import type { GraphBuilder } from "@umpire/onnx/builder.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import { InputError } from "@umpire/onnx/errors.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";
import { upgradeOpset, upgradeTo20 } from "@umpire/onnx/opset.ts";
import { type Parameter, parametersOf } from "@umpire/training/prepare.ts";

/** A float model as a function of its weights: what `submit` takes, and what evaluations hold two copies of. */
export interface Architecture {
	readonly model: Model;
	readonly input: string;
	/** numbers of one row of the input */
	readonly features: readonly number[];
	readonly output: string;
	/** in the order in which they lie in the vector of weights */
	readonly parameters: readonly Parameter[];
	readonly weights: number;
}

/**
 * Reads the architecture of a float model: one input of rows, one output, no functions and no branches.
 *
 * @throws CompileError naming what an evaluation cannot hold
 */
export function architectureOf(given: Model): Architecture {
	const model = upgradeTo20(upgradeOpset(given));
	const { graph } = model;
	const [input, ...inputs] = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
	const [output] = graph.outputs;
	if (input === undefined || inputs.length > 0 || output === undefined) {
		throw new CompileError(`the model has ${inputs.length + (input === undefined ? 0 : 1)} inputs`, {
			hint: "A bounty is for models with one input of rows, and one output",
		});
	}
	for (const { name, domain, attributes } of graph.nodes) {
		const branches = [...attributes.values()].some(({ type }) => type === "graph" || type === "graphs");
		if (domain !== "" || branches) {
			throw new CompileError(`node "${name}" is a function, a branch or of another domain`, {
				hint: "A bounty is for models of ONNX's own operators, without branches",
			});
		}
	}
	const features = input.dims?.slice(1) ?? [];
	if (!features.every((size) => typeof size === "number")) {
		throw new CompileError(`input "${input.name}" has no fixed shape but for its rows`, {
			hint: "Export the model with one dynamic dimension, the first",
		});
	}
	const parameters = parametersOf(graph, []);
	if (parameters.length === 0) throw new CompileError("the model has no weights");
	const weights = parameters.reduce((sum, { initial }) => sum + sizeOf(initial.dims), 0);
	return { model, input: input.name, features, output: output.name, parameters, weights };
}

/** The weights of a model as one vector, parameter by parameter. */
export function vectorOf({ parameters, weights }: Architecture): Tensor {
	const values = parameters.flatMap(({ initial }) => [...toReal(initial).data]);
	return tensorFrom("float32", [weights], values);
}

/**
 * The weights of a model for a bounty whose candidates have so many.
 *
 * @throws InputError if it is of another architecture
 */
export function weightsFor(model: Model, count: number): Tensor {
	const found = architectureOf(model);
	if (found.weights === count) return vectorOf(found);
	const shapes = found.parameters.map(({ name, initial }) => `${name} [${initial.dims.join(", ")}]`);
	throw new InputError(`the model has ${found.weights} weights, the bounty's candidates have ${count}`, {
		advice: `give one of the bounty's architecture; this one has ${shapes.join(", ")}.`,
	});
}

/**
 * Puts a copy of a model into a graph, whose weights are slices of a vector.
 *
 * @param side names the copy
 * @param rows the value that it reads
 * @param vector the value that its weights are slices of
 * @returns the value of its output
 */
export function copyInto(
	g: GraphBuilder,
	architecture: Architecture,
	side: string,
	rows: string,
	vector: string,
): string {
	const { model, input, output, parameters } = architecture;
	const values = new Map([[input, rows]]);
	let at = 0;
	for (const { name, initial } of parameters) {
		const size = sizeOf(initial.dims);
		const of = `${side}/${name}`;
		const bounds = [g.ints(`${of}/from`, [at]), g.ints(`${of}/to`, [at + size])];
		const slice = g.node("Slice", [vector, ...bounds], {}, `${of}/slice`);
		const shape = g.ints(`${of}/shape`, [...initial.dims]);
		values.set(name, g.node("Reshape", [slice, shape], {}, `${of}/reshape`));
		at += size;
	}
	for (const [name, tensor] of model.graph.initializers) {
		if (!values.has(name)) values.set(name, g.constant(`${side}/${name}`, tensor));
	}
	for (const { name, opType, inputs, outputs, attributes } of model.graph.nodes) {
		const read = inputs.map((one) => (one === "" ? "" : (values.get(one) ?? `${side}/${one}`)));
		const written = outputs.map((one) => (one === "" ? "" : `${side}/${one}`));
		g.node(opType, read, Object.fromEntries(attributes), `${side}/${name || outputs[0]}`, written);
	}
	return values.get(output) ?? `${side}/${output}`;
}
