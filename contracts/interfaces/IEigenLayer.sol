// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev What `EigenOperators` calls of EigenLayer's contracts, with their functions' names and in their order: a type that is another
/// one changes a selector. Strategies are addresses here, which are encoded alike.

struct OperatorSet {
	address avs;
	uint32 id;
}

struct G1Point {
	uint256 x;
	uint256 y;
}

/// @notice A point in G2: of each coordinate the imaginary part comes first.
struct G2Point {
	uint256[2] x;
	uint256[2] y;
}

/// @notice A row of an operator table: a key, and a weight for each type of stake.
struct BN254OperatorInfo {
	G1Point pubkey;
	uint256[] weights;
}

/// @notice What is known of a table: the root of its rows, how many they are, and their sums.
struct BN254OperatorSetInfo {
	bytes32 operatorInfoTreeRoot;
	uint256 numOperators;
	G1Point aggregatePubkey;
	uint256[] totalWeights;
}

/// @notice The row of somebody who has not signed; empty but for its index if the verifier has seen it before.
struct BN254OperatorInfoWitness {
	uint32 operatorIndex;
	bytes operatorInfoProof;
	BN254OperatorInfo operatorInfo;
}

/// @notice A signature of all of a table but those who are shown not to have signed.
struct BN254Certificate {
	uint32 referenceTimestamp;
	bytes32 messageHash;
	G1Point signature;
	G2Point apk;
	BN254OperatorInfoWitness[] nonSignerWitnesses;
}

/// @notice Who is slashed, and which part of each strategy, in parts of 10^18.
struct SlashingParams {
	address operator;
	uint32 operatorSetId;
	address[] strategies;
	uint256[] wadsToSlash;
	string description;
}

/// @title EigenLayer's verifier of certificates that BN254 keys have signed
interface IBN254CertificateVerifier {
	/// @return whether at least so many ten-thousandths of each type of stake have signed; reverts if the certificate is
	/// stale, or not what was signed
	function verifyCertificateProportion(
		OperatorSet memory operatorSet,
		BN254Certificate memory cert,
		uint16[] memory totalStakeProportionThresholds
	) external returns (bool);

	function latestReferenceTimestamp(OperatorSet memory operatorSet) external view returns (uint32);

	function getOperatorSetInfo(OperatorSet memory operatorSet, uint32 referenceTimestamp)
		external
		view
		returns (BN254OperatorSetInfo memory);

	function calculateOperatorInfoLeaf(BN254OperatorInfo memory operatorInfo) external pure returns (bytes32);
}

/// @title EigenLayer's list of the keys of operators
interface IKeyRegistrar {
	/// @return operator whose key it is, or was; 0 if nobody's
	/// @return registered whether that operator has a key for the set now
	function getOperatorFromSigningKey(OperatorSet memory operatorSet, bytes memory keyData)
		external
		view
		returns (address operator, bool registered);
}

/// @title EigenLayer's list of what operators have at stake, and where
interface IAllocationManager {
	/// @dev The caller must be whom the operator set's service has named for this call.
	function slashOperator(address avs, SlashingParams calldata params)
		external
		returns (uint256 slashId, uint256[] memory shares);
}
