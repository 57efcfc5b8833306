// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title The generated Groth16 verifier of circuit `dot`
interface IDotVerifier {
	/// @param signals sum, xDigest[0..2], wDigest[0..2], geometry[0..1], beneficiary
	/// @return false for a wrong proof and for signals that are not below the scalar field's modulus
	function verifyProof(
		uint256[2] calldata a,
		uint256[2][2] calldata b,
		uint256[2] calldata c,
		uint256[10] calldata signals
	) external view returns (bool);
}

/// @title The generated Groth16 verifier of circuit `elements`
interface IElementsVerifier {
	/// @param signals digest[0..3], packed, beneficiary
	/// @return false for a wrong proof and for signals that are not below the scalar field's modulus
	function verifyProof(
		uint256[2] calldata a,
		uint256[2][2] calldata b,
		uint256[2] calldata c,
		uint256[6] calldata signals
	) external view returns (bool);
}
