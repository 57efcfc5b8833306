// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

/// @title Says of itself what jobs, and their list of workers, say: whoever believes it stakes here
contract HostileJobs {
	address public immutable market;
	address public immutable beacon;

	constructor(address market_, address beacon_) {
		(market, beacon) = (market_, beacon_);
	}

	function workers() external view returns (address) {
		return address(this);
	}

	function jobs() external view returns (address) {
		return address(this);
	}
}
