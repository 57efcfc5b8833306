// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {DescriptorOpening, LeafLocation, RowOpening, Settlement} from "./IArbiter.sol";
import {IClaims} from "./IClaims.sol";

enum Phase {
	None,
	Root,
	Search,
	Leaf,
	Partials,
	Closed
}

enum Side {
	Nobody,
	Submitter,
	Challenger
}

/// @notice One challenger against one claim. The subtree named by (tree, step, operator, start, level) is the
/// one in which the challenger says the leftmost difference lies.
struct Dispute {
	address challenger;
	uint32 claim;
	Phase phase;
	/// tag of the tree: 8 checkpoints, 3 steps, 2 operators, 1 tensor
	uint8 tree;
	uint8 level;
	/// width of the operator's tensor, 0 before the search enters it
	uint8 width;
	uint32 demandedAt;
	bytes32 node;
	uint48 start;
	/// elements of the operator's tensor, 0 before the search enters it
	uint48 elements;
	uint32 operator;
	/// in the tree of steps the first step of the segment
	uint32 step;
	uint32 submitterReserve;
	uint32 challengerReserve;
	/// seconds added to both sides' increments for the other disputes open when the demand was made
	uint32 crowding;
	/// the named element (phase Partials)
	uint64 element;
	/// how many parts its cone has
	uint16 parts;
	/// when its partial results were published, 0 before
	uint32 partialsAt;
	/// keccak256(abi.encode(S₁ … Sₙ))
	bytes32 partialsHash;
}

/// @title The dispute game (docs/protocol.md section 5)
/// @dev Disputes of each market have numbers of their own, from 1.
interface IDisputes {
	event Challenged(
		IClaims indexed market, uint256 indexed dispute, uint256 indexed claim, address challenger
	);
	/// @notice The submitter committed to the trace of a segment; that of a lazy claim is segment 0.
	event TraceBound(IClaims indexed market, uint256 indexed claim, uint256 segment, bytes32 traceRoot);
	/// @notice The challenger named a subtree and demands its children, or (tensor tree, level 0) a leaf's words.
	event Descended(
		IClaims indexed market,
		uint256 indexed dispute,
		uint8 tree,
		uint256 step,
		uint256 operator,
		uint256 start,
		uint256 level,
		bytes32 node
	);
	/// @notice The children of `node` of level `childLevel` are now known.
	event NodeOpened(bytes32 indexed node, uint8 tree, uint256 childLevel, bytes32[] children);
	event LeafPublished(bytes32 indexed node, uint8 width, uint256 count, uint256[5] words);
	event Named(IClaims indexed market, uint256 indexed dispute, uint256 element, uint256 parts);
	event PartialsPublished(IClaims indexed market, uint256 indexed dispute, int64[] partials);
	/// @notice A proof showed a wrong value. Where partial results were published, `claimed` and `computed` are the
	/// one after `part`. `dispute` is 0 if the claim was settled directly.
	event Settled(
		IClaims indexed market,
		uint256 indexed dispute,
		uint256 indexed claim,
		address challenger,
		uint256 step,
		uint256 operator,
		uint256 element,
		uint256 part,
		int256 claimed,
		int256 computed
	);
	event TimedOut(IClaims indexed market, uint256 indexed dispute, uint256 indexed claim, Side loser);
	/// @notice The claim was rejected elsewhere; the challenger has its bond back.
	event Reclaimed(
		IClaims indexed market, uint256 indexed dispute, uint256 indexed claim, address challenger
	);

	/// @notice Thrown when a claim is challenged, or its inputs are demanded, after its challenge period.
	error ChallengePeriodOver(uint256 claim, uint256 time, uint256 end);
	/// @notice Thrown when a trace is bound again, or the claim has carried its trace root from the start.
	error TraceKnown(uint256 claim, bytes32 traceRoot);
	/// @notice Thrown when a segment is named that the program does not have.
	error SegmentOutOfRange(uint256 segment, uint256 count);
	/// @notice Thrown when someone else makes the submitter's move.
	error NotTheSubmitter(address actual, address expected);
	/// @notice Thrown when no dispute has this number.
	error UnknownDispute(uint256 dispute);
	/// @notice Thrown when the dispute is not in the phase that the move belongs to.
	error WrongPhase(uint256 dispute, Phase actual, Phase expected);
	/// @notice Thrown when it is the other side's turn.
	error WrongTurn(uint256 dispute, Side actual, Side expected);
	/// @notice Thrown when someone else makes a side's move.
	error NotTheChallenger(address actual, address expected);
	/// @notice Thrown when a timeout is claimed before the side to move has run out.
	error NotTimedOut(uint256 dispute, Side side, uint256 used, uint256 allowed);
	/// @notice Thrown when the named child does not lie under the demanded node.
	error WrongChild(bytes32 actual, bytes32 expected);
	/// @notice Thrown when the named child's index is beyond the demanded children.
	error ChildOutOfRange(uint256 index, uint256 count);
	/// @notice Thrown when a node is opened to more children than any demand asks for, or to fewer than two.
	error WrongChildCount(uint256 actual, uint256 most);
	/// @notice Thrown when children of this tree are never demanded.
	error WrongTree(uint256 tree);
	/// @notice Thrown when children are published at a level that no tree reaches.
	error LevelTooHigh(uint256 actual, uint256 most);
	/// @notice Thrown when the move does not enter a tensor but brings a descriptor.
	error DescriptorNotNeeded();
	/// @notice Thrown when a tensor is entered that is too large to dispute.
	error TensorTooLarge(uint256 elements, uint256 most);
	/// @notice Thrown when a leaf's width is not 8, 16 or 32 or its count not 1 … elements per leaf.
	error WrongLeafShape(uint256 width, uint256 count);
	/// @notice Thrown when words are not those that were published for the leaf.
	error WrongWords(bytes32 actual, bytes32 expected);
	/// @notice Thrown when an element of a cone with one part is named: it is settled right away.
	error OnePart(uint256 element);
	/// @notice Thrown when the program is invalid: an element's cone has more parts than programs may have.
	error TooManyParts(uint256 actual, uint256 most);
	/// @notice Thrown when the number of partial results is not that of the parts.
	error WrongPartialsCount(uint256 actual, uint256 expected);
	/// @notice Thrown when partial results are not those that were published.
	error NotThePartials(bytes32 actual, bytes32 expected);
	/// @notice Thrown when another element is settled than the one named.
	error WrongElement(uint256 actual, uint256 expected);
	/// @notice Thrown when a claim is settled directly in a segment whose trace is not bound.
	error TraceNotBound(uint256 claim);

