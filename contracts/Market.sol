// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IConsumer} from "./interfaces/IConsumer.sol";
import {BURN, IMarket, Claim, ClaimStatus, OutputOpening, Request} from "./interfaces/IMarket.sol";
import {OutputShape} from "./interfaces/IRegistry.sol";
import {Configuration} from "./Configuration.sol";
import {Packing} from "./libraries/Packing.sol";
import {Trees} from "./libraries/Trees.sol";

/// @title Requests, claims and money
/// @dev Invariant: the balance is the fees of open requests, the bonds of live claims and open disputes, and what
/// is owed. Numbers of requests, claims and disputes say what exists; no content field does.
abstract contract Market is IMarket, Configuration, ReentrancyGuardTransient {
	uint256 internal constant CALLBACK_GAS = 200_000;
	/// @dev What the call itself costs (cold account, calldata) beyond the gas handed over.
	uint256 private constant _CALL_OVERHEAD = 20_000;

	uint32 internal _requestCount;
	uint32 internal _claimCount;
	uint32 internal _disputeCount;

	mapping(uint256 requestId => Request) private _requests;
	mapping(uint256 claimId => Claim) internal _claims;
	/// @dev Output of one leaf: its nonzero words. Output of several: its tensor root, as word 0.
	mapping(uint256 claimId => uint256[5]) private _outputs;

	/// @inheritdoc IMarket
	mapping(uint256 claimId => uint256) public boundAt;

	/// @inheritdoc IMarket
	mapping(address account => uint256) public owed;

	/// @inheritdoc IMarket
	function request(bytes32 program, bytes32 inputsRoot, uint256 deadline, address consumer)
		external
		payable
		returns (uint256 requestId)
	{
		if (deadline <= block.timestamp || deadline > type(uint32).max) {
			revert InvalidDeadline(deadline, block.timestamp + 1, type(uint32).max);
		}
		if (msg.value > type(uint96).max) revert FeeTooLarge(msg.value, type(uint96).max);
		registry.requireInputs(program, inputsRoot);
		requestId = ++_requestCount;
		_requests[requestId] = Request({
			program: program,
			inputsRoot: inputsRoot,
			requester: msg.sender,
			deadline: uint32(deadline),
			liveClaim: 0,
			closed: false,
			consumer: consumer,
			fee: uint96(msg.value)
		});
		emit Requested(requestId, program, msg.sender, inputsRoot, msg.value, deadline, consumer);
	}

	/// @inheritdoc IMarket
	function claim(uint256 requestId, bytes32 traceRoot, OutputOpening calldata opening)
		external
		payable
		returns (uint256 claimId)
	{
		_requireRequest(requestId);
		Request storage r = _requests[requestId];
		if (r.closed) revert RequestClosed(requestId);
		if (r.liveClaim != 0) revert AlreadyClaimed(requestId, r.liveClaim);
		if (block.timestamp > r.deadline) revert RequestExpired(requestId, block.timestamp, r.deadline);
		if (msg.value != _submitterBond) revert WrongBond(msg.value, _submitterBond);
		OutputShape memory shape = registry.outputShape(r.program);
		if (!shape.lazy) {
			_requireOutput(shape, opening.root, opening.operatorPath, opening.stepPath, traceRoot);
		} else if (traceRoot != 0 || opening.operatorPath.length != 0 || opening.stepPath.length != 0) {
			revert TraceNotNeeded();
		}

		claimId = ++_claimCount;
		r.liveClaim = SafeCast.toUint32(claimId);
		_claims[claimId] = Claim({
			traceRoot: traceRoot,
			submitter: msg.sender,
			request: SafeCast.toUint32(requestId),
			claimedAt: SafeCast.toUint32(block.timestamp),
			openDisputes: 0,
			status: ClaimStatus.Live
		});
		uint256[5] memory words = _storeOutput(claimId, shape.elements, shape.width, opening);
		emit Claimed(claimId, requestId, msg.sender, traceRoot, opening.root, words);
	}

	/// @inheritdoc IMarket
	function finalise(uint256 claimId) external nonReentrant {
		Claim storage c = _requireLive(claimId);
		uint256 end = _challengeEnd(claimId, c);
		if (end == type(uint256).max) revert DemandsOpen(claimId);
		if (block.timestamp < end) revert ChallengePeriodOpen(claimId, block.timestamp, end);
		if (c.openDisputes != 0) revert DisputesOpen(claimId, c.openDisputes);
		c.status = ClaimStatus.Final;
		uint256 requestId = c.request;
		Request storage r = _requests[requestId];
		r.closed = true;
		uint256 paid = uint256(r.fee) + _submitterBond;
		_credit(c.submitter, paid);
		emit Finalised(claimId, requestId, c.submitter, paid);
		if (r.consumer != address(0)) _deliver(claimId, requestId, r);
	}

	/// @inheritdoc IMarket
	function refund(uint256 requestId) external {
		_requireRequest(requestId);
		Request storage r = _requests[requestId];
		if (r.closed) revert RequestClosed(requestId);
		if (r.liveClaim != 0) revert AlreadyClaimed(requestId, r.liveClaim);
		if (block.timestamp <= r.deadline) revert RequestNotExpired(requestId, block.timestamp, r.deadline);
		r.closed = true;
		_credit(r.requester, r.fee);
		emit Refunded(requestId, r.requester, r.fee);
	}

	/// @inheritdoc IMarket
	function withdraw() external nonReentrant returns (uint256 amount) {
		amount = owed[msg.sender];
		if (amount == 0) revert NothingToWithdraw(msg.sender);
		owed[msg.sender] = 0;
		emit Withdrawn(msg.sender, amount);
		(bool accepted,) = msg.sender.call{value: amount}("");
		if (!accepted) revert PaymentRefused(msg.sender, amount);
	}

	/// @inheritdoc IMarket
	function credit(address account) external payable {
		_requireInputs();
		_credit(account, msg.value);
	}

	/// @inheritdoc IMarket
	function rejectWithheld(uint256 claimId, address winner) external {
		_requireInputs();
		_reject(claimId, 0, winner);
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
		if (claimId == 0 || claimId > _claimCount) {
			revert WrongClaimStatus(claimId, ClaimStatus.None, ClaimStatus.Live);
		}
		return _claims[claimId];
	}

	/// @inheritdoc IMarket
	function output(uint256 claimId)
		public
		view
		returns (ClaimStatus status, bytes32 outputRoot, uint256[5] memory words)
	{
		Claim storage c = _claims[claimId];
		status = c.status;
		if (status == ClaimStatus.None) revert WrongClaimStatus(claimId, ClaimStatus.None, ClaimStatus.Live);
		words = _outputs[claimId];
		OutputShape memory shape = registry.outputShape(_requests[c.request].program);
		if (Packing.leafCount(shape.elements, shape.width) > 1) {
			outputRoot = bytes32(words[0]);
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

	/// @dev Rejects a live claim: the winner gets the submitter's bond less the burned part.
	function _reject(uint256 claimId, uint256 disputeId, address winner) internal {
		Claim storage c = _claims[claimId];
		c.status = ClaimStatus.Rejected;
		_requests[c.request].liveClaim = 0;
		emit Rejected(claimId, disputeId, winner);
		_forfeit(_submitterBond, winner);
	}

	/// @dev Pays a lost bond: part of it is burned, so that disputing with oneself is never free.
	function _forfeit(uint256 bond, address winner) internal {
		uint256 burned = (bond * _burnPermille) / 1000;
		_credit(winner, bond - burned);
		emit Burned(burned);
		Address.sendValue(payable(BURN), burned);
	}

	function _credit(address account, uint256 amount) internal {
		owed[account] += amount;
		emit Credited(account, amount);
	}

	/// @dev From when on a claim can no longer be challenged; the largest integer while inputs are demanded.
	function _challengeEnd(uint256 claimId, Claim storage c) internal view returns (uint256) {
		return inputs.challengeEnd(claimId, uint256(c.claimedAt) + _challengePeriod);
	}

	function _requireInputs() private view {
		if (msg.sender != address(inputs)) revert NotTheInputs(msg.sender);
	}

	function _requireLive(uint256 claimId) internal view returns (Claim storage c) {
		c = _claims[claimId];
		if (c.status != ClaimStatus.Live) revert WrongClaimStatus(claimId, c.status, ClaimStatus.Live);
	}

	function _requestOf(Claim storage c) internal view returns (Request storage) {
		return _requests[c.request];
	}

	/// @dev The output's tensor root lies under the trace root: last step, operator `shape.operator`.
	function _requireOutput(
		OutputShape memory shape,
		bytes32 root,
		bytes32[] calldata operatorPath,
		bytes32[] calldata stepPath,
		bytes32 traceRoot
	) internal pure {
		root = Trees.rootFromPath(root, shape.operator, shape.operatorCount, operatorPath, Trees.OPERATORS, 0);
		root = Trees.rootFromPath(root, shape.steps - 1, shape.steps, stepPath, Trees.STEPS, 0);
		if (root != traceRoot) revert WrongTraceRoot(root, traceRoot);
	}

	function _requireRequest(uint256 requestId) private view {
		if (requestId == 0 || requestId > _requestCount) revert UnknownRequest(requestId);
	}

	/// @dev The tensor root of the output that a claim states.
	function _outputRoot(uint256 claimId, OutputShape memory shape) internal view returns (bytes32) {
		uint256[5] memory words = _outputs[claimId];
		if (Packing.leafCount(shape.elements, shape.width) > 1) return bytes32(words[0]);
		return Packing.publishedNode(shape.width, shape.elements, words);
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

	/// @dev Runs after the state is final. What the consumer returns is never copied, and its gas is bounded.
	function _deliver(uint256 claimId, uint256 requestId, Request storage r) private {
		(, bytes32 root, uint256[5] memory words) = output(claimId);
		bytes memory data = abi.encodeCall(IConsumer.onFinal, (requestId, claimId, root, words));
		address consumer = r.consumer;
		// a caller that sends too little gas must not be able to make the consumer fail
		uint256 needed = (CALLBACK_GAS * 64) / 63 + _CALL_OVERHEAD;
		if (gasleft() < needed) revert TooLittleGas(gasleft(), needed);
		bool success = _callWithGas(consumer, data);
		emit Delivered(requestId, claimId, consumer, success);
	}

	function _callWithGas(address target, bytes memory data) private returns (bool success) {
		assembly ("memory-safe") {
			success := call(CALLBACK_GAS, target, 0, add(data, 0x20), mload(data), 0x00, 0x00)
		}
	}
}
