// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IConsumer} from "../interfaces/IConsumer.sol";
import {ClaimFacts, ClaimStatus, IClaims} from "../interfaces/IClaims.sol";
import {ICourt} from "../interfaces/ICourt.sol";
import {
	Claim,
	IMarket,
	LONGEST_STOP,
	MarketParameters,
	OutputOpening,
	Question,
	Request,
	REST_AFTER_STOP
} from "../interfaces/IMarket.sol";
import {IRegistry, OutputShape} from "../interfaces/IRegistry.sol";
import {Ledger} from "../ledger/Ledger.sol";
import {Callback} from "../libraries/Callback.sol";
import {OutputPath} from "../libraries/OutputPath.sol";
import {Packing} from "../libraries/Packing.sol";
import {Parameter} from "../libraries/Parameter.sol";
import {Segments} from "../libraries/Segments.sol";
import {Trees} from "../libraries/Trees.sol";

/// @title Requests, claims and their money
/// @dev Invariant: the balance is the fees of open requests, the bonds of live claims, and what is owed. Numbers of
/// requests and claims say what exists; no content field does. Only the court rejects. The file is long because all
/// that moves this money, with the order of its checks, is to be read in one place.
contract Market is IMarket, Ledger {
	ICourt public immutable court;
	IRegistry public immutable registry;
	/// @inheritdoc IMarket
	address public immutable guardian;

	uint256 private immutable _challengePeriod;
	uint256 private immutable _submitterBond;
	uint256 private immutable _burnPermille;

	uint32 private _requestCount;
	uint32 private _claimCount;
	/// @inheritdoc IMarket
	uint256 public stoppedUntil;

	mapping(uint256 requestId => Request) private _requests;
	mapping(uint256 claimId => Claim) private _claims;
	/// @dev Output of one leaf: its nonzero words. Output of several: its tensor root, as word 0.
	mapping(uint256 claimId => uint256[5]) private _outputs;
	/// @inheritdoc IMarket
	mapping(bytes32 commitment => uint256) public committedAt;

	/// @param guardian_ who may keep new requests out for a while; 0 for nobody
	constructor(ICourt court_, MarketParameters memory p, address guardian_) {
		Parameter.requireContract("court", address(court_));
		Parameter.requireWithin("challengePeriod", p.challengePeriod, 1, Parameter.MOST_SECONDS);
		Parameter.requireWithin("submitterBond", p.submitterBond, 1, type(uint128).max);
		court = court_;
		registry = court_.registry();
		guardian = guardian_;
		_challengePeriod = p.challengePeriod;
		_submitterBond = p.submitterBond;
		_burnPermille = court_.parameters().burnPermille;
	}

	/// @inheritdoc IMarket
	function request(Question calldata q) external payable returns (uint256 requestId) {
		if (guardian != address(0) && block.timestamp < stoppedUntil) revert Stopped(block.timestamp, stoppedUntil);
		if (q.deadline <= block.timestamp || q.deadline > type(uint32).max) {
			revert InvalidDeadline(q.deadline, block.timestamp + 1, type(uint32).max);
		}
		if (msg.value > type(uint96).max) revert FeeTooLarge(msg.value, type(uint96).max);
		bool isExclusive = q.submitter != address(0);
		if (isExclusive) {
			if (q.exclusiveUntil < block.timestamp || q.exclusiveUntil > q.deadline) {
				revert InvalidExclusivity(q.submitter, q.exclusiveUntil, block.timestamp, q.deadline);
			}
			if (q.isSealed) revert SealedExclusive();
		} else if (q.exclusiveUntil != 0) {
			revert InvalidExclusivity(address(0), q.exclusiveUntil, 0, 0);
		}
		registry.requireInputs(q.program, q.inputsRoot);
		requestId = ++_requestCount;
		Request storage r = _requests[requestId];
		r.program = q.program;
		r.inputsRoot = q.inputsRoot;
		r.requester = msg.sender;
		r.deadline = uint32(q.deadline);
		r.isSealed = q.isSealed;
		r.isExclusive = isExclusive;
		r.consumer = q.consumer;
		r.fee = uint96(msg.value);
		if (isExclusive) (r.submitter, r.exclusiveUntil) = (q.submitter, uint32(q.exclusiveUntil));
		emit Requested(
			requestId,
			q.program,
			msg.sender,
			q.inputsRoot,
			msg.value,
			q.deadline,
			q.consumer,
			q.submitter,
			q.exclusiveUntil,
			q.isSealed
		);
	}

	/// @inheritdoc IMarket
	/// @dev The bounds are this contract's, whoever the guardian is: with its key alone nobody keeps requests out for more
	/// than a fifth of the time.
	function stopRequests(uint256 duration) external {
		if (msg.sender != guardian) revert NotTheGuardian(msg.sender, guardian);
		if (duration == 0 || duration > LONGEST_STOP) revert InvalidStop(duration, LONGEST_STOP);
		uint256 earliest = stoppedUntil == 0 ? 0 : stoppedUntil + REST_AFTER_STOP;
		if (block.timestamp < earliest) revert StoppedLately(block.timestamp, earliest);
		stoppedUntil = block.timestamp + duration;
		emit RequestsStopped(stoppedUntil);
	}

	/// @inheritdoc IMarket
	function commitClaim(bytes32 commitment) external {
		uint256 before = committedAt[commitment];
		if (before != 0 && block.timestamp <= before + _challengePeriod) revert AlreadyCommitted(commitment);
		committedAt[commitment] = block.timestamp;
		emit ClaimCommitted(commitment, msg.sender);
	}

	/// @inheritdoc IMarket
	function claim(uint256 requestId, bytes32 traceRoot, OutputOpening calldata opening)
		external
		payable
		returns (uint256 claimId)
	{
		Request storage r = _requireUnanswered(requestId);
		if (r.isSealed) revert SealedRequest(requestId);
		return _claim(requestId, r, traceRoot, opening);
	}

	/// @inheritdoc IMarket
	function claimSealed(uint256 requestId, bytes32 traceRoot, OutputOpening calldata opening, bytes32 salt)
		external
		payable
		returns (uint256 claimId)
	{
		Request storage r = _requireUnanswered(requestId);
		bytes32 commitment =
			keccak256(abi.encode(block.chainid, this, requestId, traceRoot, opening.root, msg.sender, salt));
		uint256 time = committedAt[commitment];
		uint256 earliest = block.timestamp - _challengePeriod;
		// An earlier second is an earlier block.
		if (time == 0 || time < earliest || time >= block.timestamp) {
			revert WrongCommitment(commitment, time, earliest);
		}
		return _claim(requestId, r, traceRoot, opening);
	}

	/// @inheritdoc IMarket
	function finalise(uint256 claimId) external nonReentrant {
		Claim storage c = _requireLive(claimId);
		(uint256 end, uint256 openDisputes) = court.standing(this, claimId, _periodEnd(c));
		if (end == type(uint256).max) revert DemandsOpen(claimId);
		if (block.timestamp < end) revert ChallengePeriodOpen(claimId, block.timestamp, end);
		if (openDisputes != 0) revert DisputesOpen(claimId, openDisputes);
		(c.status, c.since) = (ClaimStatus.Final, uint40(block.timestamp));
		uint256 requestId = c.request;
		Request storage r = _requests[requestId];
		r.closed = true;
		uint256 paid = uint256(r.fee) + _submitterBond;
		_credit(c.submitter, paid);
		emit Finalised(claimId, requestId, c.submitter, paid);
		if (r.consumer == address(0)) return;
		(, bytes32 root, uint256[5] memory words) = output(claimId);
		_tell(requestId, claimId, r.consumer, abi.encodeCall(IConsumer.onFinal, (requestId, claimId, root, words)));
	}

	/// @inheritdoc IMarket
	function refund(uint256 requestId) external nonReentrant {
		Request storage r = _requireUnanswered(requestId);
		if (block.timestamp <= r.deadline) revert RequestNotExpired(requestId, block.timestamp, r.deadline);
		_refund(requestId, r);
		if (r.consumer == address(0)) return;
		_tell(requestId, 0, r.consumer, abi.encodeCall(IConsumer.onRefunded, (requestId)));
	}

	/// @inheritdoc IMarket
	function deliver(uint256 claimId) external nonReentrant {
		Claim storage c = _claims[claimId];
		if (c.status != ClaimStatus.Rejected) revert WrongClaimStatus(claimId, c.status, ClaimStatus.Rejected);
		uint256 requestId = c.request;
		address consumer = _requests[requestId].consumer;
		if (consumer == address(0)) revert NoConsumer(requestId);
		if (c.delivered) revert AlreadyDelivered(claimId);
		c.delivered = true;
		_tell(requestId, claimId, consumer, abi.encodeCall(IConsumer.onRejected, (requestId, claimId)));
	}

	/// @inheritdoc IClaims
	/// @dev The winner gets the submitter's bond less the burned part. The consumer is told apart from this (`deliver`):
	/// what it does must not make a dispute dearer.
	function reject(uint256 claimId, uint256 disputeId, address winner) external {
		if (msg.sender != address(court)) revert NotTheCourt(msg.sender, address(court));
		Claim storage c = _requireLive(claimId);
		(c.status, c.since) = (ClaimStatus.Rejected, uint40(block.timestamp));
		c.winner = winner;
		uint256 requestId = c.request;
		Request storage r = _requests[requestId];
		r.liveClaim = 0;
		emit Rejected(claimId, disputeId, winner);
		_forfeit(_submitterBond, _burnPermille, winner);
		// An exclusive request is one shot: a new claim would hide the rejection of the one before.
		if (r.isExclusive && r.submitter == c.submitter) _refund(requestId, r);
	}

	/// @inheritdoc IMarket
	function parameters() external view returns (MarketParameters memory p) {
		p.challengePeriod = uint32(_challengePeriod);
		p.submitterBond = uint128(_submitterBond);
	}

	/// @inheritdoc IMarket
	function requestCount() external view returns (uint256) {
		return _requestCount;
	}

	/// @inheritdoc IMarket
	function claimCount() external view returns (uint256) {
		return _claimCount;
	}

	/// @inheritdoc IMarket
	function getRequest(uint256 requestId) external view returns (Request memory) {
		_requireRequest(requestId);
		return _requests[requestId];
	}

	/// @inheritdoc IMarket
	function getClaim(uint256 claimId) external view returns (Claim memory) {
		return _requireClaim(claimId);
	}

	/// @inheritdoc IMarket
	function ending(uint256 claimId) external view returns (ClaimStatus status, address winner, uint256 endedAt) {
		Claim storage c = _requireClaim(claimId);
		status = c.status;
		if (status == ClaimStatus.Live) return (status, address(0), 0);
		return (status, c.winner, c.since);
	}

	/// @inheritdoc IClaims
	function claimFacts(uint256 claimId) external view returns (ClaimFacts memory) {
		Claim storage c = _claims[claimId];
		return ClaimFacts(_requests[c.request].program, c.submitter, uint40(_periodEnd(c)), c.status);
	}

	/// @inheritdoc IClaims
	function claimRoots(uint256 claimId) external view returns (bytes32 inputsRoot, bytes32 traceRoot) {
		Claim storage c = _claims[claimId];
		return (_requests[c.request].inputsRoot, c.traceRoot);
	}

	/// @inheritdoc IClaims
	function outputRoot(uint256 claimId) external view returns (bytes32) {
		OutputShape memory shape = registry.outputShape(_requests[_requireClaim(claimId).request].program);
		uint256[5] memory words = _outputs[claimId];
		if (Packing.leafCount(shape.elements, shape.width) > 1) return bytes32(words[0]);
		return Packing.publishedNode(shape.width, shape.elements, words);
	}

	/// @inheritdoc IMarket
	function output(uint256 claimId)
		public
		view
		returns (ClaimStatus status, bytes32 root, uint256[5] memory words)
	{
		Claim storage c = _requireClaim(claimId);
		status = c.status;
		words = _outputs[claimId];
		OutputShape memory shape = registry.outputShape(_requests[c.request].program);
		if (Packing.leafCount(shape.elements, shape.width) > 1) {
			root = bytes32(words[0]);
			words[0] = 0;
		}
	}

	/// @inheritdoc IMarket
	function outputLeaf(uint256 claimId, uint256 leaf, uint256[5] calldata words, bytes32[] calldata path)
		external
		view
		returns (int256[] memory elements)
	{
		Claim storage c = _claims[claimId];
		if (c.status != ClaimStatus.Final) revert WrongClaimStatus(claimId, c.status, ClaimStatus.Final);
		OutputShape memory shape = registry.outputShape(_requests[c.request].program);
		uint8 width = shape.width;
		uint256 leaves = Packing.leafCount(shape.elements, width);
		if (leaf >= leaves) revert LeafOutOfRange(leaf, leaves);
		uint256 count = Packing.elementsInLeaf(leaf, shape.elements, width);
		if (leaves == 1) return _unpack(width, count, _outputs[claimId]);
		bytes32 root = Trees.rootFromPath(
			Packing.publishedNode(width, count, words), leaf, leaves, path, Trees.TENSOR, 0
		);
		if (root != bytes32(_outputs[claimId][0])) revert WrongLeaf(root, bytes32(_outputs[claimId][0]));
		return _unpack(width, count, words);
	}

	function _claim(uint256 requestId, Request storage r, bytes32 traceRoot, OutputOpening calldata opening)
		private
		returns (uint256 claimId)
	{
		if (block.timestamp > r.deadline) revert RequestExpired(requestId, block.timestamp, r.deadline);
		if (r.isExclusive && msg.sender != r.submitter && block.timestamp <= r.exclusiveUntil) {
			revert ExclusiveRequest(requestId, msg.sender, r.submitter, r.exclusiveUntil);
		}
		_requireBond(_submitterBond);
		OutputShape memory shape = registry.outputShape(r.program);
		if (shape.commitment != Segments.LAZY) {
			OutputPath.requireUnder(traceRoot, opening.root, shape, opening.operatorPath, opening.stepPath);
		} else if (traceRoot != 0 || opening.operatorPath.length != 0 || opening.stepPath.length != 0) {
			revert TraceNotNeeded();
		}
		claimId = ++_claimCount;
		r.liveClaim = SafeCast.toUint32(claimId);
		Claim storage c = _claims[claimId];
		if (traceRoot != 0) c.traceRoot = traceRoot;
		c.submitter = msg.sender;
		c.request = SafeCast.toUint32(requestId);
		c.since = uint40(block.timestamp);
		c.status = ClaimStatus.Live;
		uint256[5] memory words = _storeOutput(claimId, shape.elements, shape.width, opening);
		emit Claimed(claimId, requestId, msg.sender, traceRoot, opening.root, words);
	}

	function _refund(uint256 requestId, Request storage r) private {
		r.closed = true;
		_credit(r.requester, r.fee);
		emit Refunded(requestId, r.requester, r.fee);
	}

	function _periodEnd(Claim storage c) private view returns (uint256) {
		return c.since + _challengePeriod;
	}

	function _requireLive(uint256 claimId) private view returns (Claim storage c) {
		c = _claims[claimId];
		if (c.status != ClaimStatus.Live) revert WrongClaimStatus(claimId, c.status, ClaimStatus.Live);
	}

	function _requireClaim(uint256 claimId) private view returns (Claim storage) {
		if (claimId == 0 || claimId > _claimCount) {
			revert WrongClaimStatus(claimId, ClaimStatus.None, ClaimStatus.Live);
		}
		return _claims[claimId];
	}

	function _requireRequest(uint256 requestId) private view {
		if (requestId == 0 || requestId > _requestCount) revert UnknownRequest(requestId);
	}

	/// @dev A request that is open and has no live claim.
	function _requireUnanswered(uint256 requestId) private view returns (Request storage r) {
		_requireRequest(requestId);
		r = _requests[requestId];
		if (r.closed) revert RequestClosed(requestId);
		if (r.liveClaim != 0) revert AlreadyClaimed(requestId, r.liveClaim);
	}

	/// @dev A one-leaf output is hashed now and kept as words, so that its readers never hash.
	function _storeOutput(uint256 claimId, uint256 elements, uint256 width, OutputOpening calldata opening)
		private
		returns (uint256[5] memory words)
	{
		if (Packing.leafCount(elements, width) > 1) {
			_outputs[claimId][0] = uint256(opening.root);
			return words;
		}
		words = opening.words;
		bytes32 node = Packing.publishedNode(width, elements, words);
		if (node != opening.root) revert WrongLeaf(node, opening.root);
		for (uint256 i = 0; i < 5; i++) {
			if (words[i] != 0) _outputs[claimId][i] = words[i];
		}
	}

	function _unpack(uint256 width, uint256 count, uint256[5] memory words)
		private
		pure
		returns (int256[] memory elements)
	{
		elements = new int256[](count);
		for (uint256 i = 0; i < count; i++) {
			elements[i] = Packing.element(width, words, i);
		}
	}

	function _tell(uint256 requestId, uint256 claimId, address consumer, bytes memory data) private {
		emit Delivered(requestId, claimId, consumer, Callback.tell(consumer, data));
	}
}
