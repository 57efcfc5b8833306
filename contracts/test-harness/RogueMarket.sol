// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {ClaimFacts, IClaims} from "../interfaces/IClaims.sol";

/// @title A market that says of its claims whatever it is told to, and calls its court back when it is told of an end
contract RogueMarket is IClaims {
	ClaimFacts private _facts;
	bytes32 private _inputs;
	bytes32 private _trace;
	bytes32 private _output;
	address private _target;
	bytes private _data;

	/// @notice How often it was told to reject a claim.
	uint256 public rejections;
	/// @notice Whether the last call back succeeded.
	bool public succeeded;

	receive() external payable {}

	function say(ClaimFacts calldata facts, bytes32 inputsRoot, bytes32 traceRoot, bytes32 output) external {
		(_facts, _inputs, _trace, _output) = (facts, inputsRoot, traceRoot, output);
	}

	/// @notice What it calls when it is told to reject a claim.
	function plan(address target, bytes calldata data) external {
		(_target, _data) = (target, data);
	}

	/// @notice Calls anything in its own name.
	function act(address target, uint256 value, bytes calldata data) external payable returns (bool success) {
		(success,) = target.call{value: value}(data);
	}

	/// @inheritdoc IClaims
	function claimFacts(uint256) external view returns (ClaimFacts memory) {
		return _facts;
	}

	/// @inheritdoc IClaims
	function claimRoots(uint256) external view returns (bytes32 inputsRoot, bytes32 traceRoot) {
		return (_inputs, _trace);
	}

	/// @inheritdoc IClaims
	function outputRoot(uint256) external view returns (bytes32) {
		return _output;
	}

	/// @inheritdoc IClaims
	/// @dev Its claim stays as it is: it can be told of the same end again.
	function reject(uint256, uint256, address) external {
		++rejections;
		if (_data.length != 0) (succeeded,) = _target.call(_data);
	}
}
