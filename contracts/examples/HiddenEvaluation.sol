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
/// the last submission. Each score is a claim like any other, of whoever submitted the weights. What is submitted is a
/// commitment to the root of the weights, and names its sender: a root that others can read is one that others can enter
/// before its owner. The root is told when the score is asked for. Who needs weights to be published asks for that beside
/// this (a model bounty does).
contract HiddenEvaluation is IConsumer, TokenLedger {
	struct Setup {
		bytes32 program;
		/// those of weights and states are ignored
		bytes32[] inputRoots;
		uint32 weightsInput;
		uint32 statesInput;
		/// the last second of submissions
		uint32 submitUntil;
		/// time for asking, from when the beacon's value is known here; and for a claim, from the request for it
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
		/// it was never asked for, its claim was rejected or never made, or the round is void
		Out
	}

	struct Submission {
		bytes32 commitment;
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
	/// @notice The last second for asking; 0 as long as the beacon's value is not known here.
	uint256 public askUntil;
	uint256 public prize;
	uint256 public submissionCount;
	/// @notice Submissions that are neither scored nor out.
	uint256 public openCount;
	/// @notice The best submission; 0 if none is scored.
	uint256 public best;
	mapping(uint256 submission => Submission) public submissions;
	mapping(uint256 request => uint256) private _submissionOf;

	event Submitted(uint256 indexed submission, address indexed submitter, bytes32 commitment);
	event Begun(uint256 askUntil);
	event Asked(
		uint256 indexed submission, uint256 indexed request, bytes32 weightsRoot, bytes32 inputsRoot, uint256 until
	);
	event Scored(uint256 indexed submission, int256 score);
	event Ousted(uint256 indexed submission);
	event Closed(uint256 indexed best, uint256 prize);

	/// @notice Thrown when something is submitted after the last second of submissions.
	error SubmissionsOver(uint256 time, uint256 until);
	/// @notice Thrown when something is submitted though the round's value is known, or can never be known.
	error RoundDecided(uint256 round);
	/// @notice Thrown when a score is asked for of other weights than were committed to, or with another salt.
	error WrongWeights(bytes32 actual, bytes32 expected);
	/// @notice Thrown when weights and states are the same input: the states would take the place of the weights.
	error SameInput(uint256 input);
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
		Reservations.requireUnstoppable(market_);
		Parameter.requireContract("beacon", address(beacon_));
		ProgramHeader memory header = market_.registry().header(setup.program);
		uint256 inputs = header.inputCount;
		Parameter.requireWithin("inputRoots", setup.inputRoots.length, inputs, inputs);
		Parameter.requireWithin("weightsInput", setup.weightsInput, 0, inputs - 1);
		Parameter.requireWithin("statesInput", setup.statesInput, 0, inputs - 1);
		if (setup.weightsInput == setup.statesInput) revert SameInput(setup.statesInput);
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

	/// @notice Enters weights by a commitment to their root (`commitmentOf`); the value sent is the deposit.
	function submit(bytes32 commitment) external payable nonReentrant returns (uint256 submission) {
		uint256 until = _setup.submitUntil;
		if (block.timestamp > until) revert SubmissionsOver(block.timestamp, until);
		// The times of blocks may lag behind by more than the beacon's drift: what is known here is known.
		(RoundStatus status,) = beacon.lookUp(round);
		if (status != RoundStatus.Pending) revert RoundDecided(round);
		_takeEther(_setup.deposit);
		submission = ++submissionCount;
		++openCount;
		Submission storage s = submissions[submission];
		(s.commitment, s.submitter, s.status) = (commitment, msg.sender, Status.Submitted);
		emit Submitted(submission, msg.sender, commitment);
	}

	/// @notice Lets the time for asking run, when the beacon's value is known. For anyone.
	function begin() external nonReentrant {
		_begin();
	}

	/// @notice Asks for the score of a submission, when the beacon's value is known, and tells its weights' root. For
	/// anyone who knows that: all it fixes is from when on time runs.
	function ask(uint256 submission, bytes32 weightsRoot, bytes32 salt) external nonReentrant {
		Submission storage s = _in(submission, Status.Submitted);
		bytes32 commitment = commitmentOf(s.submitter, weightsRoot, salt);
		if (commitment != s.commitment) revert WrongWeights(commitment, s.commitment);
		_begin();
		bytes32 inputsRoot = inputsRootOf(weightsRoot);
		uint256 requestId = Reservations.make(market, _setup.program, inputsRoot, s.submitter, address(this));
		uint256 until = block.timestamp + _setup.scoreSeconds;
		(s.status, s.request, s.until) = (Status.Asked, uint32(requestId), uint32(until));
		_submissionOf[requestId] = submission;
		emit Asked(submission, requestId, weightsRoot, inputsRoot, until);
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

	/// @notice Ends a submission that was not asked for, or without a claim, when its time is over: its deposit is burned.
	function expire(uint256 submission) external nonReentrant {
		Submission storage s = submissions[submission];
		bool isAsked = s.status == Status.Asked;
		if (!isAsked) _in(submission, Status.Submitted);
		uint256 last = isAsked ? s.until : askUntil;
		uint256 end = last == 0 ? type(uint256).max : last + grace;
		if (block.timestamp < end) revert ScoringTime(submission, block.timestamp, end);
		if (isAsked && Reservations.isClaimed(market, s.request)) revert ClaimMade(submission, s.request);
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

	/// @notice What a submitter submits for weights: nobody who sees it can enter the same weights, or tell them.
	/// @param salt that nobody can guess
	function commitmentOf(address submitter, bytes32 weightsRoot, bytes32 salt) public view returns (bytes32) {
		return keccak256(abi.encode(block.chainid, this, submitter, weightsRoot, salt));
	}

	/// @notice What the program is asked about weights: reverts as long as the beacon's value is not known.
	function inputsRootOf(bytes32 weightsRoot) public view returns (bytes32) {
		bytes32[] memory roots = _setup.inputRoots;
		roots[_setup.weightsInput] = weightsRoot;
		roots[_setup.statesInput] = Lanes.node(Seed.WIDTH, Seed.states(beacon.valueOf(round)));
		return Trees.root(roots, Trees.INPUTS, 0);
	}

	function _begin() private {
		if (askUntil != 0) return;
		// reverts as long as it is not known
		beacon.valueOf(round);
		askUntil = block.timestamp + _setup.scoreSeconds;
		emit Begun(askUntil);
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
