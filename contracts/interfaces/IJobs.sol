// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBeacon} from "./IBeacon.sol";
import {IMarket} from "./IMarket.sol";
import {ITokenLedger} from "./ITokenLedger.sol";
import {IWorkers} from "./IWorkers.sol";

/// @notice The constants of a jobs contract (docs/network.md section 4). Amounts in wei, times in seconds.
struct JobsParameters {
	/// the least reward in ether
	uint128 rewardMin;
	/// for one try of a job: it pays pokes and values of the beacon. The rest goes back if the job is verified, and is
	/// burned if not
	uint128 jobFee;
	/// for whoever draws for a job, or ends an offer
	uint128 pokeFee;
	/// from an offer to its end
	uint32 acceptSeconds;
	/// what a late worker loses, in thousandths of the reward (of the exposure if the reward is in a token)
	uint16 latePermille;
}

enum JobStatus {
	None,
	/// waits for a draw, or for anybody to take it
	Pending,
	Offered,
	Assigned,
	/// claimed
	Completed,
	/// its claim is final
	Verified,
	/// no try is left
	Failed,
	Cancelled
}

/// @notice What a client asks for and pays.
struct JobTerms {
	bytes32 program;
	bytes32 inputsRoot;
	/// what the reward is paid in; 0 is ether
	address token;
	uint128 reward;
	/// wei of the worker's stake that a false claim costs
	uint128 exposure;
	/// from acceptance to the end of the attempt
	uint32 workSeconds;
	/// how often it is given to a worker at most
	uint8 tries;
}

struct Job {
	address client;
	JobStatus status;
	/// tries that are left after this one
	uint8 tries;
	/// draws of this try
	uint8 draws;
	/// draws of all tries
	uint32 drawn;
	/// pending: the round that it waits in; 0: any worker may take it
	uint32 round;
	bytes32 program;
	bytes32 inputsRoot;
	address token;
	uint32 workSeconds;
	/// the last second of the offer or of the attempt
	uint32 until;
	uint128 reward;
	uint128 exposure;
	/// what is left of this try's fee
	uint128 budget;
	address worker;
	/// its slot; NO_SLOT if it was taken
	uint16 slot;
	/// the attempt's request
	uint32 request;
	/// the attempt's claim, once somebody has shown it
	uint32 claim;
}

/// @title Jobs: rewards for the outputs of programs, computed by workers who are drawn (docs/network.md)
interface IJobs is ITokenLedger {
	event JobSubmitted(
		uint256 indexed job, address indexed client, bytes32 indexed program, JobTerms terms
	);
	/// @notice A job waits for the draw of a round.
	event JobWaiting(uint256 indexed job, uint256 indexed round, uint256 beaconRound);
	/// @notice From now on any worker may take a job.
	event JobOpen(uint256 indexed job);
	event JobOffered(
		uint256 indexed job, address indexed worker, uint256 slot, uint256 until, uint256 attempt
	);
	/// @notice An offer ended without acceptance.
	event OfferEnded(uint256 indexed job, address indexed worker, bool declined);
	/// @notice `worker` alone may claim `request`.
	event JobAssigned(uint256 indexed job, address indexed worker, uint256 request, uint256 until);
	event JobCompleted(uint256 indexed job, address indexed worker, uint256 claim);
	event JobVerified(uint256 indexed job, address indexed worker, uint256 claim, uint256 reward);
	/// @notice An attempt failed: its claim was rejected, or (claim 0) none was made in time.
	event AttemptFailed(uint256 indexed job, address indexed worker, uint256 claim);
	/// @notice The reward went back to the client.
	event JobClosed(uint256 indexed job, JobStatus status);

