// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IBeacon, RoundStatus} from "../interfaces/IBeacon.sol";
import {
	Bounty,
	BountyParameters,
	BountyRound,
	BountyStatus,
	Candidate,
	CandidateStatus,
	IBounties
} from "../interfaces/IBounties.sol";
import {ClaimStatus} from "../interfaces/IClaims.sol";
import {Claim, IMarket, Question} from "../interfaces/IMarket.sol";
import {ETHER} from "../interfaces/ITokenLedger.sol";
import {Packing} from "../libraries/Packing.sol";
import {Reservations} from "../libraries/Reservations.sol";
import {BountyEntries} from "./BountyEntries.sol";
import {BountyStore} from "./BountyStore.sol";

/// @title Bounties: from the beacon's value to the reward
/// @dev Invariants: for every token what is locked is the pools of bounties in it; in ether the deposits of open candidates
/// and the budgets for the beacon as well. The baseline moves only by a final claim of at least the least gain. The sum of
/// rewards never exceeds the pool.
contract Bounties is BountyEntries {
	constructor(IMarket market_, IBeacon beacon_, BountyParameters memory p) BountyStore(market_, beacon_, p) {}

	/// @inheritdoc IBounties
	function begin(uint256 bountyId) external nonReentrant {
		Bounty storage b = _bounty(bountyId);
		if (!b.isRunning) revert NoRound(bountyId);
		_begin(bountyId, b.round);
	}

	/// @inheritdoc IBounties
	function ask(uint256 candidateId) external nonReentrant {
		Candidate storage c = _candidateIn(candidateId, CandidateStatus.Revealed);
		uint256 last = _begin(c.bounty, c.round);
		if (block.timestamp > last) revert AskingOver(block.timestamp, last);
		(c.status, c.until) =
			(CandidateStatus.Asked, uint32(block.timestamp + _bounties[c.bounty].scoreSeconds));
		uint256 requestId = Reservations.make(
			market, _bounties[c.bounty].program, inputsRootOf(candidateId), c.contributor, address(0)
		);
		c.request = uint32(requestId);
		emit ScoreAsked(candidateId, requestId, c.until, false);
	}

	/// @inheritdoc IBounties
	/// @dev Sealed, so that nobody copies the claim of whoever computes the score.
	function askAnybody(uint256 candidateId) external nonReentrant {
		Candidate storage c = _candidate(candidateId);
		bool isAsked = c.status == CandidateStatus.Asked;
		if (!isAsked) _candidateIn(candidateId, CandidateStatus.Revealed);
		uint256 end_ = (isAsked ? c.until : _begin(c.bounty, c.round)) + grace;
		if (block.timestamp < end_) revert StillTime(candidateId, block.timestamp, end_);
		if (isAsked && Reservations.isClaimed(market, c.request)) revert ClaimMade(candidateId, c.request);
		Question memory question;
		(question.program, question.inputsRoot) = (_bounties[c.bounty].program, inputsRootOf(candidateId));
		(question.deadline, question.isSealed) =
			(block.timestamp + _bounties[c.bounty].scoreSeconds, true);
		(c.status, c.until) = (CandidateStatus.Open, uint32(question.deadline));
		uint256 requestId = market.request(question);
		c.request = uint32(requestId);
		emit ScoreAsked(candidateId, requestId, c.until, true);
	}

	/// @inheritdoc IBounties
	/// @dev All that the contract learns of a claim it reads: nobody can starve it of gas.
	function sync(uint256 candidateId, uint256 claimId) external nonReentrant {
		Candidate storage c = _candidate(candidateId);
		if (c.status != CandidateStatus.Asked && c.status != CandidateStatus.Open) {
			revert WrongCandidateStatus(candidateId, c.status, CandidateStatus.Asked);
		}
		Claim memory claim = market.getClaim(claimId);
		if (claim.request != c.request) revert NotTheClaim(claimId, claim.request, c.request);
		if (claim.status == ClaimStatus.Live) revert ClaimLive(claimId);
		if (claim.status == ClaimStatus.Final) {
			_score(candidateId, c, claimId, claim.submitter);
			return;
		}
		if (c.status == CandidateStatus.Open) revert ClaimRejected(claimId);
		_forfeit(_bounties[c.bounty].deposit, _burnPermille, claim.winner);
		_oust(candidateId, c);
	}

	/// @inheritdoc IBounties
	function expire(uint256 candidateId) external nonReentrant {
		Candidate storage c = _candidate(candidateId);
		if (c.status == CandidateStatus.Open) {
			if (block.timestamp <= c.until) revert StillTime(candidateId, block.timestamp, c.until);
			if (market.getRequest(c.request).liveClaim != 0) revert ClaimMade(candidateId, c.request);
		} else {
			_candidateIn(candidateId, CandidateStatus.Committed);
			// Before, the round may be void, which gives everything back.
			if (_roundOf(c).scoreUntil == 0) revert ScoringNotBegun(c.bounty, c.round);
		}
		_burn(_bounties[c.bounty].deposit);
		_oust(candidateId, c);
	}

	/// @inheritdoc IBounties
	function giveBack(uint256 candidateId) external nonReentrant {
		Candidate storage c = _candidate(candidateId);
		if (c.status != CandidateStatus.Committed) _candidateIn(candidateId, CandidateStatus.Revealed);
		uint256 beaconRound = _roundOf(c).beaconRound;
		(RoundStatus status,) = beacon.lookUp(beaconRound);
		if (status != RoundStatus.Void) revert RoundNotVoid(beaconRound);
		_credit(ETHER, c.contributor, _bounties[c.bounty].deposit);
		_oust(candidateId, c);
	}

	/// @inheritdoc IBounties
	function close(uint256 bountyId) external nonReentrant {
		Bounty storage b = _bounty(bountyId);
		if (!b.isRunning) revert NoRound(bountyId);
		BountyRound storage r = _rounds[bountyId][b.round];
		if (block.timestamp <= r.commitUntil || r.open != 0) {
			revert RoundOpen(r.open, block.timestamp, r.commitUntil);
		}
		b.isRunning = false;
		uint256 reward = 0;
		if (r.best != 0) {
			Candidate storage c = _candidates[r.best];
			reward = Math.min(b.pool, uint256(b.rate) * uint64(c.gain));
			b.pool -= uint128(reward);
			b.baseline = c.weightsRoot;
			_credit(b.token, c.contributor, reward);
		}
		emit RoundClosed(bountyId, b.round, r.best, reward, b.baseline);
		if (b.status == BountyStatus.Ending) _endBounty(bountyId, b);
	}

	/// @return until the last second for asking
	function _begin(uint256 bountyId, uint256 round) private returns (uint256 until) {
		BountyRound storage r = _rounds[bountyId][round];
		if (r.scoreUntil != 0) return r.scoreUntil;
		// reverts as long as it is not known
		beacon.valueOf(r.beaconRound);
		if (block.timestamp < r.scoreFrom) revert NotAvailable(block.timestamp, r.scoreFrom);
		until = block.timestamp + _bounties[bountyId].scoreSeconds;
		r.scoreUntil = uint32(until);
		emit ScoringBegun(bountyId, round, until);
	}

	function _score(uint256 candidateId, Candidate storage c, uint256 claimId, address scorer) private {
		Bounty storage b = _bounties[c.bounty];
		(,, uint256[5] memory words) = market.output(claimId);
		uint256 width = market.registry().outputShape(b.program).width;
		int256 before = Packing.element(width, words, 0);
		int256 score = Packing.element(width, words, 1);
		int256 gain = score - before;
		(c.status, c.gain) = (CandidateStatus.Scored, int64(gain));
		BountyRound storage r = _roundOf(c);
		--r.open;
		int256 least = int256(uint256(b.minGain));
		uint256 lost = gain < -least ? (uint256(b.deposit) * _lossPermille) / 1000 : b.scoreFee;
		_credit(ETHER, c.contributor, b.deposit - lost);
		_credit(ETHER, scorer, b.scoreFee);
		_burn(lost - b.scoreFee);
		if (gain >= least && (r.best == 0 || _isBetter(candidateId, r.best, r.beaconRound))) {
			r.best = uint32(candidateId);
		}
		emit CandidateScored(candidateId, claimId, before, score, scorer);
	}

	/// @dev Of equal candidates the beacon decides, not who was scored first.
	function _isBetter(uint256 a, uint256 b, uint256 beaconRound) private view returns (bool) {
		(int256 gainOfA, int256 gainOfB) = (_candidates[a].gain, _candidates[b].gain);
		if (gainOfA != gainOfB) return gainOfA > gainOfB;
		bytes32 value = beacon.valueOf(beaconRound);
		return keccak256(abi.encode(value, address(this), a)) < keccak256(abi.encode(value, address(this), b));
	}
}
