// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

enum RoundStatus {
	/// nobody has brought the value, and it can still be brought
	Pending,
	Known,
	/// it can never be brought any more
	Void
}

/// @title A source of values that nobody knows before their round
/// @dev Every round has one value, fixed before anybody can know it, whoever brings it and whenever. A consumer
/// computes rounds from times that are fixed before the last commitment, with `roundAfter`, and keeps them.
interface IBeacon {
	event ValueBrought(uint256 indexed round, bytes32 value, address indexed bringer);
	/// @notice `buyer` paid the fee of whoever brings the value of `round`.
	event Ordered(uint256 indexed round, address indexed buyer);

	/// @notice Thrown when a value is read that nobody has brought.
	error RoundPending(uint256 round);
	/// @notice Thrown when a value is read or brought that can never be known any more.
	error RoundVoid(uint256 round);
	/// @notice Thrown when a value is brought again.
	error AlreadyBrought(uint256 round);
	/// @notice Thrown when a round is ordered twice.
	error AlreadyOrdered(uint256 round);
	/// @notice Thrown when the value sent is not the fee.
	error WrongFee(uint256 actual, uint256 expected);
	/// @notice Thrown when a fee is collected of a round that is not void or was not ordered.
	error NothingToCollect(uint256 round);

	/// @notice Pays `fee` for whoever brings the value of a round: once a round, by anyone.
	function order(uint256 round) external payable;

	/// @notice Pays the fee of a void round to the caller: nobody is left to earn it.
	function collect(uint256 round) external;

	/// @notice A round whose value nobody can know at `time` or before, however far block times lag behind.
	/// @dev Call it before `time` and keep the answer: it may depend on the block.
	function roundAfter(uint256 time) external view returns (uint256 round);

	/// @notice Where a round stands; the value is 0 unless it is known.
	function lookUp(uint256 round) external view returns (RoundStatus status, bytes32 value);

	/// @notice The value of a round; reverts unless it is known.
	function valueOf(uint256 round) external view returns (bytes32 value);

	/// @notice Wei that whoever brings the value of an ordered round is paid.
	function fee() external view returns (uint256);

	/// @notice Whether the fee of a round was paid in.
	function isOrdered(uint256 round) external view returns (bool);
}
