// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {PoseidonT6} from "poseidon-solidity/PoseidonT6.sol";

/// @title Leaves: five words of packed integers, and their nodes (docs/protocol.md section 1)
library Packing {
	uint256 internal constant WORDS = 5;

	/// @notice Thrown when a width is not 8, 16 or 32.
	error WrongWidth(uint256 width);
	/// @notice Thrown when a leaf of this width cannot have that many elements.
	error WrongCount(uint256 count, uint256 most);
	/// @notice Thrown when word `index` is not below 2^bits. Poseidon reduces modulo the field, so that a word and
	/// its alias have one digest: words that lanes cannot make must never be taken for an answer.
	error WordOutOfRange(uint256 index, uint256 word, uint256 bits);
	/// @notice Thrown when an element is not among those of a leaf.
	error ElementNotInLeaf(uint256 index, uint256 most);

	/// @notice Elements that one word holds.
	function lanes(uint256 width) internal pure returns (uint256) {
		if (width == 8) return 31;
		if (width == 16) return 15;
		if (width == 32) return 7;
		revert WrongWidth(width);
	}

	/// @notice Elements that a full leaf holds.
	function leafElements(uint256 width) internal pure returns (uint256) {
		return WORDS * lanes(width);
	}

	/// @notice Leaves of a tensor of `elements` ≥ 1 elements.
	function leafCount(uint256 elements, uint256 width) internal pure returns (uint256) {
		return (elements - 1) / leafElements(width) + 1;
	}

	/// @notice Elements in leaf `leaf` of a tensor: full leaves but for the last.
	function elementsInLeaf(uint256 leaf, uint256 elements, uint256 width) internal pure returns (uint256) {
		uint256 full = leafElements(width);
		uint256 rest = elements - leaf * full;
		return rest < full ? rest : full;
	}

	/// @notice 0, 1, 2 for 8, 16, 32 bits, as the circuits' public signals have it.
	function widthCode(uint256 width) internal pure returns (uint256) {
		if (width == 8) return 0;
		if (width == 16) return 1;
		if (width == 32) return 2;
		revert WrongWidth(width);
	}

	/// @notice Reverts unless the words are a well-formed leaf of `count` elements.
	function check(uint256 width, uint256 count, uint256[5] memory words) internal pure {
		uint256 perWord = lanes(width);
		if (count == 0 || count > WORDS * perWord) revert WrongCount(count, WORDS * perWord);
		for (uint256 i = 0; i < WORDS; ++i) {
			uint256 used = count > perWord ? perWord : count;
			count -= used;
			if (words[i] >> (width * used) != 0) revert WordOutOfRange(i, words[i], width * used);
		}
	}

	/// @notice keccak256(uint8 0 ‖ uint8 width ‖ uint16 count ‖ bytes32 digest).
	function leafNode(uint256 width, uint256 count, uint256 digest) internal pure returns (bytes32) {
		return keccak256(abi.encodePacked(uint8(0), uint8(width), uint16(count), digest));
	}

	/// @notice The node of published words; reverts if they are malformed. About 75,000 gas, nearly all Poseidon.
	function publishedNode(uint256 width, uint256 count, uint256[5] memory words) internal pure returns (bytes32) {
		check(width, count, words);
		return leafNode(width, count, PoseidonT6.hash(words));
	}

	/// @notice Element `index` of a leaf, as a signed integer.
	function element(uint256 width, uint256[5] memory words, uint256 index) internal pure returns (int256) {
		uint256 perWord = lanes(width);
		if (index >= WORDS * perWord) revert ElementNotInLeaf(index, WORDS * perWord);
		uint256 lane = (words[index / perWord] >> (width * (index % perWord))) & ((1 << width) - 1);
		return int256(lane) - int256(1 << (width - 1));
	}
}
