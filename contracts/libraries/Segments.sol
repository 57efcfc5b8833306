// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title What a claim commits to of a program's steps (docs/protocol.md section 2)
/// @dev `commitment` is the header's: 0 for eager programs, 1 for lazy ones, otherwise the steps of a segment. All
/// steps of an eager or lazy program are one segment.
library Segments {
	/// @dev Claims carry the root of the whole trace.
	uint256 internal constant EAGER = 0;
	/// @dev Claims state the output alone.
	uint256 internal constant LAZY = 1;

	/// @notice Whether claims carry checkpoints: the roots of the segments' last steps.
	function hasCheckpoints(uint256 commitment) internal pure returns (bool) {
		return commitment > LAZY;
	}

	/// @notice The steps of a segment; the last one may have fewer.
	function length(uint256 commitment, uint256 steps) internal pure returns (uint256) {
		return hasCheckpoints(commitment) ? commitment : steps;
	}

	/// @notice How many segments `steps` ≥ 1 steps have.
	function count(uint256 commitment, uint256 steps) internal pure returns (uint256) {
		return (steps - 1) / length(commitment, steps) + 1;
	}

	/// @notice How many steps the segment has whose first step is `first` < `steps`.
	function stepsFrom(uint256 commitment, uint256 steps, uint256 first) internal pure returns (uint256) {
		return Math.min(length(commitment, steps), steps - first);
	}
}
