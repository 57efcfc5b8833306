import { int, numbers } from "@umpire/graph/attributes.ts";
import { toReal } from "@umpire/graph/real.ts";
import type { Node } from "@umpire/onnx/model.ts";
import type { DecomposeContext } from "../decomposition.ts";
import { type Aggregate, branch, type Ensemble, type Place, type TreeNode } from "./ensemble.ts";

const MODES = ["LEQ", "LT", "GTE", "GT", "EQ", "NEQ"].map((name) => `BRANCH_${name}`);
const MEMBER = 6;
const AGGREGATES: readonly Aggregate[] = ["AVERAGE", "SUM", "MIN", "MAX"];

function tensor(node: Node, name: string): number[] {
	const attribute = node.attributes.get(name);
	return attribute?.type === "tensor" ? Array.from(toReal(attribute.value).data) : [];
}

/** Trees of TreeEnsemble, ai.onnx.ml 5. A node that asks for membership becomes a chain of nodes that ask for equality. */
export function readTreeEnsemble(node: Node, context: DecomposeContext): Ensemble {
	const modes = tensor(node, "nodes_modes");
	const splits = tensor(node, "nodes_splits");
	const features = numbers(node, "nodes_featureids");
	const tracks = numbers(node, "nodes_missing_value_tracks_true");
	const place = (ids: string, leafs: string): Place[] => {
		const isLeaf = numbers(node, leafs);
		return numbers(node, ids).map((id, k) => (isLeaf[k] ? { leaf: id } : { node: id }));
	};
	const yes = place("nodes_truenodeids", "nodes_trueleafs");
	const no = place("nodes_falsenodeids", "nodes_falseleafs");
	const nodes: TreeNode[] = new Array<TreeNode>(modes.length);
	const chains: TreeNode[] = [];
	const sets = memberships(node);
	for (const [k, mode] of modes.entries()) {
		if (mode !== MEMBER) {
			const split = { feature: features[k], value: splits[k], tracks: tracks[k] === 1 };
			const made = branch(MODES[mode] ?? "", split, yes[k], no[k]);
			if (!made) throw context.error(`its node mode ${mode} is not supported`);
			nodes[k] = made;
			continue;
		}
		const set = sets.shift() ?? [];
		if (set.length === 0) throw context.error(`node ${k} has no membership_values`);
		let otherwise = no[k];
		for (const value of set.slice(1).reverse()) {
			chains.push({ feature: features[k], value, mode: "Equal", yes: yes[k], no: otherwise, missing: false });
			otherwise = { node: modes.length + chains.length - 1 };
		}
		const asked = { feature: features[k], value: set[0], mode: "Equal", missing: tracks[k] === 1 } as const;
		nodes[k] = { ...asked, yes: yes[k], no: otherwise };
	}
	const targets = numbers(node, "leaf_targetids");
	const leaves = tensor(node, "leaf_weights").map((value, k) => [{ target: targets[k], value }]);
	const roots = numbers(node, "tree_roots").map((root): Place => ({ node: root }));
	const aggregate = AGGREGATES[int(node, "aggregate_function", 1)];
	return { roots, nodes: [...nodes, ...chains], leaves, targets: int(node, "n_targets", 1), aggregate };
}

/** The sets of all membership nodes, in their order: lists that end in NaN. */
function memberships(node: Node): number[][] {
	const sets: number[][] = [[]];
	for (const value of tensor(node, "membership_values")) {
		if (Number.isNaN(value)) sets.push([]);
		else sets[sets.length - 1].push(value);
	}
	return sets;
}
