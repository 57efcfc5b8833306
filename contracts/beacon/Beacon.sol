// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {IBeacon, RoundStatus} from "../interfaces/IBeacon.sol";
import {Ledger} from "../ledger/Ledger.sol";

/// @title Values by round, and the fees of those who bring them
/// @dev Invariant: the balance is the fees of ordered rounds that are not paid out, and what is owed.
abstract contract Beacon is IBeacon, Ledger {
	/// @dev Flags say what exists; the value does not: 0 is a value like any other.
	struct Round {
		bytes32 value;
		bool known;
		bool ordered;
		bool paid;
	}

	/// @inheritdoc IBeacon
	uint256 public immutable fee;

	mapping(uint256 round => Round) private _rounds;

	constructor(uint256 fee_) {
		fee = fee_;
	}

	/// @inheritdoc IBeacon
	function order(uint256 round) external payable {
		if (msg.value != fee) revert WrongFee(msg.value, fee);
		Round storage r = _rounds[round];
		if (r.ordered) revert AlreadyOrdered(round);
		_requirePending(round);
		r.ordered = true;
		emit Ordered(round, msg.sender);
	}

	/// @inheritdoc IBeacon
	function collect(uint256 round) external {
		Round storage r = _rounds[round];
		if (!r.ordered || r.paid || !_isVoid(round)) revert NothingToCollect(round);
		_payFee(r);
	}

	/// @inheritdoc IBeacon
	function valueOf(uint256 round) external view returns (bytes32 value) {
		RoundStatus status;
		(status, value) = lookUp(round);
		if (status == RoundStatus.Pending) revert RoundPending(round);
		if (status == RoundStatus.Void) revert RoundVoid(round);
	}

	/// @inheritdoc IBeacon
	function isOrdered(uint256 round) external view returns (bool) {
		return _rounds[round].ordered;
	}

	/// @inheritdoc IBeacon
	function lookUp(uint256 round) public view returns (RoundStatus status, bytes32 value) {
		Round storage r = _rounds[round];
		if (r.known) return (RoundStatus.Known, r.value);
		return (_isVoid(round) ? RoundStatus.Void : RoundStatus.Pending, 0);
	}

	/// @dev The value must be the only one that the round can have.
	function _bring(uint256 round, bytes32 value) internal {
		Round storage r = _rounds[round];
		(r.value, r.known) = (value, true);
		emit ValueBrought(round, value, msg.sender);
		if (r.ordered) _payFee(r);
	}

	function _requirePending(uint256 round) internal view {
		if (_rounds[round].known) revert AlreadyBrought(round);
		if (_isVoid(round)) revert RoundVoid(round);
	}

	/// @dev Whether the value of a round can not be brought any more, if nobody has.
	function _isVoid(uint256 round) internal view virtual returns (bool);

	function _payFee(Round storage r) private {
		r.paid = true;
		if (fee != 0) _credit(msg.sender, fee);
	}
}
