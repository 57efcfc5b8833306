// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {
	BN254Certificate,
	BN254OperatorInfo,
	BN254OperatorSetInfo,
	IAllocationManager,
	IBN254CertificateVerifier,
	IKeyRegistrar,
	OperatorSet,
	SlashingParams
} from "../interfaces/IEigenLayer.sol";

/// @title In the place of EigenLayer's contracts: they do what is written of them, but for the signatures
/// @dev A certificate counts as signed if its signature has the x of its message hash.
contract EigenLayerMocks is IBN254CertificateVerifier, IKeyRegistrar, IAllocationManager {
	error VerificationFailed();
	error OperatorNotSlashable();
	error ArrayLengthMismatch();
	error InvalidPermissions();

	uint32 public latest;
	address public slasher;
	mapping(uint32 time => BN254OperatorSetInfo) private _infos;
	mapping(uint32 time => mapping(uint256 row => BN254OperatorInfo)) private _rows;
	mapping(bytes32 key => address) private _owners;
	mapping(address operator => bool) public unslashable;
	SlashingParams[] private _slashes;

	function update(uint32 time, bytes32 root, BN254OperatorInfo[] calldata rows) external {
		latest = time;
		BN254OperatorSetInfo storage info = _infos[time];
		(info.operatorInfoTreeRoot, info.numOperators) = (root, rows.length);
		info.totalWeights = new uint256[](2);
		for (uint256 i = 0; i < rows.length; ++i) {
			_rows[time][i] = rows[i];
			info.totalWeights[0] += rows[i].weights[0];
			info.totalWeights[1] += rows[i].weights[1];
		}
	}

	function own(uint256 x, uint256 y, address operator) external {
		_owners[keccak256(abi.encode(x, y))] = operator;
	}

	function allow(address slasher_) external {
		slasher = slasher_;
	}

	function protect(address operator, bool isUnslashable) external {
		unslashable[operator] = isUnslashable;
	}

	function slashOperator(address avs, SlashingParams calldata params)
		external
		returns (uint256, uint256[] memory)
	{
		if (msg.sender != slasher || avs != address(0xA5)) revert InvalidPermissions();
		if (unslashable[params.operator]) revert OperatorNotSlashable();
		_slashes.push(params);
		return (_slashes.length, params.wadsToSlash);
	}

	function verifyCertificateProportion(
		OperatorSet memory,
		BN254Certificate memory cert,
		uint16[] memory thresholds
	) external view returns (bool) {
		BN254OperatorSetInfo memory info = _infos[cert.referenceTimestamp];
		uint256[] memory signed = info.totalWeights;
		if (signed.length != thresholds.length) revert ArrayLengthMismatch();
		for (uint256 i = 0; i < cert.nonSignerWitnesses.length; ++i) {
			BN254OperatorInfo memory row = _rows[cert.referenceTimestamp][cert.nonSignerWitnesses[i].operatorIndex];
			for (uint256 j = 0; j < signed.length; ++j) signed[j] -= row.weights[j];
		}
		if (cert.signature.x != uint256(cert.messageHash)) revert VerificationFailed();
		info = _infos[cert.referenceTimestamp];
		for (uint256 j = 0; j < signed.length; ++j) {
			if (signed[j] < (info.totalWeights[j] * thresholds[j]) / 10_000) return false;
		}
		return true;
	}

	function slashCount() external view returns (uint256) {
		return _slashes.length;
	}

	function getSlash(uint256 index) external view returns (SlashingParams memory) {
		return _slashes[index];
	}

	function latestReferenceTimestamp(OperatorSet memory) external view returns (uint32) {
		return latest;
	}

	function getOperatorSetInfo(OperatorSet memory, uint32 time)
		external
		view
		returns (BN254OperatorSetInfo memory)
	{
		return _infos[time];
	}

	function getOperatorFromSigningKey(OperatorSet memory, bytes memory keyData)
		external
		view
		returns (address operator, bool registered)
	{
		operator = _owners[keccak256(keyData)];
		registered = operator != address(0);
	}

	function calculateOperatorInfoLeaf(BN254OperatorInfo memory info) external pure returns (bytes32) {
		return keccak256(abi.encodePacked(uint8(0x75), abi.encode(info)));
	}
}
