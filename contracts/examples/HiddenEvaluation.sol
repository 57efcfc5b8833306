// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {IBeacon, RoundStatus} from "../interfaces/IBeacon.sol";
import {ClaimStatus} from "../interfaces/IClaims.sol";
import {IConsumer} from "../interfaces/IConsumer.sol";
import {Claim, IMarket} from "../interfaces/IMarket.sol";
import {OutputShape, ProgramHeader} from "../interfaces/IRegistry.sol";
import {ETHER} from "../interfaces/ITokenLedger.sol";
import {TokenLedger} from "../ledger/TokenLedger.sol";
import {Lanes} from "../libraries/Lanes.sol";
import {Packing} from "../libraries/Packing.sol";
import {Parameter} from "../libraries/Parameter.sol";
import {Reservations} from "../libraries/Reservations.sol";
import {Seed} from "../libraries/Seed.sol";
import {Trees} from "../libraries/Trees.sol";

/// @title An example of a consumer: a contest whose test data nobody can know before all have submitted
/// @dev The program draws its test data from a leaf of states, which is built here from a beacon's value of a round after
/// the last submission. Each score is a claim like any other, of whoever submitted the weights. Weights are submitted as
/// the root of their tensor: who needs them to be published asks for that beside this (a model bounty does).
contract HiddenEvaluation is IConsumer, TokenLedger {
	struct Setup {
		bytes32 program;
		/// those of weights and states are ignored
		bytes32[] inputRoots;
		uint32 weightsInput;
		uint32 statesInput;
		/// the last second of submissions
		uint32 submitUntil;
		/// time for a claim, from the request for it
		uint32 scoreSeconds;
		/// wei that whoever submits locks until its score is final
		uint128 deposit;
	}

	enum Status {
		None,
		Submitted,
		/// its submitter may claim its score
		Asked,
		Scored,
		/// its claim was rejected or never made, or the round is void
		Out
	}

	struct Submission {
		bytes32 weightsRoot;
		address submitter;
		Status status;
		uint32 request;
		/// the last second for its claim
		uint32 until;
		int64 score;
	}

	IMarket public immutable market;
	IBeacon public immutable beacon;
	address public immutable owner;
	/// @notice The round of the beacon that decides the test data.
	uint256 public immutable round;
	/// @notice Seconds after a submission's time during which a claim still comes first.
	uint256 public immutable grace;

	Setup private _setup;
	uint256 public prize;
	uint256 public submissionCount;
	/// @notice Submissions that are neither scored nor out.
	uint256 public openCount;
	/// @notice The best submission; 0 if none is scored.
	uint256 public best;
	mapping(uint256 submission => Submission) public submissions;
	mapping(bytes32 weightsRoot => bool) private _submitted;
	mapping(uint256 request => uint256) private _submissionOf;

	event Submitted(uint256 indexed submission, address indexed submitter, bytes32 weightsRoot);
	event Asked(uint256 indexed submission, uint256 indexed request, bytes32 inputsRoot, uint256 until);
	event Scored(uint256 indexed submission, int256 score);
	event Ousted(uint256 indexed submission);
	event Closed(uint256 indexed best, uint256 prize);

	/// @notice Thrown when something is submitted after the last second of submissions.
	error SubmissionsOver(uint256 time, uint256 until);
	/// @notice Thrown when something is submitted though the round's value is known, or can never be known.
	error RoundDecided(uint256 round);
	/// @notice Thrown when the same weights are submitted again.
	error AlreadySubmitted(bytes32 weightsRoot);
	/// @notice Thrown when a submission is not in the status that the call needs.
	error WrongStatus(uint256 submission, Status actual, Status expected);
	/// @notice Thrown when a submission is given back whose round is not void.
	error RoundNotVoid(uint256 round);
	/// @notice Thrown when a claim is not about the submission's request.
	error NotTheClaim(uint256 claim, uint256 actual, uint256 expected);
	/// @notice Thrown when a submission is moved on while its claim is live.
	error ClaimLive(uint256 claim);
	/// @notice Thrown when a submission expires too early.
	error ScoringTime(uint256 submission, uint256 time, uint256 end);
	/// @notice Thrown when a submission expires whose claim was made.
	error ClaimMade(uint256 submission, uint256 request);
	/// @notice Thrown when the contest is closed while submissions are open or taken, or again.
	error StillOpen(uint256 open, uint256 time, uint256 until);
	/// @notice Thrown when somebody else than the market tells of an ending.
	error NotTheMarket(address sender);
	/// @notice Thrown when the market tells of a request that this contract did not make.
	error NotOurs(uint256 request);

	/// @dev The value sent is the prize.
	constructor(IMarket market_, IBeacon beacon_, Setup memory setup) payable {
		Parameter.requireContract("market", address(market_));
		Parameter.requireContract("beacon", address(beacon_));
		ProgramHeader memory header = market_.registry().header(setup.program);
		uint256 inputs = header.inputCount;
		Parameter.requireWithin("inputRoots", setup.inputRoots.length, inputs, inputs);
		Parameter.requireWithin("weightsInput", setup.weightsInput, 0, inputs - 1);
		Parameter.requireWithin("statesInput", setup.statesInput, 0, inputs - 1);
		uint256 leaf = Packing.leafElements(header.outputWidth);
		Parameter.requireWithin("outputElements", header.outputElements, 1, leaf);
		Parameter.requireWithin("submitUntil", setup.submitUntil, block.timestamp, type(uint32).max);
		Parameter.requireWithin("scoreSeconds", setup.scoreSeconds, 1, Parameter.MOST_SECONDS);
		(market, beacon, owner) = (market_, beacon_, msg.sender);
		grace = market_.court().parameters().increment;
		round = beacon_.roundAfter(setup.submitUntil);
		_setup = setup;
		prize = msg.value;
		liabilities[ETHER] = msg.value;
	}

	/// @notice Enters weights; the value sent is the deposit.
	function submit(bytes32 weightsRoot) external payable nonReentrant returns (uint256 submission) {
		uint256 until = _setup.submitUntil;
		if (block.timestamp > until) revert SubmissionsOver(block.timestamp, until);
		// The times of blocks may lag behind by more than the beacon's drift: what is known here is known.
		(RoundStatus status,) = beacon.lookUp(round);
		if (status != RoundStatus.Pending) revert RoundDecided(round);
		if (_submitted[weightsRoot]) revert AlreadySubmitted(weightsRoot);
		_takeEther(_setup.deposit);
		_submitted[weightsRoot] = true;
		submission = ++submissionCount;
		++openCount;
		Submission storage s = submissions[submission];
		(s.weightsRoot, s.submitter, s.status) = (weightsRoot, msg.sender, Status.Submitted);
		emit Submitted(submission, msg.sender, weightsRoot);
	}

	/// @notice Asks for the score of a submission, when the beacon's value is known. For anyone: all it fixes is from when
	/// on time runs.
	function ask(uint256 submission) external nonReentrant {
		Submission storage s = _in(submission, Status.Submitted);
		bytes32 inputsRoot = inputsRootOf(s.weightsRoot);
		uint256 requestId = Reservations.make(market, _setup.program, inputsRoot, s.submitter, address(this));
		uint256 until = block.timestamp + _setup.scoreSeconds;
		(s.status, s.request, s.until) = (Status.Asked, uint32(requestId), uint32(until));
		_submissionOf[requestId] = submission;
		emit Asked(submission, requestId, inputsRoot, until);
	}

	/// @notice Gives a deposit back because the round's value can never be known any more.
	function giveBack(uint256 submission) external nonReentrant {
		Submission storage s = _in(submission, Status.Submitted);
		(RoundStatus status,) = beacon.lookUp(round);
		if (status != RoundStatus.Void) revert RoundNotVoid(round);
		_credit(ETHER, s.submitter, _setup.deposit);
		_oust(submission, s);
	}

	/// @notice Moves a submission on by the end of its claim. For anyone.
	function sync(uint256 submission, uint256 claimId) external nonReentrant {
		_sync(submission, claimId);
	}

	/// @notice Ends a submission without a claim when its time is over: its deposit is burned.
	function expire(uint256 submission) external nonReentrant {
		Submission storage s = _in(submission, Status.Asked);
		uint256 end = s.until + grace;
		if (block.timestamp < end) revert ScoringTime(submission, block.timestamp, end);
		if (Reservations.isClaimed(market, s.request)) revert ClaimMade(submission, s.request);
		_burn(_setup.deposit);
		_oust(submission, s);
	}

	/// @notice Pays the prize when all submissions are at their end: to the best, or to the owner if there is none.
	function close() external nonReentrant {
		uint256 until = _setup.submitUntil;
		if (block.timestamp <= until || openCount != 0) revert StillOpen(openCount, block.timestamp, until);
		uint256 paid = prize;
		prize = 0;
		_credit(ETHER, best == 0 ? owner : submissions[best].submitter, paid);
		emit Closed(best, paid);
	}

	/// @inheritdoc IConsumer
	function onFinal(uint256 requestId, uint256 claimId, bytes32, uint256[5] calldata) external nonReentrant {
		_hint(requestId, claimId);
	}

	/// @inheritdoc IConsumer
	function onRejected(uint256 requestId, uint256 claimId) external nonReentrant {
		_hint(requestId, claimId);
	}

	/// @inheritdoc IConsumer
	/// @dev Requests for scores never expire.
	function onRefunded(uint256) external {}

	/// @notice What the program is asked about weights: reverts as long as the beacon's value is not known.
	function inputsRootOf(bytes32 weightsRoot) public view returns (bytes32) {
		bytes32[] memory roots = _setup.inputRoots;
		roots[_setup.weightsInput] = weightsRoot;
		roots[_setup.statesInput] = Lanes.node(Seed.WIDTH, Seed.states(beacon.valueOf(round)));
		return Trees.root(roots, Trees.INPUTS, 0);
	}

	function _hint(uint256 requestId, uint256 claimId) private {
		if (msg.sender != address(market)) revert NotTheMarket(msg.sender);
		uint256 submission = _submissionOf[requestId];
		if (submission == 0) revert NotOurs(requestId);
		_sync(submission, claimId);
	}

	function _sync(uint256 submission, uint256 claimId) private {
		Submission storage s = _in(submission, Status.Asked);
		Claim memory c = market.getClaim(claimId);
		if (c.request != s.request) revert NotTheClaim(claimId, c.request, s.request);
		if (c.status == ClaimStatus.Live) revert ClaimLive(claimId);
		if (c.status == ClaimStatus.Rejected) {
			_forfeit(_setup.deposit, market.court().parameters().burnPermille, c.winner);
			_oust(submission, s);
			return;
		}
		(,, uint256[5] memory words) = market.output(claimId);
		OutputShape memory shape = market.registry().outputShape(_setup.program);
		int256 score = Packing.element(shape.width, words, 0);
		(s.status, s.score) = (Status.Scored, int64(score));
		--openCount;
		_credit(ETHER, s.submitter, _setup.deposit);
		emit Scored(submission, score);
		if (best == 0 || _isBetter(submission, best)) best = submission;
	}

	/// @dev Of equal scores the beacon decides, not who came first.
	function _isBetter(uint256 a, uint256 b) private view returns (bool) {
		(int256 scoreOfA, int256 scoreOfB) = (submissions[a].score, submissions[b].score);
		if (scoreOfA != scoreOfB) return scoreOfA > scoreOfB;
		bytes32 value = beacon.valueOf(round);
		return keccak256(abi.encode(value, address(this), a)) < keccak256(abi.encode(value, address(this), b));
	}

	function _oust(uint256 submission, Submission storage s) private {
		s.status = Status.Out;
		--openCount;
		emit Ousted(submission);
	}

	function _in(uint256 submission, Status expected) private view returns (Submission storage s) {
		s = submissions[submission];
		if (s.status != expected) revert WrongStatus(submission, s.status, expected);
	}
}
