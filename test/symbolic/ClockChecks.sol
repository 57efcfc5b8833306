// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Clock} from "../../contracts/libraries/Clock.sol";

/// @title What holds of clocks for all numbers that a dispute can hold: times and reserves of 32 bits, allowances that
/// are sums of four parameters of at most 32 bits
contract ClockChecks {
	/// @notice A reserve never grows, and is used up exactly by what exceeds the allowance: the cast to 32 bits loses nothing.
	function check_reserveIsUsedExactly(uint32 reserve, uint32 used, uint40 allowed) external pure {
		uint256 left = Clock.charge(reserve, used, allowed);
		assert(left <= reserve);
		uint256 over = used > allowed ? uint256(used) - allowed : 0;
		assert(left == (over >= reserve ? 0 : reserve - over));
	}

	/// @notice A side has run out if and only if its reserve does not pay for what it used beyond its allowance.
	function check_expiredIsWhatReserveCannotPay(uint32 reserve, uint32 used, uint40 allowed) external pure {
		uint256 over = used > allowed ? uint256(used) - allowed : 0;
		assert(Clock.expired(used, allowed, reserve) == (over > reserve));
	}

	/// @notice Whoever moves within its increments keeps its reserve, however often it moves and however crowded a claim
	/// is: n demands that are answered one after the other, each in `crowding` seconds, cost nothing.
	function check_crowdedMovesCostNoReserve(
		uint32 reserve,
		uint32 increment,
		uint16 crowding,
		uint16 others,
		uint32 own
	) external pure {
		if (own > increment || crowding > 1 hours) return;
		uint256 crowd = uint256(crowding) * others;
		uint256 used = uint256(own) + crowd;
		uint256 allowed = uint256(increment) + crowd;
		assert(!Clock.expired(used, allowed, 0));
		assert(Clock.charge(reserve, used, allowed) == reserve);
	}
}
