// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {BURN, ILedger} from "../interfaces/ILedger.sol";

/// @title Pull payments, and bonds that are lost
abstract contract Ledger is ILedger, ReentrancyGuardTransient {
	/// @inheritdoc ILedger
	mapping(address account => uint256) public owed;

	/// @inheritdoc ILedger
	function withdraw() external nonReentrant returns (uint256 amount) {
		amount = owed[msg.sender];
		if (amount == 0) revert NothingToWithdraw(msg.sender);
		owed[msg.sender] = 0;
		emit Withdrawn(msg.sender, amount);
		(bool accepted,) = msg.sender.call{value: amount}("");
		if (!accepted) revert PaymentRefused(msg.sender, amount);
	}

	function _credit(address account, uint256 amount) internal {
		owed[account] += amount;
		emit Credited(account, amount);
	}

	/// @dev Pays a lost bond: part of it is burned, so that disputing with oneself is never free.
	/// @return paid what the winner gets
	function _forfeit(uint256 bond, uint256 burnPermille, address winner) internal returns (uint256 paid) {
		uint256 burned = (bond * burnPermille) / 1000;
		paid = bond - burned;
		_credit(winner, paid);
		emit Burned(burned);
		Address.sendValue(payable(BURN), burned);
	}

	function _requireBond(uint256 bond) internal view {
		if (msg.value != bond) revert WrongBond(msg.value, bond);
	}
}
