// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMarket} from "../interfaces/IMarket.sol";

/// @title Calls of consumers that can change nothing
/// @dev To be made when the state is final. What the consumer returns is never copied, and its gas is bounded.
library Callback {
	uint256 internal constant GAS = 200_000;
	/// @dev What the call itself costs (cold account, calldata) beyond the gas handed over.
	uint256 private constant _OVERHEAD = 20_000;

	/// @return success whether the consumer took it
	function tell(address consumer, bytes memory data) internal returns (bool success) {
		// a caller that sends too little gas must not be able to make the consumer fail
		uint256 needed = (GAS * 64) / 63 + _OVERHEAD;
		if (gasleft() < needed) revert IMarket.TooLittleGas(gasleft(), needed);
		uint256 most = GAS;
		assembly ("memory-safe") {
			success := call(most, consumer, 0, add(data, 0x20), mload(data), 0x00, 0x00)
		}
	}
}
