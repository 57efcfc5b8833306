// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";

/// @title What integers of a program's output stand for: v · mantissa · 2^exponent
library Scale {
	/// @notice The real value of an element in units of 10^-18, rounded towards 0.
	/// @dev Reverts if it does not fit 256 bits. Smaller exponents than -255 leave nothing of an element of 32 bits.
	function toWad(int256 element, uint64 mantissa, int16 exponent) internal pure returns (int256) {
		uint256 product = SignedMath.abs(element) * uint256(mantissa);
		uint256 value;
		uint256 power = SignedMath.abs(exponent);
		if (product == 0) value = 0;
		else if (exponent >= 0) value = product * 1e18 * (2 ** power);
		else if (power < 256) value = Math.mulDiv(product, 1e18, 2 ** power);
		int256 magnitude = SafeCast.toInt256(value);
		return element < 0 ? -magnitude : magnitude;
	}
}