	/// @notice Thrown when no job has this number.
	error UnknownJob(uint256 job);
	/// @notice Thrown when a job is not in the status that the call needs.
	error WrongJobStatus(uint256 job, JobStatus actual, JobStatus expected);
	/// @notice Thrown when somebody else than the client cancels.
	error NotTheClient(address actual, address expected);
	/// @notice Thrown when somebody else than the worker that a job was offered accepts or declines.
	error NotTheWorker(address actual, address expected);
	/// @notice Thrown when a term is outside of its admissible range.
	error InvalidTerm(bytes32 name, uint256 actual, uint256 least, uint256 most);
	/// @notice Thrown when a client cancels a job whose round is over: the value that decides about it may be known.
	error RoundOver(uint256 job, uint256 time, uint256 end);
	/// @notice Thrown when no job waits for a draw.
	error NothingToDraw();
	/// @notice Thrown when a round is drawn before its end.
	error RoundNotOver(uint256 round, uint256 time, uint256 end);
	/// @notice Thrown when an offer is accepted after its end.
	error OfferOver(uint256 job, uint256 time, uint256 end);
	/// @notice Thrown when an offer is ended that may still be accepted.
	error OfferRunning(uint256 job, uint256 time, uint256 end);
	/// @notice Thrown when a job is taken that waits for a draw.
	error NotOpen(uint256 job, uint256 draws, uint256 needed);
	/// @notice Thrown when an attempt is ended too early.
	error AttemptRunning(uint256 job, uint256 time, uint256 end);
	/// @notice Thrown when an attempt is ended whose worker has claimed.
	error ClaimMade(uint256 job, uint256 request);
	/// @notice Thrown when a completed job is moved on while its claim is live.
	error ClaimLive(uint256 claim);
	/// @notice Thrown when a claim is not about the request of the job's attempt.
	error NotTheClaim(uint256 claim, uint256 actual, uint256 expected);
	/// @notice Asks for a job. The value sent is a fee for each try, and the reward if it is in ether.
	function submit(JobTerms calldata terms) external payable returns (uint256 jobId);

	/// @notice The same with an allowance by signature (EIP-2612); one that was used before is no failure.
	function submitWithPermit(JobTerms calldata terms, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
		external
		payable
		returns (uint256 jobId);

	/// @notice Takes a job back that waits: before its round is over, or while any worker may take it. What is left of
	/// this try's fee is burned.
	function cancel(uint256 jobId) external;

	/// @notice Draws for at most so many jobs of the oldest round that has any. For anyone, who is paid for each.
	function draw(uint256 most) external;

	/// @notice Binds the caller to a job that it was offered.
	function accept(uint256 jobId) external;

	/// @notice Gives an offer back. It costs nothing.
	function decline(uint256 jobId) external;

	/// @notice Ends an offer that nobody accepted in time. For anyone, who is paid for it.
	function lapse(uint256 jobId) external;

	/// @notice Takes a job that three draws found nobody for. The value sent is the exposure: it becomes stake.
	function take(uint256 jobId) external payable;

	/// @notice Moves a job on by the claim of its attempt. For anyone.
	function sync(uint256 jobId, uint256 claimId) external;

	/// @notice Ends an attempt without a claim, from a time of grace after its end on. For anyone.
	function expire(uint256 jobId) external;

	/// @notice The only market whose claims count.
	function market() external view returns (IMarket);

	function beacon() external view returns (IBeacon);

	function workers() external view returns (IWorkers);

	function parameters() external view returns (JobsParameters memory);

	/// @notice Seconds after the end of an attempt during which a claim still comes first.
	function grace() external view returns (uint256);

	/// @notice The number of the newest job; numbers start at 1.
	function jobCount() external view returns (uint256);

	function getJob(uint256 jobId) external view returns (Job memory);

	/// @notice The oldest round whose jobs are not all drawn for; 0 if there is none.
	function oldestRound() external view returns (uint256);

	/// @notice The round of the beacon that decides a round, once a job waits in it.
	function beaconRound(uint256 round) external view returns (uint256);

	/// @notice The jobs of a round that are not drawn for, in the order of their draws.
	function waiting(uint256 round) external view returns (uint256[] memory);
}
