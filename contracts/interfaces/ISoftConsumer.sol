// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title A contract that is told of softly final answers
/// @dev As with `IConsumer`: every call comes with at most 200,000 gas, and what it does changes nothing. Accept only
/// requests that you made yourself, and calls of your own attestations contract only.
interface ISoftConsumer {
	/// @notice Called once, while the claim is live: more than two thirds of an epoch's stake stand for its output.
	/// @param outputRoot the tensor root of the output, 0 if the output is a single leaf
	/// @param words the five words of the output's only leaf, all 0 if it has several leaves
	function onSoft(uint256 request, uint256 claim, bytes32 outputRoot, uint256[5] calldata words) external;

	/// @notice Called once, after what `onSoft` told was contradicted by a final claim. What was covered is credited.
	function onRevoked(uint256 request, uint256 claim) external;
}
