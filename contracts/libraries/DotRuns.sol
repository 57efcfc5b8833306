// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Coordinate, Operand} from "../types/Descriptor.sol";
import {Cone} from "./Cone.sol";

/// @notice A coordinate on the way through the reduction digits.
struct Axis {
	/// base + Σ coefficients·digits, the run digit being 0
	int256 sum;
	int64[] coefficients;
	int256 size;
	int256 stride;
	/// coefficient of the run digit
	int256 slope;
	/// no division and no remainder: the value is the sum
	bool plain;
	Coordinate source;
}

/// @title Runs: stretches of products of consecutive elements (docs/protocol.md section 3)
library DotRuns {
	/// @notice Thrown when a Dot has no run digit or not two operands, which no valid program has.
	error NotADot(uint256 operands, uint256 reductionDigits);

	/// @notice An operand's coordinates at the digits `at`, the reduction digits being 0.
	function axesOf(Operand memory operand, int256[] memory at) internal pure returns (Axis[] memory axes) {
		axes = new Axis[](operand.coordinates.length);
		for (uint256 i = 0; i < axes.length; ++i) {
			Coordinate memory c = operand.coordinates[i];
			Axis memory axis = axes[i];
			axis.sum = Cone.numerator(c, at, 0, at.length);
			axis.coefficients = c.coefficients;
			axis.size = int256(uint256(c.size));
			axis.stride = int256(uint256(c.stride));
			axis.slope = c.coefficients[at.length - 1];
			axis.plain = c.divisor == 1 && c.modulus == 0;
			axis.source = c;
		}
	}

	/// @notice Moves digit `digit` by `by`.
	function move(Axis[] memory axes, uint256 digit, int256 by) internal pure {
		unchecked {
			for (uint256 i = 0; i < axes.length; ++i) {
				Axis memory axis = axes[i];
				axis.sum += int256(axis.coefficients[digit]) * by;
			}
		}
	}

	/// @notice The operand along the run digit, of radix `run`: index = start + step·position, in bounds for
	/// first ≤ position < end.
	function lineOf(Axis[] memory axes, int256 run)
		internal
		pure
		returns (int256 start, int256 step, int256 first, int256 end)
	{
		unchecked {
			end = run;
			for (uint256 i = 0; i < axes.length; ++i) {
				Axis memory axis = axes[i];
				int256 v = axis.plain ? axis.sum : Cone.value(axis.source, axis.sum);
				int256 slope = axis.slope;
				start += v * axis.stride;
				if (slope == 0) {
					if (v < 0 || v >= axis.size) return (0, 0, 0, 0);
				} else {
					step += slope * axis.stride;
					(int256 from, int256 to) = _inside(v, slope, axis.size);
					if (from > first) first = from;
					if (to < end) end = to;
				}
			}
		}
	}

	/// @dev The positions from ≤ p < to with 0 ≤ v + slope·p < size, for p ≥ 0.
	function _inside(int256 v, int256 slope, int256 size) private pure returns (int256 from, int256 to) {
		unchecked {
			// mirrored, a falling coordinate is a rising one
			if (slope < 0) (v, slope) = (size - 1 - v, -slope);
			if (v < 0) from = (slope - 1 - v) / slope;
			if (v < size) to = (size - 1 - v) / slope + 1;
		}
	}
}
