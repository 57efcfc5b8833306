// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title BLS signatures on BN254: signatures in G1, keys in G2
/// @dev Messages are hashed to G1 as RFC 9380 says, with Shallue and van de Woestijne's map (its section 6.6.1, Z = 1)
/// and keccak256. Coordinates of G2 are in the order of EIP-197: the imaginary part first.
///
/// What a caller must ensure: that the key is one that it trusts (`isKey` says only that it is a point of the right
/// group), and that nobody signs for others under the same tag and key.
library Bls {
	uint256 internal constant P = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47;
	/// @dev The negated generator of G2.
	uint256 private constant _G2_X1 = 0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2;
	uint256 private constant _G2_X0 = 0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed;
	uint256 private constant _G2_Y1 = 0x275dc4a288d1afb3cbb1ac09187524c7db36395df7be3b99e673b13a075a65ec;
	uint256 private constant _G2_Y0 = 0x1d9befcd05a5323e6da4d435f3b617cdb3af83285c2df711ef39c01571827f9d;
	/// @dev Constants of the map for y² = x³ + 3 and Z = 1: g(Z) = 4, -Z/2, √(-3·g(Z)) (the even root), -4·g(Z)/3.
	uint256 private constant _C1 = 4;
	uint256 private constant _C2 = 0x183227397098d014dc2822db40c0ac2ecbc0b548b438e5469e10460b6c3e7ea3;
	uint256 private constant _C3 = 0x16789af3a83522eb353c98fc6b36d713d5d8d1cc5dffffffa;
	uint256 private constant _C4 = 0x10216f7ba065e00de81ac1e7808072c9dd2b2385cd7b438469602eb24829a9bd;
	uint256 private constant _Z = 1;
	/// @dev The order of the groups.
	uint256 private constant _R = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;
	/// @dev 2^256 modulo P.
	uint256 private constant _CARRY = type(uint256).max % P + 1;
	/// @dev Bytes that keccak256 takes at a time.
	uint256 private constant _RATE = 136;

	/// @notice Thrown when a precompiled contract fails on what it never fails on.
	error PrecompileFailed(uint256 precompile);
	/// @notice Thrown when a tag has more bytes than RFC 9380 lets it have.
	error TagTooLong(uint256 length);

	/// @notice Whether `signature` is that of `message` under `key`: e(signature, -g₂) · e(H(message), key) = 1.
	function verify(uint256[2] memory signature, uint256[4] memory key, bytes memory tag, bytes memory message)
		internal
		view
		returns (bool)
	{
		if (!isSignature(signature)) return false;
		uint256[2] memory hash = hashToPoint(tag, message);
		uint256[12] memory pairs = [
			signature[0],
			signature[1],
			_G2_X1,
			_G2_X0,
			_G2_Y1,
			_G2_Y0,
			hash[0],
			hash[1],
			key[0],
			key[1],
			key[2],
			key[3]
		];
		return _pairing(pairs);
	}

	/// @notice The same under a key of which the twin in G1 is known, and whether `key` is that twin's: the two have the
	/// same discrete logarithm. Keys are added in G1, where that is cheap, and whoever signs brings the sum in G2:
	/// e(signature + γ·twin, -g₂) · e(H(message) + γ·g₁, key) = 1, γ being a hash of all that is checked.
	function verifyTwin(
		uint256[2] memory signature,
		uint256[2] memory twin,
		uint256[4] memory key,
		bytes memory tag,
		bytes memory message
	) internal view returns (bool) {
		if (!isSignature(signature) || !isSignature(twin)) return false;
		uint256[2] memory hash = hashToPoint(tag, message);
		uint256 gamma = uint256(keccak256(abi.encode(signature, twin, key, hash))) % _R;
		uint256[2] memory left = add(signature, _multiply(twin, gamma));
		uint256[2] memory right = add(hash, _multiply([uint256(1), 2], gamma));
		uint256[12] memory pairs = [
			left[0],
			left[1],
			_G2_X1,
			_G2_X0,
			_G2_Y1,
			_G2_Y0,
			right[0],
			right[1],
			key[0],
			key[1],
			key[2],
			key[3]
		];
		return _pairing(pairs);
	}

	/// @notice The sum of two points of G1; (0, 0) is infinity.
	function add(uint256[2] memory one, uint256[2] memory other) internal view returns (uint256[2] memory sum) {
		uint256[4] memory points = [one[0], one[1], other[0], other[1]];
		bool success;
		assembly ("memory-safe") {
			success := staticcall(gas(), 6, points, 128, sum, 64)
		}
		if (!success) revert PrecompileFailed(6);
	}

	/// @notice The first point less the second.
	function subtract(uint256[2] memory from, uint256[2] memory point) internal view returns (uint256[2] memory) {
		return add(from, [point[0], point[1] == 0 ? 0 : P - point[1]]);
	}

	/// @notice Whether coordinates are those of a point of G1 other than infinity, in their only form.
	function isSignature(uint256[2] memory point) internal pure returns (bool) {
		(uint256 x, uint256 y) = (point[0], point[1]);
		return x < P && y < P && mulmod(y, y, P) == _curve(x);
	}

	/// @notice Whether coordinates are those of a point of G2 other than infinity, in their only form.
	/// @dev The pairing's precompile checks ranges, curve and subgroup, and takes four zeros for infinity.
	function isKey(uint256[4] memory key) internal view returns (bool) {
		if (key[0] | key[1] | key[2] | key[3] == 0) return false;
		// e(g₁, key) · e(-g₁, key) = 1 for every point of G2
		uint256[12] memory pairs =
			[uint256(1), 2, key[0], key[1], key[2], key[3], 1, P - 2, key[0], key[1], key[2], key[3]];
		return _pairing(pairs);
	}

	/// @notice The point of G1 that a message stands for under a tag.
	function hashToPoint(bytes memory tag, bytes memory message)
		internal
		view
		returns (uint256[2] memory)
	{
		(uint256 u0, uint256 u1) = _hashToField(tag, message);
		(uint256 x0, uint256 y0) = mapToPoint(u0);
		(uint256 x1, uint256 y1) = mapToPoint(u1);
		return add([x0, y0], [x1, y1]);
	}

	/// @notice The point of the curve that a field element is mapped to.
	function mapToPoint(uint256 u) internal view returns (uint256 x, uint256 y) {
		uint256 a = mulmod(mulmod(u, u, P), _C1, P);
		uint256 sum = addmod(1, a, P);
		uint256 difference = addmod(1, P - a, P);
		uint256 inverse = _power(mulmod(difference, sum, P), P - 2);
		uint256 shift = mulmod(mulmod(mulmod(u, difference, P), inverse, P), _C3, P);
		bool isSquare;
		x = addmod(_C2, P - shift, P);
		(y, isSquare) = _root(_curve(x));
		if (!isSquare) {
			x = addmod(_C2, shift, P);
			(y, isSquare) = _root(_curve(x));
		}
		if (!isSquare) {
			x = mulmod(mulmod(sum, sum, P), inverse, P);
			x = addmod(mulmod(mulmod(x, x, P), _C4, P), _Z, P);
			// one of the three is always on the curve
			(y,) = _root(_curve(x));
		}
		if (u % 2 != y % 2) y = P - y;
	}

	/// @dev Two field elements of 48 bytes each (RFC 9380 sections 5.2, 5.3.1).
	function _hashToField(bytes memory tag, bytes memory message) private pure returns (uint256, uint256) {
		if (tag.length > 255) revert TagTooLong(tag.length);
		bytes memory suffix = abi.encodePacked(tag, uint8(tag.length));
		bytes32 b0 = keccak256(abi.encodePacked(new bytes(_RATE), message, uint16(96), uint8(0), suffix));
		bytes32 b1 = keccak256(abi.encodePacked(b0, uint8(1), suffix));
		bytes32 b2 = keccak256(abi.encodePacked(b0 ^ b1, uint8(2), suffix));
		bytes32 b3 = keccak256(abi.encodePacked(b0 ^ b2, uint8(3), suffix));
		uint256 middle = uint256(b2);
		uint256 u0 = addmod(mulmod(uint256(b1), 1 << 128, P), middle >> 128, P);
		// the second element is the lower half of b2, then b3
		uint256 u1 = addmod(mulmod(middle & type(uint128).max, _CARRY, P), uint256(b3), P);
		return (u0, u1);
	}

	/// @dev x³ + 3.
	function _curve(uint256 x) private pure returns (uint256) {
		return addmod(mulmod(mulmod(x, x, P), x, P), 3, P);
	}

	/// @dev A root of `a`, and whether it is one: P is 3 modulo 4.
	function _root(uint256 a) private view returns (uint256 root, bool isSquare) {
		root = _power(a, (P + 1) / 4);
		isSquare = mulmod(root, root, P) == a;
	}

	function _power(uint256 base, uint256 exponent) private view returns (uint256 result) {
		bool success;
		assembly ("memory-safe") {
			let at := mload(0x40)
			mstore(at, 32)
			mstore(add(at, 32), 32)
			mstore(add(at, 64), 32)
			mstore(add(at, 96), base)
			mstore(add(at, 128), exponent)
			mstore(add(at, 160), P)
			success := staticcall(gas(), 5, at, 192, 0, 32)
			result := mload(0)
		}
		if (!success) revert PrecompileFailed(5);
	}

	function _multiply(uint256[2] memory point, uint256 scalar) private view returns (uint256[2] memory product) {
		uint256[3] memory factors = [point[0], point[1], scalar];
		bool success;
		assembly ("memory-safe") {
			success := staticcall(gas(), 7, factors, 96, product, 64)
		}
		if (!success) revert PrecompileFailed(7);
	}

	/// @dev Whether a product of two pairings is 1; false if a point is none.
	function _pairing(uint256[12] memory pairs) private view returns (bool result) {
		assembly ("memory-safe") {
			let success := staticcall(gas(), 8, pairs, 384, 0, 32)
			result := and(success, eq(mload(0), 1))
		}
	}
}
