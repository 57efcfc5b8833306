// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title The generated Groth16 verifier of a circuit
interface IVerifier {
	/// @param proofs of one circuit, at least one: A, B (imaginary parts first), C
	/// @param signals the public signals of the first proof, then those of the second, and so on. Of `dot`: sum,
	/// xDigest[0..2], wDigest[0..2], geometry[0..1], beneficiary. Of `elements`: digest[0..3], packed, beneficiary.
	/// @return true iff all proofs are right; false also for another number of signals, for one that is not below the
	/// scalar field's modulus, and for points that are not on their curves
	function verify(uint256[8][] calldata proofs, uint256[] calldata signals) external view returns (bool);
}
