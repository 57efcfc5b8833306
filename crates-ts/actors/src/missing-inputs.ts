import { CompileError } from "@umpire/graph/errors.ts";
import { isFloat, toReal } from "@umpire/graph/real.ts";
import { subgraphsOf } from "@umpire/graph/subgraphs.ts";
import { InputError } from "@umpire/onnx/errors.ts";
import type { Model, Node, Tensor } from "@umpire/onnx/model.ts";

/**
 * What a compilation failed with; where samples hold NaN it is likely these: a model has to say what becomes of what is
 * missing, by an imputer, branches of trees, or IsNaN. One that does has failed for another reason.
 */
export function explainMissing(
	error: unknown,
	{ graph, functions }: Model,
	sets: readonly (readonly Tensor[])[],
): unknown {
	const nodes = [graph, ...functions].flatMap((one) => [...one.nodes]);
	if (!(error instanceof CompileError) || saysWhatIsMissing(nodes)) return error;
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

function saysWhatIsMissing(nodes: readonly Node[]): boolean {
	return nodes.some(
		(node) =>
			/^(IsNaN|Imputer|TreeEnsemble.*)$/.test(node.opType) ||
			subgraphsOf(node).some((inner) => saysWhatIsMissing(inner.nodes)),
	);
}
