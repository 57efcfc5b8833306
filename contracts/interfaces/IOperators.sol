// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMarket} from "./IMarket.sol";
import {IQuorum, OperatorStatus} from "./IQuorum.sol";
import {ITokenLedger} from "./ITokenLedger.sol";

/// @notice The operators of an epoch.
struct EpochSet {
	/// what they had at stake when it began
	uint128 stake;
	/// what those have who can sign: all but who was slashed since
	uint128 live;
	/// who can sign, a bit each
	uint256 members;
	/// the sum of their keys in G1
	uint256 x;
	uint256 y;
}

/// @title Operators: keys, stakes, and who belongs to which epoch (docs/attesters.md)
/// @dev Operators have numbers below 256. A number is given to another operator only after its last one's exit.
interface IOperators is IQuorum, ITokenLedger {
	/// @notice The list serves `attestations`, and no other contract, for ever.
	event Bound(address indexed attestations);
	event OperatorRegistered(
		uint256 indexed operator,
		address indexed account,
		uint256 stake,
		uint256 firstEpoch,
		uint256[2] twin,
		uint256[4] key
	);
	event OperatorLeft(uint256 indexed operator, address indexed account, uint256 lastEpoch, uint256 exitFrom);
	event OperatorSlashed(uint256 indexed operator, address indexed account, uint256 stake);
	event OperatorGone(uint256 indexed operator, address indexed account, uint256 stake);

	/// @notice Thrown when the list serves no attestations contract yet.
	error NotBound();
	/// @notice Thrown when the list serves an attestations contract already.
	error AlreadyBound(address attestations);
	/// @notice Thrown when somebody calls what one account alone may call.
	error WrongCaller(address actual, address expected);
	/// @notice Thrown when an account is not in the status that the call needs.
	error WrongOperatorStatus(address account, OperatorStatus actual, OperatorStatus expected);
	/// @notice Thrown when a stake is out of its range.
	error WrongStake(uint256 actual, uint256 least, uint256 most);
	/// @notice Thrown when all numbers are given away.
	error NoNumberLeft(uint256 count);
	/// @notice Thrown when a key is registered that was registered before.
	error KeyUsed(uint256[2] twin);
	/// @notice Thrown when a proof of possession is not the key's, for this account.
	error WrongProof(address account, uint256[2] twin);
	/// @notice Thrown when a stake is to be paid out too early.
	error ExitTooEarly(uint256 operator, uint256 time, uint256 from);
	/// @notice Thrown when a stake is to be paid out while something that was made in `oldest` may still be decided about.
	error RecordsOpen(uint256 operator, uint256 oldest, uint256 needed);
	/// @notice Thrown when a stake is to be paid out while witnesses of the operator are not decided about.
	error WitnessesOpen(uint256 operator, uint256 count);
	/// @notice Thrown when nobody has signed.
	error NobodySigned();
	/// @notice Thrown when some of those who signed are not in the epoch's set, or were slashed since.
	error NotMembers(uint256 epoch, uint256 strangers);
	/// @notice Thrown when a signature is not that of those who are said to have signed.
	error WrongSignature(uint256 epoch, bytes32 statement, uint256 signers);

	/// @notice Names the attestations contract. Once, by the deployer.
	function bind(address attestations_) external;

	/// @notice Registers the caller; the value sent is its stake.
	/// @param twin the key in G1
	/// @param key the same key in G2
	/// @param proof signature of (chain, this contract, account, twin) under a tag of its own
	function register(uint256[2] calldata twin, uint256[4] calldata key, uint256[2] calldata proof)
		external
		payable
		returns (uint256 operator);

	/// @notice Takes the caller out of the sets of later epochs.
	function leave() external;

	/// @notice Credits the stake of an operator that has left, when nothing it has signed can be decided about any more.
	function exit(uint256 operator) external;

	/// @notice What an operator signs.
	function messageOf(uint256 epoch, bytes32 statement) external view returns (bytes memory);

	/// @notice What whoever registers signs.
	function proofOf(address account, uint256[2] calldata twin) external view returns (bytes memory);

	/// @notice The attestations contract that is served; 0 before it is named.
	function attestations() external view returns (address);

	/// @notice The market whose claims are attested.
	function market() external view returns (IMarket);

	/// @notice The first second of an epoch; the first is 1.
	function startOf(uint256 epoch) external view returns (uint256);

	/// @notice The set of an epoch, as far as it is known: from the one before the present to the one after the next.
	function setOf(uint256 epoch) external view returns (EpochSet memory);

	/// @notice The number of an account's operator, and whether it has one.
	function numberOf(address account) external view returns (bool isOperator, uint256 operator);

	/// @notice The numbers that are given away, a bit each.
	function taken() external view returns (uint256);
}
