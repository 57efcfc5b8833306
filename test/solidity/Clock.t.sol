// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Clock} from "../../contracts/libraries/Clock.sol";

/// @title Clocks second by second
contract ClockTest {
	/// @dev What expires is what a reserve that is counted down every second cannot pay for.
	function testFuzz_reserveIsUsedSecondBySecond(uint16 used, uint8 allowed, uint8 reserve) external pure {
		uint256 left = reserve;
		bool expired = false;
		for (uint256 second = 1; second <= used % 1000; ++second) {
			if (second <= allowed) continue;
			if (left == 0) expired = true;
			else --left;
		}
		require(Clock.expired(used % 1000, allowed, reserve) == expired, "expired");
		require(Clock.charge(reserve, used % 1000, allowed) == left, "charged");
	}

	/// @dev Moves in parts cost no less reserve than they would at once with the increments of all.
	function testFuzz_neverGains(uint32 reserve, uint32[2] calldata used, uint32[2] calldata allowed) external pure {
		uint256 first = Clock.charge(reserve, used[0], allowed[0]);
		uint256 atOnce = Clock.charge(reserve, uint256(used[0]) + used[1], uint256(allowed[0]) + allowed[1]);
		require(first <= reserve, "gained");
		require(Clock.charge(first, used[1], allowed[1]) <= atOnce, "gained in parts");
	}
}
