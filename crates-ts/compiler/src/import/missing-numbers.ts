import { Names, nodeOf } from "@umpire/graph/edit.ts";
import { rangeOf, reachOf, union } from "@umpire/graph/ranges.ts";
import { isFloat, toReal } from "@umpire/graph/real.ts";
import { renameValues } from "@umpire/graph/subgraphs.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model, Node, Tensor } from "@umpire/onnx/model.ts";
import { upgradeTo20 } from "@umpire/onnx/opset.ts";
import { snapUp } from "../quantise/scales.ts";

/** What stands for NaN lies this many times as far out as all that calibration saw. */
const BEYOND = 4;
/** What is below this share of it is missing; the client clips other numbers at 3/4 of it (runtime/src/quantise.ts). */
const MISSING = 0.875;

export interface MissingNumbers {
	readonly model: Model;
	readonly sets: readonly (readonly Tensor[])[];
	/** By input, the number that stands for NaN. */
	readonly missing: ReadonlyMap<string, number>;
}

/**
 * No integer is NaN. An input that holds NaN in calibration is given with a number far below all others
 * in its place, and the model begins with telling the two apart; then it is up to the model what
 * becomes of NaN (an imputer, a branch of a tree, IsNaN).
 */
export function missingNumbers(given: Model, sets: readonly (readonly Tensor[])[]): MissingNumbers {
	const { graph } = given;
	const missing = new Map<string, number>();
	for (const [k, { name, type }] of graph.inputs.entries()) {
		const tensors = sets.map((set) => set[k]);
		if (!isFloat(type) || !tensors.some((tensor) => toReal(tensor).data.some(Number.isNaN))) continue;
		missing.set(name, -snapUp(BEYOND * (reachOf(tensors.map(rangeOf).reduce(union)) || 1)));
	}
	if (missing.size === 0) return { model: given, sets, missing };
	const model = upgradeTo20(given);
	const names = new Names(model.graph);
	const initializers = new Map(model.graph.initializers);
	const renaming = new Map<string, string>();
	const first: Node[] = [];
	for (const [name, value] of missing) {
		const { type } = graph.inputs.find((input) => input.name === name)!;
		const scalar = (base: string, number: number): string => {
			const constant = names.fresh(`${name}/${base}`);
			initializers.set(constant, tensorFrom(type, [], [number]));
			return constant;
		};
		const [is, orMissing] = [names.fresh(`${name}/is_missing`), names.fresh(`${name}/or_missing`)];
		const bound = scalar("missing_bound", MISSING * value);
		first.push(nodeOf(is, "Less", [name, bound], [is]));
		first.push(nodeOf(orMissing, "Where", [is, scalar("missing", Number.NaN), name], [orMissing]));
		renaming.set(name, orMissing);
	}
	return {
		model: {
			...model,
			graph: {
				...model.graph,
				initializers,
				nodes: [...first, ...model.graph.nodes.map((node) => renameValues(node, renaming))],
			},
		},
		sets: sets.map((set) => set.map((tensor, k) => filled(tensor, missing.get(graph.inputs[k].name)))),
		missing,
	};
}

function filled(tensor: Tensor, value: number | undefined): Tensor {
	if (value === undefined) return tensor;
	const { shape, data } = toReal(tensor);
	return tensorFrom(
		tensor.type,
		shape,
		data.map((number) => (Number.isNaN(number) ? value : number)),
	);
}
