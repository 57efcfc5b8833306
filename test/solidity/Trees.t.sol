// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Search} from "../../contracts/libraries/Search.sol";
import {Trees} from "../../contracts/libraries/Trees.sol";
import {within} from "./Vm.sol";

/// @title Trees against RFC 6962's recursive definition, which splits at the largest power of two below n
contract TreesTest {
	uint256 private constant _MOST = 70;

	function testFuzz_rootIsThatOfTheRecursiveDefinition(uint256 seed, uint256 drawn, uint8 tag) external pure {
		bytes32[] memory leaves = _leaves(seed, within(drawn, 1, _MOST));
		bytes32 expected = _root(leaves, 0, leaves.length, tag);
		require(Trees.root(leaves, tag, 0) == expected, "root");
	}

	function testFuzz_pathLeadsToTheRoot(uint256 seed, uint256 drawn, uint256 at, uint8 tag) external pure {
		uint256 count = within(drawn, 1, _MOST);
		uint256 index = at % count;
		bytes32[] memory leaves = _leaves(seed, count);
		bytes32[] memory path = _path(leaves, index, 0, count, tag);
		require(path.length == Trees.pathLength(index, count), "path length");
		bytes32 root = Trees.rootFromPath(leaves[index], index, count, path, tag, 0);
		require(root == _root(leaves, 0, count, tag), "root");
	}

	function testFuzz_pathLeadsToTheRootFromNoOtherPlace(uint256 seed, uint256 drawn, uint256 at, uint256 other)
		external
		view
	{
		uint256 count = within(drawn, 2, _MOST);
		uint256 index = at % count;
		bytes32[] memory leaves = _leaves(seed, count);
		bytes32[] memory path = _path(leaves, index, 0, count, Trees.TENSOR);
		bytes32 root = _root(leaves, 0, count, Trees.TENSOR);
		uint256 elsewhere = other % (2 * count);
		if (elsewhere != index) require(!_leads(leaves[index], elsewhere, count, path, Trees.TENSOR, root), "place");
		require(!_leads(leaves[index], index, count, path, Trees.OPERATORS, root), "tag");
		require(!_leads(keccak256(abi.encode(seed)), index, count, path, Trees.TENSOR, root), "leaf");
		path[other % path.length] ^= bytes32(uint256(1));
		require(!_leads(leaves[index], index, count, path, Trees.TENSOR, root), "sibling");
	}

	/// @dev What an answer opens: the descendants of a subtree lead to its root, and each to it by its path.
	function testFuzz_descendantsLeadToTheirNode(uint256 seed, uint256 drawn, uint256 below, uint256 at) external pure {
		uint256 count = within(drawn, 2, _MOST);
		bytes32[] memory leaves = _leaves(seed, count);
		uint256 level = below % Search.levelOf(count);
		uint256 children = Search.childCount(count, level);
		bytes32[] memory nodes = new bytes32[](children);
		uint256 sum;
		for (uint256 i = 0; i < children; ++i) {
			uint256 size = Search.sizeOf(i << level, level, count);
			nodes[i] = _root(leaves, i << level, size, Trees.STEPS);
			sum += size;
		}
		require(sum == count, "sizes");
		uint256 index = at % children;
		bytes32 root = _root(leaves, 0, count, Trees.STEPS);
		bytes32[] memory path = _pathOfNodes(nodes, index, level, Trees.STEPS);
		require(Trees.rootFromPath(nodes[index], index, children, path, Trees.STEPS, level) == root, "path");
		require(Trees.root(nodes, Trees.STEPS, level) == root, "root");
	}

	function testFuzz_levelsAndSizes(uint256 drawn, uint8 depth, uint8 window) external pure {
		uint256 count = within(drawn, 1, 2 ** 48);
		uint256 level = Search.levelOf(count);
		require(2 ** level >= count && (level == 0 || 2 ** (level - 1) < count), "level");
		if (level == 0) return;
		uint256 d = within(depth, 1, 10);
		uint256 w = within(window, 0, 10);
		for (uint256 tree = Trees.TENSOR; tree <= Trees.STEPS; ++tree) {
			uint256 below = Search.childLevel(tree, level, d, w);
			uint256 children = Search.childCount(count, below);
			require(below < level && children >= 2, "an answer gets further");
			require(children <= 2 ** (d > w || tree == Trees.TENSOR ? d : w), "an answer is bounded");
		}
	}

	function leads(bytes32 leaf, uint256 index, uint256 count, bytes32[] calldata path, uint256 tag, bytes32 root)
		external
		pure
		returns (bool)
	{
		return Trees.rootFromPath(leaf, index, count, path, tag, 0) == root;
	}

	function _leads(bytes32 leaf, uint256 index, uint256 count, bytes32[] memory path, uint256 tag, bytes32 root)
		private
		view
		returns (bool)
	{
		try this.leads(leaf, index, count, path, tag, root) returns (bool answer) {
			return answer;
		} catch {
			return false;
		}
	}

	function _leaves(uint256 seed, uint256 count) private pure returns (bytes32[] memory leaves) {
		leaves = new bytes32[](count);
		for (uint256 i = 0; i < count; ++i) {
			leaves[i] = keccak256(abi.encode(seed, i));
		}
	}

	/// @dev ⌈log2 n⌉ as the number of bits of n − 1.
	function _bits(uint256 n) private pure returns (uint256 bits) {
		for (uint256 rest = n - 1; rest != 0; rest >>= 1) ++bits;
	}

	function _split(uint256 n) private pure returns (uint256) {
		return 2 ** (_bits(n) - 1);
	}

	function _inner(uint256 tag, uint256 n, bytes32 left, bytes32 right) private pure returns (bytes32) {
		return keccak256(abi.encodePacked(uint8(tag), uint8(_bits(n)), left, right));
	}

	function _root(bytes32[] memory leaves, uint256 start, uint256 n, uint256 tag) private pure returns (bytes32) {
		if (n == 1) return leaves[start];
		uint256 k = _split(n);
		return _inner(tag, n, _root(leaves, start, k, tag), _root(leaves, start + k, n - k, tag));
	}

	function _path(bytes32[] memory leaves, uint256 index, uint256 start, uint256 n, uint256 tag)
		private
		pure
		returns (bytes32[] memory path)
	{
		if (n == 1) return path;
		uint256 k = _split(n);
		bool left = index < k;
		bytes32 sibling = left ? _root(leaves, start + k, n - k, tag) : _root(leaves, start, k, tag);
		bytes32[] memory lower =
			left ? _path(leaves, index, start, k, tag) : _path(leaves, index - k, start + k, n - k, tag);
		return _appended(lower, sibling);
	}

	/// @dev The path among nodes of `level`, by pairs; only used to check the library's own root from it.
	function _pathOfNodes(bytes32[] memory nodes, uint256 index, uint256 level, uint256 tag)
		private
		pure
		returns (bytes32[] memory path)
	{
		bytes32[] memory row = nodes;
		while (row.length > 1) {
			++level;
			uint256 sibling = index ^ 1;
			if (sibling < row.length) path = _appended(path, row[sibling]);
			bytes32[] memory above = new bytes32[]((row.length + 1) / 2);
			for (uint256 i = 0; i < above.length; ++i) {
				above[i] = 2 * i + 1 == row.length
					? row[2 * i]
					: keccak256(abi.encodePacked(uint8(tag), uint8(level), row[2 * i], row[2 * i + 1]));
			}
			row = above;
			index /= 2;
		}
	}

	function _appended(bytes32[] memory list, bytes32 last) private pure returns (bytes32[] memory longer) {
		longer = new bytes32[](list.length + 1);
		for (uint256 i = 0; i < list.length; ++i) {
			longer[i] = list[i];
		}
		longer[list.length] = last;
	}
}
