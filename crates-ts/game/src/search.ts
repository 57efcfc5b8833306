import { TAG, type Width } from "@umpire/commitment/constants.ts";
import { leafCount } from "@umpire/commitment/leaf.ts";
import { treeHeight } from "@umpire/commitment/tree.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";
import type { Parameters, Position } from "./state.ts";

type Levels = Pick<Parameters, "depth" | "window">;

/** The level of the children that a demand for a node of `level` ≥ 1 asks for (protocol section 5). */
export function childLevel(tree: number, level: number, { depth, window }: Levels): number {
	const whole = tree === TAG.tensor ? depth : Math.max(depth, window);
	return level <= whole ? 0 : level - depth;
}

/** How many leaves the tree has in which the position is. */
export function treeSize(at: Position, header: Pick<ProgramHeader, "steps" | "operatorCount">): number {
	if (at.tree === TAG.steps) return header.steps;
	if (at.tree === TAG.operators) return header.operatorCount;
	return leafCount(at.elements, at.width as Width);
}

/** Leaves of the subtree (start, level) of a tree of `count` leaves. */
export function subtreeSize(start: number, level: number, count: number): number {
	return Math.min(2 ** level, count - start);
}

/** Descendants of level `below` of a subtree of `size` leaves. */
export function childCount(size: number, below: number): number {
	return Math.ceil(size / 2 ** below);
}

/** What is demanded at a position of level ≥ 1: the level of the children and how many they are. */
export function demanded(
	at: Position,
	header: Pick<ProgramHeader, "steps" | "operatorCount">,
	levels: Levels,
): { childLevel: number; children: number } {
	const below = childLevel(at.tree, at.level, levels);
	const size = subtreeSize(at.start, at.level, treeSize(at, header));
	return { childLevel: below, children: childCount(size, below) };
}

/** The subtree below child `index` of a position. */
export function childPosition(
	at: Position,
	index: number,
	header: Pick<ProgramHeader, "steps" | "operatorCount">,
	levels: Levels,
): Position {
	const below = childLevel(at.tree, at.level, levels);
	const start = at.start + index * 2 ** below;
	return { ...at, start, level: treeHeight(subtreeSize(start, below, treeSize(at, header))) };
}

/** Where every search begins: all steps of the trace. */
export function rootPosition(header: Pick<ProgramHeader, "steps">): Position {
	return {
		tree: TAG.steps,
		step: 0,
		operator: 0,
		start: 0,
		level: treeHeight(header.steps),
		elements: 0,
		width: 0,
	};
}

/**
 * Passes trees of one leaf: a single step is the trace, a single operator the step, and a single
 * leaf the tensor. `shapeOf` is asked when the search enters an operator's tensor.
 */
export function passSingles(
	at: Position,
	header: Pick<ProgramHeader, "operatorCount">,
	shapeOf: (operator: number) => { elements: number; width: number },
): Position {
	let to = at;
	if (to.tree === TAG.steps && to.level === 0) {
		const level = treeHeight(header.operatorCount);
		to = { ...to, tree: TAG.operators, step: to.start, start: 0, level };
	}
	if (to.tree === TAG.operators && to.level === 0) {
		const shape = shapeOf(to.start);
		const level = treeHeight(leafCount(shape.elements, shape.width as Width));
		to = { ...to, tree: TAG.tensor, operator: to.start, start: 0, level, ...shape };
	}
	return to;
}

/** True iff the position is a single leaf of a tensor: the search is over. */
export function isLeaf(at: Position): boolean {
	return at.tree === TAG.tensor && at.level === 0;
}

/** Demands that a search in one tree of `count` leaves takes at most. */
export function roundsInTree(tree: number, count: number, levels: Levels): number {
	let rounds = 0;
	for (let level = treeHeight(count); level > 0; rounds++) level = childLevel(tree, level, levels);
	return rounds;
}

/**
 * The most demands that a challenge of one wrong leaf takes until the leaf is published, that of the
 * leaf included (partial results are one more). It grows with the logarithm of the trace.
 */
export function predictedRounds(
	header: Pick<ProgramHeader, "steps" | "operatorCount">,
	leaves: number,
	levels: Levels,
): number {
	return (
		roundsInTree(TAG.steps, header.steps, levels) +
		roundsInTree(TAG.operators, header.operatorCount, levels) +
		roundsInTree(TAG.tensor, leaves, levels) +
		1
	);
}

/**
 * Seconds that a dispute takes at most, whatever both sides do, until it has been decided or can be timed out; `crowd`
 * disputes are open against the claim.
 */
export function longestDispute(
	header: Pick<ProgramHeader, "steps" | "operatorCount" | "lazy">,
	leaves: number,
	parameters: Parameters,
	crowd: number,
): number {
	const { increment, crowding, reserve, provingAllowance, commitAllowance } = parameters;
	// the partial results are demanded too, and of a lazy claim the trace root
	const rounds = predictedRounds(header, leaves, parameters) + 1 + (header.lazy ? 1 : 0);
	const turns = 2 * rounds * (increment + crowding * (crowd - 1));
	return turns + 2 * reserve + 2 * provingAllowance + (header.lazy ? commitAllowance : 0);
}
