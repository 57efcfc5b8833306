// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ProgramHeader} from "./IRegistry.sol";

/// @notice A descriptor, as `abi.encode(Descriptor)`, and its path to the program's operatorsRoot.
struct DescriptorOpening {
	bytes descriptor;
	bytes32[] path;
}

/// @notice The rescale row of an element and its path to the descriptor's rowsRoot; zeros for kinds without rescale.
struct RowOpening {
	int64 bias;
	uint32 multiplier;
	uint8 shift;
	bytes32[] path;
}

/// @notice An operand's tensor root with its way to the root that it belongs to: constants, inputs, or
/// (operator operands) the operators of its step and the steps of the segment, or the checkpoints.
struct TensorOpening {
	/// which operand of the descriptor
	uint256 operand;
	bytes32 root;
	bytes32[] path;
	/// empty unless the operand is an operator's output
	bytes32[] stepPath;
}

/// @notice A leaf of an opened operand. The proof opens its words; here are its digest and its path to the tensor root.
struct LeafOpening {
	/// index in Settlement.tensors
	uint256 tensor;
	uint256 digest;
	bytes32[] path;
}

/// @notice What one part of an element's cone reads, and the proof of it.
struct PartEvidence {
	/// Dot: the part's leaves of x, then those of w, in order of first use. Other kinds: one leaf per
	/// in-bounds read of the part, in order of the reads.
	LeafOpening[] leaves;
	/// Dot: [Σ of the part]. Other kinds: the value read by each in-bounds read, in order.
	int256[] values;
	/// all zero if the part has no in-bounds read and needs no proof
	uint256[8] proof;
}

/// @notice Everything that decides about one element, or about one of its partial results.
struct Settlement {
	DescriptorOpening operator;
	/// the words of the disputed leaf
	uint256[5] words;
	/// the element's index in the operator's tensor
	uint256 element;
	/// the part that is proved of the published partial results, 0 if there are none
	uint256 part;
	RowOpening row;
	/// S₁ … Sₙ as published; empty if the settlement proves all parts
	int64[] partials;
	TensorOpening[] tensors;
	/// of `part` if there are partial results, otherwise of every part in order
	PartEvidence[] evidence;
}

/// @notice Where the disputed leaf is; everything in it is established by the game.
struct Case {
	ProgramHeader header;
	bytes32 inputsRoot;
	/// root of the steps of the segment in which the leaf is; of all steps if the program has no segments
	bytes32 traceRoot;
	/// root of the checkpoints that the claim carries, if the program has segments
	bytes32 checkpointsRoot;
	uint256 step;
	uint256 operator;
	/// the disputed leaf in the operator's tensor
	uint256 leaf;
	/// who the proof is made for
	address beneficiary;
	/// true if the submitter published partial results of the element: then one of them is judged
	bool inParts;
}

/// @notice Where a settlement without a search finds the disputed leaf in the trace.
struct LeafLocation {
	uint256 step;
	uint256 operator;
	/// index of the leaf in the operator's tensor
	uint256 leaf;
	bytes32[] leafPath;
	bytes32[] operatorPath;
	bytes32[] stepPath;
}

