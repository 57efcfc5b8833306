// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Row} from "../types/Descriptor.sol";

/// @title keccak trees without padding (docs/protocol.md section 1)
library Trees {
	uint256 internal constant TENSOR = 1;
	uint256 internal constant OPERATORS = 2;
	uint256 internal constant STEPS = 3;
	uint256 internal constant DESCRIPTORS = 4;
	uint256 internal constant CONSTANTS = 5;
	uint256 internal constant INPUTS = 6;
	uint256 internal constant ROWS = 7;
	uint256 internal constant CHECKPOINTS = 8;

	/// @notice Thrown when a path has more or fewer siblings than its node has on the way to the root.
	error WrongPathLength(uint256 actual, uint256 expected);
	/// @notice Thrown when a node is not one of those that the tree has.
	error IndexOutOfRange(uint256 index, uint256 count);
	/// @notice Thrown when the root of no nodes is asked for.
	error NoNodes();

	/// @notice keccak256(uint8 tag ‖ uint8 level ‖ left ‖ right).
	function inner(uint256 tag, uint256 level, bytes32 left, bytes32 right) internal pure returns (bytes32 node) {
		assembly ("memory-safe") {
			let at := mload(0x40)
			mstore8(at, tag)
			mstore8(add(at, 1), level)
			mstore(add(at, 2), left)
			mstore(add(at, 34), right)
			node := keccak256(at, 66)
		}
	}

	/// @notice The node that `nodes`, all of level `childLevel`, are the descendants of. Overwrites `nodes`.
	function root(bytes32[] memory nodes, uint256 tag, uint256 childLevel) internal pure returns (bytes32) {
		uint256 count = nodes.length;
		if (count == 0) revert NoNodes();
		uint256 level = childLevel;
		while (count > 1) {
			++level;
			_pair(nodes, count, tag, level);
			count = (count + 1) / 2;
		}
		return nodes[0];
	}

	/// @dev Replaces the first `count` nodes by the nodes above them; the last of an odd number moves up unchanged. In
	/// assembly, since every answer of a search pays for it: 150 gas a node instead of 600.
	function _pair(bytes32[] memory nodes, uint256 count, uint256 tag, uint256 level) private pure {
		assembly ("memory-safe") {
			let at := mload(0x40)
			mstore8(at, tag)
			mstore8(add(at, 1), level)
			let from := add(nodes, 32)
			let to := from
			let end := add(from, shl(6, shr(1, count)))
			for {} lt(from, end) { from := add(from, 64) } {
				mcopy(add(at, 2), from, 64)
				mstore(to, keccak256(at, 66))
				to := add(to, 32)
			}
			if and(count, 1) { mstore(to, mload(from)) }
		}
	}

	/// @notice The root that a path leads to.
	/// @param index which of the `count` nodes of its level `node` is
	/// @param path siblings from the bottom; a level at which the node moves up unchanged has none
	/// @param level of `node`: 0 for a leaf of the tree
	function rootFromPath(
		bytes32 node,
		uint256 index,
		uint256 count,
		bytes32[] memory path,
		uint256 tag,
		uint256 level
	) internal pure returns (bytes32) {
		if (index >= count) revert IndexOutOfRange(index, count);
		uint256 expected = pathLength(index, count);
		if (path.length != expected) revert WrongPathLength(path.length, expected);
		uint256 used = 0;
		while (count > 1) {
			++level;
			if (index % 2 == 1) node = inner(tag, level, path[used++], node);
			else if (index + 1 < count) node = inner(tag, level, node, path[used++]);
			index /= 2;
			count = (count + 1) / 2;
		}
		return node;
	}

	/// @notice How many siblings the path of node `index` of `count` has.
	function pathLength(uint256 index, uint256 count) internal pure returns (uint256 length) {
		for (; count > 1; count = (count + 1) / 2) {
			if (index % 2 == 1 || index + 1 < count) ++length;
			index /= 2;
		}
	}

	/// @notice keccak256(uint8 7 ‖ int64 bias ‖ uint32 multiplier ‖ uint8 shift).
	function rowNode(Row memory row) internal pure returns (bytes32) {
		return keccak256(abi.encodePacked(uint8(ROWS), row.bias, row.multiplier, row.shift));
	}
}
