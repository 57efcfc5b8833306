import { type Evidence, openDescriptor, openRow } from "@umpire/actors/evidence.ts";
import { partialsLeadingTo } from "@umpire/actors/partials.ts";
import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import type { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import { commitTensor } from "@umpire/commitment/tensor.ts";
import type { Position } from "@umpire/game/state.ts";
import type { TraceView } from "@umpire/game/trace-view.ts";
import { partCount } from "@umpire/operators/parts.ts";
import type { Elements, Program } from "@umpire/operators/program.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { segmentOf } from "@umpire/operators/segments.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { recordTrace } from "@umpire/runtime/trace.ts";
import { traceTrees } from "@umpire/runtime/trace-trees.ts";
import { bindingOf } from "@umpire/sdk/claim-content.ts";

/** Runs a program in onnxruntime and commits its trace. */
export async function realEvidence(program: Program, inputs: readonly Elements[]): Promise<Evidence> {
	const commitment = await commitProgram(program);
	const session = await openSession(program, { record: "trace" });
	const trace = await recordTrace(session, commitment, inputs);
	await session.release();
	return { program, commitment, trace };
}

/** The same trace with `by` added to one element (physical index) of one operator of one step, the first by default. */
export async function falsified(
	{ program, commitment, trace }: Evidence,
	operator: number,
	element: number,
	by: number,
	step = 0,
): Promise<Evidence> {
	const right = trace.operators[step][operator];
	const elements = right.elements.slice();
	elements[element] += by;
	const tensor = await commitTensor(elements, right.width);
	const operators = trace.operators.with(step, trace.operators[step].with(operator, tensor));
	const changed = { operators, ...traceTrees(commitment.header, operators) };
	return { program, commitment, trace: { ...trace, ...changed } };
}

/** A trace as the honest strategies look at it. */
export function viewOf(evidence: Evidence): TraceView {
	const { trace, commitment } = evidence;
	const treeAt = (at: Position): MerkleTree => {
		if (at.tree === TAG.checkpoints) return trace.traceTree;
		if (at.tree === TAG.steps) return trace.segmentTrees[segmentOf(commitment.header, at.step)];
		return at.tree === TAG.operators ? trace.stepTrees[at.step] : trace.operators[at.step][at.operator].tree;
	};
	return {
		children: (at, childLevel): readonly Hex[] => treeAt(at).descendants(at.start, at.level, childLevel),
		words: (step, operator, leaf) => trace.operators[step][operator].words(leaf),
		binding: (segment) => bindingOf(commitment, trace, segment),
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
