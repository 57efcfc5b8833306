// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DescriptorOpening} from "./IArbiter.sol";
import {IClaims} from "./IClaims.sol";

/// @notice Someone's demand to see a chunk of an input of a claim.
struct InputDemand {
	address demander;
	uint32 claim;
	uint32 demandedAt;
	/// seconds added to the increment for the other demands open when this one was made
	uint32 crowding;
	uint32 input;
	/// elements and width of the input's tensor, from the descriptor that the demander opened
	uint48 elements;
	uint8 width;
	/// the leaves 8·chunk … 8·chunk + 7 of the input's tensor, as far as it has them
	uint48 chunk;
	/// false once the bond was paid to somebody
	bool open;
}

/// @title Demands for chunks of inputs (docs/protocol.md section 5)
/// @dev Demands of each market have numbers of their own, from 1.
interface IInputDemands {
	event InputDemanded(
		IClaims indexed market,
		uint256 indexed demand,
		uint256 indexed claim,
		address demander,
		bytes32 inputsRoot,
		uint256 input,
		uint256 chunk
	);
	/// @notice The words of a chunk's leaves are now known, for all claims on these inputs.
	event InputAnswered(
		IClaims indexed market,
		uint256 indexed demand,
		bytes32 indexed inputsRoot,
		uint256 input,
		uint256 chunk,
		uint256[5][] words
	);
	/// @notice The demanded chunk is known: `paid` of the demand's bond went to the claim's submitter.
	event AnswerPaid(IClaims indexed market, uint256 indexed demand, uint256 indexed claim, uint256 paid);
	/// @notice The demanded chunk was not published in time; the claim is rejected.
	event Withheld(IClaims indexed market, uint256 indexed demand, uint256 indexed claim, address demander);
	/// @notice The claim was rejected elsewhere; the demander has its bond back.
	event DemandReclaimed(
		IClaims indexed market, uint256 indexed demand, uint256 indexed claim, address demander
	);

	/// @notice Thrown when no demand has this number.
	error UnknownDemand(uint256 demand);
	/// @notice Thrown when the demand's bond has been paid to somebody.
	error DemandClosed(uint256 demand);
	/// @notice Thrown when the input's tensor has fewer chunks.
	error ChunkOutOfRange(uint256 chunk, uint256 count);
	/// @notice Thrown when the chunk was demanded before against the same claim.
	error AlreadyDemanded(uint256 claim, uint256 input, uint256 chunk);
	/// @notice Thrown when the chunk is known: it was published at `time`.
	error AlreadyAnswered(uint256 input, uint256 chunk, uint256 time);
	/// @notice Thrown when the chunk has not been published.
	error NotAnswered(uint256 demand);
	/// @notice Thrown when the words and paths do not lead to the inputs of the claim's request.
	error WrongInputs(bytes32 actual, bytes32 expected);
	/// @notice Thrown when a demand is timed out before its time.
	error DemandNotTimedOut(uint256 demand, uint256 used, uint256 allowed);

	/// @notice Demands a chunk of an input of a live claim, within its challenge period; the value sent is the bond.
	/// @param input number of the input
	/// @param chunk number of the chunk in the input's tensor, eight leaves each
	/// @param operator an operator that reads the input; its descriptor says of what shape the input is
	function demandInput(
		IClaims market,
		uint256 claimId,
		uint256 input,
		uint256 chunk,
		uint256 operator,
		DescriptorOpening calldata opening
	) external payable returns (uint256 demandId);

	/// @notice Publishes the demanded chunk; malformed words revert. The bond goes to the claim's submitter, less
	/// the burned part, whoever sends this. Accepted until a timeout has been claimed.
	/// @param words of the chunk's leaves, in order
	/// @param path of the chunk to the root of the input's tensor
	/// @param inputPath of that root to the inputs' root
	function answerInput(
		IClaims market,
		uint256 demandId,
		uint256[5][] calldata words,
		bytes32[] calldata path,
		bytes32[] calldata inputPath
	) external;

	/// @notice Pays the submitter for a demand whose chunk was published in answer to another demand.
	function collectAnswered(IClaims market, uint256 demandId) external;

	/// @notice Rejects a claim whose demanded chunk was not published in time.
	function timeoutInput(IClaims market, uint256 demandId) external;

	/// @notice Gives the bond of a demand back, the claim having been rejected elsewhere.
	function reclaimInput(IClaims market, uint256 demandId) external;

	/// @notice The number of the newest demand; numbers start at 1.
	function inputDemandCount(IClaims market) external view returns (uint256);

	function getInputDemand(IClaims market, uint256 demandId) external view returns (InputDemand memory);

	/// @notice When the chunk of a demand was published, 0 if it was not.
	function answeredAt(IClaims market, uint256 demandId) external view returns (uint256);
}
