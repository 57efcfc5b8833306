// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IBeacon, RoundStatus} from "../interfaces/IBeacon.sol";
import {ClaimStatus} from "../interfaces/IClaims.sol";
import {IJobs, Job, JobsParameters, JobStatus, JobTerms} from "../interfaces/IJobs.sol";
import {Claim, IMarket} from "../interfaces/IMarket.sol";
import {ETHER} from "../interfaces/ITokenLedger.sol";
import {Ending, IWorkers, Resolution, Seek} from "../interfaces/IWorkers.sol";
import {Parameter} from "../libraries/Parameter.sol";
import {Reservations} from "../libraries/Reservations.sol";
import {JobStore} from "./JobStore.sol";

/// @title Jobs: drawn, offered, accepted, claimed, paid
/// @dev Invariants: for every token what is locked is the rewards of jobs that are not ended; in ether the fees of their
/// tries as well. A job pays at most once. A slot is busy if and only if a job is offered or assigned to it.
contract Jobs is JobStore {
	uint256 private constant _MOST_TRIES = 8;

	constructor(IMarket market_, IBeacon beacon_, IWorkers workers_, JobsParameters memory p)
		JobStore(market_, beacon_, workers_, p)
	{}

	/// @inheritdoc IJobs
	function submit(JobTerms calldata terms) external payable nonReentrant returns (uint256 jobId) {
		return _submit(terms);
	}

	/// @inheritdoc IJobs
	function submitWithPermit(JobTerms calldata terms, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
		external
		payable
		nonReentrant
		returns (uint256 jobId)
	{
		_requireToken(terms.token);
		// whoever saw the signature may have used it first: what counts is the allowance
		try IERC20Permit(terms.token).permit(msg.sender, address(this), terms.reward, deadline, v, r, s) {} catch {}
		return _submit(terms);
	}

	/// @inheritdoc IJobs
	function cancel(uint256 jobId) external nonReentrant {
		Job storage j = _jobIn(jobId, JobStatus.Pending);
		if (msg.sender != j.client) revert NotTheClient(msg.sender, j.client);
		if (j.round != 0) {
			uint256 end = workers.endOf(j.round);
			// Who knows the value could choose whom the jobs after this one are given to.
			if (block.timestamp >= end) revert RoundOver(jobId, block.timestamp, end);
		}
		_close(jobId, j, JobStatus.Cancelled);
	}

	/// @inheritdoc IJobs
	function draw(uint256 most) external nonReentrant {
		uint256 round = oldestRound();
		if (round == 0) revert NothingToDraw();
		uint256 end = workers.endOf(round);
		if (block.timestamp < end) revert RoundNotOver(round, block.timestamp, end);
		Round storage r = _rounds[round];
		(RoundStatus status, bytes32 value) = beacon.lookUp(r.beaconRound);
		if (status == RoundStatus.Pending) revert IBeacon.RoundPending(r.beaconRound);
		for (; most != 0 && r.head < r.jobs.length; --most) {
			uint256 jobId = r.jobs[r.head++];
			Job storage j = _jobs[jobId];
			// A cancelled job leaves its place, and so does one that waits in another round by now.
			if (j.status != JobStatus.Pending || j.round != round) continue;
			_drawFor(jobId, j, round, status == RoundStatus.Known, value);
		}
		if (r.head == r.jobs.length) ++_roundHead;
	}

	/// @inheritdoc IJobs
	function accept(uint256 jobId) external nonReentrant {
		Job storage j = _offered(jobId);
		if (block.timestamp > j.until) revert OfferOver(jobId, block.timestamp, j.until);
		_assign(jobId, j);
	}

	/// @inheritdoc IJobs
	function decline(uint256 jobId) external nonReentrant {
		_endOffer(jobId, _offered(jobId), Ending.Declined);
	}

	/// @inheritdoc IJobs
	function lapse(uint256 jobId) external nonReentrant {
		Job storage j = _jobIn(jobId, JobStatus.Offered);
		if (block.timestamp <= j.until) revert OfferRunning(jobId, block.timestamp, j.until);
		_payPoke(j, msg.sender);
		_endOffer(jobId, j, Ending.Missed);
	}

	/// @inheritdoc IJobs
	function take(uint256 jobId) external payable nonReentrant {
		Job storage j = _jobIn(jobId, JobStatus.Pending);
		if (j.round != 0) revert NotOpen(jobId, j.draws, DRAWS);
		if (msg.value != j.exposure) revert WrongValue(msg.value, j.exposure);
		// It brings what it binds, so that a draw whose value is known finds the same stake as before.
		workers.pledge{value: msg.value}(msg.sender);
		(j.worker, j.slot) = (msg.sender, NO_SLOT);
		_assign(jobId, j);
	}

	/// @inheritdoc IJobs
	/// @dev All that the contract learns of a claim it reads: with another try, or fees that go back, an ending takes more
	/// gas than a market has for a notice.
	function sync(uint256 jobId, uint256 claimId) external nonReentrant {
		Job storage j = _job(jobId);
		if (j.status != JobStatus.Assigned && j.status != JobStatus.Completed) {
			revert WrongJobStatus(jobId, j.status, JobStatus.Assigned);
		}
		Claim memory c = market.getClaim(claimId);
		if (c.request != j.request) revert NotTheClaim(claimId, c.request, j.request);
		if (c.status == ClaimStatus.Live) {
			if (j.status == JobStatus.Completed) revert ClaimLive(claimId);
			(j.status, j.claim) = (JobStatus.Completed, uint32(claimId));
			if (j.slot != NO_SLOT) workers.freeSlot(j.worker, j.slot);
			emit JobCompleted(jobId, j.worker, claimId);
		} else if (c.status == ClaimStatus.Final) {
			_verify(jobId, j, claimId);
		} else {
			emit AttemptFailed(jobId, j.worker, claimId);
			Resolution memory r = _resolution(jobId, j, Ending.Rejected);
			r.beneficiary = c.winner;
			workers.resolve(r);
			_tryAgain(jobId, j);
		}
	}

	/// @inheritdoc IJobs
	function expire(uint256 jobId) external nonReentrant {
		Job storage j = _jobIn(jobId, JobStatus.Assigned);
		uint256 end = j.until + grace;
		if (block.timestamp < end) revert AttemptRunning(jobId, block.timestamp, end);
		if (Reservations.isClaimed(market, j.request)) revert ClaimMade(jobId, j.request);
		emit AttemptFailed(jobId, j.worker, 0);
		Resolution memory r = _resolution(jobId, j, Ending.Late);
		r.slash = _lateSlash(j.token, j.reward, j.exposure);
		// The client has no more than what the try has burned: it gains by no worker's lateness.
		r.compensation = uint128(Math.min(r.slash, j.budget));
		r.beneficiary = j.client;
		workers.resolve(r);
		_tryAgain(jobId, j);
	}

	function _submit(JobTerms calldata terms) private returns (uint256 jobId) {
		market.registry().requireInputs(terms.program, terms.inputsRoot);
		bool inEther = terms.token == ETHER;
		if (!inEther) _requireToken(terms.token);
		_requireTerm("reward", terms.reward, inEther ? _rewardMin : 1, type(uint96).max);
		uint256 least = inEther ? Math.max(_lateSlash(ETHER, terms.reward, 0), 1) : 1;
		_requireTerm("exposure", terms.exposure, least, type(uint96).max);
		_requireTerm("workSeconds", terms.workSeconds, 1, Parameter.MOST_SECONDS);
		_requireTerm("tries", terms.tries, 1, _MOST_TRIES);
		uint256 fees = terms.tries * _jobFee;
		_takeEther(inEther ? fees + terms.reward : fees);
		jobId = ++jobCount;
		Job storage j = _jobs[jobId];
		(j.client, j.tries, j.token, j.workSeconds) = (msg.sender, terms.tries - 1, terms.token, terms.workSeconds);
		(j.program, j.inputsRoot) = (terms.program, terms.inputsRoot);
		(j.reward, j.exposure, j.budget) = (terms.reward, terms.exposure, uint128(_jobFee));
		emit JobSubmitted(jobId, msg.sender, terms.program, terms);
		_wait(jobId, j);
		if (!inEther) _takeToken(terms.token, terms.reward);
	}

	function _drawFor(uint256 jobId, Job storage j, uint256 round, bool isKnown, bytes32 value) private {
		_payPoke(j, msg.sender);
		(uint256 attempt, address worker, uint256 slot) = (j.drawn++, address(0), 0);
		++j.draws;
		if (isKnown) {
			(worker, slot) = workers.pick(
				Seek(jobId, attempt, round, value, j.program, j.token, j.reward, j.exposure)
			);
		}
		if (worker == address(0)) {
			_goOn(jobId, j);
			return;
		}
		j.status = JobStatus.Offered;
		(j.worker, j.slot, j.until) = (worker, uint16(slot), uint32(block.timestamp + _acceptSeconds));
		emit JobOffered(jobId, worker, slot, j.until, attempt);
	}

	/// @dev After a draw that led to nothing.
	function _goOn(uint256 jobId, Job storage j) private {
		j.worker = address(0);
		if (j.draws < DRAWS) {
			_wait(jobId, j);
			return;
		}
		(j.status, j.round) = (JobStatus.Pending, 0);
		emit JobOpen(jobId);
	}

	function _endOffer(uint256 jobId, Job storage j, Ending ending) private {
		emit OfferEnded(jobId, j.worker, ending == Ending.Declined);
		workers.resolve(_resolution(jobId, j, ending));
		_goOn(jobId, j);
	}

	function _assign(uint256 jobId, Job storage j) private {
		uint256 requestId = Reservations.make(market, j.program, j.inputsRoot, j.worker, address(0));
		(j.status, j.request) = (JobStatus.Assigned, uint32(requestId));
		j.until = uint32(block.timestamp + j.workSeconds);
		emit JobAssigned(jobId, j.worker, requestId, j.until);
	}

	function _verify(uint256 jobId, Job storage j, uint256 claimId) private {
		Resolution memory r = _resolution(jobId, j, Ending.Verified);
		r.earns = j.token == ETHER;
		(j.status, j.claim) = (JobStatus.Verified, uint32(claimId));
		_credit(j.token, j.worker, j.reward);
		_giveFeesBack(j);
		workers.resolve(r);
		emit JobVerified(jobId, j.worker, claimId, j.reward);
	}

	/// @dev After a failed attempt: another try, if the client has paid for one.
	function _tryAgain(uint256 jobId, Job storage j) private {
		if (j.tries == 0) {
			_close(jobId, j, JobStatus.Failed);
			return;
		}
		uint256 rest = j.budget;
		--j.tries;
		(j.draws, j.budget, j.worker, j.claim) = (0, uint128(_jobFee), address(0), 0);
		_burn(rest);
		_wait(jobId, j);
	}

	function _resolution(uint256 jobId, Job storage j, Ending ending)
		private
		view
		returns (Resolution memory r)
	{
		(r.ending, r.job, r.worker, r.slot, r.exposure) = (ending, jobId, j.worker, j.slot, j.exposure);
		r.holdsSlot = j.slot != NO_SLOT && j.status != JobStatus.Completed;
	}

	function _lateSlash(address token, uint256 reward, uint256 exposure) private view returns (uint128) {
		return uint128(((token == ETHER ? reward : exposure) * _latePermille) / 1000);
	}

	function _offered(uint256 jobId) private view returns (Job storage j) {
		j = _jobIn(jobId, JobStatus.Offered);
		if (msg.sender != j.worker) revert NotTheWorker(msg.sender, j.worker);
	}

	function _requireTerm(bytes32 name, uint256 actual, uint256 least, uint256 most) private pure {
		if (actual < least || actual > most) revert InvalidTerm(name, actual, least, most);
	}
}
