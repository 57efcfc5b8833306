// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {
	Accusation,
	AttestationsParameters,
	Cover,
	IAttestations,
	Record,
	RecordStatus
} from "../interfaces/IAttestations.sol";
import {IMarket} from "../interfaces/IMarket.sol";
import {IQuorum} from "../interfaces/IQuorum.sol";
import {ETHER} from "../interfaces/ITokenLedger.sol";
import {TokenLedger} from "../ledger/TokenLedger.sol";
import {Parameter} from "../libraries/Parameter.sol";
import {Reservations} from "../libraries/Reservations.sol";

/// @title What is stored of records, covers and accusations, and the ways to read it
abstract contract AttestationStore is IAttestations, TokenLedger {
	/// @inheritdoc IAttestations
	IMarket public immutable market;
	/// @inheritdoc IAttestations
	IQuorum public immutable operators;
	/// @inheritdoc IAttestations
	uint256 public immutable accuserFee;
	/// @dev Whether what is slashed is ether, which covers can be paid from.
	bool internal immutable _isPaid;
	uint256 internal immutable _rewardPermille;
	uint256 internal immutable _premiumPermille;
	uint256 internal immutable _bondPermille;
	uint256 internal immutable _claimSeconds;
	uint256 internal immutable _accusationSeconds;

	/// @inheritdoc IAttestations
	uint256 public recordCount;
	/// @inheritdoc IAttestations
	uint256 public accusationCount;
	/// @inheritdoc IAttestations
	mapping(uint256 claimId => mapping(uint256 epoch => uint256)) public recordOf;
	/// @inheritdoc IAttestations
	mapping(address account => mapping(bytes32 root => uint256)) public postedAt;
	/// @inheritdoc IAttestations
	uint256 public pot;
	mapping(uint256 recordId => Record) internal _records;
	mapping(uint256 accusationId => Accusation) internal _accusations;
	mapping(uint256 requestId => Cover) internal _covers;
	/// @dev Who has shown its witness of a record, a bit each.
	mapping(uint256 recordId => uint256) internal _shown;
	/// @dev What covers and fees of records that are not decided about can cost.
	uint256 internal _reserved;
	/// @dev The least stake of an epoch whose records bear covers, since the last time when none did.
	uint256 internal _leastStake;
	/// @inheritdoc IAttestations
	uint256 public oldestRecord = 1;

	constructor(IMarket market_, IQuorum operators_, AttestationsParameters memory p) {
		Parameter.requireContract("market", address(market_));
		Reservations.requireUnstoppable(market_);
		Parameter.requireContract("operators", address(operators_));
		(market, operators) = (market_, operators_);
		accuserFee = 2 * uint256(market_.parameters().submitterBond);
		Parameter.requireWithin("rewardPermille", p.rewardPermille, 1, 500);
		Parameter.requireWithin("premiumPermille", p.premiumPermille, 0, 1000);
		// Without a bond a false accusation is a lottery ticket for a submitter's bond.
		Parameter.requireWithin("bondPermille", p.bondPermille, 10, 1000);
		Parameter.requireWithin("claimSeconds", p.claimSeconds, 1, Parameter.MOST_SECONDS);
		_accusationSeconds = operators_.parameters().accusationSeconds;
		_isPaid = operators_.paysSlashes();
		if (_isPaid) {
			// What one false signature brings whoever catches it is worth a false claim to catch it with.
			uint256 least = (accuserFee * 1000) / p.rewardPermille;
			Parameter.requireWithin("leastStake", operators_.parameters().leastStake, least, type(uint96).max);
		}
		(_rewardPermille, _premiumPermille) = (p.rewardPermille, p.premiumPermille);
		(_bondPermille, _claimSeconds) = (p.bondPermille, p.claimSeconds);
	}

	/// @inheritdoc IAttestations
	function advance(uint256 most) external {
		for (; most != 0 && oldestRecord <= recordCount && _isDecided(_records[oldestRecord]); --most) {
			++oldestRecord;
		}
	}

	/// @inheritdoc IAttestations
	function parameters() external view returns (AttestationsParameters memory p) {
		(p.rewardPermille, p.premiumPermille) = (uint16(_rewardPermille), uint16(_premiumPermille));
		(p.bondPermille, p.claimSeconds) = (uint16(_bondPermille), uint32(_claimSeconds));
	}

	/// @inheritdoc IAttestations
	function getRecord(uint256 recordId) external view returns (Record memory) {
		return _record(recordId);
	}

	/// @inheritdoc IAttestations
	function getAccusation(uint256 accusationId) external view returns (Accusation memory) {
		return _accusation(accusationId);
	}

	/// @inheritdoc IAttestations
	function getCover(uint256 requestId) external view returns (Cover memory) {
		return _covers[requestId];
	}

	/// @inheritdoc IAttestations
	function oldestOpen() external view returns (uint256) {
		return oldestRecord > recordCount ? type(uint256).max : _records[oldestRecord].madeIn;
	}

	/// @inheritdoc IAttestations
	function reliedOn() external view returns (uint256 reserved, uint256 available) {
		return (_reserved, _reserved == 0 ? 0 : _capacity(_leastStake));
	}

	/// @inheritdoc IAttestations
	function accusationBond(uint256 recordId) external view returns (uint256) {
		return _bondOf(_record(recordId));
	}

	/// @inheritdoc IAttestations
	function statementOf(bytes32 program, bytes32 inputsRoot, bytes32 outputRoot) public view returns (bytes32) {
		return keccak256(abi.encode(market, program, inputsRoot, outputRoot));
	}

	/// @dev A part of the largest reward that a record can bring: what an accuser risks grows with what it plays for.
	function _bondOf(Record storage r) internal view returns (uint256) {
		uint256 reward = (r.weight * _rewardPermille) / 1000 + accuserFee;
		return (reward * _bondPermille + 999) / 1000;
	}

	/// @dev What can be relied on where a set has so much at stake: a quorum of it, less whoever is paid first.
	function _capacity(uint256 stake) internal view returns (uint256) {
		return ((1000 - _rewardPermille) * 2 * stake) / 3000;
	}

	function _record(uint256 recordId) internal view returns (Record storage) {
		if (recordId == 0 || recordId > recordCount) revert UnknownRecord(recordId);
		return _records[recordId];
	}

	function _recordIn(uint256 recordId, RecordStatus expected) internal view returns (Record storage r) {
		r = _record(recordId);
		if (r.status != expected) revert WrongRecordStatus(recordId, r.status, expected);
	}

	function _accusation(uint256 accusationId) internal view returns (Accusation storage) {
		if (accusationId == 0 || accusationId > accusationCount) revert UnknownAccusation(accusationId);
		return _accusations[accusationId];
	}

	/// @dev Nothing is borne any more of what a record bore.
	/// @return requester of the covered request; 0 if it bore nothing
	function _releaseCover(Record storage r) internal returns (address requester, uint256 value) {
		if (r.covers == 0) return (address(0), 0);
		Cover storage c = _covers[r.covers];
		value = c.value;
		_setReserved(_reserved - value - accuserFee);
		return (market.getRequest(r.covers).requester, value);
	}

	/// @dev What was slashed is kept as far as others rely on it.
	function _setReserved(uint256 reserved) internal {
		_reserved = reserved;
		if (reserved == 0) _leastStake = 0;
	}

	function _burnExcess() internal {
		if (pot <= _reserved) return;
		uint256 excess = pot - _reserved;
		pot = _reserved;
		_burn(excess);
	}

	function _payFromPot(address account, uint256 amount) internal {
		pot -= amount;
		_credit(ETHER, account, amount);
	}

	function _isDecided(Record storage r) private view returns (bool) {
		return r.status != RecordStatus.Attested && r.status != RecordStatus.Open;
	}
}
