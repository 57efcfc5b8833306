// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Descriptor, KIND_ARGMAX, KIND_DOT, KIND_GATHER, KIND_MAX, KIND_VIEW} from "../types/Descriptor.sol";
import {DotPart, ElementRead, ElementsPart} from "../types/Part.sol";
import {Cone} from "./Cone.sol";
import {DotParts} from "./DotParts.sol";
import {Packing} from "./Packing.sol";

/// @title The parts of an element's cone, and the public signals of their proofs (docs/protocol.md sections 3 and 4)
library Parts {
	uint256 internal constant READS = 4;
	/// @dev BN254's scalar field.
	uint256 private constant FIELD =
		21888242871839275222246405745257275088548364400416034343698204186575808495617;

	/// @notice Thrown when a part is named that the element does not have.
	error NoSuchPart(uint256 part, uint256 count);
	/// @notice Thrown when a part comes with another number of values than it has reads.
	error WrongValues(uint256 actual, uint256 expected);
	/// @notice Thrown when a value is not an integer of its operand's width.
	error ValueOutOfRange(int256 value, uint256 width);
	/// @notice Thrown when a part without reads in bounds is to be proved: there is nothing to prove.
	error NothingToProve();
	/// @notice Thrown when a sum is so large that its public signal might be that of another sum.
	error SumOutOfRange(int256 sum);
	/// @notice Thrown when the routine for one circuit is asked about an operator of the other.
	error WrongCircuit(uint256 kind);

	/// @notice How many parts the cone of an element has.
	function count(Descriptor memory d, uint256 element) internal pure returns (uint256 parts) {
		if (d.kind == KIND_DOT) {
			(, parts) = DotParts.walk(d, element, type(uint256).max, true);
		} else {
			parts = _elementsCount(d);
		}
	}

	/// @notice A part of a Dot.
	function dotPart(Descriptor memory d, uint256 element, uint256 part) internal pure returns (DotPart memory found) {
		if (d.kind != KIND_DOT) revert WrongCircuit(d.kind);
		uint256 parts;
		(found, parts) = DotParts.walk(d, element, part, false);
		if (part >= parts) revert NoSuchPart(part, parts);
	}

	/// @notice A part of any other kind.
	/// @param indexValue the value of a Gather's index element; unused otherwise
	function elementsPart(Descriptor memory d, uint256 element, uint256 part, int256 indexValue)
		internal
		pure
		returns (ElementsPart memory found)
	{
		if (d.kind == KIND_DOT) revert WrongCircuit(d.kind);
		uint256 parts = _elementsCount(d);
		if (part >= parts) revert NoSuchPart(part, parts);
		ElementRead[] memory reads = new ElementRead[](READS);
		uint256 used;
		if (d.kind == KIND_GATHER) used = _gatherReads(d, element, indexValue, reads);
		else if (d.kind == KIND_VIEW) used = _viewReads(d, element, reads);
		else used = _reads(d, element, part, reads);
		assembly ("memory-safe") {
			mstore(reads, used)
		}
		found.reads = reads;
	}

	/// @notice The signal `packed` of circuit `elements`.
	/// @param values the opened values, one per read of the part
	function packedReads(Descriptor memory d, ElementsPart memory part, int256[] memory values)
		internal
		pure
		returns (uint256 packed)
	{
		uint256 used = part.reads.length;
		if (values.length != used) revert WrongValues(values.length, used);
		if (used == 0) revert NothingToProve();
		for (uint256 t = 0; t < READS; ++t) {
			uint256 i = t < used ? t : 0;
			packed |= _packedRead(d.operands[part.reads[i].operand].width, part.reads[i].index, values[i]) << (44 * t);
		}
	}

	/// @notice The signal `sum` of circuit `dot`. No sum of a part comes near 2^127; larger ones could be aliases.
	function toField(int256 sum) internal pure returns (uint256) {
		if (sum >= 2 ** 127 || sum <= -(2 ** 127)) revert SumOutOfRange(sum);
		return sum < 0 ? FIELD - uint256(-sum) : uint256(sum);
	}

	function _packedRead(uint256 width, uint256 index, int256 value) private pure returns (uint256) {
		int256 half = int256(1 << (width - 1));
		if (value < -half || value >= half) revert ValueOutOfRange(value, width);
		uint256 lanes = Packing.lanes(width);
		return (index / lanes) % Packing.WORDS + 8 * (index % lanes) + 256 * Packing.widthCode(width)
			+ 1024 * uint256(value + half);
	}

	/// @dev Only Max and ArgMax may have more than one part: the other kinds read at most three elements.
	function _elementsCount(Descriptor memory d) private pure returns (uint256) {
		if (d.kind != KIND_MAX && d.kind != KIND_ARGMAX) return 1;
		uint256 reads = d.operands.length;
		for (uint256 j = 0; j < d.reductionRadix.length; ++j) reads *= d.reductionRadix[j];
		return (reads + READS - 1) / READS;
	}

	/// @dev Reads 4p … 4p + 3, read t being operand t mod n at reduction index t div n.
	function _reads(Descriptor memory d, uint256 element, uint256 part, ElementRead[] memory reads)
		private
		pure
		returns (uint256 used)
	{
		uint256 operands = d.operands.length;
		uint256 total = operands;
		for (uint256 j = 0; j < d.reductionRadix.length; ++j) total *= d.reductionRadix[j];
		uint256 end = READS * (part + 1) < total ? READS * (part + 1) : total;
		int256[] memory at = Cone.outputDigits(d, element);
		for (uint256 t = READS * part; t < end; ++t) {
			Cone.digits(t / operands, d.reductionRadix, at, d.outputRadix.length);
			(bool inBounds, uint256 index) = Cone.readDigits(d.operands[t % operands], at);
			if (inBounds) reads[used++] = _read(d, t % operands, index);
		}
	}

	function _viewReads(Descriptor memory d, uint256 element, ElementRead[] memory reads)
		private
		pure
		returns (uint256)
	{
		int256[] memory at = Cone.outputDigits(d, element);
		for (uint256 k = 0; k < d.operands.length; ++k) {
			(bool inBounds, uint256 index) = Cone.readDigits(d.operands[k], at);
			if (inBounds) {
				reads[0] = _read(d, k, index);
				return 1;
			}
		}
		return 0;
	}

	function _gatherReads(Descriptor memory d, uint256 element, int256 indexValue, ElementRead[] memory reads)
		private
		pure
		returns (uint256 used)
	{
		(bool inBounds, uint256 index) = Cone.read(d, 0, element, 0);
		if (inBounds) reads[used++] = _read(d, 0, index);
		else indexValue = d.operands[0].outside;
		(inBounds, index) = Cone.gatherRead(d, element, indexValue);
		if (inBounds) reads[used++] = _read(d, 1, index);
	}

	function _read(Descriptor memory d, uint256 operand, uint256 index) private pure returns (ElementRead memory) {
		return ElementRead(operand, index, index / Packing.leafElements(d.operands[operand].width));
	}
}
