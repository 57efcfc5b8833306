// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {
	Case,
	DescriptorOpening,
	IArbiter,
	LeafLocation,
	PartEvidence,
	RowOpening,
	Settlement
} from "../interfaces/IArbiter.sol";
import {ProgramHeader} from "../interfaces/IRegistry.sol";
import {IVerifier} from "../interfaces/IVerifier.sol";
import {Cone} from "../libraries/Cone.sol";
import {DotParts} from "../libraries/DotParts.sol";
import {Kinds} from "../libraries/Kinds.sol";
import {Openings} from "../libraries/Openings.sol";
import {Packing} from "../libraries/Packing.sol";
import {Parts} from "../libraries/Parts.sol";
import {Proofs} from "../libraries/Proofs.sol";
import {Search} from "../libraries/Search.sol";
import {Trees} from "../libraries/Trees.sol";
import {
	Descriptor,
	KIND_DOT,
	KIND_GATHER,
	Operand,
	SOURCE_INPUT,
	SOURCE_STATE
} from "../types/Descriptor.sol";
import {DotPart, ElementsPart} from "../types/Part.sol";

/// @title Decides from openings and a proof what an element's value is. Keeps no state.
/// @dev The contract derives parts, leaves, offsets and lengths itself; a settlement brings only what was hashed. The
/// file is long because it is one decision, from the descriptor to the value; what others use too is in libraries.
contract Arbiter is IArbiter {
	/// @dev The part that is proved, of how many, and whether these are to be all.
	struct At {
		uint256 part;
		uint256 parts;
		bool last;
	}

	IVerifier public immutable dotVerifier;
	IVerifier public immutable elementsVerifier;

	constructor(IVerifier dotVerifier_, IVerifier elementsVerifier_) {
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
		if (!_hasProof(settlement)) revert ProofNeeded();
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
	function inputShape(
		ProgramHeader calldata header,
		uint256 operator,
		DescriptorOpening calldata opening,
		uint256 input
	) external pure returns (uint64 elements, uint8 width) {
		Operand[] memory operands = Openings.descriptor(header, operator, opening).operands;
		for (uint256 i = 0; i < operands.length; ++i) {
			Operand memory operand = operands[i];
			bool reads = operand.source == SOURCE_STATE
				? operand.initial == input
				: operand.source == SOURCE_INPUT && operand.index == input;
			if (reads) return (operand.elements, operand.width);
		}
		revert InputNotRead(operator, input);
	}

	/// @inheritdoc IArbiter
	function chunkRoot(
		uint256 elements,
		uint8 width,
		uint256 chunk,
		uint256 level,
		uint256[5][] calldata words,
		bytes32[] calldata path
	) external pure returns (bytes32) {
		uint256 leaves = Packing.leafCount(elements, width);
		uint256 start = chunk << level;
		uint256 size = Search.sizeOf(start, level, leaves);
		if (words.length != size) revert WrongChunk(words.length, size);
		bytes32[] memory nodes = new bytes32[](size);
		for (uint256 i = 0; i < size; ++i) {
			uint256 count = Packing.elementsInLeaf(start + i, elements, width);
			nodes[i] = Packing.publishedNode(width, count, words[i]);
		}
		bytes32 node = Trees.root(nodes, Trees.TENSOR, 0);
		return Trees.rootFromPath(node, chunk, Search.childCount(leaves, level), path, Trees.TENSOR, level);
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
		for (uint256 i = 0; i < settlement.tensors.length; i++) {
			Openings.tensor(what, d, settlement.tensors[i]);
		}
		if (what.inParts) {
			claimed = _partial(settlement);
			computed = _partialResult(what, d, settlement);
		} else {
			computed = Kinds.value(
				d, _wholeResult(what, d, settlement), Openings.row(d, settlement.element, settlement.row)
			);
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

	/// @dev The published partial result that is judged.
	function _partial(Settlement calldata s) private pure returns (int256) {
		if (s.part >= s.partials.length) revert PartOutOfRange(s.part, s.partials.length);
		return s.partials[s.part];
	}

	/// @dev What the judged partial result should be: it follows from the one before it and one part.
	function _partialResult(Case calldata what, Descriptor memory d, Settlement calldata s)
		private
		view
		returns (int256)
	{
		if (s.evidence.length != 1) revert WrongEvidenceCount(s.evidence.length, 1);
		int256 previous = s.part == 0 ? Kinds.start(d) : int256(s.partials[s.part - 1]);
		Proofs.Batch memory proofs = Proofs.batch(1, _signals(d));
		int256 next = _next(what, d, s, s.evidence[0], At(s.part, s.partials.length, true), previous, proofs);
		_requireProofs(d, proofs);
		return next;
	}

	/// @dev The result of all parts, each proved.
	function _wholeResult(Case calldata what, Descriptor memory d, Settlement calldata s)
		private
		view
		returns (int256 result)
	{
		if (s.part != 0) revert PartOutOfRange(s.part, 1);
		uint256 parts = s.evidence.length;
		if (parts == 0) revert WrongPartCount(0, Parts.count(d, s.element));
		result = Kinds.start(d);
		Proofs.Batch memory proofs = Proofs.batch(parts, _signals(d));
		for (uint256 p = 0; p < parts; ++p) {
			result = _next(what, d, s, s.evidence[p], At(p, parts, p + 1 == parts), result, proofs);
		}
		_requireProofs(d, proofs);
	}

	/// @dev S_{p+1} from S_p and the evidence of part p, whose proof is yet to be verified.
	function _next(
		Case calldata what,
		Descriptor memory d,
		Settlement calldata s,
		PartEvidence calldata evidence,
		At memory at,
		int256 previous,
		Proofs.Batch memory proofs
	) private pure returns (int256) {
		return d.kind == KIND_DOT
			? _dot(what, d, s, evidence, at, previous, proofs)
			: _elements(what, d, s, evidence, at, previous, proofs);
	}

	/// @dev S_{p+1} of a Dot by its proof.
	function _dot(
		Case calldata what,
		Descriptor memory d,
		Settlement calldata s,
		PartEvidence calldata e,
		At memory at,
		int256 previous,
		Proofs.Batch memory proofs
	) private pure returns (int256) {
		(DotPart memory part, uint256 count) = DotParts.walk(d, s.element, at.part, at.last);
		_requireCount(at, count);
		uint256 xCount = part.xLeaves.length;
		_requireEvidence(e, xCount + part.wLeaves.length, part.slots == 0 ? 0 : 1);
		if (part.slots == 0) return previous;
		for (uint256 i = 0; i < e.leaves.length; i++) {
			bool ofX = i < xCount;
			uint256 index = ofX ? part.xLeaves[i] : part.wLeaves[i - xCount];
			Openings.leaf(d, s.tensors, e.leaves[i], i, ofX ? 0 : 1, index);
		}
		int256 sum = e.values[0];
		Proofs.addDot(proofs, part, e.leaves, sum, what.beneficiary, e.proof);
		return previous + sum;
	}

	/// @dev S_{p+1} of any other kind by its reads and, if there are any, its proof.
	function _elements(
		Case calldata what,
		Descriptor memory d,
		Settlement calldata s,
		PartEvidence calldata e,
		At memory at,
		int256 previous,
		Proofs.Batch memory proofs
	) private pure returns (int256) {
		_requireCount(at, Parts.count(d, s.element));
		ElementsPart memory part = Parts.elementsPart(d, s.element, at.part, _indexValue(d, s.element, e));
		uint256 reads = part.reads.length;
		_requireEvidence(e, reads, reads);
		int256[] memory values = e.values;
		int256 next = Kinds.next(d, previous, at.part, part, values);
		if (reads == 0) return next;
		for (uint256 i = 0; i < reads; i++) {
			Openings.leaf(d, s.tensors, e.leaves[i], i, part.reads[i].operand, part.reads[i].leaf);
		}
		uint256 packed = Parts.packedReads(d, part, values);
		Proofs.addElements(proofs, packed, e.leaves, what.beneficiary, e.proof);
		return next;
	}

	/// @dev Of the one circuit that an operator's parts are proved with.
	function _requireProofs(Descriptor memory d, Proofs.Batch memory proofs) private view {
		IVerifier verifier = d.kind == KIND_DOT ? dotVerifier : elementsVerifier;
		if (!Proofs.areRight(proofs, verifier, _signals(d))) revert InvalidProof();
	}

	function _signals(Descriptor memory d) private pure returns (uint256) {
		return d.kind == KIND_DOT ? Proofs.DOT_SIGNALS : Proofs.ELEMENTS_SIGNALS;
	}

	/// @dev A Gather's address follows from its index element, which the same proof opens as read 0.
	function _indexValue(Descriptor memory d, uint256 element, PartEvidence calldata e)
		private
		pure
		returns (int256)
	{
		if (d.kind != KIND_GATHER) return 0;
		(bool inBounds,) = Cone.read(d, 0, element, 0);
		if (!inBounds) return d.operands[0].outside;
		if (e.values.length == 0) revert WrongValueCount(0, 1);
		return e.values[0];
	}

	/// @dev Whether a part reads anything: then its proof binds the settlement to its beneficiary.
	function _hasProof(Settlement calldata s) private pure returns (bool) {
		for (uint256 i = 0; i < s.evidence.length; i++) {
			if (s.evidence[i].leaves.length != 0) return true;
		}
		return false;
	}

	/// @dev The walk over a Dot's parts counts them only if it goes to the last.
	function _requireCount(At memory at, uint256 count) private pure {
		if (at.last ? count != at.parts : at.part >= count) revert WrongPartCount(at.parts, count);
	}

	function _requireEvidence(PartEvidence calldata e, uint256 leaves, uint256 values) private pure {
		if (e.leaves.length != leaves) revert WrongLeafCount(e.leaves.length, leaves);
		if (e.values.length != values) revert WrongValueCount(e.values.length, values);
	}
}
