// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Coordinate, Descriptor, Operand} from "../types/Descriptor.sol";
import {Cone} from "./Cone.sol";

/// @notice An operand on the way along the run digit: index = start + step·position, in bounds for
/// first ≤ position < end.
struct Line {
	int256 start;
	int256 step;
	int256 first;
	int256 end;
}

/// @title Runs: stretches of products of consecutive elements (docs/protocol.md section 3)
library DotRuns {
	/// @notice Thrown when a Dot has no run digit or not two operands, which no valid program has.
	error NotADot(uint256 operands, uint256 reductionDigits);

	/// @notice Per coordinate, base and output digits summed up: what no reduction digit changes.
	function bases(Operand memory operand, int256[] memory at, uint256 outputs)
		internal
		pure
		returns (int256[] memory sums)
	{
		Coordinate[] memory coordinates = operand.coordinates;
		sums = new int256[](coordinates.length);
		for (uint256 i = 0; i < coordinates.length; ++i) sums[i] = Cone.numerator(coordinates[i], at, 0, outputs);
	}

	/// @notice An operand along the run digit, the last of `at`, whose radix is `run`. Overwrites `line`.
	/// @param sums its `bases`
	/// @param outputs number of output digits; the reduction digits in `at` come after them
	function lineOf(
		Operand memory operand,
		int256[] memory sums,
		int256[] memory at,
		uint256 outputs,
		int256 run,
		Line memory line
	) internal pure {
		unchecked {
			uint256 last = at.length - 1;
			line.start = 0;
			line.step = 0;
			line.first = 0;
			line.end = run;
			Coordinate[] memory coordinates = operand.coordinates;
			for (uint256 i = 0; i < coordinates.length; ++i) {
				Coordinate memory c = coordinates[i];
				int256 sum = sums[i];
				if (outputs < last) sum += _tail(c.coefficients, at, outputs, last);
				int256 v = Cone.value(c, sum);
				int256 slope = c.coefficients[last];
				_bound(line, v, slope, int256(uint256(c.size)));
				int256 stride = int256(uint256(c.stride));
				line.start += v * stride;
				line.step += slope * stride;
			}
		}
	}

	function _tail(int64[] memory coefficients, int256[] memory at, uint256 first, uint256 end)
		private
		pure
		returns (int256 sum)
	{
		unchecked {
			for (uint256 j = first; j < end; ++j) sum += int256(coefficients[j]) * at[j];
		}
	}

	/// @dev Narrows the line to the positions p with 0 ≤ v + slope·p < size.
	function _bound(Line memory line, int256 v, int256 slope, int256 size) private pure {
		unchecked {
			if (slope == 0) {
				if (v < 0 || v >= size) line.end = 0;
				return;
			}
			// mirrored, a falling coordinate is a rising one
			if (slope < 0) {
				slope = -slope;
				v = size - 1 - v;
			}
			if (v < 0) {
				int256 first = (slope - 1 - v) / slope;
				if (first > line.first) line.first = first;
			}
			int256 end = v >= size ? int256(0) : (size - 1 - v) / slope + 1;
			if (end < line.end) line.end = end;
		}
	}
}
