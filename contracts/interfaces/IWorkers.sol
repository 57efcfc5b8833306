// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMarket} from "./IMarket.sol";
import {ITokenLedger} from "./ITokenLedger.sol";

/// @notice The constants of a list of workers (docs/network.md section 4). Amounts in wei, times in seconds.
struct WorkersParameters {
	/// stake behind one slot, at least a submitter's bond
	uint128 slotStake;
	/// burned at every registration
	uint128 entryFee;
	/// for whoever puts one slot into the list, or takes one out of it
	uint128 changeFee;
	uint32 roundSeconds;
	/// from leaving to being paid, at the least
	uint32 exitDelay;
}

enum WorkerStatus {
	None,
	Active,
	Leaving,
	/// its stake was paid out: it can register again
	Gone
}

/// @notice A token that a worker takes, and the least reward in it.
struct TokenTerm {
	address token;
	uint128 least;
}

/// @notice What a worker is offered. They change only while it is not in the list.
struct WorkerTerms {
	/// slots that it wants at most
	uint16 capacity;
	/// the least reward in ether
	uint128 leastReward;
	/// the tokens it takes beside ether
	TokenTerm[] tokens;
	/// the programs it takes; none listed: any
	bytes32[] programs;
	/// a label: nothing that is worth money reads it
	bytes32 gpu;
}

struct Worker {
	WorkerStatus status;
	/// from 0 to 100, kept for ever
	uint8 reputation;
	/// the reputation that draws read: as it was when its slots were last queued for the list
	uint8 weight;
	/// whether it is in the list when all queued changes are applied
	bool wanted;
	bool anyProgram;
	/// slots that it has by its last change into the list
	uint16 slots;
	/// slots that are in the list
	uint16 listed;
	/// changes of it that are not applied
	uint16 queued;
	/// attempts that are offered, assigned or completed
	uint32 unresolved;
	/// the number of its terms
	uint32 terms;
	/// the day of its last gain of reputation
	uint32 gainedOn;
	uint40 leftAt;
	uint128 stake;
	/// what of the stake is bound to attempts
	uint128 exposure;
	uint128 leastReward;
	/// all that ever ceased to be bound to attempts
	uint128 released;
}

/// @notice What is drawn for, and with what.
struct Seek {
	uint256 job;
	/// how often the job was drawn for
	uint256 attempt;
	/// the round whose jobs are drawn for
	uint256 round;
	bytes32 value;
	bytes32 program;
	address token;
	uint256 reward;
	uint256 exposure;
}

enum Ending {
	Declined,
	Missed,
	Late,
	Rejected,
	Verified
}

/// @notice How an attempt of a worker ended.
struct Resolution {
	Ending ending;
	uint256 job;
	address worker;
	uint256 slot;
	/// its slot is still busy with it
	bool holdsSlot;
	/// its reputation may gain
	bool earns;
	uint128 exposure;
	/// what a late worker loses, and what of it the beneficiary has; the rest is burned
	uint128 slash;
	uint128 compensation;
	/// the client of a late attempt; who caught a rejected claim
	address beneficiary;
}

/// @title Workers: stakes, slots, and the list that jobs are drawn from (docs/network.md)
/// @dev The list changes at the borders of rounds only, in the order in which changes were queued. What a draw reads is
/// what was so at the end of the round whose jobs it serves, so that nobody shapes it after the value is known.
interface IWorkers is ITokenLedger {
	event Bound(address indexed jobs);
	event WorkerRegistered(address indexed worker, uint256 stake, WorkerTerms terms);
	event WorkerPaused(address indexed worker);
	event WorkerResumed(address indexed worker, uint256 stake, WorkerTerms terms);
	event WorkerLeft(address indexed worker, uint256 paidFrom);
	event WorkerGone(address indexed worker, uint256 paid);
	/// @notice A change was queued: `slots` of the worker go into the list, or out of it.
	event ChangeQueued(address indexed worker, uint256 indexed round, uint256 slots, bool joins);
	event ChangeApplied(address indexed worker, uint256 slots, bool joins);
	event Resolved(
		address indexed worker, uint256 indexed job, Ending ending, uint256 slash, uint256 reputation
	);

