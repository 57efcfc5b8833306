// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Verifies Groth16 proofs over BN254, all proofs of a circuit with one pairing
/// @dev Proof i with signals s_i is right iff D_i = e(A_i, B_i)·e(α, −β)·e(X_i, −γ)·e(C_i, −δ) = 1, where
/// X_i = IC_0 + Σ s_ij·IC_j (Groth 2016). What is checked is ∏ D_i^ρ_i = 1, with the weights ρ_0 = 1 and the others 128
/// bits of a hash of all proofs and all signals. If D_0 alone is not 1, neither is the product; if another D_i is not,
/// at most one value of its weight makes it 1, and the weight is known only when everything is chosen: one chance in
/// 2^128 a hash. For one proof it is the plain check. This is no check of the key: whoever deploys knows that.
/// A key is the words α, −β, −γ, −δ, IC_0, IC_1, … of its points as the precompiles take them (of G2, imaginary parts
/// first); β, γ and δ are negated so that nothing of a proof has to be.
library Groth16 {
	/// @dev A sum in G1, and room for the point that is added and its factor: the precompiles' operands in a row.
	struct Sum {
		uint256 x;
		uint256 y;
		uint256 px;
		uint256 py;
		uint256 factor;
	}

	uint256 internal constant FIELD =
		21888242871839275222246405745257275088548364400416034343698204186575808495617;
	/// @dev Bytes of a point of G1, of a pair of points, and of a key before its IC.
	uint256 private constant G1 = 64;
	uint256 private constant PAIR = 192;
	uint256 private constant IC = 448;

	/// @notice True iff all proofs are right. Nothing is right of no proofs, or with another number of signals.
	function verify(bytes memory key, uint256[8][] calldata proofs, uint256[] calldata signals)
		internal
		view
		returns (bool)
	{
		uint256 count = proofs.length;
		if (count == 0 || signals.length != count * ((key.length - IC) / G1 - 1)) return false;
		for (uint256 i = 0; i < signals.length; ++i) if (signals[i] >= FIELD) return false;
		uint256[] memory weights = _weights(proofs, signals);
		uint256 total = 0;
		for (uint256 i = 0; i < count; ++i) total += weights[i];

		bytes memory pairs = new bytes(PAIR * (count + 3));
		Sum memory c;
		for (uint256 i = 0; i < count; ++i) {
			uint256[8] calldata p = proofs[i];
			Sum memory a;
			if (!_add(a, p[0], p[1], weights[i]) || !_add(c, p[6], p[7], weights[i])) return false;
			_pairWithProof(pairs, i, a, p);
		}
		Sum memory alpha;
		if (!_addOfKey(alpha, key, 0, total)) return false;
		_pairWithKey(pairs, count, alpha, key, 1);
		(bool ok, Sum memory x) = _inputs(key, signals, weights, total);
		if (!ok) return false;
		_pairWithKey(pairs, count + 1, x, key, 3);
		_pairWithKey(pairs, count + 2, c, key, 5);
		return _isOne(pairs);
	}

	/// @dev ρ_0 = 1 and, of further proofs, what nobody can choose.
	function _weights(uint256[8][] calldata proofs, uint256[] calldata signals)
		private
		pure
		returns (uint256[] memory weights)
	{
		weights = new uint256[](proofs.length);
		weights[0] = 1;
		if (proofs.length == 1) return weights;
		bytes32 seed = keccak256(abi.encode(proofs, signals));
		for (uint256 i = 1; i < weights.length; ++i) {
			weights[i] = uint128(uint256(keccak256(abi.encode(seed, i))));
		}
	}

	/// @dev Σ ρ_i·X_i, each point of the key multiplied once.
	function _inputs(
		bytes memory key,
		uint256[] calldata signals,
		uint256[] memory weights,
		uint256 total
	) private view returns (bool ok, Sum memory sum) {
		uint256 width = signals.length / weights.length;
		ok = _addOfKey(sum, key, IC / G1, total);
		for (uint256 j = 0; j < width && ok; ++j) {
			uint256 factor = signals[j];
			for (uint256 i = 1; i < weights.length; ++i) {
				factor = addmod(factor, mulmod(weights[i], signals[i * width + j], FIELD), FIELD);
			}
			ok = _addOfKey(sum, key, IC / G1 + 1 + j, factor);
		}
	}

	/// @dev sum += factor·P, P the key's point at `at`, counted in points of G1.
	function _addOfKey(Sum memory sum, bytes memory key, uint256 at, uint256 factor) private view returns (bool) {
		uint256 px;
		uint256 py;
		assembly ("memory-safe") {
			let point := add(add(key, 32), mul(at, G1))
			px := mload(point)
			py := mload(add(point, 32))
		}
		return _add(sum, px, py, factor);
	}

	/// @dev sum += factor·(px, py); false if that is no point of the curve.
	function _add(Sum memory sum, uint256 px, uint256 py, uint256 factor) private view returns (bool ok) {
		assembly ("memory-safe") {
			let point := add(sum, 64)
			mstore(point, px)
			mstore(add(sum, 96), py)
			ok := 1
			if iszero(eq(factor, 1)) {
				mstore(add(sum, 128), factor)
				ok := staticcall(gas(), 7, point, 96, point, 64)
			}
			if ok { ok := staticcall(gas(), 6, sum, 128, sum, 64) }
		}
	}

	/// @dev The pair of a sum and B of a proof.
	function _pairWithProof(bytes memory pairs, uint256 at, Sum memory p, uint256[8] calldata proof) private pure {
		assembly ("memory-safe") {
			let pair := add(add(pairs, 32), mul(at, PAIR))
			mcopy(pair, p, 64)
			calldatacopy(add(pair, 64), add(proof, 64), 128)
		}
	}

	/// @dev The pair of a sum and the key's point of G2 at `of`, counted in points of G1.
	function _pairWithKey(bytes memory pairs, uint256 at, Sum memory p, bytes memory key, uint256 of_)
		private
		pure
	{
		assembly ("memory-safe") {
			let pair := add(add(pairs, 32), mul(at, PAIR))
			mcopy(pair, p, 64)
			mcopy(add(pair, 64), add(add(key, 32), mul(of_, G1)), 128)
		}
	}

	/// @dev Whether the product of the pairings is 1; false if a point is not on its curve, or not in the subgroup.
	function _isOne(bytes memory pairs) private view returns (bool ok) {
		assembly ("memory-safe") {
			ok := staticcall(gas(), 8, add(pairs, 32), mload(pairs), 0, 32)
			ok := and(ok, eq(mload(0), 1))
		}
	}
}
