// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Case, DescriptorOpening, IArbiter, LeafLocation, LeafOpening, RowOpening, TensorOpening} from "../interfaces/IArbiter.sol";
import {ProgramHeader} from "../interfaces/IRegistry.sol";
import {
	Descriptor,
	Operand,
	Row,
	SOURCE_CONSTANT,
	SOURCE_INPUT,
	SOURCE_OPERATOR,
	SOURCE_STATE
} from "../types/Descriptor.sol";
import {Cone} from "./Cone.sol";
import {Packing} from "./Packing.sol";
import {Segments} from "./Segments.sol";
import {Trees} from "./Trees.sol";

/// @title Checks that what a settlement shows is what program, inputs and trace commit to
library Openings {
	/// @notice Decodes an operator's descriptor after checking it against the program.
	function descriptor(ProgramHeader calldata header, uint256 operator, DescriptorOpening calldata opening)
		internal
		pure
		returns (Descriptor memory)
	{
		return _descriptorUnder(header.operatorsRoot, header.operatorCount, operator, opening);
	}

	/// @dev Apart, so that the decoder of descriptors is in the bytecode once.
	function _descriptorUnder(
		bytes32 operatorsRoot,
		uint256 operatorCount,
		uint256 operator,
		DescriptorOpening calldata opening
	) private pure returns (Descriptor memory) {
		bytes32 hash = keccak256(opening.descriptor);
		bytes32 root = Trees.rootFromPath(hash, operator, operatorCount, opening.path, Trees.DESCRIPTORS, 0);
		if (root != operatorsRoot) revert IArbiter.WrongDescriptor(root, operatorsRoot);
		return abi.decode(opening.descriptor, (Descriptor));
	}

	/// @notice The rescale row of an element, checked; zeros for kinds without rescale.
	function row(Descriptor memory d, uint256 element, RowOpening calldata opening)
		internal
		pure
		returns (Row memory r)
	{
		if (d.rowCount == 0) return r;
		r = Row(opening.bias, opening.multiplier, opening.shift);
		bytes32 root = Trees.rootFromPath(
			Trees.rowNode(r), Cone.rowOf(d, element), d.rowCount, opening.path, Trees.ROWS, 0
		);
		if (root != d.rowsRoot) revert IArbiter.WrongRow(root, d.rowsRoot);
	}

	/// @notice Checks that the words of a leaf are those that the trace has at its place.
	function location(
		Case calldata what,
		Descriptor memory d,
		LeafLocation calldata paths,
		uint256[5] calldata words
	) internal pure {
		uint256 count = Packing.elementsInLeaf(what.leaf, d.elements, d.width);
		uint256 leaves = Packing.leafCount(d.elements, d.width);
		bytes32 node = Packing.publishedNode(d.width, count, words);
		node = Trees.rootFromPath(node, what.leaf, leaves, paths.leafPath, Trees.TENSOR, 0);
		node = Trees.rootFromPath(
			node, what.operator, what.header.operatorCount, paths.operatorPath, Trees.OPERATORS, 0
		);
		node = _segmentRoot(what.header, node, what.step, paths.stepPath);
		if (node != what.traceRoot) revert IArbiter.WrongLocation(node, what.traceRoot);
	}

	/// @notice Checks an operand's tensor root against the root that its source names.
	function tensor(Case calldata what, Descriptor memory d, TensorOpening calldata opening) internal pure {
		if (opening.operand >= d.operands.length) {
			revert IArbiter.WrongOperand(opening.operand, opening.operand, d.operands.length);
		}
		Operand memory operand = d.operands[opening.operand];
		ProgramHeader calldata header = what.header;
		(uint256 source, uint256 index, uint256 step) = (operand.source, operand.index, what.step);
		uint256 segment = Segments.length(header.commitment, header.steps);
		bool isCheckpoint = false;
		if (source == SOURCE_STATE) {
			// Between segments a state is what the claim committed to, whatever the segment before was bound to.
			isCheckpoint = step % segment == 0;
			(source, index, step) =
				step == 0 ? (SOURCE_INPUT, operand.initial, step) : (SOURCE_OPERATOR, index, step - 1);
		}
		bytes32 actual;
		bytes32 expected;
		if (source == SOURCE_CONSTANT) {
			actual = Trees.rootFromPath(
				opening.root, index, header.constantCount, opening.path, Trees.CONSTANTS, 0
			);
			expected = header.constantsRoot;
		} else if (source == SOURCE_INPUT) {
			actual =
				Trees.rootFromPath(opening.root, index, header.inputCount, opening.path, Trees.INPUTS, 0);
			expected = what.inputsRoot;
		} else if (source == SOURCE_OPERATOR) {
			actual = Trees.rootFromPath(
				opening.root, index, header.operatorCount, opening.path, Trees.OPERATORS, 0
			);
			if (isCheckpoint) {
				uint256 segments = Segments.count(header.commitment, header.steps);
				actual = Trees.rootFromPath(
					actual, step / segment, segments, opening.stepPath, Trees.CHECKPOINTS, 0
				);
				expected = what.checkpointsRoot;
			} else {
				actual = _segmentRoot(header, actual, step, opening.stepPath);
				expected = what.traceRoot;
			}
		} else {
			revert IArbiter.UnknownSource(source);
		}
		if (actual != expected) revert IArbiter.WrongTensor(opening.operand, actual, expected);
	}

	/// @dev The root of a step's segment that the step's root and its path lead to.
	function _segmentRoot(
		ProgramHeader calldata header,
		bytes32 stepRoot,
		uint256 step,
		bytes32[] calldata path
	) private pure returns (bytes32) {
		uint256 place = step % Segments.length(header.commitment, header.steps);
		uint256 count = Segments.stepsFrom(header.commitment, header.steps, step - place);
		return Trees.rootFromPath(stepRoot, place, count, path, Trees.STEPS, 0);
	}

	/// @notice Checks that a leaf of `operandIndex` at `leaf` has the digest shown.
	/// @param number the leaf's place in the settlement, for the error
	function leaf(
		Descriptor memory d,
		TensorOpening[] calldata tensors,
		LeafOpening calldata opening,
		uint256 number,
		uint256 operandIndex,
		uint256 leafIndex
	) internal pure {
		if (opening.tensor >= tensors.length) revert IArbiter.WrongOperand(number, opening.tensor, tensors.length);
		TensorOpening calldata t = tensors[opening.tensor];
		if (t.operand != operandIndex) revert IArbiter.WrongOperand(number, t.operand, operandIndex);
		Operand memory operand = d.operands[operandIndex];
		uint256 count = Packing.elementsInLeaf(leafIndex, operand.elements, operand.width);
		bytes32 root = Trees.rootFromPath(
			Packing.leafNode(operand.width, count, opening.digest),
			leafIndex,
			Packing.leafCount(operand.elements, operand.width),
			opening.path,
			Trees.TENSOR,
			0
		);
		if (root != t.root) revert IArbiter.WrongOperandLeaf(number, root, t.root);
	}
}
