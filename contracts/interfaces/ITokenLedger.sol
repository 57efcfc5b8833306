// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev Stands for ether where a token is named.
address constant ETHER = address(0);

/// @title What a contract owes to accounts, in ether and in tokens, which take it themselves
/// @dev Ledgers of different tokens have nothing to do with each other: a token that lies, freezes, shrinks or takes a
/// fee hurts only who chose it.
interface ITokenLedger {
	/// @notice `amount` of `token` may now be withdrawn by `account`.
	event Credited(address indexed token, address indexed account, uint256 amount);
	event Withdrawn(address indexed token, address indexed account, address indexed recipient, uint256 amount);
	/// @notice Ether was sent to an account without a key or code.
	event Burned(uint256 amount);

	/// @notice Thrown when the ether sent is not what the call takes.
	error WrongValue(uint256 actual, uint256 expected);
	/// @notice Thrown when a token's address has no code.
	error NotAToken(address token);
	/// @notice Thrown when a transfer did not bring what was asked for, or left less than is owed.
	error WrongTransfer(address token, uint256 balanceBefore, uint256 balanceAfter, uint256 amount);
	/// @notice Thrown when an account without credit withdraws.
	error NothingToWithdraw(address token, address account);
	/// @notice Thrown when a recipient does not accept its payment.
	error PaymentRefused(address recipient, uint256 amount);

	/// @notice Sends all that the caller is owed in a token to a recipient; 0 is ether. If the token or the recipient
	/// refuses, all stays as it was: name another recipient.
	function withdrawTo(address token, address recipient) external returns (uint256 amount);

	/// @notice What `account` can withdraw of a token.
	function owed(address token, address account) external view returns (uint256);

	/// @notice What the contract must hold of a token: what is owed, and what is locked.
	function liabilities(address token) external view returns (uint256);
}
