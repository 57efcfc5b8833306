import { bindingOf } from "@umpire/actors/claim-content.ts";
import { type Evidence, openDescriptor, openRow } from "@umpire/actors/evidence.ts";
import { partialsLeadingTo } from "@umpire/actors/partials.ts";
import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import { commitTensor } from "@umpire/commitment/tensor.ts";
import type { Position } from "@umpire/game/state.ts";
import type { TraceView } from "@umpire/game/trace-view.ts";
import { partCount } from "@umpire/operators/parts.ts";
import type { Elements, Program } from "@umpire/operators/program.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { recordTrace } from "@umpire/runtime/trace.ts";

/** Runs a program in onnxruntime and commits its trace. */
export async function realEvidence(program: Program, inputs: readonly Elements[]): Promise<Evidence> {
	const commitment = await commitProgram(program);
	const session = await openSession(program, { record: "trace" });
	const trace = await recordTrace(session, commitment, inputs);
	await session.release();
	return { program, commitment, trace };
}

/** The same trace with `by` added to one element (physical index) of one operator of the first step. */
export async function falsified(
	{ program, commitment, trace }: Evidence,
	operator: number,
	element: number,
	by: number,
): Promise<Evidence> {
	const right = trace.operators[0][operator];
	const elements = right.elements.slice();
	elements[element] += by;
	const tensor = await commitTensor(elements, right.width);
	const operators = [trace.operators[0].with(operator, tensor), ...trace.operators.slice(1)];
	const stepTrees = operators.map((tensors) =>
		MerkleTree.of(
			tensors.map(({ root }) => root),
			TAG.operators,
		),
	);
	const stepRoots = stepTrees.map(({ root }) => root);
	const traceTree = MerkleTree.of(stepRoots, TAG.steps);
	const changed = { operators, stepTrees, stepRoots, traceTree, traceRoot: traceTree.root };
	return { program, commitment, trace: { ...trace, ...changed } };
}

/** A trace as the honest strategies look at it. */
export function viewOf(evidence: Evidence): TraceView {
	const { trace, commitment } = evidence;
	const treeAt = (at: Position): MerkleTree => {
		if (at.tree === TAG.steps) return trace.traceTree;
		return at.tree === TAG.operators ? trace.stepTrees[at.step] : trace.operators[at.step][at.operator].tree;
	};
	return {
		children: (at, childLevel): readonly Hex[] => treeAt(at).descendants(at.start, at.level, childLevel),
		words: (step, operator, leaf) => trace.operators[step][operator].words(leaf),
		binding: () => bindingOf(commitment, trace),
		descriptor: (operator) => openDescriptor(evidence, operator),
		row: (operator, element) => openRow(evidence, operator, element),
		partCount: (operator, element) => partCount(commitment.descriptors[operator], element),
		partials: (step, operator, element) => {
			const value = trace.operators[step][operator].elements[element];
			const partials = partialsLeadingTo(evidence, { step, operator }, element, value);
			if (partials === undefined) throw new RangeError(`No partial results lead to ${value}`);
			return partials;
		},
	};
}
