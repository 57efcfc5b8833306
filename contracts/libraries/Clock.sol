// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title Chess clocks: every move has an increment of its own, whatever is used beyond it comes off a reserve
library Clock {
	/// @notice True iff a side that may use `allowed` seconds without touching its reserve has run out.
	function expired(uint256 used, uint256 allowed, uint256 reserve) internal pure returns (bool) {
		return used > allowed + reserve;
	}

	/// @notice The reserve after a move that took `used` seconds, never below 0 (a move is accepted until its
	/// timeout has been claimed).
	function charge(uint256 reserve, uint256 used, uint256 allowed) internal pure returns (uint32) {
		uint256 over = Math.saturatingSub(used, allowed);
		return uint32(Math.saturatingSub(reserve, over));
	}
}
