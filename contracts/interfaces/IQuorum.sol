// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice The constants of a list of operators (docs/attesters.md section 5). Amounts in wei, times in seconds.
struct OperatorsParameters {
	uint128 leastStake;
	uint32 epochSeconds;
	/// for how long after the rejection of its claim a record can be accused
	uint32 accusationSeconds;
}

enum OperatorStatus {
	None,
	Active,
	/// it has left, or was slashed
	Leaving
}

struct Operator {
	address account;
	OperatorStatus status;
	/// the first epoch whose set it is in
	uint32 firstEpoch;
	/// the last one; the largest integer unless it is leaving
	uint32 lastEpoch;
	/// the same as long as it is an operator, but for 0 once it was slashed
	uint96 stake;
	uint40 leftAt;
	/// witnesses of it that are not decided about
	uint32 holds;
	/// its key in G1
	uint256 x;
	uint256 y;
}

/// @notice A signature, or the sum of several, and the sum of the keys in G2: the imaginary part of x, the real part of x,
/// then of y.
struct Aggregate {
	uint256[2] signature;
	uint256[4] key;
}

/// @title What attestations ask of whoever keeps the operators: who has signed, what they have at stake, and that they
/// lose it (docs/attesters.md)
interface IQuorum {
	/// @notice Takes the stakes of operators and sends what there is of them in ether to the caller. Only for the
	/// attestations contract.
	function slash(uint256 operators) external returns (uint256 amount);

	/// @notice Keeps an operator from its exit until it is released. Only for the attestations contract.
	function hold(uint256 operator) external;

	function release(uint256 operator) external;

	/// @notice Reverts unless `signers` are members of the epoch's set and have signed.
	function requireSigned(uint256 epoch, bytes32 statement, uint256 signers, Aggregate calldata aggregate)
		external
		view;

	/// @notice Reverts unless the operators that have these numbers now have signed, whatever epoch that was.
	function requireSignedBy(uint256 epoch, bytes32 statement, uint256 signers, Aggregate calldata aggregate)
		external
		view;

	/// @notice What those of `signers` have at stake who can sign in an epoch, and what the epoch's set had as it began.
	function weightOf(uint256 epoch, uint256 signers) external view returns (uint256 weight, uint256 stake);

	/// @notice Whether what is slashed is paid to the attestations contract in ether: only then is there something that
	/// consumers can rely on.
	function paysSlashes() external view returns (bool);

	function parameters() external view returns (OperatorsParameters memory);

	function currentEpoch() external view returns (uint256);

	function getOperator(uint256 operator) external view returns (Operator memory);
}
