import type { Graph, Node, Tensor } from "@umpire/onnx/model.ts";
import { CompileError, NotFiniteError } from "./errors.ts";
import type { Facts } from "./facts.ts";
import { isFloat, toReal } from "./real.ts";
import { has } from "./traits.ts";

/**
 * Checks what the float model computed from one set of inputs.
 * @param values every value of the graph that depends on inputs
 * @throws NotFiniteError naming the node behind an output that holds no number at all, from inputs that do
 */
export function refuseNotFinite(graph: Graph, values: ReadonlyMap<string, Tensor>): void {
	const inputs = graph.inputs.map(({ name }) => name);
	const suspects = graph.outputs.filter(
		({ name }) => values.has(name) && finiteShare(values.get(name)) === 0,
	);
	if (suspects.length === 0 || inputs.some((name) => finiteShare(values.get(name)) < 1)) return;
	for (const { name } of suspects) {
		const node = graph.nodes.find(
			({ inputs: operands, outputs }) =>
				outputs.some((one) => finiteShare(values.get(one)) < 1) &&
				operands.every((one) => finiteShare(values.get(one)) === 1),
		);
		throw new NotFiniteError(`output "${name}" is NaN or infinite everywhere in calibration`, {
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

/** @throws CompileError if the node computes with a constant that is NaN or infinite */
export function refuseInfinite(node: Node, { constants }: Facts): void {
	for (const name of node.inputs) {
		const data = constants.get(name)?.data;
		if (!(data instanceof Float32Array || data instanceof Float64Array)) continue;
		const allowed = (value: number): boolean => !Number.isNaN(value) && has(node, "takesInfinity");
		const found = data.find((value) => !Number.isFinite(value) && !allowed(value));
		if (found === undefined) continue;
		throw new CompileError(`its constant "${name}" holds ${found}`, {
			node,
			hint: Number.isNaN(found) ? MISSING : UNORDERED,
		});
	}
}

const MISSING =
	"NaN as a mark of what is missing cannot be committed to: give the mask out as an output of its own, and 0 in place of NaN";
const UNORDERED =
	"Infinity has an order but no size: it compiles where numbers are compared, chosen or masked (Where, Max, Min, Clip, Equal, ArgMax, Softmax, …), not where it is computed with";