/// @title Decides from openings and a proof what an element's value is. Keeps no state.
interface IArbiter {
	/// @notice Thrown when a descriptor's path does not lead to the program's operators.
	error WrongDescriptor(bytes32 actual, bytes32 expected);
	/// @notice Thrown when a row's path does not lead to the descriptor's rows.
	error WrongRow(bytes32 actual, bytes32 expected);
	/// @notice Thrown when an operand's tensor does not lead to its root.
	error WrongTensor(uint256 operand, bytes32 actual, bytes32 expected);
	/// @notice Thrown when an operand's leaf does not lead to its tensor root.
	error WrongOperandLeaf(uint256 leaf, bytes32 actual, bytes32 expected);
	/// @notice Thrown when a leaf is shown under another operand's tensor.
	error WrongOperand(uint256 leaf, uint256 actual, uint256 expected);
	/// @notice Thrown when the settlement brings another number of leaves than the part has.
	error WrongLeafCount(uint256 actual, uint256 expected);
	/// @notice Thrown when the settlement brings another number of values than the part has.
	error WrongValueCount(uint256 actual, uint256 expected);
	/// @notice Thrown when an element lies outside of the disputed leaf.
	error ElementOutOfLeaf(uint256 element, uint256 first, uint256 end);
	/// @notice Thrown when a part is named that the element does not have.
	error PartOutOfRange(uint256 part, uint256 count);
	/// @notice Thrown when a settlement proves another number of parts than the cone has, or brings another number
	/// of partial results.
	error WrongPartCount(uint256 actual, uint256 expected);
	/// @notice Thrown when one partial result is judged and not exactly one part is proved.
	error WrongEvidenceCount(uint256 actual, uint256 expected);
	/// @notice Thrown when a direct challenge needs no proof: anyone could copy it, so it has to be played.
	error ProofNeeded();
	/// @notice Thrown when partial results do not lead to the published value.
	error WrongPartials(int256 actual, int256 expected);
	/// @notice Thrown when a step, operator or leaf is named that the trace does not have.
	error OutOfTrace(uint256 actual, uint256 count);
	/// @notice Thrown when a leaf's paths do not lead to the trace root.
	error WrongLocation(bytes32 actual, bytes32 expected);
	/// @notice Thrown when a descriptor names a source of operands that does not exist.
	error UnknownSource(uint256 source);
	/// @notice Thrown when an operator does not read the input that it is to give the shape of.
	error InputNotRead(uint256 operator, uint256 input);
	/// @notice Thrown when an answer brings another number of leaves than the chunk has.
	error WrongChunk(uint256 actual, uint256 expected);
	/// @notice Thrown when a verifier has no code.
	error VerifierMissing(address verifier);
	/// @notice Thrown when the proof does not verify for these openings, this element and this beneficiary.
	error InvalidProof();
	/// @notice Thrown when the proved value is the published one: nothing is wrong there.
	error ValuesAgree(int256 value);

	/// @notice Checks a settlement. Returns only if it shows that the published value is wrong.
	/// @return claimed the published value, or the published partial result
	/// @return computed what it should be
	function judge(Case calldata what, Settlement calldata settlement)
		external
		view
		returns (int256 claimed, int256 computed);

	/// @notice The same for a leaf that no dispute has led to: checks first that its words are in the trace.
	/// @param what its step, operator and leaf are those of `location`
	function judgeAt(Case calldata what, LeafLocation calldata location, Settlement calldata settlement)
		external
		view
		returns (int256 claimed, int256 computed);

	/// @notice The shape of an operator's tensor.
	function shape(ProgramHeader calldata header, uint256 operator, DescriptorOpening calldata opening)
		external
		view
		returns (uint64 elements, uint8 width);

	/// @notice The shape of an input, by an operator that reads it, as an input or as a state in the first step.
	function inputShape(
		ProgramHeader calldata header,
		uint256 operator,
		DescriptorOpening calldata opening,
		uint256 input
	) external view returns (uint64 elements, uint8 width);

	/// @notice The root of a tensor that the leaves of one of its subtrees and the subtree's path lead to. Malformed
	/// words revert.
	/// @param chunk number of the subtree among those of level `level`
	/// @param words of its leaves, in order
	/// @param path of the subtree to the tensor's root
	function chunkRoot(
		uint256 elements,
		uint8 width,
		uint256 chunk,
		uint256 level,
		uint256[5][] calldata words,
		bytes32[] calldata path
	) external view returns (bytes32);

	/// @notice How many parts the cone of an element has.
	function partCount(
		ProgramHeader calldata header,
		uint256 operator,
		DescriptorOpening calldata opening,
		uint256 element
	) external view returns (uint256);

	/// @notice Checks that partial results lead to the published value of an element (reverts otherwise).
	/// @param first index of the disputed leaf's first element
	function checkPartials(
		ProgramHeader calldata header,
		uint256 operator,
		DescriptorOpening calldata opening,
		RowOpening calldata row,
		uint256[5] calldata words,
		uint256 first,
		uint256 element,
		int64[] calldata partials
	) external view;
}
