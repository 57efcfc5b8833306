// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IArbiter} from "./IArbiter.sol";
import {IInputs} from "./IInputs.sol";
import {IRegistry} from "./IRegistry.sol";

/// @dev Burned wei go to an account without a key or code.
address constant BURN = 0x000000000000000000000000000000000000dEaD;

/// @notice The constants of a deployment (docs/protocol.md section 5). Times in seconds, bonds in wei.
struct Parameters {
	/// how long a claim can be challenged
	uint32 challengePeriod;
	/// time that every move gives its side
	uint32 increment;
	/// time beyond the increments that a side has for the whole dispute
	uint32 reserve;
	/// further time of the challenger where it may have to prove (phases Leaf and Partials)
	uint32 provingAllowance;
	/// further time of the submitter to commit to the trace of a lazy claim (phase Root)
	uint32 commitAllowance;
	/// further time of both sides per other dispute open against the same claim
	uint32 crowding;
	/// levels that one answer opens
	uint8 depth;
	/// levels of the trees of steps and operators that are opened at once when no more are left
	uint8 window;
	/// the burned part of a lost bond, in thousandths
	uint16 burnPermille;
	uint128 submitterBond;
	uint128 challengerBond;
	/// time to compute after the last answer to a demand for inputs
	uint32 computeAllowance;
	uint128 demandBond;
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
	address consumer;
	uint96 fee;
}

enum ClaimStatus {
	None,
	Live,
	Final,
	Rejected
}

