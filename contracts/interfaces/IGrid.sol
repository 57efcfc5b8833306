// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IBeacon} from "./IBeacon.sol";
import {IConsumer} from "./IConsumer.sol";
import {IMarket} from "./IMarket.sol";
import {ITokenLedger} from "./ITokenLedger.sol";

enum GridStatus {
	None,
	/// points are added
	Filling,
	Open,
	Closed
}

enum PointStatus {
	Free,
	Reserved,
	/// its worker has made a claim, which is live or rejected (never stored: the market knows)
	Claimed,
	Accepted
}

/// @notice What a client asks for and pays.
struct GridTerms {
	/// a registered program; points differ from it in their number of steps
	bytes32 program;
	/// the roots of its inputs; that of the hyper-parameters is ignored
	bytes32[] inputRoots;
	/// which input the hyper-parameters are
	uint32 hyperInput;
	/// their width in bits
	uint8 hyperWidth;
	/// how many they are, in one leaf
	uint16 hyperElements;
	/// the lowest score is the best, as it is of an error
	bool lowest;
	/// what the bounty is paid in; 0 is ether
	address token;
	uint128 bounty;
	/// wei that a worker locks from joining until its point is accepted
	uint128 stake;
	/// how often points are dealt, at most
	uint16 rounds;
	uint32 roundSeconds;
	/// time for a claim, from being dealt
	uint32 reservationSeconds;
}

/// @notice What distinguishes a point from the others.
struct PointTerms {
	uint32 steps;
	int32[] hyperparameters;
}

struct Grid {
	address client;
	GridStatus status;
	uint16 points;
	uint16 rounds;
	/// points that are accepted
	uint16 accepted;
	/// points that are reserved or claimed
	uint16 open;
	/// rounds before it are drawn, or nobody joined them
	uint16 nextRound;
	address token;
	uint32 startedAt;
	uint32 roundSeconds;
	uint32 reservationSeconds;
	uint128 bounty;
	uint128 stake;
	/// what every accepted point earns
	uint128 share;
	/// what of the bounty was credited
	uint128 credited;
	bytes32 program;
	/// wei for those who bring beacon values
	uint128 budget;
	/// stakes of accounts that joined and were not dealt a point
	uint32 waiting;
	uint32 hyperInput;
	uint8 hyperWidth;
	uint16 hyperElements;
	bool lowest;
	/// 1 + the best accepted point; 0 if none is accepted
	uint16 best;
}

struct Point {
	bytes32 program;
	bytes32 inputsRoot;
	address worker;
	/// the request of the reservation
	uint32 request;
	/// the last second of the reservation
	uint32 until;
	/// the first round in which it can be dealt
	uint16 from;
	PointStatus status;
	/// the final claim
	uint32 claim;
	/// the round in which it was dealt, and when in that round
	uint16 round;
	uint16 position;
	/// the first element of the claimed output
	int64 score;
}

/// @title Grid search: the points of a grid are dealt to workers, who are paid for what is final (docs/grid.md)
interface IGrid is IConsumer, ITokenLedger {
	event GridOpened(uint256 indexed grid, address indexed client, GridTerms terms);
	event PointAdded(
		uint256 indexed grid,
		uint256 indexed point,
		bytes32 indexed program,
		bytes32 inputsRoot,
		uint32 steps,
		int32[] hyperparameters
	);
	/// @param share what every accepted point earns
	/// @param beaconRounds the round of the beacon that decides each round of the grid
	event GridStarted(uint256 indexed grid, uint256 share, uint256[] beaconRounds);
	event Joined(uint256 indexed grid, uint256 indexed round, address indexed worker);
	/// @notice A point was dealt: `worker` alone may claim `request`.
	event Dealt(
		uint256 indexed grid,
		uint256 indexed point,
		address indexed worker,
		uint256 request,
		uint256 round,
		uint256 position,
		uint256 until
	);
	/// @notice A stake went back to a worker for whom there was no point.
	event NotDealt(uint256 indexed grid, uint256 indexed round, address indexed worker);
	event PointAccepted(
		uint256 indexed grid, uint256 indexed point, address indexed worker, uint256 claim, int256 score
	);
	/// @notice A claim was rejected: the point is free again.
	event PointRejected(uint256 indexed grid, uint256 indexed point, address indexed worker, uint256 claim);
	/// @notice A reservation ended without a claim: the point is free again.
	event PointExpired(uint256 indexed grid, uint256 indexed point, address indexed worker);
	/// @param best 1 + the best point; 0 if none was accepted
	/// @param rest what went back to the client
	event GridClosed(uint256 indexed grid, uint256 best, uint256 rest);

