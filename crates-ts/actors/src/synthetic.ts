import { syntheticInputs } from "@umpire/compiler/import/synthetic.ts";
import type { Tensor, ValueInfo } from "@umpire/onnx/model.ts";
import type { Program } from "@umpire/operators/program.ts";
import { indexInputs } from "./index-inputs.ts";

/** Seeded float inputs of a program, for those who have none. */
export function syntheticProgramInputs(program: Program, seed = 1): Map<string, Tensor> {
	const infos = program.inputs.map(
		({ name, shape, type }): ValueInfo => ({ name, type: type ?? "float32", dims: shape }),
	);
	const limits = [...indexInputs(program)].map(([index, { high }]): [string, number] => [
		program.inputs[index].name,
		high + 1,
	]);
	return namedSynthetic(infos, seed, new Map(limits));
}

/** One seeded set of inputs, by name, below the `limits` of whole numbers. The shapes must be fixed. */
export function namedSynthetic(
	infos: readonly ValueInfo[],
	seed: number,
	limits?: ReadonlyMap<string, number>,
): Map<string, Tensor> {
	const [tensors] = syntheticInputs(infos, 1, seed, limits);
	return new Map(infos.map(({ name }, i): [string, Tensor] => [name, tensors[i]]));
}
