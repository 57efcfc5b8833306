// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {DescriptorOpening} from "../interfaces/IArbiter.sol";
import {Dispute, Phase, Side} from "../interfaces/IDisputes.sol";
import {ClaimFacts, IClaims} from "../interfaces/IClaims.sol";
import {OutputShape} from "../interfaces/IRegistry.sol";
import {Clock} from "../libraries/Clock.sol";
import {Packing} from "../libraries/Packing.sol";
import {Search} from "../libraries/Search.sol";
import {Segments} from "../libraries/Segments.sol";
import {Trees} from "../libraries/Trees.sol";
import {Docket} from "./Docket.sol";

/// @title What disputes store: positions of searches, published nodes and leaves, clocks
abstract contract DisputeStore is Docket {
	struct Published {
		uint40 time;
		uint8 width;
		uint16 count;
		bytes32 wordsHash;
	}

	/// @dev The trace of a segment, and when it was bound: 0 if it was not, whatever the root is.
	struct BoundTrace {
		uint256 time;
		bytes32 root;
	}

	/// @dev A subtree while the search passes trees of one leaf.
	struct Cursor {
		uint256 tree;
		uint256 step;
		uint256 operator;
		uint256 start;
		uint256 level;
		uint256 elements;
		uint8 width;
	}

	/// @dev Elements and leaf indices are kept in 48 bits.
	uint256 private constant _MOST_ELEMENTS = type(uint48).max;

	mapping(IClaims market => uint256) internal _disputeCounts;
	mapping(IClaims market => mapping(uint256 disputeId => Dispute)) internal _disputes;
	mapping(IClaims market => mapping(uint256 claimId => mapping(uint256 segment => BoundTrace))) internal _bound;
	mapping(bytes32 key => uint256 time) internal _openings;
	mapping(bytes32 node => Published) internal _leaves;

	/// @dev Names the subtree `at` with root `node`, passing trees of one leaf, and demands what is below it. Below a
	/// checkpoint is the trace that its segment was bound to, or it is demanded that it be bound.
	function _demand(
		IClaims market,
		uint256 disputeId,
		Dispute storage d,
		ClaimFacts memory facts,
		OutputShape memory program,
		Cursor memory at,
		bytes32 node,
		DescriptorOpening calldata entry
	) internal {
		bool enters = false;
		Phase phase = Phase.Search;
		if (at.tree == Trees.CHECKPOINTS && at.level == 0) {
			BoundTrace storage bound = _bound[market][d.claim][at.start];
			if (bound.time == 0) {
				phase = Phase.Root;
			} else {
				node = bound.root;
				at.step = at.start * Segments.length(program.commitment, program.steps);
				at.start = 0;
				at.tree = Trees.STEPS;
				at.level = Search.levelOf(_count(at, program));
			}
		}
		if (at.tree == Trees.STEPS && at.level == 0) {
			at.step += at.start;
			at.start = 0;
			at.tree = Trees.OPERATORS;
			at.level = Search.levelOf(program.operatorCount);
		}
		if (at.tree == Trees.OPERATORS && at.level == 0) {
			enters = true;
			at.operator = at.start;
			at.start = 0;
			at.tree = Trees.TENSOR;
			(at.elements, at.width) = arbiter.shape(_headerOf(facts), at.operator, entry);
			if (at.elements == 0 || at.elements > _MOST_ELEMENTS) {
				revert TensorTooLarge(at.elements, _MOST_ELEMENTS);
			}
			at.level = Search.levelOf(Packing.leafCount(at.elements, at.width));
		}
		if (!enters && entry.descriptor.length != 0) revert DescriptorNotNeeded();
		if (at.tree == Trees.TENSOR && at.level == 0) phase = Phase.Leaf;
		d.phase = phase;
		// A tree's tag; a level of at most 48.
		d.tree = uint8(at.tree);
		d.level = uint8(at.level);
		d.width = at.width;
		d.demandedAt = SafeCast.toUint32(block.timestamp);
		d.node = node;
		// Within a tree whose leaves the header counts in 32 bits, or a tensor's _MOST_ELEMENTS.
		d.start = uint48(at.start);
		d.elements = uint48(at.elements);
		d.operator = uint32(at.operator);
		d.step = uint32(at.step);
		d.crowding = _crowd(market, d.claim);
		emit Descended(market, disputeId, d.tree, at.step, at.operator, at.start, at.level, node);
	}

	/// @dev Takes what both sides used for the current demand off their reserves; the challenger moves now.
	function _charge(Dispute storage d, uint256 published) internal {
		uint256 since = Math.max(d.demandedAt, published);
		uint256 used = since - d.demandedAt;
		d.submitterReserve = Clock.charge(d.submitterReserve, used, _allowed(d, Side.Submitter));
		used = block.timestamp - since;
		d.challengerReserve = Clock.charge(d.challengerReserve, used, _allowed(d, Side.Challenger));
	}

	/// @dev From here on the dispute's bond counts as paid.
	function _close(IClaims market, Dispute storage d) internal {
		d.phase = Phase.Closed;
		_proceedings[market][d.claim].openDisputes--;
	}

	/// @dev An open dispute in phase `expected` of a live claim, the challenger being the sender and to move.
	function _requireChallenger(IClaims market, uint256 disputeId, Phase expected)
		internal
		view
		returns (Dispute storage d, ClaimFacts memory facts, OutputShape memory program, uint256 published)
	{
		d = _requirePhase(market, disputeId, expected);
		facts = _requireLive(market, d.claim);
		if (msg.sender != d.challenger) revert NotTheChallenger(msg.sender, d.challenger);
		program = _shapeOf(facts);
		published = _published(market, d, program);
		if (published == 0) revert WrongTurn(disputeId, Side.Submitter, Side.Challenger);
	}

	function _requirePhase(IClaims market, uint256 disputeId, Phase expected)
		internal
		view
		returns (Dispute storage d)
	{
		d = _requireKnown(market, disputeId);
		if (d.phase != expected) revert WrongPhase(disputeId, d.phase, expected);
	}

	function _requireOpen(IClaims market, uint256 disputeId) internal view returns (Dispute storage d) {
		d = _requireKnown(market, disputeId);
		if (d.phase == Phase.Closed) revert WrongPhase(disputeId, Phase.Closed, Phase.Search);
	}

	function _requireKnown(IClaims market, uint256 disputeId) internal view returns (Dispute storage) {
		Dispute storage d = _disputes[market][disputeId];
		// Whoever opened it has an address.
		if (d.challenger == address(0)) revert UnknownDispute(disputeId);
		return d;
	}

	function _requireWords(bytes32 node, uint256[5] calldata words) internal view {
		bytes32 hash = keccak256(abi.encode(words));
		if (hash != _leaves[node].wordsHash) revert WrongWords(hash, _leaves[node].wordsHash);
	}

	/// @dev Who is to move, since when, and for how long before and out of its reserve.
	function _turn(IClaims market, Dispute storage d, OutputShape memory program)
		internal
		view
		returns (Side side, uint256 since, uint256 allowed, uint256 reserve)
	{
		uint256 published = _published(market, d, program);
		side = published == 0 ? Side.Submitter : Side.Challenger;
		allowed = _allowed(d, side);
		if (published == 0) return (side, d.demandedAt, allowed, d.submitterReserve);
		return (side, Math.max(d.demandedAt, published), allowed, d.challengerReserve);
	}

	/// @dev What a side may use for its turn before it uses its reserve: the submitter may have to compute the trace
	/// in phase Root, the challenger to prove at the leaf and after the partial results.
	function _allowed(Dispute storage d, Side side) private view returns (uint256 allowed) {
		allowed = _increment + d.crowding;
		Phase phase = d.phase;
		if (side == Side.Submitter) {
			if (phase == Phase.Root) allowed += _commitAllowance;
		} else if (phase == Phase.Leaf || phase == Phase.Partials) {
			allowed += _provingAllowance;
		}
	}

	/// @dev When what an open dispute demands was published, 0 if it was not.
	function _published(IClaims market, Dispute storage d, OutputShape memory program)
		internal
		view
		returns (uint256)
	{
		if (d.phase == Phase.Leaf) return _leafPublished(d);
		if (d.phase == Phase.Partials) return d.partialsAt;
		if (d.phase == Phase.Root) return _bound[market][d.claim][d.start].time;
		Cursor memory at = _cursor(d);
		(uint256 below, uint256 children) = _asked(at, program);
		return _openings[_key(d.node, at.tree, below, children)];
	}

	/// @dev A leaf whose node names another width or count than its tensor has is malformed, even if its words
	/// are the right ones: publishing it answers nothing, so that whoever committed it runs out of time.
	function _leafPublished(Dispute storage d) internal view returns (uint256) {
		Published storage p = _leaves[d.node];
		uint256 count = Packing.elementsInLeaf(d.start, d.elements, d.width);
		return p.width == d.width && p.count == count ? p.time : 0;
	}

	/// @dev The children that are demanded of the node at a subtree of level ≥ 1.
	function _asked(Cursor memory at, OutputShape memory program)
		internal
		view
		returns (uint256 below, uint256 children)
	{
		below = Search.childLevel(at.tree, at.level, _depth, _window);
		children = Search.childCount(Search.sizeOf(at.start, at.level, _count(at, program)), below);
	}

	/// @dev How many leaves the tree has that the cursor is in.
	function _count(Cursor memory at, OutputShape memory program) internal pure returns (uint256) {
		if (at.tree == Trees.CHECKPOINTS) return Segments.count(program.commitment, program.steps);
		if (at.tree == Trees.STEPS) return Segments.stepsFrom(program.commitment, program.steps, at.step);
		if (at.tree == Trees.OPERATORS) return program.operatorCount;
		return Packing.leafCount(at.elements, at.width);
	}

	function _cursor(Dispute storage d) internal view returns (Cursor memory) {
		return Cursor(d.tree, d.step, d.operator, d.start, d.level, d.elements, d.width);
	}

	/// @dev Seconds added to the increments of a demand made now.
	function _crowd(IClaims market, uint256 claimId) internal view returns (uint32) {
		uint256 others = _proceedings[market][claimId].openDisputes - 1;
		return uint32(Math.min(_crowding * others, type(uint32).max / 2));
	}

	function _key(bytes32 node, uint256 tree, uint256 childLevel, uint256 children) internal pure returns (bytes32) {
		return keccak256(abi.encode(node, tree, childLevel, children));
	}
}
