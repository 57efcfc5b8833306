// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Coordinate, Descriptor, Operand} from "../types/Descriptor.sol";
import {Rescale} from "./Rescale.sol";

/// @title Access maps: which elements an output element depends on (docs/protocol.md section 2)
/// @dev One routine for every kind. Fields have at most 64 bits, digits 32, so that int256 sums cannot wrap.
library Cone {
	/// @notice Thrown when an element is named that the operator does not have.
	error ElementOutOfRange(uint256 element, uint256 elements);

	/// @notice Digits of `index` in a mixed radix, most significant first, from `at` in `target` on.
	function digits(uint256 index, uint32[] memory radix, int256[] memory target, uint256 at) internal pure {
		unchecked {
			for (uint256 j = radix.length; j-- > 0;) {
				uint256 size = radix[j];
				target[at + j] = int256(index % size);
				index /= size;
			}
		}
	}

	/// @notice Output digits of an element, then zeros for the reduction digits.
	function outputDigits(Descriptor memory d, uint256 element) internal pure returns (int256[] memory target) {
		if (element >= d.elements) revert ElementOutOfRange(element, d.elements);
		target = new int256[](d.outputRadix.length + d.reductionRadix.length);
		digits(element, d.outputRadix, target, 0);
	}

	/// @notice base + Σ coefficients[j]·D[j], j from `first` to `end` − 1, without the base unless first = 0.
	function numerator(Coordinate memory c, int256[] memory at, uint256 first, uint256 end)
		internal
		pure
		returns (int256 sum)
	{
		unchecked {
			sum = first == 0 ? int256(c.base) : int256(0);
			int64[] memory coefficients = c.coefficients;
			for (uint256 j = first; j < end; ++j) sum += int256(coefficients[j]) * at[j];
		}
	}

	/// @notice Floor division, then floor remainder.
	function value(Coordinate memory c, int256 sum) internal pure returns (int256) {
		unchecked {
			int256 divisor = int256(uint256(c.divisor));
			if (divisor != 1) {
				int256 quotient = sum / divisor;
				sum = quotient * divisor > sum ? quotient - 1 : quotient;
			}
			int256 modulus = int256(uint256(c.modulus));
			if (modulus == 0) return sum;
			sum %= modulus;
			return sum < 0 ? sum + modulus : sum;
		}
	}

	/// @notice Whether a read is in bounds, and the physical element index.
	function readDigits(Operand memory operand, int256[] memory at)
		internal
		pure
		returns (bool inBounds, uint256 index)
	{
		unchecked {
			Coordinate[] memory coordinates = operand.coordinates;
			for (uint256 i = 0; i < coordinates.length; ++i) {
				Coordinate memory c = coordinates[i];
				int256 v = value(c, numerator(c, at, 0, at.length));
				if (v < 0 || v >= int256(uint256(c.size))) return (false, 0);
				index += uint256(v) * c.stride;
			}
			return (true, index);
		}
	}

	/// @notice The read of an operand for an output element at a reduction index, by its map alone.
	function read(Descriptor memory d, uint256 operand, uint256 element, uint256 reduction)
		internal
		pure
		returns (bool inBounds, uint256 index)
	{
		int256[] memory at = outputDigits(d, element);
		digits(reduction, d.reductionRadix, at, d.outputRadix.length);
		return readDigits(d.operands[operand], at);
	}

	/// @notice The data read of a Gather: coordinate k is clip(indexValue + offset, 0, size_k − 1), [k, offset]
	/// being the descriptor's constants.
	function gatherRead(Descriptor memory d, uint256 element, int256 indexValue)
		internal
		pure
		returns (bool inBounds, uint256 index)
	{
		int256[] memory at = outputDigits(d, element);
		uint256 addressed = uint256(int256(d.constants[0]));
		Coordinate[] memory coordinates = d.operands[1].coordinates;
		for (uint256 i = 0; i < coordinates.length; ++i) {
			Coordinate memory c = coordinates[i];
			int256 size = int256(uint256(c.size));
			int256 v = i == addressed
				? Rescale.clip(indexValue + d.constants[1], 0, size - 1)
				: value(c, numerator(c, at, 0, at.length));
			if (v < 0 || v >= size) return (false, 0);
			index += uint256(v) * c.stride;
		}
		return (true, index);
	}

	/// @notice The rescale row of an element.
	function rowOf(Descriptor memory d, uint256 element) internal pure returns (uint256) {
		int256[] memory at = outputDigits(d, element);
		return uint256(value(d.row, numerator(d.row, at, 0, d.outputRadix.length)));
	}
}