	/// @notice Thrown when somebody else than the deployer binds, or somebody else than the jobs contract moves a worker.
	error WrongCaller(address actual, address expected);
	/// @notice Thrown when the jobs contract is named again.
	error AlreadyBound(address jobs);
	/// @notice Thrown when a worker registers before the jobs contract is named.
	error NotBound();
	/// @notice Thrown when a worker is not in the status that the call needs.
	error WrongWorkerStatus(address worker, WorkerStatus actual, WorkerStatus expected);
	/// @notice Thrown when a term is outside of its admissible range.
	error InvalidTerm(bytes32 name, uint256 actual, uint256 least, uint256 most);
	/// @notice Thrown when a worker comes back or is paid whose slots are in the list, or are about to be.
	error StillListed(address worker, uint256 listed, uint256 queued);
	/// @notice Thrown when a worker pauses whose slots are out of the list, or about to be.
	error AlreadyPaused(address worker);
	/// @notice Thrown when a stake is paid out before the exit delay is over.
	error ExitTooEarly(address worker, uint256 time, uint256 end);
	/// @notice Thrown when a stake is paid out while attempts are unresolved.
	error AttemptsOpen(address worker, uint256 count);
	/// @notice Thrown when no queued change may be applied: the oldest is of `round`, and only those up to `limit` may.
	error NothingToApply(uint256 round, uint256 limit);
	/// @notice Thrown when jobs are drawn for before the changes of their round and those before it are applied.
	error ChangesWaiting(uint256 oldest, uint256 round);

	/// @notice Names the jobs contract: once, by the deployer, before anybody can register.
	function bind(address jobs) external;

	/// @notice Registers the caller. The value sent is the entry fee, the stake, and for each slot two change fees: for
	/// putting it into the list and for taking it out again.
	function register(WorkerTerms calldata terms, uint256 stake) external payable;

	/// @notice Takes the caller's slots out of the list, from the next border on. Attempts go on.
	function pause() external;

	/// @notice Puts the caller's slots back, with other terms and more stake. The value sent is the stake added and two
	/// change fees for each slot.
	function resume(WorkerTerms calldata terms, uint256 added) external payable;

	/// @notice Begins to leave: slots leave the list at the next border.
	function leave() external;

	/// @notice Pays a leaving worker's stake, when the delay is over, its slots are out of the list, and none of its
	/// attempts is unresolved. For anyone.
	function exit(address worker) external;

	/// @notice Applies queued changes in order, at most so many slots of them, and is paid for each. For anyone.
	function applyChanges(uint256 most) external;

	/// @notice Draws a slot and binds it. Only for the jobs contract. No worker: none was found.
	function pick(Seek calldata seek) external returns (address worker, uint256 slot);

	/// @notice Binds stake that an active worker brings along. Only for the jobs contract.
	function pledge(address worker) external payable;

	/// @notice Frees a slot whose worker has claimed. Only for the jobs contract.
	function freeSlot(address worker, uint256 slot) external;

	/// @notice Ends an attempt. Only for the jobs contract.
	function resolve(Resolution calldata resolution) external;

	function market() external view returns (IMarket);

	/// @notice The contract that draws.
	function jobs() external view returns (address);

	function parameters() external view returns (WorkersParameters memory);

	/// @notice The round that now belongs to; the first is 1.
	function currentRound() external view returns (uint256);

	/// @notice The first second that no longer belongs to a round.
	function endOf(uint256 round) external view returns (uint256);

	function getWorker(address worker) external view returns (Worker memory);

	/// @notice The least reward that a worker takes in a token; 0: it does not take it.
	function leastIn(address worker, address token) external view returns (uint256);

	/// @notice How many slots are in the list.
	function slotCount() external view returns (uint256);

	/// @notice A slot in the list, whether a job has it, and the round in which it was last given back.
	function slotAt(uint256 position)
		external
		view
		returns (address worker, uint256 slot, bool busy, uint256 freedIn);

	/// @notice How many changes wait, and the round of the oldest; 0 if none does.
	function waitingChanges() external view returns (uint256 count, uint256 oldest);
}
