// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ClaimStatus, IClaims} from "./IClaims.sol";
import {ICourt} from "./ICourt.sol";
import {ILedger} from "./ILedger.sol";
import {IRegistry} from "./IRegistry.sol";

/// @dev Seconds that one stop of new requests lasts at most.
uint256 constant LONGEST_STOP = 7 days;
/// @dev Seconds from the end of a stop to the next one, at the least.
uint256 constant REST_AFTER_STOP = 28 days;

/// @notice The constants of a market (docs/protocol.md section 5). Times in seconds, bonds in wei.
struct MarketParameters {
	/// how long a claim can be challenged
	uint32 challengePeriod;
	uint128 submitterBond;
}

/// @notice What is asked, and of whom.
struct Question {
	bytes32 program;
	bytes32 inputsRoot;
	/// last second at which a claim is accepted
	uint256 deadline;
	/// the contract that is told of the end, or 0
	address consumer;
	/// until `exclusiveUntil` only this account may claim, and the request ends with the rejection of its claim; 0 for
	/// everybody
	address submitter;
	/// at most the deadline; 0 for everybody
	uint256 exclusiveUntil;
	/// a claim has to be committed to before it is made, so that nobody can copy it
	bool isSealed;
}

/// @notice A paid question: the output of `program` on the inputs committed to by `inputsRoot`.
struct Request {
	bytes32 program;
	bytes32 inputsRoot;
	address requester;
	/// last second at which a claim is accepted
	uint32 deadline;
	/// the live or final claim, 0 if there is none
	uint32 liveClaim;
	/// the fee was paid out or back
	bool closed;
	bool isSealed;
	bool isExclusive;
	address consumer;
	uint96 fee;
	/// who alone may claim until `exclusiveUntil`; 0 if not `isExclusive`
	address submitter;
	uint32 exclusiveUntil;
}

/// @notice A submitter's answer to a request.
struct Claim {
	/// 0 for a lazy claim: its court knows the root that was bound
	bytes32 traceRoot;
	address submitter;
	uint32 request;
	/// when its status began: it was claimed, became final or was rejected
	uint40 since;
	ClaimStatus status;
	/// who was paid for its rejection; 0 unless it is rejected
	address winner;
	/// the consumer was told of its rejection
	bool delivered;
}

/// @notice Opens the primary output's tensor root under the trace root.
struct OutputOpening {
	/// the tensor root of the output
	bytes32 root;
	/// its path to the step root of the last step
	bytes32[] operatorPath;
	/// the step root's path to the trace root
	bytes32[] stepPath;
	/// the words of the output's leaf if it has one leaf, otherwise ignored
	uint256[5] words;
}

/// @title Requests, claims and their money
interface IMarket is IClaims, ILedger {
	event Requested(
		uint256 indexed request,
		bytes32 indexed program,
		address indexed requester,
		bytes32 inputsRoot,
		uint256 fee,
		uint256 deadline,
		address consumer,
		address submitter,
		uint256 exclusiveUntil,
		bool isSealed
	);
	/// @param words the words of the output's only leaf; all 0 if the output has several leaves
	event Claimed(
		uint256 indexed claim,
		uint256 indexed request,
		address indexed submitter,
		bytes32 traceRoot,
		bytes32 outputRoot,
		uint256[5] words
	);
	/// @notice `sender` will make the claim that `commitment` is the hash of.
	event ClaimCommitted(bytes32 indexed commitment, address indexed sender);
	event Finalised(uint256 indexed claim, uint256 indexed request, address indexed submitter, uint256 paid);
	/// @notice A claim lost dispute `dispute` (0: it was settled directly, or its inputs were withheld).
	event Rejected(uint256 indexed claim, uint256 indexed dispute, address indexed winner);
	/// @notice The fee went back: nobody answered in time, or the claim of the only submitter was rejected.
	event Refunded(uint256 indexed request, address indexed requester, uint256 amount);
	/// @notice The consumer was called about a claim's end, or (claim 0) about a refund; `success` is false if it
	/// reverted or ran out of gas.
	event Delivered(uint256 indexed request, uint256 indexed claim, address indexed consumer, bool success);

	/// @notice The guardian keeps new requests out before `until`. Nothing else stops.
	event RequestsStopped(uint256 until);

