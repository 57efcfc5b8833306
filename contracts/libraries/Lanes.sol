// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Packing} from "./Packing.sol";

/// @title Integers into the words of one leaf (docs/protocol.md section 1): the other way of `Packing.element`
library Lanes {
	/// @notice Thrown when a value does not fit an element of this width.
	error ElementOutOfRange(uint256 index, int256 value, uint256 width);

	/// @notice The words of a leaf; reverts unless the values are as many as one leaf can have, each in range.
	function pack(uint256 width, int32[] memory values) internal pure returns (uint256[5] memory words) {
		uint256 perWord = Packing.lanes(width);
		uint256 most = Packing.leafElements(width);
		if (values.length == 0 || values.length > most) revert Packing.WrongCount(values.length, most);
		int256 half = int256(1 << (width - 1));
		for (uint256 i = 0; i < values.length; ++i) {
			int256 value = values[i];
			if (value < -half || value >= half) revert ElementOutOfRange(i, value, width);
			words[i / perWord] |= uint256(value + half) << (width * (i % perWord));
		}
	}

	/// @notice The root of a tensor of one leaf.
	function node(uint256 width, int32[] memory values) internal pure returns (bytes32) {
		return Packing.publishedNode(width, values.length, pack(width, values));
	}
}
