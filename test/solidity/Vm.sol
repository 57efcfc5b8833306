// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

/// @dev What these tests use of the cheatcodes that Hardhat gives to Solidity tests.
interface Vm {
	function warp(uint256 time) external;
	function deal(address account, uint256 balance) external;
	function prank(address sender) external;
	function etch(address account, bytes calldata code) external;
	function readFile(string calldata path) external view returns (string memory);
	function parseBytes(string calldata text) external pure returns (bytes memory);
}

Vm constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

/// @dev A number from `low` to `high`, both included.
function within(uint256 drawn, uint256 low, uint256 high) pure returns (uint256) {
	return low + drawn % (high - low + 1);
}
