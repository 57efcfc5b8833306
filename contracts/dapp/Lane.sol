// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Packing a leaf, for mocks: what `Packing` reads (docs/protocol.md section 1)
library Lane {
	/// @notice Thrown when a width is not 8, 16 or 32.
	error WrongWidth(uint256 width);
	/// @notice Thrown when an element does not fit its width.
	error ElementOutOfRange(int256 element, uint256 width);

	/// @notice Elements that one word holds.
	function lanes(uint256 width) internal pure returns (uint256) {
		if (width == 8) return 31;
		if (width == 16) return 15;
		if (width == 32) return 7;
		revert WrongWidth(width);
	}

	/// @notice Elements that a full leaf holds.
	function leafElements(uint256 width) internal pure returns (uint256) {
		return 5 * lanes(width);
	}

	/// @notice The five words of at most a leaf of elements.
	function pack(uint256 width, int256[] memory elements) internal pure returns (uint256[5] memory words) {
		uint256 perWord = lanes(width);
		int256 offset = int256(1 << (width - 1));
		for (uint256 i = 0; i < elements.length; ++i) {
			int256 lane = elements[i] + offset;
			if (lane < 0 || lane >= 2 * offset) revert ElementOutOfRange(elements[i], width);
			words[i / perWord] |= uint256(lane) << (width * (i % perWord));
		}
	}
}
