// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {TraceBinding} from "./TraceBinding.sol";
import {Case, DescriptorOpening, IArbiter, LeafLocation, RowOpening, Settlement} from "./interfaces/IArbiter.sol";
import {Dispute, IDisputes, Phase, Side} from "./interfaces/IDisputes.sol";
import {Claim, ClaimStatus} from "./interfaces/IMarket.sol";
import {ProgramHeader} from "./interfaces/IRegistry.sol";
import {Clock} from "./libraries/Clock.sol";
import {Packing} from "./libraries/Packing.sol";
import {Search} from "./libraries/Search.sol";
import {Trees} from "./libraries/Trees.sol";

/// @title The dispute game (docs/protocol.md section 5)
/// @dev Every move checks in this order: the dispute exists, its phase, its claim is live, the sender, the turn,
/// the content. The pure model in crates-ts/game does the same.
abstract contract Disputes is TraceBinding {
	/// @dev A valid program has no cone of more parts.
	uint256 private constant _MOST_PARTS = 1024;

	/// @inheritdoc IDisputes
	function challenge(uint256 claimId, DescriptorOpening calldata entry)
		external
		payable
		returns (uint256 disputeId)
	{
		Claim storage c = _requireLive(claimId);
		uint256 end = _challengeEnd(claimId, c);
		if (block.timestamp >= end) revert ChallengePeriodOver(claimId, block.timestamp, end);
		if (msg.value != _challengerBond) revert WrongBond(msg.value, _challengerBond);
		disputeId = ++_disputeCount;
		c.openDisputes++;
		Dispute storage d = _disputes[disputeId];
		d.challenger = msg.sender;
		d.claim = SafeCast.toUint32(claimId);
		d.submitterReserve = uint32(_reserve);
		d.challengerReserve = uint32(_reserve);
		emit Challenged(disputeId, claimId, msg.sender);
		_begin(disputeId, d, c, entry);
	}

	/// @inheritdoc IDisputes
	function open(uint8 tree, uint256 childLevel, bytes32[] calldata children) external returns (bytes32 node) {
		if (tree < Trees.TENSOR || tree > Trees.STEPS) revert WrongTree(tree);
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
		uint256 disputeId,
		uint256 index,
		bytes32 child,
		bytes32[] calldata path,
		DescriptorOpening calldata entry
	) external {
		(Dispute storage d, Claim storage c, uint256 published) = _requireChallenger(disputeId, Phase.Search);
		ProgramHeader memory header = _headerOf(c);
		Cursor memory at = _cursor(d);
		(uint256 below, uint256 children) = _asked(at, header);
		if (index >= children) revert ChildOutOfRange(index, children);
		bytes32 node = Trees.rootFromPath(child, index, children, path, at.tree, below);
		if (node != d.node) revert WrongChild(node, d.node);
		_charge(d, published);
		at.start += index << below;
		at.level = Search.levelOf(Search.sizeOf(at.start, below, _count(at, header)));
		_demand(disputeId, d, c, header, at, child, entry);
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
	function name(uint256 disputeId, uint256 element, DescriptorOpening calldata operator) external {
		(Dispute storage d, Claim storage c, uint256 published) = _requireChallenger(disputeId, Phase.Leaf);
		uint256 first = _firstElement(d);
		uint256 end = first + Packing.elementsInLeaf(d.start, d.elements, d.width);
		if (element < first || element >= end) revert IArbiter.ElementOutOfLeaf(element, first, end);
		uint256 parts = arbiter.partCount(_headerOf(c), d.operator, operator, element);
		if (parts == 1) revert OnePart(element);
		if (parts > _MOST_PARTS) revert TooManyParts(parts, _MOST_PARTS);
		_charge(d, published);
		d.phase = Phase.Partials;
		d.demandedAt = SafeCast.toUint32(block.timestamp);
		d.crowding = _crowd(c);
		d.element = SafeCast.toUint64(element);
		d.parts = SafeCast.toUint16(parts);
		emit Named(disputeId, element, parts);
	}

	/// @inheritdoc IDisputes
	function publishPartials(
		uint256 disputeId,
		int64[] calldata partials,
		DescriptorOpening calldata operator,
		RowOpening calldata row,
		uint256[5] calldata words
	) external {
		Dispute storage d = _requirePhase(disputeId, Phase.Partials);
		Claim storage c = _requireLive(d.claim);
		if (msg.sender != c.submitter) revert NotTheSubmitter(msg.sender, c.submitter);
		if (d.partialsAt != 0) revert WrongTurn(disputeId, Side.Challenger, Side.Submitter);
		if (partials.length != d.parts) revert WrongPartialsCount(partials.length, d.parts);
		_requireWords(d.node, words);
		arbiter.checkPartials(
			_headerOf(c), d.operator, operator, row, words, _firstElement(d), d.element, partials
		);
		d.partialsAt = SafeCast.toUint32(block.timestamp);
		d.partialsHash = keccak256(abi.encode(partials));
		emit PartialsPublished(disputeId, partials);
	}

	/// @inheritdoc IDisputes
	function settle(uint256 disputeId, Settlement calldata settlement) external {
		Dispute storage d = _requireOpen(disputeId);
		Phase phase = d.phase;
		if (phase != Phase.Leaf && phase != Phase.Partials) revert WrongPhase(disputeId, phase, Phase.Leaf);
		Claim storage c = _requireLive(d.claim);
		if (_published(d) == 0) revert WrongTurn(disputeId, Side.Submitter, Side.Challenger);
		_requireWords(d.node, settlement.words);
		if (phase == Phase.Partials) {
			if (settlement.element != d.element) revert WrongElement(settlement.element, d.element);
			bytes32 hash = keccak256(abi.encode(settlement.partials));
			if (hash != d.partialsHash) revert NotThePartials(hash, d.partialsHash);
		}
		Case memory what = _case(c, d.step, d.operator, d.start, d.challenger);
		what.inParts = phase == Phase.Partials;
		(int256 claimed, int256 computed) = arbiter.judge(what, settlement);
		_settled(disputeId, d.claim, what, settlement, claimed, computed);
		_close(d, c);
		_credit(d.challenger, _challengerBond);
		_reject(d.claim, disputeId, d.challenger);
	}

	/// @inheritdoc IDisputes
	function settleDirectly(
		uint256 claimId,
		address beneficiary,
		LeafLocation calldata location,
		Settlement calldata settlement
	) external {
		Claim storage c = _requireLive(claimId);
		Case memory what = _case(c, location.step, location.operator, location.leaf, beneficiary);
		if (_isUnbound(claimId, what.header)) revert TraceNotBound(claimId);
		(int256 claimed, int256 computed) = arbiter.judgeAt(what, location, settlement);
		_settled(0, claimId, what, settlement, claimed, computed);
		_reject(claimId, 0, beneficiary);
	}

	/// @inheritdoc IDisputes
	function timeout(uint256 disputeId) external {
		Dispute storage d = _requireOpen(disputeId);
		Claim storage c = _requireLive(d.claim);
		(Side side, uint256 since, uint256 allowed, uint256 reserve) = _turn(d);
		uint256 used = block.timestamp - since;
		if (!Clock.expired(used, allowed, reserve)) revert NotTimedOut(disputeId, side, used, allowed + reserve);
		_close(d, c);
		emit TimedOut(disputeId, d.claim, side);
		if (side == Side.Submitter) {
			_credit(d.challenger, _challengerBond);
			_reject(d.claim, disputeId, d.challenger);
		} else {
			_forfeit(_challengerBond, c.submitter);
		}
	}

	/// @inheritdoc IDisputes
	function reclaim(uint256 disputeId) external {
		Dispute storage d = _requireOpen(disputeId);
		Claim storage c = _claims[d.claim];
		if (c.status != ClaimStatus.Rejected) revert WrongClaimStatus(d.claim, c.status, ClaimStatus.Rejected);
		_close(d, c);
		emit Reclaimed(disputeId, d.claim, d.challenger);
		_credit(d.challenger, _challengerBond);
	}

	/// @inheritdoc IDisputes
	function disputeCount() external view returns (uint256) {
		return _disputeCount;
	}

	/// @inheritdoc IDisputes
	function getDispute(uint256 disputeId) external view returns (Dispute memory) {
		_requireKnown(disputeId);
		return _disputes[disputeId];
	}

	/// @inheritdoc IDisputes
	function turn(uint256 disputeId) external view returns (Side side, uint256 since, uint256 until) {
		_requireKnown(disputeId);
		Dispute storage d = _disputes[disputeId];
		if (d.phase == Phase.Closed || _claims[d.claim].status != ClaimStatus.Live) return (Side.Nobody, 0, 0);
		uint256 allowed;
		uint256 reserve;
		(side, since, allowed, reserve) = _turn(d);
		until = since + allowed + reserve;
	}

	/// @inheritdoc IDisputes
	function demand(uint256 disputeId)
		external
		view
		returns (bytes32 node, uint8 tree, uint256 childLevel, uint256 children)
	{
		_requireKnown(disputeId);
		Dispute storage d = _disputes[disputeId];
		if (d.phase != Phase.Search) revert WrongPhase(disputeId, d.phase, Phase.Search);
		(node, tree) = (d.node, d.tree);
		(childLevel, children) = _asked(_cursor(d), _headerOf(_claims[d.claim]));
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

	function _case(Claim storage c, uint256 step, uint256 operator, uint256 leaf, address beneficiary)
		private
		view
		returns (Case memory what)
	{
		what.header = _headerOf(c);
		what.inputsRoot = _requestOf(c).inputsRoot;
		what.traceRoot = c.traceRoot;
		what.step = step;
		what.operator = operator;
		what.leaf = leaf;
		what.beneficiary = beneficiary;
	}

	function _settled(
		uint256 disputeId,
		uint256 claimId,
		Case memory what,
		Settlement calldata settlement,
		int256 claimed,
		int256 computed
	) private {
		emit Settled(
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
