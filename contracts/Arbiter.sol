// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Case, DescriptorOpening, IArbiter, LeafLocation, RowOpening, Settlement} from "./interfaces/IArbiter.sol";
import {ProgramHeader} from "./interfaces/IRegistry.sol";
import {IDotVerifier, IElementsVerifier} from "./interfaces/IVerifiers.sol";
import {Cone} from "./libraries/Cone.sol";
import {Kinds} from "./libraries/Kinds.sol";
import {Openings} from "./libraries/Openings.sol";
import {Packing} from "./libraries/Packing.sol";
import {Parts} from "./libraries/Parts.sol";
import {Proofs} from "./libraries/Proofs.sol";
import {Descriptor, KIND_DOT, KIND_GATHER} from "./types/Descriptor.sol";
import {DotPart, ElementsPart} from "./types/Part.sol";

/// @title Decides from openings and a proof what an element's value is. Keeps no state.
/// @dev The contract derives parts, leaves, offsets and lengths itself; a settlement brings only what was hashed.
contract Arbiter is IArbiter {
	IDotVerifier public immutable dotVerifier;
	IElementsVerifier public immutable elementsVerifier;

	constructor(IDotVerifier dotVerifier_, IElementsVerifier elementsVerifier_) {
		if (address(dotVerifier_).code.length == 0) revert VerifierMissing(address(dotVerifier_));
		if (address(elementsVerifier_).code.length == 0) revert VerifierMissing(address(elementsVerifier_));
		dotVerifier = dotVerifier_;
		elementsVerifier = elementsVerifier_;
	}

	/// @inheritdoc IArbiter
	function judge(Case calldata what, Settlement calldata settlement)
		external
		view
		returns (int256 claimed, int256 computed)
	{
		return _judge(what, Openings.descriptor(what.header, what.operator, settlement.operator), settlement);
	}

	/// @inheritdoc IArbiter
	function judgeAt(Case calldata what, LeafLocation calldata location, Settlement calldata settlement)
		external
		view
		returns (int256 claimed, int256 computed)
	{
		if (what.step >= what.header.steps) revert OutOfTrace(what.step, what.header.steps);
		if (what.operator >= what.header.operatorCount) {
			revert OutOfTrace(what.operator, what.header.operatorCount);
		}
		Descriptor memory d = Openings.descriptor(what.header, what.operator, settlement.operator);
		uint256 leaves = Packing.leafCount(d.elements, d.width);
		if (what.leaf >= leaves) revert OutOfTrace(what.leaf, leaves);
		Openings.location(what, d, location, settlement.words);
		return _judge(what, d, settlement);
	}

	/// @inheritdoc IArbiter
	function shape(ProgramHeader calldata header, uint256 operator, DescriptorOpening calldata opening)
		external
		pure
		returns (uint64 elements, uint8 width)
	{
		Descriptor memory d = Openings.descriptor(header, operator, opening);
		return (d.elements, d.width);
	}

	/// @inheritdoc IArbiter
	function partCount(
		ProgramHeader calldata header,
		uint256 operator,
		DescriptorOpening calldata opening,
		uint256 element
	) external pure returns (uint256) {
		return Parts.count(Openings.descriptor(header, operator, opening), element);
	}

	/// @inheritdoc IArbiter
	function checkPartials(
		ProgramHeader calldata header,
		uint256 operator,
		DescriptorOpening calldata opening,
		RowOpening calldata row,
		uint256[5] calldata words,
		uint256 first,
		uint256 element,
		int64[] calldata partials
	) external pure {
		Descriptor memory d = Openings.descriptor(header, operator, opening);
		int256 last = partials[partials.length - 1];
		int256 value = Kinds.value(d, last, Openings.row(d, element, row));
		int256 expected = Packing.element(d.width, words, element - first);
		if (value != expected) revert WrongPartials(value, expected);
	}

	function _judge(Case calldata what, Descriptor memory d, Settlement calldata settlement)
		private
		view
		returns (int256 claimed, int256 computed)
	{
		claimed = _published(d, what.leaf, settlement.words, settlement.element);
		int256 previous = Kinds.start(d);
		if (what.inParts) {
			if (settlement.part >= settlement.partials.length) {
				revert PartOutOfRange(settlement.part, settlement.partials.length);
			}
			claimed = settlement.partials[settlement.part];
			if (settlement.part > 0) previous = settlement.partials[settlement.part - 1];
		} else if (settlement.part != 0) {
			revert PartOutOfRange(settlement.part, 1);
		}
		for (uint256 i = 0; i < settlement.tensors.length; i++) {
			Openings.tensor(what, d, settlement.tensors[i]);
		}
		computed = d.kind == KIND_DOT
			? _dot(what, d, settlement, previous)
			: _elements(what, d, settlement, previous);
		if (!what.inParts) {
			computed = Kinds.value(d, computed, Openings.row(d, settlement.element, settlement.row));
		}
		if (computed == claimed) revert ValuesAgree(computed);
	}

	/// @dev The value that the disputed leaf states for the element.
	function _published(Descriptor memory d, uint256 leaf, uint256[5] calldata words, uint256 element)
		private
		pure
		returns (int256)
	{
		uint256 first = leaf * Packing.leafElements(d.width);
		uint256 end = first + Packing.elementsInLeaf(leaf, d.elements, d.width);
		if (element < first || element >= end) revert ElementOutOfLeaf(element, first, end);
		return Packing.element(d.width, words, element - first);
	}

	/// @dev S_{p+1} of a Dot by its proof.
	function _dot(Case calldata what, Descriptor memory d, Settlement calldata s, int256 previous)
		private
		view
		returns (int256)
	{
		(DotPart memory part, uint256 count) = Parts.dotPartAndCount(d, s.element, s.part);
		_requireCount(what, s, count);
		uint256 xCount = part.xLeaves.length;
		_requireEvidence(s, xCount + part.wLeaves.length, part.slots == 0 ? 0 : 1);
		if (part.slots == 0) return previous;
		for (uint256 i = 0; i < s.leaves.length; i++) {
			bool ofX = i < xCount;
			uint256 index = ofX ? part.xLeaves[i] : part.wLeaves[i - xCount];
			Openings.leaf(d, s.tensors, s.leaves[i], i, ofX ? 0 : 1, index);
		}
		int256 sum = s.values[0];
		if (!Proofs.dot(dotVerifier, part, s.leaves, sum, what.beneficiary, s.proof)) revert InvalidProof();
		return previous + sum;
	}

	/// @dev S_{p+1} of any other kind by its reads and, if there are any, its proof.
	function _elements(Case calldata what, Descriptor memory d, Settlement calldata s, int256 previous)
		private
		view
		returns (int256)
	{
		_requireCount(what, s, Parts.count(d, s.element));
		ElementsPart memory part = Parts.elementsPart(d, s.element, s.part, _indexValue(d, s));
		uint256 reads = part.reads.length;
		_requireEvidence(s, reads, reads);
		int256[] memory values = s.values;
		int256 next = Kinds.next(d, previous, s.part, part, values);
		if (reads == 0) return next;
		for (uint256 i = 0; i < reads; i++) {
			Openings.leaf(d, s.tensors, s.leaves[i], i, part.reads[i].operand, part.reads[i].leaf);
		}
		uint256 packed = Parts.packedReads(d, part, values);
		if (!Proofs.elements(elementsVerifier, packed, s.leaves, what.beneficiary, s.proof)) revert InvalidProof();
		return next;
	}

	/// @dev A Gather's address follows from its index element, which the same proof opens as read 0.
	function _indexValue(Descriptor memory d, Settlement calldata s) private pure returns (int256) {
		if (d.kind != KIND_GATHER) return 0;
		(bool inBounds,) = Cone.read(d, 0, s.element, 0);
		if (!inBounds) return d.operands[0].outside;
		if (s.values.length == 0) revert WrongValueCount(0, 1);
		return s.values[0];
	}

	function _requireCount(Case calldata what, Settlement calldata s, uint256 count) private pure {
		uint256 brought = what.inParts ? s.partials.length : 1;
		if (brought != count) revert WrongPartCount(brought, count);
	}

	function _requireEvidence(Settlement calldata s, uint256 leaves, uint256 values) private pure {
		if (s.leaves.length != leaves) revert WrongLeafCount(s.leaves.length, leaves);
		if (s.values.length != values) revert WrongValueCount(s.values.length, values);
	}
}
