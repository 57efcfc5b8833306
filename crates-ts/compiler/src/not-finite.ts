import type { Graph, Tensor } from "@umpire/onnx/model.ts";
import { CompileError } from "./errors.ts";
import { isFloat, toReal } from "./real.ts";

/**
 * Checks what the float model computed from one set of inputs.
 * @param values every value of the graph that depends on inputs
 * @throws CompileError naming the node behind an output that holds no number at all, from inputs that do
 */
export function refuseNotFinite(graph: Graph, values: ReadonlyMap<string, Tensor>): void {
	const inputs = graph.inputs.map(({ name }) => name);
	if (inputs.some((name) => finiteShare(values.get(name)) < 1)) return;
	for (const { name } of graph.outputs) {
		if (!values.has(name) || finiteShare(values.get(name)) > 0) continue;
		const node = graph.nodes.find(
			({ inputs: operands, outputs }) =>
				outputs.some((one) => finiteShare(values.get(one)) < 1) &&
				operands.every((one) => finiteShare(values.get(one)) === 1),
		);
		throw new CompileError(`output "${name}" is NaN or infinite everywhere in calibration`, {
			...(node ? { node } : {}),
			hint: "This node is the first that yields no numbers: mend it, or give inputs for which it does",
		});
	}
}

/** Share of the elements that are numbers; 1 for what is no float. */
function finiteShare(tensor: Tensor | undefined): number {
	if (tensor === undefined || !isFloat(tensor.type)) return 1;
	const { data } = toReal(tensor);
	return data.length === 0 ? 1 : data.filter(Number.isFinite).length / data.length;
}
