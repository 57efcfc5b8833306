import { MAX_PARTS, TAG } from "@umpire/commitment/constants.ts";
import { leafCount } from "@umpire/commitment/leaf.ts";
import { treeHeight } from "@umpire/commitment/tree.ts";
import { type Descriptor, KIND, type ProgramHeader } from "@umpire/operators/program.ts";
import { segmentCount, stepsFrom } from "@umpire/operators/segments.ts";
import { mostParts } from "@umpire/operators/validate-cone.ts";
import { descriptorBytes, dotWork, MAX_DESCRIPTOR_BYTES, MAX_WORK } from "@umpire/operators/work.ts";
import { childLevel, subtreeSize } from "./search.ts";
import type { Parameters } from "./state.ts";

type Levels = Pick<Parameters, "depth" | "window">;

/** What decides how much gas a dispute about a claim of a program may take. */
export interface ProgramSize {
	readonly steps: number;
	/** steps of a segment, 0 if there are none */
	readonly segment: number;
	readonly operatorCount: number;
	readonly lazy: boolean;
	/** leaves of the largest tensor */
	readonly leaves: number;
	/** parts of the longest cone */
	readonly parts: number;
	/** bytes of the longest encoded descriptor */
	readonly descriptorBytes: number;
	/** gas that finding a part may take (protocol section 3) */
	readonly work: number;
}

/** The size of a program, by its descriptors. */
export function programSize(
	{
		steps,
		segment,
		operatorCount,
		lazy,
	}: Pick<ProgramHeader, "steps" | "segment" | "operatorCount" | "lazy">,
	descriptors: readonly Descriptor[],
): ProgramSize {
	const most = (measure: (descriptor: Descriptor) => number): number =>
		descriptors.reduce((sum, descriptor) => Math.max(sum, measure(descriptor)), 1);
	const tensors = descriptors.flatMap((d) => [d, ...d.operands]);
	return {
		steps,
		segment,
		operatorCount,
		lazy,
		leaves: tensors.reduce((sum, { elements, width }) => Math.max(sum, leafCount(elements, width)), 1),
		parts: most(mostParts),
		descriptorBytes: most(descriptorBytes),
		work: most((descriptor) => (descriptor.kind === KIND.Dot ? dotWork(descriptor) : 0)),
	};
}

const LARGEST = {
	steps: 2 ** 32 - 1,
	operatorCount: 2 ** 32 - 1,
	leaves: Math.ceil(2 ** 48 / 35),
	parts: MAX_PARTS,
	descriptorBytes: MAX_DESCRIPTOR_BYTES,
	work: MAX_WORK,
};

/**
 * Every valid program is at most as large, in every way, as one of these: a lazy one, and one for each way to part the
 * levels of the most steps into a tree of checkpoints and one of a segment's steps.
 */
export const LARGEST_PROGRAMS: readonly ProgramSize[] = [
	{ ...LARGEST, lazy: true, segment: 0 },
	...Array.from({ length: 23 }, (_, i) => ({ ...LARGEST, lazy: false, segment: 2 ** (i + 1) + 1 })),
];

/** A million operators and leaves, layers of 768 products, descriptors of some ten axes. */
export const ORDINARY_PROGRAM: ProgramSize = {
	steps: 1024,
	segment: 0,
	operatorCount: 2 ** 20,
	lazy: false,
	leaves: 2 ** 20,
	parts: 64,
	descriptorBytes: 4096,
	work: 500_000,
};

/** A million steps in segments of a thousand, of 2,048 operators: training. */
export const LONG_PROGRAM: ProgramSize = {
	...ORDINARY_PROGRAM,
	steps: 2 ** 20,
	segment: 1024,
	operatorCount: 2 ** 11,
};

/**
 * Gas of a move without what its length adds, measured on the contracts with a margin of a few per cent
 * (test/game/gas.json; test/game/economics.test.ts holds them to it).
 */
const BASE = {
	challenge: 185_000,
	enter: 100_000,
	open: 50_000,
	descend: 95_000,
	publishLeaf: 155_000,
	name: 105_000,
	publishPartials: 120_000,
	bindTrace: 205_000,
	settle: 535_000,
	timeout: 115_000,
	withdraw: 35_000,
	answerInput: 830_000,
} as const;

/** Per 32 bytes of calldata: sent, hashed, and logged or decoded. EIP-7623 alone asks for 1,280. */
const WORD = 1_450;

