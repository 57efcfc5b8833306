// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Rescale} from "../../contracts/libraries/Rescale.sol";
import {Row} from "../../contracts/types/Descriptor.sol";
import {within} from "./Vm.sol";

/// @title φ against the nearest whole number of a fraction, without shifts and without the inner clip
contract RescaleTest {
	function testFuzz_phi(int64 raw, int64 bias, uint32 multiplier, uint8 shift, uint256 width, int256 low, int256 high)
		external
		pure
	{
		Row memory row = Row(bias, uint32(within(multiplier, 1, type(uint32).max)), uint8(within(shift, 1, 40)));
		(int256 least, int256 most) = _bounds(width, low, high);
		_requireEqual(raw, row, least, most);
	}

	/// @dev Sums at which the fraction is near a half, where roundings differ.
	function testFuzz_phiAtHalves(int32 quotient, uint16 multiplier, uint8 shift, int8 off, bool negative) external pure {
		Row memory row = Row(0, uint32(within(multiplier, 1, 1000)), uint8(within(shift, 1, 20)));
		int256 scale = int256(2 ** uint256(row.shift));
		int256 raw = (2 * int256(quotient) + 1) * scale / (2 * int256(uint256(row.multiplier))) + off % 3;
		_requireEqual(negative ? -raw : raw, row, type(int32).min, type(int32).max);
	}

	/// @dev B hides nothing: sums beyond it have the result of the end that they lie beyond.
	function testFuzz_innerBound(uint32 multiplier, uint8 shift, uint256 width, int256 low, int256 high, uint64 beyond)
		external
		pure
	{
		int256 m = int256(within(multiplier, 1, type(uint32).max));
		uint256 s = within(shift, 1, 40);
		(int256 least, int256 most) = _bounds(width, low, high);
		int256 bound = Rescale.innerBound(m, s, least, most);
		require(_nearest(bound * m, int256(2 ** s)) > most, "above");
		require(_nearest(-bound * m, int256(2 ** s)) < least, "below");
		Row memory row = Row(0, uint32(uint256(m)), uint8(s));
		require(Rescale.rescale(bound + int256(uint256(beyond)), row, least, most) == most, "most");
		require(Rescale.rescale(-bound - int256(uint256(beyond)), row, least, most) == least, "least");
	}

	function _requireEqual(int256 raw, Row memory row, int256 low, int256 high) private pure {
		int256 exact = (raw + row.bias) * int256(uint256(row.multiplier));
		int256 rounded = _nearest(exact, int256(2 ** uint256(row.shift)));
		int256 expected = rounded > high ? high : rounded < low ? low : rounded;
		require(Rescale.rescale(raw, row, low, high) == expected, "rescale");
	}

	/// @dev The whole number nearest to a fraction, halves up: the unique n with 2a − d < 2dn ≤ 2a + d.
	function _nearest(int256 a, int256 d) private pure returns (int256 n) {
		n = a / d;
		while (2 * d * n > 2 * a + d) --n;
		while (2 * d * (n + 1) <= 2 * a + d) ++n;
	}

	function _bounds(uint256 width, int256 low, int256 high) private pure returns (int256, int256) {
		int256 half = int256(2 ** ((8 << (width % 3)) - 1));
		low = low % half;
		high = high % half;
		return low < high ? (low, high) : (high, low);
	}
}
