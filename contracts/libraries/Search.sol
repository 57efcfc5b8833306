// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Trees} from "./Trees.sol";

/// @title How far one answer opens a subtree (docs/protocol.md section 5)
library Search {
	/// @notice ⌈log2 n⌉ for n ≥ 1: the level of a subtree of n leaves.
	function levelOf(uint256 n) internal pure returns (uint256 level) {
		while (1 << level < n) ++level;
	}

	/// @notice The level of the children that a demand for a node of level `level` ≥ 1 asks for.
	function childLevel(uint256 tree, uint256 level, uint256 depth, uint256 window) internal pure returns (uint256) {
		uint256 whole = tree == Trees.TENSOR ? depth : Math.max(depth, window);
		return level <= whole ? 0 : level - depth;
	}

	/// @notice How many leaves the subtree (start, level) of a tree of `count` leaves has.
	function sizeOf(uint256 start, uint256 level, uint256 count) internal pure returns (uint256) {
		return Math.min(1 << level, count - start);
	}

	/// @notice How many descendants of level `below` a subtree of `size` leaves has.
	function childCount(uint256 size, uint256 below) internal pure returns (uint256) {
		return ((size - 1) >> below) + 1;
	}
}
