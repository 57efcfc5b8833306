import { Names, nodeOf } from "@umpire/graph/edit.ts";
import { isFloat, toReal } from "@umpire/graph/real.ts";
import { renameValues } from "@umpire/graph/subgraphs.ts";
import { tensorFrom } from "@umpire/onnx/element-types.ts";
import type { Model, Node, Tensor } from "@umpire/onnx/model.ts";
import { upgradeTo20 } from "@umpire/onnx/opset.ts";

/** What stands for NaN lies this many times as far out as all that calibration saw. */
const BEYOND = 4;
/** What is below this share of it is missing; the client clips other numbers at 3/4 of it (runtime/src/quantise.ts). */
const MISSING = 0.875;

export interface MissingNumbers {
	readonly model: Model;
	readonly sets: readonly (readonly Tensor[])[];
	/** By input, the numbers that stand for NaN: one for each place of the last axis. */
	readonly missing: ReadonlyMap<string, readonly number[]>;
}

/**
 * No integer is NaN. An input that holds NaN in calibration is given with a number far below all others
 * of its feature (place of the last axis) in its place, and the model begins with telling the two apart; then it is up to the model what
 * becomes of NaN (an imputer, a branch of a tree, IsNaN).
 */
export function missingNumbers(given: Model, sets: readonly (readonly Tensor[])[]): MissingNumbers {
	const { graph } = given;
	const missing = new Map<string, readonly number[]>();
	for (const [k, { name, type }] of graph.inputs.entries()) {
		const tensors = sets.map((set) => set[k]);
		if (!isFloat(type) || !tensors.some((tensor) => toReal(tensor).data.some(Number.isNaN))) continue;
		missing.set(
			name,
			reachesOf(tensors).map((reach) => -powerAbove(BEYOND * (reach || 1))),
		);
	}
	if (missing.size === 0) return { model: given, sets, missing };
	// A model's functions are written for its opset: it keeps it where that has Less and Where of all floats.
	const model = (given.opsets.get("") ?? 1) < 9 ? upgradeTo20(given) : given;
	const names = new Names(model.graph);
	const initializers = new Map(model.graph.initializers);
	const renaming = new Map<string, string>();
	const first: Node[] = [];
	for (const [name, values] of missing) {
		const { type } = graph.inputs.find((input) => input.name === name)!;
		const constantOf = (base: string, dims: readonly number[], numbers: readonly number[]): string => {
			const constant = names.fresh(`${name}/${base}`);
			initializers.set(constant, tensorFrom(type, dims, numbers));
			return constant;
		};
		const [is, orMissing] = [names.fresh(`${name}/is_missing`), names.fresh(`${name}/or_missing`)];
		const bounds = values.map((value) => MISSING * value);
		const bound = constantOf("missing_bound", values.length === 1 ? [] : [values.length], bounds);
		first.push(nodeOf(is, "Less", [name, bound], [is]));
		first.push(nodeOf(orMissing, "Where", [is, constantOf("missing", [], [Number.NaN]), name], [orMissing]));
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

/** What is exact on a grid of powers of two stays so. */
const powerAbove = (reach: number): number => 2 ** Math.ceil(Math.log2(reach));

/** How far out the numbers of each place of the last axis lie, over all tensors. */
function reachesOf(tensors: readonly Tensor[]): number[] {
	const reals = tensors.map(toReal);
	const places = reals[0].shape.at(-1) ?? 1;
	const reaches = new Array<number>(places).fill(0);
	for (const { data } of reals) {
		for (const [i, value] of data.entries()) {
			if (Number.isFinite(value)) reaches[i % places] = Math.max(reaches[i % places], Math.abs(value));
		}
	}
	return reaches;
}

function filled(tensor: Tensor, values: readonly number[] | undefined): Tensor {
	if (values === undefined) return tensor;
	const { shape, data } = toReal(tensor);
	return tensorFrom(
		tensor.type,
		shape,
		data.map((number, i) => (Number.isNaN(number) ? values[i % values.length] : number)),
	);
}
