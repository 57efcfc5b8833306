import type { EventFeed } from "@umpire/chain/events.ts";
import type { Published } from "@umpire/chain/published-children.ts";
import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import { fromHex, toHex } from "@umpire/commitment/hex.ts";
import { innerNode, type MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import { demanded } from "@umpire/game/search.ts";
import { type GameState, openingKey } from "@umpire/game/state.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";
import { segmentLength, segmentOf } from "@umpire/operators/segments.ts";
import type { TraceTrees } from "@umpire/runtime/trace-trees.ts";

/** Siblings of a node of the trees of the disputed trace: operators of a step, steps of a segment, checkpoints. */
export interface TracePaths {
	operator(step: number, index: number): Hex[];
	step(index: number): Hex[];
	checkpoint(segment: number): Hex[];
}

/** Trees in which one's own paths are. */
type OwnTrees = Pick<TraceTrees, "stepTrees" | "segmentTrees" | "traceTree">;

/** Paths in a trace that one has oneself. */
export function ownPaths(
	header: Pick<ProgramHeader, "steps" | "segment">,
	{ stepTrees, segmentTrees, traceTree }: OwnTrees,
): TracePaths {
	const length = segmentLength(header);
	return {
		operator: (step, index) => stepTrees[step].path(index),
		step: (index) => segmentTrees[segmentOf(header, index)].path(index % length),
		checkpoint: (segment) => traceTree.path(segment),
	};
}

/** What a chain shows of a dispute's search. */
export interface DisputeRecord {
	readonly feed: EventFeed;
	readonly state: GameState;
	readonly header: ProgramHeader;
	readonly published: Published;
}

/**
 * Paths in the *disputed* trace, of operators left of the disputed one. Left of the search both
 * traces agree; every other sibling on such a path was published on the way of the search.
 */
export function disputedPaths(
	own: OwnTrees,
	dispute: number,
	{ feed, state, header, published }: DisputeRecord,
): TracePaths {
	const nodes = new Map<string, Hex>();
	for (const { name, args } of feed.events) {
		if (name !== "Descended" || Number(args.dispute) !== dispute || args.tree === TAG.tensor) continue;
		const at = {
			tree: args.tree,
			step: Number(args.step),
			operator: Number(args.operator),
			start: Number(args.start),
			level: Number(args.level),
			elements: 0,
			width: 0,
		};
		const asked = demanded(at, header, state.parameters);
		const children = published(openingKey(args.node, at.tree, asked.childLevel, asked.children));
		if (children !== undefined) addSubtree(nodes, at, asked.childLevel, children);
	}
	const path = (tree: 2 | 3 | 8, step: number, levels: MerkleTree, index: number): Hex[] => {
		const siblings: Hex[] = [];
		for (let level = 0; level < levels.height; level++) {
			const sibling = (index >> level) ^ 1;
			if (sibling * 2 ** level >= levels.count) continue;
			siblings.push(nodes.get(keyOf(tree, step, level, sibling)) ?? levels.node(level, sibling));
		}
		return siblings;
	};
	return {
		operator: (step, index) => path(TAG.operators, step, own.stepTrees[step], index),
		step: (index) => {
			const length = segmentLength(header);
			const first = index - (index % length);
			return path(TAG.steps, first, own.segmentTrees[segmentOf(header, index)], index - first);
		},
		checkpoint: (segment) => path(TAG.checkpoints, 0, own.traceTree, segment),
	};
}

/** @param step of a tree of operators, or the first of a tree of steps */
const keyOf = (tree: number, step: number, level: number, index: number): string =>
	`${tree} ${step} ${level} ${index}`;

/** Adds published children, and the nodes between them and the node that was opened. */
function addSubtree(
	nodes: Map<string, Hex>,
	{ tree, step, start, level }: { tree: number; step: number; start: number; level: number },
	childLevel: number,
	children: readonly Hex[],
): void {
	let row = [...children];
	for (let at = childLevel; at <= level; at++) {
		const first = start / 2 ** at;
		row.forEach((node, i) => {
			nodes.set(keyOf(tree, step, at, first + i), node);
		});
		row = Array.from({ length: Math.ceil(row.length / 2) }, (_, i) =>
			2 * i + 1 < row.length
				? toHex(innerNode(tree as 2 | 3 | 8, at + 1, fromHex(row[2 * i]), fromHex(row[2 * i + 1])))
				: row[2 * i],
		);
	}
}
