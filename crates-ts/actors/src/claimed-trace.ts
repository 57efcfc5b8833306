import type { Hex } from "@umpire/commitment/constants.ts";
import { emptyElements, sameElements } from "@umpire/commitment/elements.ts";
import { leafCount, unpackLeaf } from "@umpire/commitment/leaf.ts";
import { commitTensor, type TensorCommitment, toPhysical } from "@umpire/commitment/tensor.ts";
import { type TraceTrees, traceTrees } from "@umpire/runtime/trace-trees.ts";
import type { ContentStore } from "@umpire/store/content-store.ts";
import { readTensors } from "@umpire/store/traces.ts";
import type { Evidence } from "./evidence.ts";
import type { StatedOutput } from "./output-agreement.ts";

/** What another party's trace consists of. */
export interface ClaimedTrace extends TraceTrees {
	/** operators[step][index], elements in physical order. */
	readonly operators: readonly (readonly TensorCommitment[])[];
}

/**
 * The trace behind a claimed root, as far as it is to be had: one's own with the output that the claim states, if
 * nothing else is wrong, or what the submitter published. Neither is trusted: the root decides.
 *
 * @param own a trace of the same program and inputs; what agrees with it is not hashed again
 * @returns undefined if the root commits to neither
 */
export async function claimedTrace(
	own: Evidence,
	traceRoot: Hex,
	stated: StatedOutput,
	store: ContentStore,
): Promise<ClaimedTrace | undefined> {
	const restated = await withStatedOutput(own, stated);
	if (restated?.traceTree.root === traceRoot) return restated;
	const published = await publishedTrace(own, traceRoot, store);
	return published?.traceTree.root === traceRoot ? published : undefined;
}

/** The own trace with the words that a claim states as its output; undefined if it states a root only. */
async function withStatedOutput(
	{ commitment, trace }: Evidence,
	{ words }: StatedOutput,
): Promise<ClaimedTrace | undefined> {
	const { outputOperator, outputElements, outputWidth, steps } = commitment.header;
	if (leafCount(outputElements, outputWidth) > 1) return undefined;
	const elements = emptyElements(outputWidth, outputElements);
	elements.set(unpackLeaf(words, outputWidth, outputElements));
	const output = await commitTensor(elements, outputWidth);
	const last = trace.operators[steps - 1].with(outputOperator, output);
	const operators = [...trace.operators.slice(0, -1), last];
	return { operators, ...traceTrees(commitment.header, operators) };
}

/** The trace that the store has under a root; undefined if it has none, or none of this program. */
async function publishedTrace(
	{ program, commitment, trace }: Evidence,
	root: Hex,
	store: ContentStore,
): Promise<ClaimedTrace | undefined> {
	const tensors = await readTensors(store, program, root).catch(() => null);
	if (tensors === null) return undefined;
	const operators: TensorCommitment[][] = [];
	for (let step = 0; step < program.steps; step++) {
		const row: TensorCommitment[] = [];
		for (const [index, { shape, layout, width }] of program.operators.entries()) {
			const own = trace.operators[step][index];
			const logical = tensors[step * program.operators.length + index];
			if (logical.length !== own.elements.length || logical.BYTES_PER_ELEMENT * 8 !== width) return undefined;
			const physical = toPhysical(logical, shape, layout);
			row.push(sameElements(physical, own.elements) ? own : await commitTensor(physical, width));
		}
		operators.push(row);
	}
	return { operators, ...traceTrees(commitment.header, operators) };
}
