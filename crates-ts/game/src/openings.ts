import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import { elementsInLeaf, leafCount, leafNode } from "@umpire/commitment/leaf.ts";
import { type Descriptor, type Operand, type ProgramHeader, SOURCE } from "@umpire/operators/program.ts";
import { segmentCount, segmentLength, segmentOf, stepsFrom } from "@umpire/operators/segments.ts";
import { GameError } from "./errors.ts";
import type { Case, PartEvidence, Settlement, TensorOpening } from "./move.ts";
import { follow } from "./paths.ts";

/** Whether an operand is an input of the program in the first step. */
export function readsInput({ source, index, initial }: Operand, input: number): boolean {
	return source === SOURCE.state ? initial === input : source === SOURCE.input && index === input;
}

/** Checks an operand's tensor root against the root that its source names. */
export function checkTensor(what: Case, d: Descriptor, opening: TensorOpening): void {
	const operand = d.operands[opening.operand];
	if (operand === undefined) {
		throw new GameError("WrongOperand", opening.operand, opening.operand, d.operands.length);
	}
	const { header } = what;
	let { source, index } = operand;
	let { step } = what;
	// between segments a state is what the claim committed to, whatever the segment before was bound to
	const isCheckpoint = source === SOURCE.state && step % segmentLength(header) === 0;
	if (source === SOURCE.state && step === 0) {
		source = SOURCE.input;
		index = operand.initial;
	} else if (source === SOURCE.state) {
		source = SOURCE.operator;
		step--;
	}
	let actual: Hex;
	let expected: Hex;
	if (source === SOURCE.constant) {
		actual = follow(opening.root, index, header.constantCount, opening.path, TAG.constants);
		expected = header.constantsRoot;
	} else if (source === SOURCE.input) {
		actual = follow(opening.root, index, header.inputCount, opening.path, TAG.inputs);
		expected = what.inputsRoot;
	} else if (source === SOURCE.operator) {
		actual = follow(opening.root, index, header.operatorCount, opening.path, TAG.operators);
		if (isCheckpoint) {
			const segment = segmentOf(header, step);
			actual = follow(actual, segment, segmentCount(header), opening.stepPath, TAG.checkpoints);
			expected = what.checkpointsRoot;
		} else {
			actual = segmentRoot(header, actual, step, opening.stepPath);
			expected = what.traceRoot;
		}
	} else {
		throw new GameError("UnknownSource", source);
	}
	if (actual !== expected) throw new GameError("WrongTensor", opening.operand, actual, expected);
}

/** The root of a step's segment that the step's root and its path lead to. */
export function segmentRoot(header: ProgramHeader, stepRoot: Hex, step: number, path: readonly Hex[]): Hex {
	const place = step % segmentLength(header);
	return follow(stepRoot, place, stepsFrom(header, step - place), path, TAG.steps);
}

/** Checks that leaf `leaf` of an operand has the digest shown as number `i` of the evidence. */
export function checkLeaf(
	d: Descriptor,
	s: Settlement,
	{ leaves }: PartEvidence,
	i: number,
	operand: number,
	leaf: number,
): void {
	const opening = leaves[i];
	const tensor = s.tensors[opening.tensor];
	if (tensor === undefined) throw new GameError("WrongOperand", i, opening.tensor, s.tensors.length);
	if (tensor.operand !== operand) throw new GameError("WrongOperand", i, tensor.operand, operand);
	const { elements, width } = d.operands[operand];
	const node = leafNode(width, elementsInLeaf(leaf, elements, width), opening.digest);
	const root = follow(node, leaf, leafCount(elements, width), opening.path, TAG.tensor);
	if (root !== tensor.root) throw new GameError("WrongOperandLeaf", i, root, tensor.root);
}
