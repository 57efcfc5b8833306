// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {
	Descriptor,
	KIND_ADD,
	KIND_ARGMAX,
	KIND_DIV,
	KIND_GATHER,
	KIND_MAX,
	KIND_MUL,
	KIND_SELECT,
	KIND_VIEW,
	Row
} from "../types/Descriptor.sol";
import {ElementsPart} from "../types/Part.sol";
import {Parts} from "./Parts.sol";
import {Rescale} from "./Rescale.sol";

/// @title What an operator kind computes from the elements that it reads (docs/protocol.md sections 2 and 3)
library Kinds {
	/// @notice Thrown when a descriptor's kind has no meaning.
	error UnknownKind(uint256 kind);

	/// @dev Keys of ArgMax are value·2^31 + rest.
	uint256 private constant KEY_SHIFT = 31;
	int256 private constant KEY_MASK = int256(1 << KEY_SHIFT) - 1;
	/// @dev Roundings of Div, its second constant; any other number rounds to the nearest.
	int64 private constant TOWARDS_ZERO = 1;
	int64 private constant DOWN = 2;

	/// @notice S₀: the partial result before the first part.
	function start(Descriptor memory d) internal pure returns (int256) {
		if (d.kind == KIND_MAX) return -int256(1 << (d.width - 1));
		return d.kind == KIND_ARGMAX ? -int256(1 << (2 * KEY_SHIFT)) : int256(0);
	}

	/// @notice The partial result after a part of any kind but Dot (there it is previous + sum).
	/// @param number the part's number
	/// @param values the opened values, one per read of the part
	function next(
		Descriptor memory d,
		int256 previous,
		uint256 number,
		ElementsPart memory part,
		int256[] memory values
	) internal pure returns (int256) {
		uint256 kind = d.kind;
		if (kind == KIND_MAX) return _max(previous, values);
		if (kind == KIND_ADD) return _add(d, part, values);
		if (kind == KIND_MUL) return _read(d, part, values, 0) * _read(d, part, values, 1);
		if (kind == KIND_GATHER) return _read(d, part, values, 1);
		if (kind == KIND_VIEW) return values.length == 0 ? int256(d.operands[0].outside) : values[0];
		if (kind == KIND_DIV) return _quotient(d, _read(d, part, values, 0), _read(d, part, values, 1));
		if (kind == KIND_SELECT) return _read(d, part, values, _read(d, part, values, 0) != 0 ? 1 : 2);
		if (kind == KIND_ARGMAX) return _argMax(d, previous, number, values);
		revert UnknownKind(kind);
	}

	/// @notice The element's value from the result of its last part: φ, for the kinds that have one.
	function value(Descriptor memory d, int256 raw, Row memory row) internal pure returns (int256) {
		if (d.rowCount != 0) return Rescale.rescale(raw, row, d.low, d.high);
		if (d.kind == KIND_DIV) return Rescale.clip(raw, d.low, d.high);
		if (d.kind != KIND_ARGMAX) return raw;
		int256 rest = raw & KEY_MASK;
		return d.constants[0] == 0 ? KEY_MASK - rest : rest;
	}

	function _max(int256 largest, int256[] memory values) private pure returns (int256) {
		for (uint256 i = 0; i < values.length; ++i) if (values[i] > largest) largest = values[i];
		return largest;
	}

	/// @dev The i-th value of part p is at position 4p + i. Of equal values the first has the largest key, or the last.
	function _argMax(Descriptor memory d, int256 largest, uint256 number, int256[] memory values)
		private
		pure
		returns (int256)
	{
		bool first = d.constants[0] == 0;
		for (uint256 i = 0; i < values.length; ++i) {
			int256 position = int256(Parts.READS * number + i);
			int256 key = values[i] * int256(1 << KEY_SHIFT) + (first ? KEY_MASK - position : position);
			if (key > largest) largest = key;
		}
		return largest;
	}

	function _quotient(Descriptor memory d, int256 x, int256 y) private pure returns (int256) {
		if (y == 0) return 0;
		int256 numerator = d.constants[0] * x;
		int64 rounding = d.constants[1];
		// / rounds towards 0
		if (rounding == TOWARDS_ZERO) return numerator / y;
		return rounding == DOWN ? _floor(numerator, y) : _floor(2 * numerator + y, 2 * y);
	}

	function _floor(int256 numerator, int256 divisor) private pure returns (int256 quotient) {
		quotient = numerator / divisor;
		if (numerator % divisor != 0 && (numerator < 0) != (divisor < 0)) --quotient;
	}

	function _add(Descriptor memory d, ElementsPart memory part, int256[] memory values)
		private
		pure
		returns (int256 sum)
	{
		for (uint256 k = 0; k < d.operands.length; ++k) sum += d.constants[k] * _read(d, part, values, k);
	}

	/// @dev What operand k read: the opened value, or `outside`.
	function _read(Descriptor memory d, ElementsPart memory part, int256[] memory values, uint256 k)
		private
		pure
		returns (int256)
	{
		for (uint256 i = 0; i < part.reads.length; ++i) if (part.reads[i].operand == k) return values[i];
		return d.operands[k].outside;
	}
}
