import type { Hex } from "@umpire/commitment/constants.ts";
import type { TensorCommitment } from "@umpire/commitment/tensor.ts";
import { type DescriptorOpening, NO_ROW, type RowOpening, type TensorOpening } from "@umpire/game/move.ts";
import { rowAt } from "@umpire/operators/cone.ts";
import { encodeDescriptor } from "@umpire/operators/descriptor.ts";
import { type Program, SOURCE } from "@umpire/operators/program.ts";
import { type ProgramCommitment, rowPath } from "@umpire/operators/program-commitment.ts";
import { segmentLength, segmentOf } from "@umpire/operators/segments.ts";
import type { Fetch } from "@umpire/operators/values.ts";
import type { Trace } from "@umpire/runtime/trace.ts";
import type { TracePaths } from "./claimed-trees.ts";

/** A program, committed, with a trace of it: all that openings are made from. */
export interface Evidence {
	readonly program: Program;
	readonly commitment: ProgramCommitment;
	readonly trace: Trace;
}

/** Where an operator's output stands in a trace. */
export interface TracePosition {
	readonly step: number;
	readonly operator: number;
}

/** An operator's descriptor with its path to the program's operatorsRoot. */
export function openDescriptor(
	{ commitment }: Pick<Evidence, "commitment">,
	operator: number,
): DescriptorOpening {
	return {
		descriptor: encodeDescriptor(commitment.descriptors[operator]),
		path: commitment.descriptorTree.path(operator),
	};
}

/** The rescale row of an element with its path; NO_ROW for kinds without rescale. */
export function openRow({ program, commitment }: Evidence, operator: number, element: number): RowOpening {
	const descriptor = commitment.descriptors[operator];
	if (descriptor.rowCount === 0) return NO_ROW;
	const index = rowAt(descriptor, element);
	return { ...program.operators[operator].rescale!.rows[index], path: rowPath(program, operator, index) };
}

/** The tensor that an operand of an operator reads. */
export function operandTensor(
	{ commitment, trace }: Evidence,
	{ step, operator }: TracePosition,
	operand: number,
): TensorCommitment {
	const { source, index, initial } = commitment.descriptors[operator].operands[operand];
	switch (source) {
		case SOURCE.constant:
			return commitment.constants[index];
		case SOURCE.input:
			return trace.inputs[index];
		case SOURCE.operator:
			return trace.operators[step][index];
		default:
			return step === 0 ? trace.inputs[initial] : trace.operators[step - 1][index];
	}
}

/** An operand's tensor root with its way to the root that it belongs to; `paths` are the disputed trace's. */
export function openOperand(
	evidence: Evidence,
	position: TracePosition,
	operand: number,
	paths: TracePaths,
): TensorOpening {
	const { commitment, trace } = evidence;
	const { root } = operandTensor(evidence, position, operand);
	const { source, index, initial } = commitment.descriptors[position.operator].operands[operand];
	if (source === SOURCE.constant) {
		return { operand, root, path: commitment.constantTree!.path(index), stepPath: [] };
	}
	const step = source === SOURCE.state ? position.step - 1 : position.step;
	if (source === SOURCE.input || step < 0) {
		return { operand, root, path: trace.inputTree.path(step < 0 ? initial : index), stepPath: [] };
	}
	const { header } = commitment;
	const isCheckpoint = source === SOURCE.state && position.step % segmentLength(header) === 0;
	const stepPath = isCheckpoint ? paths.checkpoint(segmentOf(header, step)) : paths.step(step);
	return { operand, root, path: paths.operator(step, index), stepPath };
}

/** Reads operand elements of an operator by their physical index. */
export function fetchOf(evidence: Evidence, position: TracePosition): Fetch {
	const tensors = evidence.commitment.descriptors[position.operator].operands.map(
		(_, operand) => operandTensor(evidence, position, operand).elements,
	);
	return (operand, index) => tensors[operand][index];
}

/** Eight zeros: what stands in a settlement for a proof that is not needed. */
export const NO_PROOF: readonly bigint[] = new Array(8).fill(0n);

/** A proof's 256 bytes as the verifier's eight field elements. */
export function proofWords(proof: Hex): bigint[] {
	return Array.from({ length: 8 }, (_, i) => BigInt(`0x${proof.slice(2 + 64 * i, 66 + 64 * i)}`));
}
