// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {
	BN254Certificate,
	BN254OperatorInfo,
	IAllocationManager,
	IBN254CertificateVerifier,
	IKeyRegistrar,
	OperatorSet
} from "./IEigenLayer.sol";
import {IQuorum} from "./IQuorum.sol";

/// @notice EigenLayer's contracts, and whose stake is slashed by them.
struct EigenSet {
	IBN254CertificateVerifier verifier;
	IAllocationManager allocations;
	IKeyRegistrar keys;
	OperatorSet operatorSet;
	/// strategies of which all that is allocated to the set is slashed; addresses rise
	address[] strategies;
}

/// @notice An epoch's operators: a table of EigenLayer's.
struct EigenTable {
	uint32 referenceTimestamp;
	/// who is in it, a bit each
	uint256 members;
	/// what they have at stake together, in parts of 10^9 of the table's first type of stake
	uint256 stake;
	/// the number of each row's operator, a byte each
	bytes numbers;
}

/// @title Operators of an operator set of EigenLayer (docs/attesters.md section 7)
interface IEigenOperators is IQuorum {
	/// @notice The list serves `attestations`, and no other contract, for ever.
	event Bound(address indexed attestations);
	event OperatorSeen(uint256 indexed operator, address indexed account, uint256 x, uint256 y);
	event TableOpened(uint256 indexed epoch, uint256 referenceTimestamp, uint256 members, uint256 stake);
	event Certified(uint256 indexed epoch, bytes32 indexed statement, uint256 signers);
	/// @notice These are to be slashed, and count nothing from now on.
	event Condemned(uint256 operators);
	event OperatorSlashed(uint256 indexed operator, address indexed account, uint256 slashId);

	/// @notice Thrown when somebody calls what one account alone may call.
	error WrongCaller(address actual, address expected);
	/// @notice Thrown when the list serves an attestations contract already.
	error AlreadyBound(address attestations);
	/// @notice Thrown when strategies are none, or do not rise.
	error WrongStrategies(address[] strategies);
	/// @notice Thrown when an epoch has its table already.
	error AlreadyOpen(uint256 epoch, uint256 referenceTimestamp);
	/// @notice Thrown when rows are not as many as the table's, or more than there are numbers.
	error WrongRows(uint256 actual, uint256 expected);
	/// @notice Thrown when rows are not the table's.
	error WrongTable(bytes32 actual, bytes32 expected);
	/// @notice Thrown when a table has nothing at stake.
	error EmptyTable(uint256 referenceTimestamp);
	/// @notice Thrown when a row's key is nobody's, or of an operator that has another row.
	error WrongKey(uint256 row, address operator);
	/// @notice Thrown when all numbers are given away.
	error NoNumberLeft(uint256 count);
	/// @notice Thrown when a certificate is about another table than the epoch's.
	error WrongTimestamp(uint256 actual, uint256 expected);
	/// @notice Thrown when a certificate is about something else.
	error WrongMessage(bytes32 actual, bytes32 expected);
	/// @notice Thrown when somebody who has not signed is no row, or is named twice.
	error WrongNonSigner(uint256 row, uint256 rows);
	/// @notice Thrown when no more than two thirds of the stake have signed.
	error NoQuorum(uint256 epoch, bytes32 statement);
	/// @notice Thrown when nobody has signed.
	error NobodySigned();
	/// @notice Thrown when no certificate says of some that they have signed.
	error NotCertified(uint256 epoch, bytes32 statement, uint256 missing);
	/// @notice Thrown when somebody is to be slashed who is not condemned, or was slashed already.
	error NothingToSlash(uint256 operator);
	/// @notice Thrown when an operator is to be kept from leaving, which EigenLayer decides about.
	error NotHeldHere(uint256 operator);

	/// @notice Names the attestations contract. Once, by the deployer.
	function bind(address attestations_) external;

	/// @notice Makes the newest table of the operator set that of the present epoch. Anybody may.
	/// @param rows of the table, all of them, in its order
	function open(BN254OperatorInfo[] calldata rows) external;

	/// @notice Has EigenLayer verify a certificate of more than two thirds of an epoch's stake, and keeps who has signed.
	function certify(uint256 epoch, bytes32 statement, BN254Certificate calldata certificate) external;

	/// @notice Has EigenLayer slash an operator that is condemned. Anybody may, until it succeeds.
	function carryOut(uint256 operator) external;

	/// @notice What a certificate's `messageHash` is.
	function messageHashOf(uint256 epoch, bytes32 statement) external view returns (bytes32);

	/// @notice Who is said to have signed by the certificates of an epoch and a statement, a bit each.
	function certified(uint256 epoch, bytes32 statement) external view returns (uint256);

	/// @notice The table of an epoch; without members before it is opened.
	function tableOf(uint256 epoch) external view returns (EigenTable memory);

	/// @notice Who is to be slashed or was, a bit each.
	function condemned() external view returns (uint256);

	/// @notice Who was slashed, a bit each.
	function slashed() external view returns (uint256);

	/// @notice The attestations contract that is served; 0 before it is named.
	function attestations() external view returns (address);

	/// @notice What it was deployed with.
	function eigenSet() external view returns (EigenSet memory);
}
