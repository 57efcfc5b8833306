import { CompileError } from "@umpire/graph/errors.ts";
import { isFloat, toReal } from "@umpire/graph/real.ts";
import { InputError } from "@umpire/onnx/errors.ts";
import type { Model, Tensor } from "@umpire/onnx/model.ts";

/**
 * What a compilation failed with; where samples hold NaN it is likely these: a model has to say what becomes of what is
 * missing, by an imputer, branches of trees, or IsNaN.
 */
export function explainMissing(
	error: unknown,
	{ graph }: Model,
	sets: readonly (readonly Tensor[])[],
): unknown {
	if (!(error instanceof CompileError)) return error;
	for (const set of sets) {
		for (const [index, { name, type }] of graph.inputs.entries()) {
			if (!isFloat(type)) continue;
			const at = toReal(set[index]).data.findIndex(Number.isNaN);
			if (at < 0) continue;
			return new InputError(
				`"${name}", element ${at} is NaN, and the model does not say what becomes of it`,
				{
					advice: "give finite numbers only, or a model with an imputer or IsNaN",
					cause: error,
				},
			);
		}
	}
	return error;
}
