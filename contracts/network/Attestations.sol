// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {
	Accusation,
	AttestationsParameters,
	CoverStatus,
	IAttestations,
	Record,
	RecordStatus,
	Vote
} from "../interfaces/IAttestations.sol";
import {ClaimStatus} from "../interfaces/IClaims.sol";
import {Claim, IMarket, Request} from "../interfaces/IMarket.sol";
import {IOperators} from "../interfaces/IOperators.sol";
import {Aggregate, IQuorum} from "../interfaces/IQuorum.sol";
import {ISoftConsumer} from "../interfaces/ISoftConsumer.sol";
import {ETHER} from "../interfaces/ITokenLedger.sol";
import {Bits} from "../libraries/Bits.sol";
import {Reservations} from "../libraries/Reservations.sol";
import {AttestationStore} from "./AttestationStore.sol";
import {Witnesses} from "./Witnesses.sol";

/// @title Attestations: what operators have signed, who contradicts it, and what that costs
/// @dev Only a final claim says what is true: a claim that is rejected may have been right, if its submitter wanted it to
/// fall. So a signature costs its stake only if a final claim, made after it, states another output.
///
/// Invariant: what is locked is the premiums of covers and records that are not dealt with, the bonds of open accusations,
/// and the pot.
contract Attestations is Witnesses {
	uint256 private immutable _burnPermille;

	constructor(IMarket market_, IQuorum operators_, AttestationsParameters memory p)
		AttestationStore(market_, operators_, p)
	{
		_burnPermille = market_.court().parameters().burnPermille;
	}

	/// @notice Takes what was slashed.
	receive() external payable {
		_takeSlashed();
	}

	/// @inheritdoc IAttestations
	function attest(uint256 claimId, uint256 epoch, uint256 signers, Aggregate calldata aggregate)
		external
		nonReentrant
		returns (uint256 recordId)
	{
		Claim memory made = market.getClaim(claimId);
		_requireLive(claimId, made.status);
		uint256 current = operators.currentEpoch();
		if (epoch != current && epoch + 1 != current) revert WrongEpoch(epoch, current);
		recordId = recordOf[claimId][epoch];
		if (recordId == 0) recordId = _newRecord(claimId, epoch, current, made.request);
		Record storage r = _records[recordId];
		if (r.signers & signers != 0) revert AlreadySigned(recordId, r.signers & signers);
		bytes32 statement = statementOf(r.program, r.inputsRoot, r.outputRoot);
		operators.requireSigned(epoch, statement, signers, aggregate);
		r.signers |= signers;
		(uint256 weight, uint256 stake) = operators.weightOf(epoch, r.signers);
		r.weight = uint128(weight);
		emit Attested(recordId, claimId, epoch, signers, weight, stake);
		if (r.softAt != 0 || 3 * weight <= 2 * stake) return recordId;
		r.softAt = uint40(block.timestamp);
		emit SoftlyFinal(recordId, claimId, made.request);
	}

	/// @inheritdoc IAttestations
	function sync(uint256 recordId) external nonReentrant {
		_sync(recordId, _recordIn(recordId, RecordStatus.Attested));
	}

	/// @inheritdoc IAttestations
	function accuse(uint256 recordId) external payable nonReentrant returns (uint256 accusationId) {
		Record storage r = _record(recordId);
		if (r.status == RecordStatus.Attested) _sync(recordId, r);
		if (r.status != RecordStatus.Open) revert WrongRecordStatus(recordId, r.status, RecordStatus.Open);
		uint256 end = r.endedAt + _accusationSeconds;
		if (block.timestamp > end) revert AccusationTooLate(recordId, block.timestamp, end);
		_takeEther(_bondOf(r));
		uint256 requestId = Reservations.make(market, r.program, r.inputsRoot, msg.sender, address(0));
		accusationId = ++accusationCount;
		Accusation storage a = _accusations[accusationId];
		(a.accuser, a.record, a.request) = (msg.sender, uint32(recordId), uint32(requestId));
		(a.until, a.bond) = (uint32(block.timestamp + _claimSeconds), uint128(msg.value));
		++r.accusations;
		emit Accused(accusationId, recordId, msg.sender, requestId, a.until);
	}

	/// @inheritdoc IAttestations
	function judge(uint256 accusationId, uint256 claimId) external nonReentrant {
		Accusation storage a = _open(accusationId);
		Claim memory made = market.getClaim(claimId);
		if (made.request != a.request) revert NotTheClaim(claimId, made.request, a.request);
		if (made.status == ClaimStatus.Live) revert ClaimLive(claimId);
		Record storage r = _records[a.record];
		if (made.status == ClaimStatus.Rejected) {
			_close(accusationId, a, r, false);
			_forfeit(a.bond, _burnPermille, made.winner);
		} else if (market.outputRoot(claimId) == r.outputRoot) {
			_close(accusationId, a, r, false);
			_burn(a.bond);
		} else {
			_close(accusationId, a, r, true);
			_credit(ETHER, a.accuser, a.bond);
			if (r.status == RecordStatus.Open) _convict(a.record, r, claimId, a.accuser);
		}
	}

	/// @inheritdoc IAttestations
	function lapse(uint256 accusationId) external nonReentrant {
		Accusation storage a = _open(accusationId);
		if (block.timestamp <= a.until) revert AccusationRunning(accusationId, block.timestamp, a.until);
		if (Reservations.isClaimed(market, a.request)) revert ClaimMade(accusationId, a.request);
		Record storage r = _records[a.record];
		// Whoever was overtaken by another accuser need not go on.
		bool returned = r.status == RecordStatus.Convicted;
		_close(accusationId, a, r, returned);
		if (returned) _credit(ETHER, a.accuser, a.bond);
		else _burn(a.bond);
	}

	/// @inheritdoc IAttestations
	function acquit(uint256 recordId) external nonReentrant {
		Record storage r = _recordIn(recordId, RecordStatus.Open);
		uint256 from = r.endedAt + _accusationSeconds + 1;
		if (block.timestamp < from) revert TooEarly(recordId, block.timestamp, from);
		if (r.accusations != 0) revert AccusationsOpen(recordId, r.accusations);
		r.status = RecordStatus.Acquitted;
		if (r.claim == 0) {
			uint256 operator = Bits.lowest(r.signers);
			operators.release(operator);
			_credit(ETHER, operators.getOperator(operator).account, r.premium);
		} else {
			_endCover(r);
			_burnExcess();
		}
		emit RecordAcquitted(recordId);
	}

	/// @inheritdoc IAttestations
	function equivocation(bytes32 program, bytes32 inputsRoot, Vote calldata one, Vote calldata other)
		external
		nonReentrant
	{
		uint256 both = one.signers & other.signers;
		if (both == 0 || one.outputRoot == other.outputRoot) revert NoContradiction(one.outputRoot, both);
		_requireVote(program, inputsRoot, one);
		_requireVote(program, inputsRoot, other);
		uint256 slashed = operators.slash(both);
		_share(slashed, msg.sender);
		_burnExcess();
		emit Equivocated(both, slashed, msg.sender);
	}

	function _newRecord(uint256 claimId, uint256 epoch, uint256 current, uint256 requestId)
		private
		returns (uint256 recordId)
	{
		Request memory request = market.getRequest(requestId);
		recordId = ++recordCount;
		recordOf[claimId][epoch] = recordId;
		Record storage r = _records[recordId];
		(r.program, r.inputsRoot) = (request.program, request.inputsRoot);
		(r.outputRoot, r.status) = (market.outputRoot(claimId), RecordStatus.Attested);
		(r.claim, r.epoch, r.madeIn) = (uint32(claimId), uint32(epoch), uint32(current));
	}

	function _sync(uint256 recordId, Record storage r) private {
		uint256 claimId = r.claim;
		(ClaimStatus status, address winner, uint256 endedAt) = market.ending(claimId);
		if (status == ClaimStatus.Live) revert ClaimLive(claimId);
		r.endedAt = uint40(endedAt);
		if (status == ClaimStatus.Rejected) {
			(r.status, r.winner) = (RecordStatus.Open, winner);
			emit RecordOpen(recordId, claimId, endedAt + _accusationSeconds);
			return;
		}
		r.status = RecordStatus.Confirmed;
		if (r.covers != 0) {
			_releaseCover(r);
			_covers[r.covers].status = CoverStatus.Ended;
			_burnExcess();
		}
		emit RecordConfirmed(recordId, claimId);
	}

	/// @dev Slashes all who signed. First comes whoever caught the claim, then what consumers relied on, then the accuser's
	/// fee; the rest is burned unless others rely on it.
	function _convict(uint256 recordId, Record storage r, uint256 claimId, address accuser) private {
		r.status = RecordStatus.Convicted;
		uint256 slashed = operators.slash(r.signers);
		bool isWitness = r.claim == 0;
		_share(slashed, isWitness ? accuser : r.winner);
		if (isWitness) {
			operators.release(Bits.lowest(r.signers));
			_burn(r.premium);
		}
		(uint256 covered, uint256 fee) = (0, accuserFee);
		if (r.covers != 0) {
			covered = _endCover(r);
		} else {
			// What others rely on pays no accuser of this record.
			uint256 free = pot > _reserved ? pot - _reserved : 0;
			if (fee > free) fee = free;
		}
		_payFromPot(accuser, fee > pot ? pot : fee);
		_burnExcess();
		emit RecordConvicted(recordId, claimId, slashed, covered);
		if (r.covers != 0) {
			_tell(r.covers, r.claim, abi.encodeCall(ISoftConsumer.onRevoked, (r.covers, r.claim)));
		}
	}

	/// @dev Ends the cover of a record that is acquitted or convicted: the premium goes back, and of a convicted one what
	/// was relied on.
	function _endCover(Record storage r) private returns (uint256 covered) {
		if (r.covers == 0) return 0;
		(address requester, uint256 value) = _releaseCover(r);
		_covers[r.covers].status = CoverStatus.Ended;
		_credit(ETHER, requester, r.premium);
		if (r.status == RecordStatus.Convicted) {
			covered = value > pot ? pot : value;
			_payFromPot(requester, covered);
		}
	}

	/// @dev What was slashed: a share for whoever caught it, the rest into the pot.
	function _share(uint256 slashed, address catcher) private {
		uint256 reward = (slashed * _rewardPermille) / 1000;
		_credit(ETHER, catcher, reward);
		pot += slashed - reward;
	}

	function _close(uint256 accusationId, Accusation storage a, Record storage r, bool returned) private {
		a.closed = true;
		--r.accusations;
		emit AccusationEnded(accusationId, returned);
	}

	function _open(uint256 accusationId) private view returns (Accusation storage a) {
		a = _accusation(accusationId);
		if (a.closed) revert AccusationClosed(accusationId);
	}

	function _requireVote(bytes32 program, bytes32 inputsRoot, Vote calldata vote) private view {
		bytes32 statement = statementOf(program, inputsRoot, vote.outputRoot);
		operators.requireSignedBy(vote.epoch, statement, vote.signers, vote.aggregate);
	}

	/// @dev Only the operators' contract sends ether: what it has slashed.
	function _takeSlashed() private {
		if (msg.sender != address(operators)) {
			revert IOperators.WrongCaller(msg.sender, address(operators));
		}
		liabilities[ETHER] += msg.value;
	}
}
