// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {
	Descriptor,
	KIND_ADD,
	KIND_GATHER,
	KIND_MAX,
	KIND_MUL,
	KIND_VIEW,
	Row
} from "../types/Descriptor.sol";
import {ElementsPart} from "../types/Part.sol";
import {Rescale} from "./Rescale.sol";

/// @title What an operator kind computes from the elements that it reads (docs/protocol.md sections 2 and 3)
library Kinds {
	/// @notice Thrown when a descriptor's kind has no meaning.
	error UnknownKind(uint256 kind);

	/// @notice S₀: the partial result before the first part.
	function start(Descriptor memory d) internal pure returns (int256) {
		return d.kind == KIND_MAX ? -int256(1 << (d.width - 1)) : int256(0);
	}

	/// @notice The partial result after a part of any kind but Dot (there it is previous + sum).
	/// @param values the opened values, one per read of the part
	function next(Descriptor memory d, int256 previous, ElementsPart memory part, int256[] memory values)
		internal
		pure
		returns (int256)
	{
		uint256 kind = d.kind;
		if (kind == KIND_MAX) return _max(previous, values);
		if (kind == KIND_ADD) return _add(d, part, values);
		if (kind == KIND_MUL) return _read(d, part, values, 0) * _read(d, part, values, 1);
		if (kind == KIND_GATHER) return _read(d, part, values, 1);
		if (kind == KIND_VIEW) return values.length == 0 ? int256(d.operands[0].outside) : values[0];
		revert UnknownKind(kind);
	}

	/// @notice The element's value from the result of its last part: φ, for the kinds that have one.
	function value(Descriptor memory d, int256 raw, Row memory row) internal pure returns (int256) {
		return d.rowCount == 0 ? raw : Rescale.rescale(raw, row, d.low, d.high);
	}

	function _max(int256 largest, int256[] memory values) private pure returns (int256) {
		for (uint256 i = 0; i < values.length; ++i) if (values[i] > largest) largest = values[i];
		return largest;
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