	/// @notice Thrown when a request is made while the guardian keeps them out.
	error Stopped(uint256 time, uint256 until);
	/// @notice Thrown when somebody else than the guardian stops requests.
	error NotTheGuardian(address actual, address expected);
	/// @notice Thrown when a stop has no length, or is too long.
	error InvalidStop(uint256 actual, uint256 most);
	/// @notice Thrown when requests are stopped again too early.
	error StoppedLately(uint256 time, uint256 earliest);
	/// @notice Thrown when the fee does not fit its field.
	error FeeTooLarge(uint256 actual, uint256 most);
	/// @notice Thrown when a request's deadline is not in the future or too far away.
	error InvalidDeadline(uint256 actual, uint256 earliest, uint256 latest);
	/// @notice Thrown when exclusivity names an end without an account, or one that is past or after the deadline.
	error InvalidExclusivity(address submitter, uint256 actual, uint256 earliest, uint256 latest);
	/// @notice Thrown when an exclusive request is to be sealed: there is nobody who could copy.
	error SealedExclusive();
	/// @notice Thrown when no request has this number.
	error UnknownRequest(uint256 request);
	/// @notice Thrown when the request is paid out or refunded.
	error RequestClosed(uint256 request);
	/// @notice Thrown when a claim comes after the request's deadline.
	error RequestExpired(uint256 request, uint256 time, uint256 deadline);
	/// @notice Thrown when a refund is asked for before the request's deadline has passed.
	error RequestNotExpired(uint256 request, uint256 time, uint256 deadline);
	/// @notice Thrown when the request already has a live claim.
	error AlreadyClaimed(uint256 request, uint256 claim);
	/// @notice Thrown when someone else claims while one submitter alone may.
	error ExclusiveRequest(uint256 request, address actual, address expected, uint256 until);
	/// @notice Thrown when a sealed request is claimed without having committed to the claim before.
	error SealedRequest(uint256 request);
	/// @notice Thrown when a claim was not committed to, or in this second, or longer ago than a challenge period.
	error WrongCommitment(bytes32 commitment, uint256 committedAt, uint256 earliest);
	/// @notice Thrown when the same claim is committed to again while the commitment holds.
	error AlreadyCommitted(bytes32 commitment);
	/// @notice Thrown when the claim of a lazy program brings a trace root or paths: it states the output alone.
	error TraceNotNeeded();
	/// @notice Thrown when words do not hash to the node they are shown for.
	error WrongLeaf(bytes32 actual, bytes32 expected);
	/// @notice Thrown when a leaf of the output is opened that it does not have.
	error LeafOutOfRange(uint256 leaf, uint256 count);
	/// @notice Thrown when a claim is finalised within its challenge period.
	error ChallengePeriodOpen(uint256 claim, uint256 time, uint256 end);
	/// @notice Thrown when a claim is finalised while demands for its inputs are open.
	error DemandsOpen(uint256 claim);
	/// @notice Thrown when a claim is finalised while disputes are open.
	error DisputesOpen(uint256 claim, uint256 count);
	/// @notice Thrown when the call leaves too little gas for the consumer's.
	error TooLittleGas(uint256 actual, uint256 needed);
	/// @notice Thrown when a rejection is delivered again.
	error AlreadyDelivered(uint256 claim);
	/// @notice Thrown when there is nobody to deliver to.
	error NoConsumer(uint256 request);

	/// @notice Asks for the output of a registered program; the value sent is the fee.
	function request(Question calldata question) external payable returns (uint256 requestId);

	/// @notice Keeps new requests out for so many seconds, at most seven days, and not before 28 days after the last stop:
	/// for the guardian. What has been requested goes on.
	function stopRequests(uint256 duration) external;

	/// @notice Commits the sender to a claim on a sealed request: from the next second on, for a challenge period.
	/// @param commitment keccak256(abi.encode(chain id, this market, request, traceRoot, outputRoot, sender, salt))
	function commitClaim(bytes32 commitment) external;

	/// @notice Answers a request with a commitment to the whole trace; the value sent is the submitter's bond.
	/// The claim of a lazy program has trace root 0 and no paths.
	function claim(uint256 requestId, bytes32 traceRoot, OutputOpening calldata opening)
		external
		payable
		returns (uint256 claimId);

	/// @notice The same for a sealed request.
	/// @param salt that of the commitment
	function claimSealed(uint256 requestId, bytes32 traceRoot, OutputOpening calldata opening, bytes32 salt)
		external
		payable
		returns (uint256 claimId);

	/// @notice Makes an undisputed claim final after its challenge period: credits fee and bond, then tells
	/// the consumer.
	function finalise(uint256 claimId) external;

	/// @notice Credits the fee of an unanswered request back to its requester after its deadline, then tells the
	/// consumer.
	function refund(uint256 requestId) external;

	/// @notice Tells the consumer of a rejection, once. Nothing depends on it: `ending` says the same at any time.
	function deliver(uint256 claimId) external;

	/// @notice Who judges the claims.
	function court() external view returns (ICourt);

	/// @notice Who may stop new requests; 0 for nobody.
	function guardian() external view returns (address);

	/// @notice The end of the newest stop of requests: from then on they are taken. 0 if there was none.
	function stoppedUntil() external view returns (uint256);

	/// @notice Where programs are registered: the court's registry.
	function registry() external view returns (IRegistry);

	function parameters() external view returns (MarketParameters memory);

	/// @notice The number of the newest request; numbers start at 1.
	function requestCount() external view returns (uint256);

	/// @notice The number of the newest claim; numbers start at 1.
	function claimCount() external view returns (uint256);

	function getRequest(uint256 requestId) external view returns (Request memory);

	function getClaim(uint256 claimId) external view returns (Claim memory);

	/// @notice Where an existing claim stands, who was paid for its rejection, and when it ended (0: it is live).
	function ending(uint256 claimId) external view returns (ClaimStatus status, address winner, uint256 endedAt);

	/// @notice When a claim was committed to; 0 if it was not.
	function committedAt(bytes32 commitment) external view returns (uint256);

	/// @notice The output that a claim states, whatever its status: its tensor root if it has several leaves
	/// (else 0), its words if it has one (else all 0).
	function output(uint256 claimId)
		external
		view
		returns (ClaimStatus status, bytes32 root, uint256[5] memory words);

	/// @notice The elements of leaf `leaf` of a final claim's output, checked against its commitment.
	/// @param words the leaf's words; ignored if the output has one leaf only
	/// @param path the leaf's path to the output's tensor root
	function outputLeaf(uint256 claimId, uint256 leaf, uint256[5] calldata words, bytes32[] calldata path)
		external
		view
		returns (int256[] memory elements);
}
