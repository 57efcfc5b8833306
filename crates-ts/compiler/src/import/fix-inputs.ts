import { CompileError } from "@umpire/graph/errors.ts";
import { type OperandRole, operandsOf } from "@umpire/graph/operand-roles.ts";
import { isFloat } from "@umpire/graph/real.ts";
import { sizeOf } from "@umpire/graph/shapes.ts";
import { subgraphsOf } from "@umpire/graph/subgraphs.ts";
import { has } from "@umpire/graph/traits.ts";
import { readsOf } from "@umpire/graph/uses.ts";
import type { Graph, Model, Tensor } from "@umpire/onnx/model.ts";

export interface FixedInputs {
	readonly model: Model;
	readonly sets: readonly (readonly Tensor[])[];
	/** The inputs that became constants. */
	readonly fixed: ReadonlyMap<string, Tensor>;
}

/**
 * Makes constants of the inputs that decide the program's structure (axes, sizes, trip counts:
 * at most one axis), say which branch is taken (a number and nothing else, in all sets the same: the
 * other branches need not suit the inputs' sizes) or have no elements, with their values in the
 * calibration inputs `sets`, as fixShapes does with open dimensions. Without calibration inputs the model stays as it is.
 * @throws CompileError if the calibration inputs disagree about one
 */
export function fixInputs(model: Model, sets: readonly (readonly Tensor[])[]): FixedInputs {
	const { graph } = model;
	const fixed = new Map<string, Tensor>();
	if (sets.length === 0) return { model, sets, fixed };
	const structural = upstreamOf(graph, operandsIn(graph, "structure"));
	const direct = new Set([...operandsIn(graph, "structure"), ...operandsIn(graph, "grids")]);
	const grids = new Set(operandsIn(graph, "grids"));
	for (const [k, { name }] of graph.inputs.entries()) {
		const first = sets[0][k];
		// What a float decides through other operators, it decides as a number among others.
		const reaches = isFloat(first.type) ? direct.has(name) : structural.has(name) || direct.has(name);
		const decides = reaches && (first.dims.length <= 1 || grids.has(name));
		const differs = sets.some((set) => !sameTensor(set[k], first));
		const branches = !differs && isNumber(first) && onlyBranches(graph, name);
		if (first.type === "string" || !(decides || branches || sizeOf(first.dims) === 0)) continue;
		if (differs) {
			throw new CompileError(`input "${name}" decides shapes, and differs between the calibration inputs`, {
				hint: "Compile one program for each of its values",
			});
		}
		fixed.set(name, first);
	}
	if (fixed.size === 0) return { model, sets, fixed };
	const stays = graph.inputs.map(({ name }) => !fixed.has(name));
	return {
		model: {
			...model,
			graph: {
				...graph,
				inputs: graph.inputs.filter((_, k) => stays[k]),
				initializers: new Map([...graph.initializers, ...fixed]),
			},
		},
		sets: sets.map((set) => set.filter((_, k) => stays[k])),
		fixed,
	};
}

function operandsIn(graph: Graph, role: OperandRole): string[] {
	return graph.nodes.flatMap((node) => [
		...operandsOf(node, role),
		...subgraphsOf(node).flatMap((inner) => operandsIn(inner, role)),
	]);
}

/** The named values and all that they are computed from. */
function upstreamOf(graph: Graph, names: readonly string[]): Set<string> {
	const found = new Set(names);
	for (const node of graph.nodes.toReversed()) {
		// A shape is fixed, whatever the elements of its operand are.
		if (has(node, "tellsShape")) continue;
		if (node.outputs.some((name) => name !== "" && found.has(name)))
			for (const name of readsOf(node)) found.add(name);
	}
	return found;
}

/** One whole number: a sample rate, a mode. */
function isNumber({ type, dims }: Tensor): boolean {
	return /^u?int/.test(type) && sizeOf(dims) === 1;
}

/** Whether nothing is done with a value but to choose between branches of Ifs. */
function onlyBranches(graph: Graph, name: string): boolean {
	const derived = new Set([name]);
	let chooses = false;
	for (const node of graph.nodes) {
		const reads = readsOf(node).filter((one) => derived.has(one));
		if (reads.length === 0) continue;
		if (node.domain === "" && node.opType === "If") {
			if (reads.length > 1 || reads[0] !== node.inputs[0]) return false;
			chooses = true;
		} else for (const output of node.outputs) derived.add(output);
	}
	return chooses && !graph.outputs.some((output) => derived.has(output.name));
}

function sameTensor(a: Tensor, b: Tensor): boolean {
	return a.type === b.type && String(a.dims) === String(b.dims) && String(a.data) === String(b.data);
}
