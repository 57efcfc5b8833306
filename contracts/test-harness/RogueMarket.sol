// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {ClaimFacts, ClaimStatus, IClaims} from "../interfaces/IClaims.sol";

/// @title A market that says of its claims whatever it is told to, and calls its court back when it is told of an end
contract RogueMarket is IClaims {
	enum Manner {
		Say,
		/// another status at every question
		Fickle,
		/// what another market says of its own claims
		Mirror,
		/// more than a caller can afford to copy
		Bomb
	}

	enum Ending {
		Accept,
		Revert,
		BurnGas,
		ReturnBomb
	}

	Manner private _manner;
	Ending private _ending;
	IClaims private _mirrored;
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

	/// @notice How it answers, and how it takes being told of an end.
	function behave(Manner manner, Ending ending, IClaims mirrored) external {
		(_manner, _ending, _mirrored) = (manner, ending, mirrored);
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
	function claimFacts(uint256 claimId) external view returns (ClaimFacts memory facts) {
		if (_manner == Manner.Mirror) return _mirrored.claimFacts(claimId);
		if (_manner == Manner.Bomb) _tooMuch();
		facts = _facts;
		if (_manner == Manner.Fickle) facts.status = ClaimStatus(uint256(keccak256(abi.encode(gasleft()))) % 4);
	}

	/// @inheritdoc IClaims
	function claimRoots(uint256 claimId) external view returns (bytes32 inputsRoot, bytes32 traceRoot) {
		if (_manner == Manner.Mirror) return _mirrored.claimRoots(claimId);
		traceRoot = _trace;
		inputsRoot = _inputs;
		if (_manner == Manner.Fickle && gasleft() % 2 == 0) inputsRoot = keccak256(abi.encode(inputsRoot));
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
		if (_ending == Ending.Revert) revert NotTheCourt(msg.sender, address(this));
		if (_ending == Ending.BurnGas) while (true) ++rejections;
		if (_ending == Ending.ReturnBomb) _tooMuch();
	}

	function _tooMuch() private pure {
		assembly ("memory-safe") {
			return(0, 1000000)
		}
	}
}
