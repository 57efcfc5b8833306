import type { AttributeInput } from "@umpire/onnx/builder.ts";
import { reals } from "./ml.ts";

export const FEATURES = 3;
export const MODES = "LEQ LT GTE GT EQ NEQ".split(" ").map((mode) => `BRANCH_${mode}`);

export interface Forest {
	readonly trees: number;
	readonly depth: number;
	readonly modes?: readonly string[];
	/** Targets of the leaves of a tree. */
	readonly targets: (tree: number) => readonly number[];
	readonly positive?: boolean;
}

/** Random trees in the attributes of TreeEnsembleRegressor ("target") or TreeEnsembleClassifier ("class"). */
export function forest(prefix: "target" | "class", given: Forest): Record<string, AttributeInput> {
	const { modes = MODES } = given;
	let state = 5;
	const pick = (count: number): number => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return (state >>> 12) % count;
	};
	const node = { tree: [], id: [], feature: [], yes: [], no: [] } as Record<string, number[]>;
	const names: string[] = [];
	const values: number[] = [];
	const leaf = { tree: [], id: [], target: [] } as Record<string, number[]>;
	const weights: number[] = [];
	for (let tree = 0; tree < given.trees; tree++) {
		let count = 0;
		const grow = (depth: number): number => {
			const id = count++;
			const at = names.length;
			const isLeaf = depth === 0 || (depth < given.depth && pick(4) === 0);
			node.tree.push(tree);
			node.id.push(id);
			node.feature.push(isLeaf ? 0 : pick(FEATURES));
			names.push(isLeaf ? "LEAF" : modes[pick(modes.length)]);
			values.push(isLeaf ? 0 : (pick(9) - 4) / 2);
			node.yes.push(0);
			node.no.push(0);
			if (isLeaf) {
				for (const target of given.targets(tree)) {
					leaf.tree.push(tree);
					leaf.id.push(id);
					leaf.target.push(target);
					weights.push((given.positive ? pick(8) : pick(17) - 8) / 8);
				}
			} else {
				node.yes[at] = grow(depth - 1);
				node.no[at] = grow(depth - 1);
			}
			return id;
		};
		grow(tree === 1 ? 0 : given.depth);
	}
	return {
		nodes_treeids: node.tree,
		nodes_nodeids: node.id,
		nodes_featureids: node.feature,
		nodes_modes: names,
		nodes_values: reals(values),
		nodes_truenodeids: node.yes,
		nodes_falsenodeids: node.no,
		[`${prefix}_treeids`]: leaf.tree,
		[`${prefix}_nodeids`]: leaf.id,
		[`${prefix}_ids`]: leaf.target,
		[`${prefix}_weights`]: reals(weights),
	};
}
