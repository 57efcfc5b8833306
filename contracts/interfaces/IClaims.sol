// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

enum ClaimStatus {
	None,
	Live,
	Final,
	Rejected
}

/// @notice What a court has to know of a claim at every move.
struct ClaimFacts {
	bytes32 program;
	address submitter;
	/// from this second on it can no longer be challenged, unless inputs are demanded
	uint40 periodEnd;
	/// None if there is no such claim
	ClaimStatus status;
}

/// @title The claims of a market, as its court sees them
/// @dev A court believes a market about its own claims, and about nothing else.
interface IClaims {
	/// @notice Thrown when a claim is not in the status that the call needs.
	error WrongClaimStatus(uint256 claim, ClaimStatus actual, ClaimStatus expected);
	/// @notice Thrown when someone else than the market's court rejects a claim.
	error NotTheCourt(address actual, address expected);

	/// @notice Whose a claim is, of what, and where it stands. Never reverts.
	function claimFacts(uint256 claimId) external view returns (ClaimFacts memory);

	/// @notice The inputs that a claim is about, and what it commits to: the trace root, the root of its checkpoints if
	/// its program has segments, or 0 if it is lazy. Never reverts.
	function claimRoots(uint256 claimId) external view returns (bytes32 inputsRoot, bytes32 traceRoot);

	/// @notice The tensor root of the output that an existing claim states.
	function outputRoot(uint256 claimId) external view returns (bytes32);

	/// @notice Rejects a live claim. Only for the court.
	/// @param disputeId the dispute that it lost; 0 if it was settled directly, or its inputs were withheld
	function reject(uint256 claimId, uint256 disputeId, address winner) external;
}
