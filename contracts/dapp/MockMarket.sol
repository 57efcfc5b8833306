// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ClaimStatus, IClaims} from "../interfaces/IClaims.sol";
import {IConsumer} from "../interfaces/IConsumer.sol";
import {ILedger} from "../interfaces/ILedger.sol";
import {Claim, IMarket, Question, Request} from "../interfaces/IMarket.sol";
import {IRegistry, Meaning, OutputShape} from "../interfaces/IRegistry.sol";
import {Lane} from "./Lane.sol";

/// @title A market and registry for unit tests of consumers, in which the test decides what is answered
/// @dev It has what consumers call, under the names and errors of `IMarket` and `IRegistry`, and asks for no bond, proof
/// or challenge period: `IMarket(address(mock))`. Never deploy it where an answer matters.
contract MockMarket {
	uint256 private constant _CALLBACK_GAS = 200_000;

	uint256 public requestCount;
	uint256 public claimCount;
	mapping(address account => uint256) public owed;

	mapping(bytes32 program => OutputShape) private _shapes;
	mapping(bytes32 program => Meaning) private _meanings;
	mapping(uint256 request => Request) private _requests;
	mapping(uint256 claim => Claim) private _claims;
	mapping(uint256 claim => int256[]) private _outputs;

	/// @notice Thrown when a test gives another number of elements than the program has.
	error WrongElementCount(uint256 actual, uint256 expected);

	/// @notice Makes a program known: `elements` integers of `width` bits, v of which stands for
	/// v · mantissa · 2^exponent.
	function setProgram(bytes32 program, uint64 elements, uint8 width, uint64 mantissa, int16 exponent) external {
		_shapes[program] = OutputShape(1, 1, 0, elements, width, 0);
		_meanings[program] = Meaning(0, mantissa, exponent);
	}

	/// @notice An answer from beginning to end: claimed, final, told.
	/// @return claim its number
	/// @return told whether the consumer's callback succeeded within its gas
	function answer(uint256 requestId, int256[] calldata elements) external returns (uint256 claim, bool told) {
		claim = claimAnswer(requestId, elements);
		told = finalise(claim);
	}

	/// @notice A final answer that the consumer was not told of, as if its callback had run out of gas.
	function answerSilently(uint256 requestId, int256[] calldata elements) external returns (uint256 claim) {
		claim = claimAnswer(requestId, elements);
		_finalise(claim);
	}

	/// @notice A rejected claim is told with its number; the request is open again.
	function reject(uint256 claimId) external returns (bool told) {
		Claim storage c = _requireLive(claimId);
		c.status = ClaimStatus.Rejected;
		_requests[c.request].liveClaim = 0;
		emit IMarket.Rejected(claimId, 0, address(this));
		return _tell(c.request, claimId, abi.encodeCall(IConsumer.onRejected, (c.request, claimId)));
	}

	/// @notice Like the market's: after the deadline of an unanswered request.
	function refund(uint256 requestId) external {
		uint256 deadline = _requireUnanswered(requestId).deadline;
		if (block.timestamp <= deadline) revert IMarket.RequestNotExpired(requestId, block.timestamp, deadline);
		refundNow(requestId);
	}

	/// @notice Like the market's.
	function request(Question calldata q) external payable returns (uint256 requestId) {
		if (q.deadline <= block.timestamp || q.deadline > type(uint32).max) {
			revert IMarket.InvalidDeadline(q.deadline, block.timestamp + 1, type(uint32).max);
		}
		_requireProgram(q.program);
		requestId = ++requestCount;
		Request storage r = _requests[requestId];
		r.program = q.program;
		r.inputsRoot = q.inputsRoot;
		r.requester = msg.sender;
		r.deadline = uint32(q.deadline);
		r.consumer = q.consumer;
		r.fee = uint96(msg.value);
		emit IMarket.Requested(
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

	/// @notice Like the market's.
	function withdraw() external returns (uint256 amount) {
		amount = owed[msg.sender];
		if (amount == 0) revert ILedger.NothingToWithdraw(msg.sender);
		owed[msg.sender] = 0;
		// solhint-disable-next-line avoid-low-level-calls
		(bool success,) = msg.sender.call{value: amount}("");
		if (!success) revert ILedger.PaymentRefused(msg.sender, amount);
	}

	/// @notice The mock is its own registry.
	function registry() external view returns (address) {
		return address(this);
	}

	function outputShape(bytes32 program) external view returns (OutputShape memory) {
		_requireProgram(program);
		return _shapes[program];
	}

	function meaning(bytes32 program) external view returns (Meaning memory) {
		_requireProgram(program);
		return _meanings[program];
	}

	function getRequest(uint256 requestId) external view returns (Request memory) {
		if (requestId == 0 || requestId > requestCount) revert IMarket.UnknownRequest(requestId);
		return _requests[requestId];
	}

	function getClaim(uint256 claimId) external view returns (Claim memory) {
		if (claimId == 0 || claimId > claimCount) {
			revert IClaims.WrongClaimStatus(claimId, ClaimStatus.None, ClaimStatus.Live);
		}
		return _claims[claimId];
	}

	function ending(uint256 claimId) external view returns (ClaimStatus, address, uint256) {
		return (_claims[claimId].status, address(0), _claims[claimId].since);
	}

	function output(uint256 claimId)
		external
		view
		returns (ClaimStatus status, bytes32 root, uint256[5] memory words)
	{
		status = _claims[claimId].status;
		(root, words) = _stated(claimId);
	}

	/// @notice Like the market's; words and path are taken as they are.
	function outputLeaf(uint256 claimId, uint256 leaf, uint256[5] calldata, bytes32[] calldata)
		external
		view
		returns (int256[] memory elements)
	{
		ClaimStatus status = _claims[claimId].status;
		if (status != ClaimStatus.Final) revert IClaims.WrongClaimStatus(claimId, status, ClaimStatus.Final);
		int256[] storage all = _outputs[claimId];
		uint256 size = Lane.leafElements(_shapes[_requests[_claims[claimId].request].program].width);
		uint256 leaves = (all.length + size - 1) / size;
		if (leaf >= leaves) revert IMarket.LeafOutOfRange(leaf, leaves);
		uint256 rest = all.length - leaf * size;
		elements = new int256[](rest < size ? rest : size);
		for (uint256 i = 0; i < elements.length; ++i) {
			elements[i] = all[leaf * size + i];
		}
	}

	/// @notice A claim, which is neither final nor rejected yet.
	function claimAnswer(uint256 requestId, int256[] calldata elements) public returns (uint256 claim) {
		Request storage r = _requireUnanswered(requestId);
		if (block.timestamp > r.deadline) {
			revert IMarket.RequestExpired(requestId, block.timestamp, r.deadline);
		}
		uint256 expected = _shapes[r.program].elements;
		if (elements.length != expected) revert WrongElementCount(elements.length, expected);
		claim = ++claimCount;
		r.liveClaim = uint32(claim);
		Claim storage c = _claims[claim];
		(c.submitter, c.request, c.since) = (msg.sender, uint32(requestId), uint40(block.timestamp));
		c.status = ClaimStatus.Live;
		_outputs[claim] = elements;
		(bytes32 root, uint256[5] memory words) = _stated(claim);
		emit IMarket.Claimed(claim, requestId, msg.sender, 0, root, words);
	}

	/// @notice Makes a claim final and tells the consumer.
	function finalise(uint256 claimId) public returns (bool told) {
		uint256 requestId = _finalise(claimId);
		(bytes32 root, uint256[5] memory words) = _stated(claimId);
		return _tell(requestId, claimId, abi.encodeCall(IConsumer.onFinal, (requestId, claimId, root, words)));
	}

	/// @notice Gives the fee back without waiting for the deadline.
	function refundNow(uint256 requestId) public returns (bool told) {
		Request storage r = _requireUnanswered(requestId);
		r.closed = true;
		owed[r.requester] += r.fee;
		emit IMarket.Refunded(requestId, r.requester, r.fee);
		return _tell(requestId, 0, abi.encodeCall(IConsumer.onRefunded, (requestId)));
	}

	function _finalise(uint256 claimId) private returns (uint256 requestId) {
		Claim storage c = _requireLive(claimId);
		(c.status, c.since) = (ClaimStatus.Final, uint40(block.timestamp));
		requestId = c.request;
		_requests[requestId].closed = true;
		owed[c.submitter] += _requests[requestId].fee;
		emit IMarket.Finalised(claimId, requestId, c.submitter, _requests[requestId].fee);
	}

	function _tell(uint256 requestId, uint256 claimId, bytes memory data) private returns (bool success) {
		address consumer = _requests[requestId].consumer;
		if (consumer == address(0)) return false;
		// solhint-disable-next-line avoid-low-level-calls
		(success,) = consumer.call{gas: _CALLBACK_GAS}(data);
		emit IMarket.Delivered(requestId, claimId, consumer, success);
	}

	/// @dev As in the market: words of an output of one leaf, otherwise a root, which here is a hash of the elements.
	function _stated(uint256 claimId) private view returns (bytes32 root, uint256[5] memory words) {
		int256[] memory elements = _outputs[claimId];
		uint8 width = _shapes[_requests[_claims[claimId].request].program].width;
		if (elements.length > Lane.leafElements(width)) return (keccak256(abi.encode(elements)), words);
		words = Lane.pack(width, elements);
	}

	function _requireProgram(bytes32 program) private view {
		if (_shapes[program].elements == 0) revert IRegistry.UnknownProgram(program);
	}

	function _requireLive(uint256 claimId) private view returns (Claim storage c) {
		c = _claims[claimId];
		if (c.status != ClaimStatus.Live) {
			revert IClaims.WrongClaimStatus(claimId, c.status, ClaimStatus.Live);
		}
	}

	function _requireUnanswered(uint256 requestId) private view returns (Request storage r) {
		if (requestId == 0 || requestId > requestCount) revert IMarket.UnknownRequest(requestId);
		r = _requests[requestId];
		if (r.closed) revert IMarket.RequestClosed(requestId);
		if (r.liveClaim != 0) revert IMarket.AlreadyClaimed(requestId, r.liveClaim);
	}
}