/// @notice A submitter's answer to a request.
struct Claim {
	/// 0 for a lazy claim whose trace is not bound
	bytes32 traceRoot;
	address submitter;
	uint32 request;
	uint32 claimedAt;
	uint24 openDisputes;
	ClaimStatus status;
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

/// @title Requests, claims and money
interface IMarket {
	event Requested(
		uint256 indexed request,
		bytes32 indexed program,
		address indexed requester,
		bytes32 inputsRoot,
		uint256 fee,
		uint256 deadline,
		address consumer
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
	/// @notice The submitter of a lazy claim committed to its trace.
	event TraceBound(uint256 indexed claim, bytes32 traceRoot);
	event Finalised(uint256 indexed claim, uint256 indexed request, address indexed submitter, uint256 paid);
	/// @notice A claim lost dispute `dispute` (0: it was settled directly, or its inputs were withheld).
	event Rejected(uint256 indexed claim, uint256 indexed dispute, address indexed winner);
	event Refunded(uint256 indexed request, address indexed requester, uint256 amount);
	/// @notice The consumer was called; `success` is false if it reverted or ran out of gas.
	event Delivered(uint256 indexed request, uint256 indexed claim, address indexed consumer, bool success);
	/// @notice `amount` may now be withdrawn by `account`.
	event Credited(address indexed account, uint256 amount);
	event Withdrawn(address indexed account, uint256 amount);
	event Burned(uint256 amount);

	/// @notice Thrown when a deployment's parameter is outside of its admissible range.
	error InvalidParameter(bytes32 name, uint256 actual, uint256 least, uint256 most);
	/// @notice Thrown when a contract that the deployment builds on has no code.
	error NotAContract(bytes32 name, address actual);
	/// @notice Thrown when the value sent is not the bond.
	error WrongBond(uint256 actual, uint256 expected);
	/// @notice Thrown when the fee does not fit its field.
	error FeeTooLarge(uint256 actual, uint256 most);
	/// @notice Thrown when a request's deadline is not in the future or too far away.
	error InvalidDeadline(uint256 actual, uint256 earliest, uint256 latest);
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
	/// @notice Thrown when the output opening does not lead to the trace root.
	error WrongTraceRoot(bytes32 actual, bytes32 expected);
	/// @notice Thrown when the claim of a lazy program brings a trace root or paths: it states the output alone.
	error TraceNotNeeded();
	/// @notice Thrown when a claim's trace is bound again, or the claim has carried its trace root from the start.
	error TraceKnown(uint256 claim, bytes32 traceRoot);
	/// @notice Thrown when someone else makes the submitter's move.
	error NotTheSubmitter(address actual, address expected);
	/// @notice Thrown when words do not hash to the node they are shown for.
	error WrongLeaf(bytes32 actual, bytes32 expected);
	/// @notice Thrown when a leaf of the output is opened that it does not have.
	error LeafOutOfRange(uint256 leaf, uint256 count);
	/// @notice Thrown when a claim is not in the status that the call needs.
	error WrongClaimStatus(uint256 claim, ClaimStatus actual, ClaimStatus expected);
	/// @notice Thrown when a claim is finalised within its challenge period.
	error ChallengePeriodOpen(uint256 claim, uint256 time, uint256 end);
	/// @notice Thrown when a claim is challenged after its challenge period.
	error ChallengePeriodOver(uint256 claim, uint256 time, uint256 end);
	/// @notice Thrown when a claim is finalised while demands for its inputs are open.
	error DemandsOpen(uint256 claim);
	/// @notice Thrown when someone else than `inputs` makes one of its calls.
	error NotTheInputs(address sender);
	/// @notice Thrown when a claim is finalised while disputes are open.
	error DisputesOpen(uint256 claim, uint256 count);
	/// @notice Thrown when a finalisation leaves too little gas for the consumer's call.
	error TooLittleGas(uint256 actual, uint256 needed);
	/// @notice Thrown when an account without credit withdraws.
	error NothingToWithdraw(address account);
	/// @notice Thrown when an account does not accept its payment.
	error PaymentRefused(address account, uint256 amount);

	/// @notice Asks for the output of a registered program; the value sent is the fee.
	/// @param consumer the contract to call when a claim is final, or 0
	function request(bytes32 program, bytes32 inputsRoot, uint256 deadline, address consumer)
		external
		payable
		returns (uint256 requestId);

	/// @notice Answers a request with a commitment to the whole trace; the value sent is the submitter's bond.
	/// The claim of a lazy program has trace root 0 and no paths.
	function claim(uint256 requestId, bytes32 traceRoot, OutputOpening calldata opening)
		external
		payable
		returns (uint256 claimId);

	/// @notice Commits the submitter of a lazy claim to its trace, once for all disputes: the output that it claimed
	/// is opened under the root.
	function bindTrace(
		uint256 claimId,
		bytes32 traceRoot,
		bytes32[] calldata operatorPath,
		bytes32[] calldata stepPath
	) external;

	/// @notice Makes an undisputed claim final after its challenge period: credits fee and bond, then tells
	/// the consumer.
	function finalise(uint256 claimId) external;

	/// @notice Credits the fee of an unanswered request back to its requester after its deadline.
	function refund(uint256 requestId) external;

	/// @notice Pays the caller all that it is owed.
	function withdraw() external returns (uint256 amount);

	/// @notice Credits the value sent to `account`. Only for `inputs`.
	function credit(address account) external payable;

	/// @notice Rejects a live claim whose inputs were withheld. Only for `inputs`.
	function rejectWithheld(uint256 claimId, address winner) external;

	/// @notice Where chunks of inputs are demanded.
	function inputs() external view returns (IInputs);

	/// @notice Where programs are registered.
	function registry() external view returns (IRegistry);

	/// @notice Who decides about settlements.
	function arbiter() external view returns (IArbiter);

	function parameters() external view returns (Parameters memory);

	/// @notice The number of the newest request; numbers start at 1.
	function requestCount() external view returns (uint256);

	/// @notice The number of the newest claim; numbers start at 1.
	function claimCount() external view returns (uint256);

	function getRequest(uint256 requestId) external view returns (Request memory);

	function getClaim(uint256 claimId) external view returns (Claim memory);

	/// @notice When the trace of a lazy claim was bound; 0 before, and for claims that carry their trace root.
	function boundAt(uint256 claimId) external view returns (uint256);

	/// @notice What `account` can withdraw.
	function owed(address account) external view returns (uint256);

	/// @notice The output that a claim states, whatever its status: its tensor root if it has several leaves
	/// (else 0), its words if it has one (else all 0).
	function output(uint256 claimId)
		external
		view
		returns (ClaimStatus status, bytes32 outputRoot, uint256[5] memory words);

	/// @notice The elements of leaf `leaf` of a final claim's output, checked against its commitment.
	/// @param words the leaf's words; ignored if the output has one leaf only
	/// @param path the leaf's path to the output's tensor root
	function outputLeaf(uint256 claimId, uint256 leaf, uint256[5] calldata words, bytes32[] calldata path)
		external
		view
		returns (int256[] memory elements);
}
