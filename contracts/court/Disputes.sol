// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {TraceBinding} from "./TraceBinding.sol";
import {Case, DescriptorOpening, IArbiter, LeafLocation, RowOpening, Settlement} from "../interfaces/IArbiter.sol";
import {Dispute, IDisputes, Phase, Side} from "../interfaces/IDisputes.sol";
import {ClaimFacts, ClaimStatus, IClaims} from "../interfaces/IClaims.sol";
import {OutputShape} from "../interfaces/IRegistry.sol";
import {Clock} from "../libraries/Clock.sol";
import {Packing} from "../libraries/Packing.sol";
import {Search} from "../libraries/Search.sol";
import {Segments} from "../libraries/Segments.sol";
import {Trees} from "../libraries/Trees.sol";

/// @title The dispute game (docs/protocol.md section 5)
/// @dev Every move checks in this order: the dispute exists, its phase, its claim is live, the sender, the turn,
/// the content. The pure model in crates-ts/game does the same.
abstract contract Disputes is TraceBinding {
	/// @dev A valid program has no cone of more parts.
	uint256 private constant _MOST_PARTS = 1024;

	/// @inheritdoc IDisputes
	function challenge(IClaims market, uint256 claimId, DescriptorOpening calldata entry)
		external
		payable
		returns (uint256 disputeId)
	{
		ClaimFacts memory facts = _requireLive(market, claimId);
		uint256 end = _challengeEnd(market, claimId, facts.periodEnd);
		if (block.timestamp >= end) revert ChallengePeriodOver(claimId, block.timestamp, end);
		_requireBond(_challengerBond);
		disputeId = ++_disputeCounts[market];
		_proceedings[market][claimId].openDisputes++;
		Dispute storage d = _disputes[market][disputeId];
		d.challenger = msg.sender;
		d.claim = SafeCast.toUint32(claimId);
		d.submitterReserve = uint32(_reserve);
		d.challengerReserve = uint32(_reserve);
		emit Challenged(market, disputeId, claimId, msg.sender);
		_begin(market, disputeId, d, facts, entry);
	}

	/// @inheritdoc IDisputes
	function open(uint8 tree, uint256 childLevel, bytes32[] calldata children) external returns (bytes32 node) {
		if ((tree < Trees.TENSOR || tree > Trees.STEPS) && tree != Trees.CHECKPOINTS) revert WrongTree(tree);
		if (childLevel > 63) revert LevelTooHigh(childLevel, 63);
		uint256 most = 1 << (_depth > _window ? _depth : _window);
		if (children.length < 2 || children.length > most) revert WrongChildCount(children.length, most);
		node = Trees.root(children, tree, childLevel);
		bytes32 key = _key(node, tree, childLevel, children.length);
		if (_openings[key] != 0) return node;
		_openings[key] = block.timestamp;
		emit NodeOpened(node, tree, childLevel, children);
	}

	/// @inheritdoc IDisputes
	function descend(
		IClaims market,
		uint256 disputeId,
		uint256 index,
		bytes32 child,
		bytes32[] calldata path,
		DescriptorOpening calldata entry
	) external {
		(Dispute storage d, ClaimFacts memory facts, OutputShape memory program, uint256 published) =
			_requireChallenger(market, disputeId, Phase.Search);
		Cursor memory at = _cursor(d);
		(uint256 below, uint256 children) = _asked(at, program);
		if (index >= children) revert ChildOutOfRange(index, children);
		bytes32 node = Trees.rootFromPath(child, index, children, path, at.tree, below);
		if (node != d.node) revert WrongChild(node, d.node);
		_charge(d, published);
		at.start += index << below;
		at.level = Search.levelOf(Search.sizeOf(at.start, below, _count(at, program)));
		_demand(market, disputeId, d, facts, program, at, child, entry);
	}

	/// @inheritdoc IDisputes
	function publishLeaf(uint8 width, uint16 count, uint256[5] calldata words) external returns (bytes32 node) {
		node = Packing.publishedNode(width, count, words);
		Published storage p = _leaves[node];
		if (p.time != 0) return node;
		(p.time, p.width, p.count) = (uint40(block.timestamp), width, count);
		p.wordsHash = keccak256(abi.encode(words));
		emit LeafPublished(node, width, count, words);
	}

	/// @inheritdoc IDisputes
	function name(IClaims market, uint256 disputeId, uint256 element, DescriptorOpening calldata operator) external {
		(Dispute storage d, ClaimFacts memory facts,, uint256 published) =
			_requireChallenger(market, disputeId, Phase.Leaf);
		uint256 first = _firstElement(d);
		uint256 end = first + Packing.elementsInLeaf(d.start, d.elements, d.width);
		if (element < first || element >= end) revert IArbiter.ElementOutOfLeaf(element, first, end);
		uint256 parts = arbiter.partCount(_headerOf(facts), d.operator, operator, element);
		if (parts == 1) revert OnePart(element);
		if (parts > _MOST_PARTS) revert TooManyParts(parts, _MOST_PARTS);
		_charge(d, published);
		d.phase = Phase.Partials;
		d.demandedAt = SafeCast.toUint32(block.timestamp);
		d.crowding = _crowd(market, d.claim);
		// Within the leaf, and at most _MOST_PARTS.
		d.element = uint64(element);
		d.parts = uint16(parts);
		emit Named(market, disputeId, element, parts);
	}

	/// @inheritdoc IDisputes
	function publishPartials(
		IClaims market,
		uint256 disputeId,
		int64[] calldata partials,
		DescriptorOpening calldata operator,
		RowOpening calldata row,
		uint256[5] calldata words
	) external {
		Dispute storage d = _requirePhase(market, disputeId, Phase.Partials);
		ClaimFacts memory facts = _requireLive(market, d.claim);
		if (msg.sender != facts.submitter) revert NotTheSubmitter(msg.sender, facts.submitter);
		if (d.partialsAt != 0) revert WrongTurn(disputeId, Side.Challenger, Side.Submitter);
		if (partials.length != d.parts) revert WrongPartialsCount(partials.length, d.parts);
		_requireWords(d.node, words);
		arbiter.checkPartials(
			_headerOf(facts), d.operator, operator, row, words, _firstElement(d), d.element, partials
		);
		d.partialsAt = SafeCast.toUint32(block.timestamp);
		d.partialsHash = keccak256(abi.encode(partials));
		emit PartialsPublished(market, disputeId, partials);
	}

	/// @inheritdoc IDisputes
	function settle(IClaims market, uint256 disputeId, Settlement calldata settlement) external {
		Dispute storage d = _requireOpen(market, disputeId);
		Phase phase = d.phase;
		if (phase != Phase.Leaf && phase != Phase.Partials) revert WrongPhase(disputeId, phase, Phase.Leaf);
		Case memory what = _case(market, d.claim, d.step, d.operator, d.start, d.challenger);
		if ((phase == Phase.Leaf ? _leafPublished(d) : d.partialsAt) == 0) revert WrongTurn(disputeId, Side.Submitter, Side.Challenger);
		_requireWords(d.node, settlement.words);
		if (phase == Phase.Partials) {
			if (settlement.element != d.element) revert WrongElement(settlement.element, d.element);
			bytes32 hash = keccak256(abi.encode(settlement.partials));
			if (hash != d.partialsHash) revert NotThePartials(hash, d.partialsHash);
		}
		what.inParts = phase == Phase.Partials;
		(int256 claimed, int256 computed) = arbiter.judge(what, settlement);
		_settled(market, disputeId, d.claim, what, settlement, claimed, computed);
		_win(market, disputeId, d);
	}

	/// @inheritdoc IDisputes
	function settleDirectly(
		IClaims market,
		uint256 claimId,
		address beneficiary,
		LeafLocation calldata location,
		Settlement calldata settlement
	) external {
		Case memory what = _case(market, claimId, location.step, location.operator, location.leaf, beneficiary);
		(int256 claimed, int256 computed) = arbiter.judgeAt(what, location, settlement);
		_settled(market, 0, claimId, what, settlement, claimed, computed);
		market.reject(claimId, 0, beneficiary);
	}

	/// @inheritdoc IDisputes
	function timeout(IClaims market, uint256 disputeId) external {
		Dispute storage d = _requireOpen(market, disputeId);
		ClaimFacts memory facts = _requireLive(market, d.claim);
		(Side side, uint256 since, uint256 allowed, uint256 reserve) = _turn(market, d, _shapeOf(facts));
		uint256 used = block.timestamp - since;
		if (!Clock.expired(used, allowed, reserve)) revert NotTimedOut(disputeId, side, used, allowed + reserve);
		emit TimedOut(market, disputeId, d.claim, side);
		if (side == Side.Submitter) return _win(market, disputeId, d);
		_close(market, d);
		_forfeit(_challengerBond, _burnPermille, facts.submitter);
	}

	/// @inheritdoc IDisputes
	function reclaim(IClaims market, uint256 disputeId) external {
		Dispute storage d = _requireOpen(market, disputeId);
		_requireRejected(market, d.claim);
		_close(market, d);
		emit Reclaimed(market, disputeId, d.claim, d.challenger);
		_credit(d.challenger, _challengerBond);
	}

	/// @inheritdoc IDisputes
	function disputeCount(IClaims market) external view returns (uint256) {
		return _disputeCounts[market];
	}

	/// @inheritdoc IDisputes
	function getDispute(IClaims market, uint256 disputeId) external view returns (Dispute memory) {
		return _requireKnown(market, disputeId);
	}

	/// @inheritdoc IDisputes
	function turn(IClaims market, uint256 disputeId)
		external
		view
		returns (Side side, uint256 since, uint256 until)
	{
		Dispute storage d = _requireKnown(market, disputeId);
		ClaimFacts memory facts = market.claimFacts(d.claim);
		if (d.phase == Phase.Closed || facts.status != ClaimStatus.Live) return (Side.Nobody, 0, 0);
		uint256 allowed;
		uint256 reserve;
		(side, since, allowed, reserve) = _turn(market, d, _shapeOf(facts));
		until = since + allowed + reserve;
	}

	/// @inheritdoc IDisputes
	function openedAt(bytes32 node, uint8 tree, uint256 childLevel, uint256 children)
		external
		view
		returns (uint256)
	{
		return _openings[_key(node, tree, childLevel, children)];
	}

	/// @inheritdoc IDisputes
	function leafPublished(bytes32 node) external view returns (uint256 time, bytes32 wordsHash) {
		Published storage p = _leaves[node];
		return (p.time, p.wordsHash);
	}

	/// @dev The challenger has won: its own bond back, then what the market pays for a rejection.
	function _win(IClaims market, uint256 disputeId, Dispute storage d) private {
		_close(market, d);
		_credit(d.challenger, _challengerBond);
		market.reject(d.claim, disputeId, d.challenger);
	}

	/// @dev What is to be judged of a live claim. Its trace, at that step, is known.
	function _case(
		IClaims market,
		uint256 claimId,
		uint256 step,
		uint256 operator,
		uint256 leaf,
		address beneficiary
	) private view returns (Case memory what) {
		what.header = _headerOf(_requireLive(market, claimId));
		(what.inputsRoot, what.traceRoot) = market.claimRoots(claimId);
		uint256 commitment = what.header.commitment;
		if (commitment != Segments.EAGER) {
			BoundTrace storage bound =
				_bound[market][claimId][step / Segments.length(commitment, what.header.steps)];
			if (bound.time == 0) revert TraceNotBound(claimId);
			(what.checkpointsRoot, what.traceRoot) = (what.traceRoot, bound.root);
		}
		what.step = step;
		what.operator = operator;
		what.leaf = leaf;
		what.beneficiary = beneficiary;
	}

	function _settled(
		IClaims market,
		uint256 disputeId,
		uint256 claimId,
		Case memory what,
		Settlement calldata settlement,
		int256 claimed,
		int256 computed
	) private {
		emit Settled(
			market,
			disputeId,
			claimId,
			what.beneficiary,
			what.step,
			what.operator,
			settlement.element,
			settlement.part,
			claimed,
			computed
		);
	}

	function _firstElement(Dispute storage d) private view returns (uint256) {
		return uint256(d.start) * Packing.leafElements(d.width);
	}
}
