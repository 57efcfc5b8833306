// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev Burned wei go to an account without a key or code.
address constant BURN = 0x000000000000000000000000000000000000dEaD;

/// @title What a contract owes to accounts, which take it themselves
interface ILedger {
	/// @notice `amount` may now be withdrawn by `account`.
	event Credited(address indexed account, uint256 amount);
	event Withdrawn(address indexed account, uint256 amount);
	event Burned(uint256 amount);

	/// @notice Thrown when the value sent is not the bond.
	error WrongBond(uint256 actual, uint256 expected);
	/// @notice Thrown when an account without credit withdraws.
	error NothingToWithdraw(address account);
	/// @notice Thrown when an account does not accept its payment.
	error PaymentRefused(address account, uint256 amount);

	/// @notice Pays the caller all that it is owed.
	function withdraw() external returns (uint256 amount);

	/// @notice What `account` can withdraw.
	function owed(address account) external view returns (uint256);
}
