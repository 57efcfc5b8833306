// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PoseidonT6} from "poseidon-solidity/PoseidonT6.sol";
import {ShownLeaf} from "../interfaces/IBounties.sol";
import {Packing} from "./Packing.sol";
import {Trees} from "./Trees.sol";

/// @title Tensors that are shown leaf by leaf, with digests that are believed until somebody shows a wrong one
/// @dev A part is 128 leaves, of which each tree has a node of its own: so a part is hashed when it is shown, and only its
/// two nodes are kept. A leaf costs some 10,000 gas to show, and 75,000 more if its words were hashed as well.
library ShownWeights {
	uint256 internal constant PART = 128;
	/// @dev The level of a part's node.
	uint256 private constant _LEVEL = 7;

	/// @notice The nodes of a part: under the tensor's root, and under that of the tree of what was shown.
	/// @param first the part's first leaf
	function part(uint256 width, uint256 elements, uint256 first, ShownLeaf[] calldata leaves)
		internal
		pure
		returns (bytes32 node, bytes32 content)
	{
		bytes32[] memory nodes = new bytes32[](leaves.length);
		bytes32[] memory contents = new bytes32[](leaves.length);
		for (uint256 i = 0; i < leaves.length; ++i) {
			uint256 count = Packing.elementsInLeaf(first + i, elements, width);
			Packing.check(width, count, leaves[i].words);
			nodes[i] = Packing.leafNode(width, count, leaves[i].digest);
			contents[i] = contentOf(leaves[i]);
		}
		return (Trees.root(nodes, Trees.TENSOR, 0), Trees.root(contents, Trees.TENSOR, 0));
	}

	/// @notice The root of a tree whose parts have these nodes. Overwrites them.
	function root(bytes32[] memory nodes) internal pure returns (bytes32) {
		return Trees.root(nodes, Trees.TENSOR, _LEVEL);
	}

	/// @notice A leaf of the tree of what was shown: keccak256(words ‖ digest). No inner node is as long.
	function contentOf(ShownLeaf calldata leaf) internal pure returns (bytes32) {
		return keccak256(abi.encode(leaf));
	}

	/// @notice Whether a leaf's words have the digest that was shown with them.
	function isRight(ShownLeaf calldata leaf) internal pure returns (bool) {
		return PoseidonT6.hash(leaf.words) == leaf.digest;
	}
}
