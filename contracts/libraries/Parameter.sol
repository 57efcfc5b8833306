// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Checks of what a contract is deployed with
library Parameter {
	/// @notice Thrown when a deployment's parameter is outside of its admissible range.
	error InvalidParameter(bytes32 name, uint256 actual, uint256 least, uint256 most);
	/// @notice Thrown when a contract that the deployment builds on has no code.
	error NotAContract(bytes32 name, address actual);

	/// @dev Keeps every sum of times within 32 bits for a long while.
	uint256 internal constant MOST_SECONDS = 365 days;

	function requireWithin(bytes32 name, uint256 actual, uint256 least, uint256 most) internal pure {
		if (actual < least || actual > most) revert InvalidParameter(name, actual, least, most);
	}

	function requireContract(bytes32 name, address account) internal view {
		if (account.code.length == 0) revert NotAContract(name, account);
	}
}