	/// @notice Challenges a live claim; the value sent is the challenger's bond. Demands the children of the root that
	/// it carries, or the trace root if it is lazy and not bound.
	/// @param entry the descriptor of operator 0 if the trace consists of a single operator's output, else empty
	function challenge(IClaims market, uint256 claimId, DescriptorOpening calldata entry)
		external
		payable
		returns (uint256 disputeId);

	/// @notice Commits the submitter to the trace of a segment, or of a lazy claim, once for all disputes. Its last step
	/// is opened under the root, and is what the claim says: the claim's checkpoint, or of a lazy claim a step of the
	/// output that it states.
	/// @param segment 0 if the claim is lazy
	/// @param lastStep the root of the segment's last step
	/// @param stepPath from `lastStep` to `traceRoot`
	/// @param claimPath from `lastStep` to the root of the claim's checkpoints; of a lazy claim, from the output to
	/// `lastStep`
	function bindTrace(
		IClaims market,
		uint256 claimId,
		uint256 segment,
		bytes32 traceRoot,
		bytes32 lastStep,
		bytes32[] calldata stepPath,
		bytes32[] calldata claimPath
	) external;

	/// @notice Begins the search in a trace that was bound after it was demanded: demands the children of its root.
	/// @param entry as for `challenge`
	function enter(IClaims market, uint256 disputeId, DescriptorOpening calldata entry) external;

	/// @notice Publishes the children of a node, for every dispute that demands them. Publishing again changes nothing.
	/// @return node the node that the children hash to
	function open(uint8 tree, uint256 childLevel, bytes32[] calldata children) external returns (bytes32 node);

	/// @notice Names the leftmost child that differs and demands what is below it.
	/// @param index of the child among the demanded children
	/// @param path of the child to the demanded node
	/// @param entry the operator's descriptor if the move enters its tensor, else empty
	function descend(
		IClaims market,
		uint256 disputeId,
		uint256 index,
		bytes32 child,
		bytes32[] calldata path,
		DescriptorOpening calldata entry
	) external;

	/// @notice Publishes the words of a leaf, for every dispute that demands them. Malformed words revert. It is an
	/// answer only where the disputed tensor's leaf has this width and count.
	/// @return node the leaf node that the words hash to
	function publishLeaf(uint8 width, uint16 count, uint256[5] calldata words) external returns (bytes32 node);

	/// @notice Names an element whose cone has several parts and demands its partial results.
	function name(IClaims market, uint256 disputeId, uint256 element, DescriptorOpening calldata operator) external;

	/// @notice Publishes the partial results S₁ … Sₙ of the named element.
	/// @param words of the disputed leaf, as published
	function publishPartials(
		IClaims market,
		uint256 disputeId,
		int64[] calldata partials,
		DescriptorOpening calldata operator,
		RowOpening calldata row,
		uint256[5] calldata words
	) external;

	/// @notice Shows that the published value of an element is wrong, by all parts of its cone, or that one of its
	/// published partial results is, by that part alone; the claim is rejected.
	function settle(IClaims market, uint256 disputeId, Settlement calldata settlement) external;

	/// @notice Rejects a live claim in one transaction, without a search and without a bond: opens a leaf of the
	/// trace and proves, part by part, that one of its elements does not follow from its operands.
	/// @param beneficiary who is paid; the proof is made for this account
	function settleDirectly(
		IClaims market,
		uint256 claimId,
		address beneficiary,
		LeafLocation calldata location,
		Settlement calldata settlement
	) external;

	/// @notice Decides a dispute against the side to move if it has run out of time.
	function timeout(IClaims market, uint256 disputeId) external;

	/// @notice Gives a challenger its bond back after the claim was rejected in another dispute.
	function reclaim(IClaims market, uint256 disputeId) external;

	/// @notice The number of the newest dispute; numbers start at 1.
	function disputeCount(IClaims market) external view returns (uint256);

	function getDispute(IClaims market, uint256 disputeId) external view returns (Dispute memory);

	/// @notice Who is to move, since when, and until when (last second at which no timeout can be claimed).
	function turn(IClaims market, uint256 disputeId) external view returns (Side side, uint256 since, uint256 until);

	/// @notice When the trace of a segment of a claim, or of a lazy claim (segment 0), was bound, and the root. Not
	/// bound if `boundAt` is 0, whatever the root is.
	function boundTrace(IClaims market, uint256 claimId, uint256 segment)
		external
		view
		returns (uint256 boundAt, bytes32 traceRoot);

	/// @notice When the children of a node were published, 0 if they were not.
	function openedAt(bytes32 node, uint8 tree, uint256 childLevel, uint256 children) external view returns (uint256);

	/// @notice When the words of a leaf were published (0 if they were not) and keccak256(abi.encode(words)).
	function leafPublished(bytes32 node) external view returns (uint256 time, bytes32 wordsHash);
}
