// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Packing} from "../../contracts/libraries/Packing.sol";
import {within} from "./Vm.sol";

/// @title Leaves of five words against sums of shifted elements
contract PackingTest {
	function testFuzz_elementsComeBack(uint256 seed, uint256 drawnWidth, uint256 drawnCount) external view {
		(uint256 width, uint256 lanes) = _width(drawnWidth);
		uint256 count = within(drawnCount, 1, 5 * lanes);
		(uint256[5] memory words, int256[] memory elements) = _leaf(seed, width, lanes, count);
		require(_accepts(width, count, words), "well formed");
		for (uint256 i = 0; i < count; ++i) {
			require(Packing.element(width, words, i) == elements[i], "element");
		}
	}

	/// @dev Poseidon reduces modulo the field: whatever is not made of lanes must be refused.
	function testFuzz_bitsOutsideOfTheLanesAreRefused(
		uint256 seed,
		uint256 drawnWidth,
		uint256 drawnCount,
		uint256 at,
		uint256 bit
	) external view {
		(uint256 width, uint256 lanes) = _width(drawnWidth);
		uint256 count = within(drawnCount, 1, 5 * lanes);
		(uint256[5] memory words,) = _leaf(seed, width, lanes, count);
		uint256 word = at % 5;
		uint256 used = count <= word * lanes ? 0 : count - word * lanes;
		if (used > lanes) used = lanes;
		uint256 outside = within(bit, width * used, 255);
		words[word] += 1 << outside;
		require(!_accepts(width, count, words), "bits outside");
	}

	function testFuzz_countsOutsideOfTheLeafAreRefused(uint256 drawnWidth, uint16 count) external view {
		(uint256 width, uint256 lanes) = _width(drawnWidth);
		uint256[5] memory words;
		require(_accepts(width, count, words) == (count != 0 && count <= 5 * lanes), "count");
	}

	function testFuzz_leavesHoldAllElementsOnce(uint256 drawnWidth, uint256 drawn) external pure {
		(uint256 width, uint256 lanes) = _width(drawnWidth);
		uint256 elements = within(drawn, 1, 3000);
		uint256 leaves = Packing.leafCount(elements, width);
		uint256 sum;
		for (uint256 leaf = 0; leaf < leaves; ++leaf) {
			uint256 count = Packing.elementsInLeaf(leaf, elements, width);
			require(count == 5 * lanes || (leaf + 1 == leaves && count > 0), "only the last is not full");
			sum += count;
		}
		require(sum == elements, "all");
	}

	function check(uint256 width, uint256 count, uint256[5] calldata words) external pure {
		Packing.check(width, count, words);
	}

	function _accepts(uint256 width, uint256 count, uint256[5] memory words) private view returns (bool) {
		try this.check(width, count, words) {
			return true;
		} catch {
			return false;
		}
	}

	function _width(uint256 drawn) private pure returns (uint256 width, uint256 lanes) {
		width = 8 << (drawn % 3);
		// a word stays below the field: 248, 240 and 224 bits
		lanes = width == 8 ? 31 : width == 16 ? 15 : 7;
	}

	function _leaf(uint256 seed, uint256 width, uint256 lanes, uint256 count)
		private
		pure
		returns (uint256[5] memory words, int256[] memory elements)
	{
		elements = new int256[](count);
		int256 half = int256(2 ** (width - 1));
		for (uint256 i = 0; i < count; ++i) {
			uint256 drawn = uint256(keccak256(abi.encode(seed, i)));
			// the ends of the range often
			elements[i] = drawn % 4 == 0 ? -half : drawn % 4 == 1 ? half - 1 : int256((drawn >> 8) % 2 ** width) - half;
			words[i / lanes] += uint256(elements[i] + half) * 2 ** (width * (i % lanes));
		}
	}
}
