// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Beacon} from "../beacon/Beacon.sol";

/// @title A beacon whose values a test brings: the rounds are the seconds
contract TestBeacon is Beacon {
	uint256 public immutable drift;
	mapping(uint256 round => bool) private _void;

	constructor(uint256 fee_, uint256 drift_) Beacon(fee_) {
		drift = drift_;
	}

	function bring(uint256 round, bytes32 value) external {
		_requirePending(round);
		_bring(round, value);
	}

	function makeVoid(uint256 round) external {
		_void[round] = true;
	}

	function roundAfter(uint256 time) external view returns (uint256) {
		return time + drift;
	}

	/// @inheritdoc Beacon
	function _isVoid(uint256 round) internal view override returns (bool) {
		return _void[round];
	}
}
