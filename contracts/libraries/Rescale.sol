// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Row} from "../types/Descriptor.sol";

/// @title φ: from an accumulated integer to an output element (docs/protocol.md section 2)
library Rescale {
	/// @notice clip(⌊(clip(raw + bias, −B, B)·m + 2^(s−1)) / 2^s⌋, low, high), B = ⌈(max(|low|, |high|) + 1)·2^s / m⌉.
	/// @dev Reverts for m = 0 and for s = 0, which no valid program has.
	function rescale(int256 raw, Row memory row, int256 low, int256 high) internal pure returns (int256) {
		int256 multiplier = int256(uint256(row.multiplier));
		uint256 shift = row.shift;
		int256 bound = innerBound(multiplier, shift, low, high);
		int256 sum = clip(raw + row.bias, -bound, bound);
		// >> of a signed integer rounds towards −∞, / would round towards 0
		int256 rounded = (sum * multiplier + int256(uint256(1) << (shift - 1))) >> shift;
		return clip(rounded, low, high);
	}

	/// @notice B: sums beyond it have the same result.
	function innerBound(int256 multiplier, uint256 shift, int256 low, int256 high) internal pure returns (int256) {
		int256 reach = (magnitude(low) > magnitude(high) ? magnitude(low) : magnitude(high)) + 1;
		return (reach * int256(uint256(1) << shift) + multiplier - 1) / multiplier;
	}

	function clip(int256 value, int256 low, int256 high) internal pure returns (int256) {
		return value < low ? low : value > high ? high : value;
	}

	function magnitude(int256 value) private pure returns (int256) {
		return value < 0 ? -value : value;
	}
}
