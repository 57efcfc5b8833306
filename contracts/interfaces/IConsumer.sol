// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title A contract that is told how its requests end
/// @dev Every call comes with at most 200,000 gas, and what it does changes nothing. So take them as hints:
/// move on by what the market says (`ending`, `output`), in one function that anyone may call and that may run twice;
/// accept only requests that you made yourself, and calls of your own market only.
interface IConsumer {
	/// @notice Called once, after the claim is final.
	/// @param outputRoot the tensor root of the output, 0 if the output is a single leaf
	/// @param words the five words of the output's only leaf, all 0 if it has several leaves
	function onFinal(uint256 request, uint256 claim, bytes32 outputRoot, uint256[5] calldata words) external;

	/// @notice Called once, some time after a claim was rejected, when anyone delivers that.
	function onRejected(uint256 request, uint256 claim) external;

	/// @notice Called once, after the fee of an unanswered request went back.
	function onRefunded(uint256 request) external;
}
