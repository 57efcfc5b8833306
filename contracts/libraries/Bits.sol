// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Sets of numbers below 256, a bit each
library Bits {
	/// @notice How many numbers are in a set.
	function count(uint256 set) internal pure returns (uint256 total) {
		for (; set != 0; set &= set - 1) {
			++total;
		}
	}

	/// @notice The lowest number of a set that is not empty.
	function lowest(uint256 set) internal pure returns (uint256) {
		return Math.log2(set & (~set + 1));
	}

	function has(uint256 set, uint256 number) internal pure returns (bool) {
		return (set >> number) & 1 == 1;
	}
}
