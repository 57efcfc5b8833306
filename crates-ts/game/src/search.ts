import { TAG, type Width } from "@umpire/commitment/constants.ts";
import { leafCount } from "@umpire/commitment/leaf.ts";
import { treeHeight } from "@umpire/commitment/tree.ts";
import type { ProgramHeader } from "@umpire/operators/program.ts";
import { segmentCount, segmentLength, stepsFrom } from "@umpire/operators/segments.ts";
import type { Parameters, Position } from "./state.ts";

type Levels = Pick<Parameters, "depth" | "window">;
type Trees = Pick<ProgramHeader, "steps" | "segment" | "operatorCount">;
type Commitment = Pick<ProgramHeader, "steps" | "segment" | "lazy">;

/**
 * The level of the children that a demand for a node of `level` ≥ 1 asks for (protocol section 5): so many levels are
 * passed at once that no demand more is needed than with the most, and each passes about as many.
 */
export function childLevel(tree: number, level: number, { depth, window }: Levels): number {
	const whole = tree === TAG.tensor ? depth : Math.max(depth, window);
	if (level <= whole) return 0;
	// The last demand may pass `whole` levels, each before it `depth`.
	const demands = 1 + Math.ceil((level - whole) / depth);
	return level - Math.min(Math.ceil(level / demands), depth);
}

/** How many leaves the tree has in which the position is. */
export function treeSize(at: Position, header: Trees): number {
	if (at.tree === TAG.checkpoints) return segmentCount(header);
	if (at.tree === TAG.steps) return stepsFrom(header, at.step);
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
	header: Trees,
	levels: Levels,
): { childLevel: number; children: number } {
	const below = childLevel(at.tree, at.level, levels);
	const size = subtreeSize(at.start, at.level, treeSize(at, header));
	return { childLevel: below, children: childCount(size, below) };
}

/** The subtree below child `index` of a position. */
export function childPosition(at: Position, index: number, header: Trees, levels: Levels): Position {
	const below = childLevel(at.tree, at.level, levels);
	const start = at.start + index * 2 ** below;
	return { ...at, start, level: treeHeight(subtreeSize(start, below, treeSize(at, header))) };
}

const BEGINNING = { operator: 0, start: 0, elements: 0, width: 0 };

/**
 * Where every search begins: all steps of the trace, or what a claim carries instead of them. A lazy claim is one of a
 * single checkpoint that it does not say.
 */
export function rootPosition(header: Commitment): Position {
	if (!header.lazy && header.segment === 0) return segmentPosition(header, 0);
	return { ...BEGINNING, tree: TAG.checkpoints, step: 0, level: treeHeight(segmentCount(header)) };
}

/** Where the search in the trace of a segment begins. */
export function segmentPosition(header: Pick<ProgramHeader, "steps" | "segment">, segment: number): Position {
	const step = segment * segmentLength(header);
	return { ...BEGINNING, tree: TAG.steps, step, level: treeHeight(stepsFrom(header, step)) };
}

/** True iff the position is a single checkpoint: below it is the trace that its segment (`start`) is bound to. */
export function isCheckpoint(at: Position): boolean {
	return at.tree === TAG.checkpoints && at.level === 0;
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
		to = { ...to, tree: TAG.operators, step: to.step + to.start, start: 0, level };
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
export function predictedRounds(header: Trees, leaves: number, levels: Levels): number {
	return (
		roundsInTree(TAG.checkpoints, segmentCount(header), levels) +
		roundsInTree(TAG.steps, stepsFrom(header, 0), levels) +
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
	header: Trees & Commitment,
	leaves: number,
	parameters: Parameters,
	crowd: number,
): number {
	const { increment, crowding, reserve, provingAllowance, commitAllowance } = parameters;
	// the partial results are demanded too, and the trace root unless claims carry it
	const isBound = header.lazy || header.segment !== 0;
	const rounds = predictedRounds(header, leaves, parameters) + 1 + (isBound ? 1 : 0);
	const turns = 2 * rounds * (increment + crowding * (crowd - 1));
	return turns + 2 * reserve + 2 * provingAllowance + (isBound ? commitAllowance : 0);
}
