// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Calls of consumers, which change nothing whatever they do
library Callback {
	/// @dev What a consumer may use.
	uint256 private constant _GAS = 200_000;
	/// @dev What the call itself costs (cold account, calldata) beyond the gas handed over.
	uint256 private constant _CALL_OVERHEAD = 20_000;

	/// @notice Thrown when a call leaves too little gas for the consumer's.
	error TooLittleGas(uint256 actual, uint256 needed);

	/// @notice Calls a consumer, after the state is final. What it returns is never copied, and its gas is bounded.
	function tell(address consumer, bytes memory data) internal returns (bool success) {
		// a caller that sends too little gas must not be able to make the consumer fail
		uint256 needed = (_GAS * 64) / 63 + _CALL_OVERHEAD;
		if (gasleft() < needed) revert TooLittleGas(gasleft(), needed);
		assembly ("memory-safe") {
			success := call(_GAS, consumer, 0, add(data, 0x20), mload(data), 0x00, 0x00)
		}
	}
}
