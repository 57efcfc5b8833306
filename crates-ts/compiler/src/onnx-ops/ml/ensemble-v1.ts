import { numbers, string, strings } from "@umpire/graph/attributes.ts";
import { toReal } from "@umpire/graph/real.ts";
import type { Node } from "@umpire/onnx/model.ts";
import type { DecomposeContext } from "../decomposition.ts";
import { type Aggregate, branch, type Ensemble, type Place, type TreeNode, type Weight } from "./ensemble.ts";

/** A list of floats, or the tensor `name_as_tensor` that ai.onnx.ml 3 has for doubles. */
export function reals(node: Node, name: string): number[] {
	const tensor = node.attributes.get(`${name}_as_tensor`);
	if (tensor?.type === "tensor" && tensor.value.dims.length > 0) return Array.from(toReal(tensor.value).data);
	return numbers(node, name);
}

/**
 * Trees of TreeEnsembleRegressor ("target") and TreeEnsembleClassifier ("class"), ai.onnx.ml 1 and 3.
 * @throws CompileError if nodes refer to nodes that are not there, or have a mode that ONNX does not know
 */
export function readEnsemble(
	node: Node,
	context: DecomposeContext,
	prefix: "target" | "class",
	targets: number,
): Ensemble {
	const trees = numbers(node, "nodes_treeids");
	const ids = numbers(node, "nodes_nodeids");
	const modes = strings(node, "nodes_modes");
	const key = (tree: number, id: number): string => `${tree}:${id}`;
	const index = new Map(ids.map((id, k) => [key(trees[k], id), k]));
	const find = (tree: number, id: number): number => {
		const found = index.get(key(tree, id));
		if (found === undefined) throw context.error(`tree ${tree} has no node ${id}`);
		return found;
	};
	const places: Place[] = [];
	let [inner, outer] = [0, 0];
	for (const mode of modes) places.push(mode === "LEAF" ? { leaf: outer++ } : { node: inner++ });
	const leaves: Weight[][] = Array.from({ length: outer }, () => []);
	const weights = reals(node, `${prefix}_weights`);
	const [leafTrees, leafIds, leafTargets] = ["treeids", "nodeids", "ids"].map((name) =>
		numbers(node, `${prefix}_${name}`),
	);
	for (const [k, value] of weights.entries()) {
		const place = places[find(leafTrees[k], leafIds[k])];
		if ("leaf" in place) leaves[place.leaf].push({ target: leafTargets[k], value });
	}
	const features = numbers(node, "nodes_featureids");
	const values = reals(node, "nodes_values");
	const tracks = numbers(node, "nodes_missing_value_tracks_true");
	const [trueIds, falseIds] = ["nodes_truenodeids", "nodes_falsenodeids"].map((name) => numbers(node, name));
	const nodes: TreeNode[] = [];
	const reached = new Set<number>();
	for (const [k, mode] of modes.entries()) {
		if (mode === "LEAF") continue;
		const children = [find(trees[k], trueIds[k]), find(trees[k], falseIds[k])];
		for (const child of children) reached.add(child);
		const split = { feature: features[k], value: values[k], tracks: tracks[k] === 1 };
		const made = branch(mode, split, places[children[0]], places[children[1]]);
		if (!made) throw context.error(`its node mode ${mode} is not supported`);
		nodes.push(made);
	}
	const roots = places.filter((_, k) => !reached.has(k));
	const aggregate = string(node, "aggregate_function", "SUM") as Aggregate;
	return { roots, nodes, leaves, targets, aggregate };
}
