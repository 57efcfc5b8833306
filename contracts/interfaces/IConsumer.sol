// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title A contract that is told about the final claim of its request
interface IConsumer {
	/// @notice Called once, after the claim is final, with at most `CALLBACK_GAS` gas. Whatever it does,
	/// the claim stays final: a consumer that fails reads the output later with `output` or `outputLeaf`.
	/// @param outputRoot the tensor root of the output, 0 if the output is a single leaf
	/// @param words the five words of the output's only leaf, all 0 if it has several leaves
	function onFinal(uint256 request, uint256 claim, bytes32 outputRoot, uint256[5] calldata words) external;
}
