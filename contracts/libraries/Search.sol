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

	/// @notice The level of the children that a demand for a node of level `level` ≥ 1 asks for: so many levels are
	/// passed at once that no demand more is needed than with the most, and each passes about as many.
	function childLevel(uint256 tree, uint256 level, uint256 depth, uint256 window) internal pure returns (uint256) {
		uint256 whole = tree == Trees.TENSOR ? depth : Math.max(depth, window);
		if (level <= whole) return 0;
		unchecked {
			// The last demand may pass `whole` levels, each before it `depth`: at least 1, and all are small.
			uint256 demands = 1 + (level - whole + depth - 1) / depth;
			return level - Math.min((level + demands - 1) / demands, depth);
		}
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
