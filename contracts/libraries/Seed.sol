// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title The leaf of states from which a program draws its data
/// @dev One state for each lane of a 32-bit leaf, of Lehmer's generator x' = 48271·x mod (2^31 - 1) (MINSTD). Its only
/// states that lead nowhere are 0 and the modulus: neither is made.
library Seed {
	uint256 internal constant WIDTH = 32;
	uint256 internal constant LANES = 35;
	uint256 internal constant MODULUS = 2 ** 31 - 1;

	/// @notice The states that follow from a beacon's value: 1 + keccak256(value ‖ uint256 lane) mod (2^31 - 2).
	function states(bytes32 value) internal pure returns (int32[] memory values) {
		values = new int32[](LANES);
		for (uint256 i = 0; i < LANES; ++i) {
			uint256 state = 1 + uint256(keccak256(abi.encode(value, i))) % (MODULUS - 1);
			values[i] = int32(uint32(state));
		}
	}
}