	/// @notice Thrown when no grid has this number.
	error UnknownGrid(uint256 grid);
	/// @notice Thrown when a grid is not in the status that the call needs.
	error WrongGridStatus(uint256 grid, GridStatus actual, GridStatus expected);
	/// @notice Thrown when somebody else than the client changes a grid.
	error NotTheClient(address actual, address expected);
	/// @notice Thrown when a term of a grid is outside of its admissible range.
	error InvalidTerm(bytes32 name, uint256 actual, uint256 least, uint256 most);
	/// @notice Thrown when a point has more or fewer hyper-parameters than the grid's terms say.
	error WrongHyperparameterCount(uint256 actual, uint256 expected);
	/// @notice Thrown when a point is added twice.
	error DuplicatePoint(bytes32 program, bytes32 inputsRoot);
	/// @notice Thrown when a grid has no such point.
	error UnknownPoint(uint256 grid, uint256 point, uint256 count);
	/// @notice Thrown when a worker joins a round before it begins or after its end.
	error WrongRound(uint256 grid, uint256 round, uint256 time, uint256 from, uint256 end);
	/// @notice Thrown when an account joins that has joined a round which is not drawn.
	error AlreadyJoined(uint256 grid, address worker);
	/// @notice Thrown when an account joins that has a reservation without a claim.
	error ReservationOpen(uint256 grid, uint256 point, address worker);
	/// @notice Thrown when a worker joins a round whose value is known, or can never be known.
	error RoundDecided(uint256 grid, uint256 round, uint256 beaconRound);
	/// @notice Thrown when a round is drawn before its end.
	error RoundNotOver(uint256 grid, uint256 round, uint256 time, uint256 end);
	/// @notice Thrown when nobody waits for a point.
	error NothingToDraw(uint256 grid);
	/// @notice Thrown when a point is not in the status that the call needs.
	error WrongPointStatus(uint256 grid, uint256 point, PointStatus actual, PointStatus expected);
	/// @notice Thrown when a claim is not about the request of the point's reservation.
	error NotTheClaim(uint256 claim, uint256 actual, uint256 expected);
	/// @notice Thrown when a point is moved on while its claim is live.
	error ClaimLive(uint256 claim);
	/// @notice Thrown when a reservation expires whose worker has claimed.
	error ClaimMade(uint256 grid, uint256 point, uint256 request);
	/// @notice Thrown when a reservation expires too early.
	error ReservationRunning(uint256 grid, uint256 point, uint256 time, uint256 end);
	/// @notice Thrown when a grid is closed whose rounds, stakes or claims are not at their end.
	error GridRunning(uint256 grid, uint256 waiting, uint256 open, uint256 time, uint256 end);
	/// @notice Thrown when someone else than the market tells of an ending.
	error NotTheMarket(address actual, address expected);
	/// @notice Thrown when the market tells of a request that no open reservation has.
	error NotOurs(uint256 request);

	/// @notice Begins a grid: the caller is its client.
	function open(GridTerms calldata terms) external returns (uint256 gridId);

	/// @notice Adds points to a grid that is not started. Their programs are registered if they were not, and the roots of
	/// their inputs are computed here.
	function addPoints(uint256 gridId, PointTerms[] calldata terms) external;

	/// @notice Takes the bounty, and the beacon's fee of every round in ether, and lets workers in. From now on nothing
	/// moves but by the rules.
	function start(uint256 gridId) external payable;

	/// @notice The same with an allowance by signature (EIP-2612); one that was used before is no failure.
	function startWithPermit(uint256 gridId, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external payable;

	/// @notice Joins a round; the value sent is the stake.
	function join(uint256 gridId, uint256 round) external payable;

	/// @notice Deals free points to those who joined the oldest round that is over, to at most so many, and gives the
	/// others their stakes back. For anyone.
	function draw(uint256 gridId, uint256 most) external;

	/// @notice Moves a point on by the end of its claim. For anyone.
	function sync(uint256 gridId, uint256 point, uint256 claimId) external;

	/// @notice Ends a reservation without a claim, from a time of grace after its end on: its stake is burned.
	function expire(uint256 gridId, uint256 point) external;

	/// @notice Pays the best and the client when all points are accepted, or all rounds over and nothing is open. For
	/// anyone.
	function close(uint256 gridId) external;

	/// @notice The only market whose claims count.
	function market() external view returns (IMarket);

	function beacon() external view returns (IBeacon);

	/// @notice Wei that a stake must have.
	function leastStake() external view returns (uint256);

	/// @notice Seconds after the end of a reservation during which a claim still comes first.
	function grace() external view returns (uint256);

	/// @notice The number of the newest grid; numbers start at 1.
	function gridCount() external view returns (uint256);

	function getGrid(uint256 gridId) external view returns (Grid memory);

	function getPoint(uint256 gridId, uint256 point) external view returns (Point memory);

	/// @notice The roots of a grid's inputs; that of the hyper-parameters is 0.
	function inputRoots(uint256 gridId) external view returns (bytes32[] memory);

	/// @notice The round of the beacon that decides a round of a grid.
	function beaconRound(uint256 gridId, uint256 round) external view returns (uint256);

	/// @notice Those who joined a round and have neither a point nor their stake back.
	function joiners(uint256 gridId, uint256 round) external view returns (address[] memory);

	/// @notice The points that are free: those that can be dealt now, then those of later rounds.
	function freePoints(uint256 gridId) external view returns (uint256[] memory);
}