/** Children of every demand of the longest search in a tree of `count` leaves. */
function childrenDemanded(tree: number, count: number, levels: Levels): number[] {
	const demands: number[] = [];
	for (let level = treeHeight(count); level > 0; ) {
		const below = childLevel(tree, level, levels);
		demands.push(Math.ceil(subtreeSize(0, level, count) / 2 ** below));
		level = below;
	}
	return demands;
}

function demandsOf(size: ProgramSize, levels: Levels): number[] {
	return [
		...childrenDemanded(TAG.checkpoints, segmentCount(size), levels),
		...childrenDemanded(TAG.steps, stepsFrom(size, 0), levels),
		...childrenDemanded(TAG.operators, size.operatorCount, levels),
		...childrenDemanded(TAG.tensor, size.leaves, levels),
	];
}

/** Words of calldata that open a descriptor, and the rescale row of an element. */
const descriptorWords = (size: ProgramSize): number =>
	size.descriptorBytes / 32 + treeHeight(size.operatorCount);
const rowWords = (size: ProgramSize): number => treeHeight(size.leaves) + Math.log2(128);

/** The most that one answer costs in a dispute: what has to fit into blocks before the submitter's clock runs out. */
export function dearestAnswer(size: ProgramSize, levels: Levels): number {
	const openings = demandsOf(size, levels).map(openGas);
	return Math.max(BASE.publishLeaf, partialsGas(size), bindingGas(size), ...openings);
}

/** The most that any single move costs: what a block must have room for. */
export function dearestMove(size: ProgramSize, levels: Levels): number {
	return Math.max(dearestAnswer(size, levels), inputAnswerGas(size), settleGas(size));
}

/**
 * The most gas that one challenge forces a submitter whose trace is right to spend, until the challenger has been
 * timed out: every answer of the longest search, as if nothing had been published before.
 */
export function submitterGas(size: ProgramSize, levels: Levels): number {
	const openings = demandsOf(size, levels).reduce((sum, children) => sum + openGas(children), 0);
	return bindingGas(size) + openings + BASE.publishLeaf + partialsGas(size) + BASE.timeout;
}

/** The most gas that a challenger whose trace is right spends from its challenge until it has been paid. */
export function challengerGas(size: ProgramSize, levels: Levels): number {
	const descents = demandsOf(size, levels).reduce(
		(sum, children) => sum + BASE.descend + WORD * treeHeight(children),
		0,
	);
	const descriptor = WORD * descriptorWords(size);
	const entering = (isBound(size) ? BASE.enter : 0) + descriptor;
	const naming = size.parts > 1 ? BASE.name + descriptor + size.work : 0;
	return BASE.challenge + entering + descents + naming + settleGas(size) + 2 * BASE.withdraw;
}

/** Gas of the most expensive answer to a demand for an input chunk; the path leads through the trees of any input. */
export function inputAnswerGas(size: Pick<ProgramSize, "leaves">): number {
	return BASE.answerInput + WORD * (treeHeight(size.leaves) + 32);
}

/** Whether traces are bound when claims are challenged. */
const isBound = ({ lazy, segment }: ProgramSize): boolean => lazy || segment !== 0;

/** The last step of a segment is opened on both sides: by its steps, and by the checkpoints or the output. */
function bindingGas(size: ProgramSize): number {
	if (!isBound(size)) return 0;
	const claim = size.lazy ? size.operatorCount : segmentCount(size);
	return BASE.bindTrace + WORD * (treeHeight(stepsFrom(size, 0)) + treeHeight(claim));
}

function openGas(children: number): number {
	return BASE.open + WORD * children;
}

function partialsGas(size: ProgramSize): number {
	if (size.parts === 1) return 0;
	return BASE.publishPartials + WORD * (size.parts + descriptorWords(size) + rowWords(size));
}

/** Of one part, with the most tensors and leaves that a part has. */
function settleGas(size: ProgramSize): number {
	const tensors = 4 * (treeHeight(size.operatorCount) + treeHeight(size.steps) + 6);
	const leaves = 6 * (treeHeight(size.leaves) + 5);
	const partials = size.parts > 1 ? size.parts : 0;
	return (
		BASE.settle + WORD * (descriptorWords(size) + rowWords(size) + tensors + leaves + partials) + size.work
	);
}
