// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Cone} from "../../contracts/libraries/Cone.sol";
import {Coordinate, Descriptor, Operand} from "../../contracts/types/Descriptor.sol";
import {within} from "./Vm.sol";

/// @title Access maps against counters that run through all reads
contract ConeTest {
	/// @dev Fields of a random map, small enough that everything happens: bounds crossed, divisors, moduli, strides.
	struct Drawn {
		uint256 seed;
		uint256 next;
	}

	uint256 private constant _AXES = 3;

	/// @dev All reads of all elements, the digits counted up one by one like an odometer.
	function testFuzz_reads(uint256 seed) external pure {
		Drawn memory drawn = Drawn(seed, 0);
		Descriptor memory d = _descriptor(drawn);
		uint256 outer = d.outputRadix.length;
		uint256 axes = outer + d.reductionRadix.length;
		uint256[] memory counter = new uint256[](axes);
		uint256 reductions = 1;
		for (uint256 j = 0; j < d.reductionRadix.length; ++j) {
			reductions *= d.reductionRadix[j];
		}
		for (uint256 element = 0; element < d.elements; ++element) {
			for (uint256 reduction = 0; reduction < reductions; ++reduction) {
				(bool inBounds, uint256 index) = Cone.read(d, 0, element, reduction);
				(bool expected, uint256 place) = _read(d.operands[0], counter);
				require(inBounds == expected && index == place, "read");
				for (uint256 j = axes; j > 0; --j) {
					uint256 size = j > outer ? d.reductionRadix[j - 1 - outer] : d.outputRadix[j - 1];
					if (++counter[j - 1] < size) break;
					counter[j - 1] = 0;
				}
			}
		}
	}

	function testFuzz_floorDivisionAndRemainder(int64 sum, uint32 divisor, uint32 modulus) external pure {
		Coordinate memory c;
		c.divisor = uint64(within(divisor, 1, type(uint32).max));
		c.modulus = modulus;
		int256 v = Cone.value(c, sum);
		int256 q = _floor(sum, int256(uint256(c.divisor)));
		if (modulus == 0) {
			require(v == q, "quotient");
			return;
		}
		int256 m = int256(uint256(modulus));
		require(v >= 0 && v < m && (q - v) % m == 0, "remainder");
	}

	function testFuzz_noElementBeyondTheTensor(uint256 seed, uint256 beyond) external view {
		Drawn memory drawn = Drawn(seed, 0);
		Descriptor memory d = _descriptor(drawn);
		try this.read(d, within(beyond, d.elements, type(uint256).max)) {
			revert("read beyond");
		} catch {}
	}

	function read(Descriptor calldata d, uint256 element) external pure {
		Cone.read(d, 0, element, 0);
	}

	function _read(Operand memory operand, uint256[] memory counter) private pure returns (bool, uint256 place) {
		for (uint256 i = 0; i < operand.coordinates.length; ++i) {
			Coordinate memory c = operand.coordinates[i];
			int256 sum = c.base;
			for (uint256 j = 0; j < counter.length; ++j) {
				sum += int256(c.coefficients[j]) * int256(counter[j]);
			}
			int256 v = _floor(sum, int256(uint256(c.divisor)));
			if (c.modulus != 0) v -= int256(uint256(c.modulus)) * _floor(v, int256(uint256(c.modulus)));
			if (v < 0 || uint256(v) >= c.size) return (false, 0);
			place += uint256(v) * c.stride;
		}
		return (true, place);
	}

	/// @dev Negative numbers by way of positive ones, rounded up.
	function _floor(int256 a, int256 d) private pure returns (int256) {
		return a >= 0 ? a / d : -((-a + d - 1) / d);
	}

	function _descriptor(Drawn memory drawn) private pure returns (Descriptor memory d) {
		d.outputRadix = _radix(drawn);
		d.reductionRadix = _radix(drawn);
		d.elements = 1;
		for (uint256 j = 0; j < d.outputRadix.length; ++j) {
			d.elements *= d.outputRadix[j];
		}
		d.operands = new Operand[](1);
		Coordinate[] memory coordinates = new Coordinate[](within(_draw(drawn), 1, 3));
		for (uint256 i = 0; i < coordinates.length; ++i) {
			coordinates[i].base = int64(int256(_draw(drawn) % 13)) - 6;
			coordinates[i].coefficients = new int64[](d.outputRadix.length + d.reductionRadix.length);
			for (uint256 j = 0; j < coordinates[i].coefficients.length; ++j) {
				coordinates[i].coefficients[j] = int64(int256(_draw(drawn) % 7)) - 3;
			}
			coordinates[i].divisor = uint64(within(_draw(drawn), 1, 3));
			coordinates[i].modulus = uint64(_draw(drawn) % 5);
			coordinates[i].size = uint64(within(_draw(drawn), 1, 12));
			coordinates[i].stride = uint64(_draw(drawn) % 20);
		}
		d.operands[0].coordinates = coordinates;
	}

	function _radix(Drawn memory drawn) private pure returns (uint32[] memory radix) {
		radix = new uint32[](_draw(drawn) % (_AXES + 1));
		for (uint256 j = 0; j < radix.length; ++j) {
			radix[j] = uint32(within(_draw(drawn), 1, 4));
		}
	}

	function _draw(Drawn memory drawn) private pure returns (uint256) {
		return uint256(keccak256(abi.encode(drawn.seed, drawn.next++)));
	}
}
