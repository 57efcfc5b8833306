// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IBeacon} from "../interfaces/IBeacon.sol";
import {IJobs, Job, JobsParameters, JobStatus} from "../interfaces/IJobs.sol";
import {IMarket} from "../interfaces/IMarket.sol";
import {ETHER} from "../interfaces/ITokenLedger.sol";
import {IWorkers} from "../interfaces/IWorkers.sol";
import {TokenLedger} from "../ledger/TokenLedger.sol";
import {Parameter} from "../libraries/Parameter.sol";
import {Reservations} from "../libraries/Reservations.sol";

/// @title What is stored of jobs, the rounds that they wait in, and the ways to read it
abstract contract JobStore is IJobs, TokenLedger {
	/// @dev The slot of an attempt that has none.
	uint16 internal constant NO_SLOT = type(uint16).max;
	/// @dev Draws of one try. Afterwards any worker may take the job.
	uint256 internal constant DRAWS = 3;

	struct Round {
		uint64 beaconRound;
		/// jobs before it are drawn for
		uint64 head;
		uint32[] jobs;
	}

	/// @inheritdoc IJobs
	IMarket public immutable market;
	/// @inheritdoc IJobs
	IBeacon public immutable beacon;
	/// @inheritdoc IJobs
	IWorkers public immutable workers;
	/// @inheritdoc IJobs
	uint256 public immutable grace;
	uint256 internal immutable _rewardMin;
	uint256 internal immutable _jobFee;
	uint256 internal immutable _pokeFee;
	uint256 internal immutable _acceptSeconds;
	uint256 internal immutable _latePermille;
	uint256 private immutable _beaconFee;

	/// @inheritdoc IJobs
	uint256 public jobCount;
	mapping(uint256 jobId => Job) internal _jobs;
	mapping(uint256 round => Round) internal _rounds;
	/// @dev Rounds that jobs ever waited in, in order.
	uint32[] internal _roundList;
	uint256 internal _roundHead;

	constructor(IMarket market_, IBeacon beacon_, IWorkers workers_, JobsParameters memory p) {
		Parameter.requireContract("market", address(market_));
		Reservations.requireUnstoppable(market_);
		Parameter.requireContract("beacon", address(beacon_));
		Parameter.requireContract("workers", address(workers_));
		(market, beacon, workers) = (market_, beacon_, workers_);
		grace = market_.court().parameters().increment;
		_beaconFee = beacon_.fee();
		Parameter.requireWithin("rewardMin", p.rewardMin, 1, type(uint96).max);
		Parameter.requireWithin("pokeFee", p.pokeFee, 0, type(uint96).max);
		// All that one try can cost: draws, offers that end, and values of the beacon.
		uint256 least = DRAWS * (2 * uint256(p.pokeFee) + _beaconFee);
		Parameter.requireWithin("jobFee", p.jobFee, least, type(uint96).max);
		Parameter.requireWithin("acceptSeconds", p.acceptSeconds, 1, Parameter.MOST_SECONDS);
		Parameter.requireWithin("latePermille", p.latePermille, 1, 1000);
		(_rewardMin, _jobFee, _pokeFee) = (p.rewardMin, p.jobFee, p.pokeFee);
		(_acceptSeconds, _latePermille) = (p.acceptSeconds, p.latePermille);
	}

	/// @inheritdoc IJobs
	function parameters() external view returns (JobsParameters memory p) {
		(p.rewardMin, p.jobFee, p.pokeFee) = (uint128(_rewardMin), uint128(_jobFee), uint128(_pokeFee));
		(p.acceptSeconds, p.latePermille) = (uint32(_acceptSeconds), uint16(_latePermille));
	}

	/// @inheritdoc IJobs
	function getJob(uint256 jobId) external view returns (Job memory) {
		return _job(jobId);
	}

	/// @inheritdoc IJobs
	function beaconRound(uint256 round) external view returns (uint256) {
		return _rounds[round].beaconRound;
	}

	/// @inheritdoc IJobs
	function waiting(uint256 round) external view returns (uint256[] memory ids) {
		Round storage r = _rounds[round];
		ids = new uint256[](r.jobs.length - r.head);
		for (uint256 i = 0; i < ids.length; ++i) {
			ids[i] = r.jobs[r.head + i];
		}
	}

	/// @inheritdoc IJobs
	function oldestRound() public view returns (uint256) {
		return _roundHead < _roundList.length ? _roundList[_roundHead] : 0;
	}

	function _job(uint256 jobId) internal view returns (Job storage) {
		if (jobId == 0 || jobId > jobCount) revert UnknownJob(jobId);
		return _jobs[jobId];
	}

	function _jobIn(uint256 jobId, JobStatus expected) internal view returns (Job storage j) {
		j = _job(jobId);
		if (j.status != expected) revert WrongJobStatus(jobId, j.status, expected);
	}

	/// @dev Lets a job wait for the draw of the round that now belongs to: nobody can know its value.
	function _wait(uint256 jobId, Job storage j) internal {
		uint256 round = workers.currentRound();
		(j.status, j.round) = (JobStatus.Pending, uint32(round));
		Round storage r = _rounds[round];
		if (r.jobs.length == 0) {
			_roundList.push(uint32(round));
			r.beaconRound = SafeCast.toUint64(beacon.roundAfter(workers.endOf(round)));
			_order(j, r.beaconRound);
		}
		r.jobs.push(uint32(jobId));
		emit JobWaiting(jobId, round, r.beaconRound);
	}

	/// @dev Pays somebody for having moved a job on.
	function _payPoke(Job storage j, address poker) internal {
		j.budget -= uint128(_pokeFee);
		_credit(ETHER, poker, _pokeFee);
	}

	/// @dev The reward goes back, and the fees of tries that were not begun. What is left of the last one is burned: it is
	/// what a job costs that kept workers from others and brought them nothing.
	function _close(uint256 jobId, Job storage j, JobStatus status) internal {
		j.status = status;
		uint256 rest = j.budget;
		j.budget = 0;
		_credit(j.token, j.client, j.reward);
		_giveFeesBack(j);
		_burn(rest);
		emit JobClosed(jobId, status);
	}

	/// @dev Fees that nobody has earned.
	function _giveFeesBack(Job storage j) internal {
		uint256 unused = j.tries * _jobFee + j.budget;
		(j.tries, j.budget) = (0, 0);
		_credit(ETHER, j.client, unused);
	}

	/// @dev The first job of a round pays for its value.
	function _order(Job storage j, uint256 beaconRound_) private {
		if (_beaconFee == 0 || beacon.isOrdered(beaconRound_)) return;
		j.budget -= uint128(_beaconFee);
		liabilities[ETHER] -= _beaconFee;
		beacon.order{value: _beaconFee}(beaconRound_);
	}
}
