// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IAttestations} from "../interfaces/IAttestations.sol";
import {IMarket} from "../interfaces/IMarket.sol";
import {EpochSet, IOperators} from "../interfaces/IOperators.sol";
import {Aggregate, IQuorum, Operator, OperatorsParameters, OperatorStatus} from "../interfaces/IQuorum.sol";
import {ETHER} from "../interfaces/ITokenLedger.sol";
import {Bits} from "../libraries/Bits.sol";
import {Bls} from "../libraries/Bls.sol";
import {Parameter} from "../libraries/Parameter.sol";
import {OperatorSets} from "./OperatorSets.sol";

/// @title Operators: registration, stakes, exits and signatures
/// @dev Invariant: what is locked is the stakes of operators. A number has one operator at a time; a key is registered
/// once ever.
contract Operators is OperatorSets {
	using Bits for uint256;

	bytes private constant _SIGNATURE_TAG = "UMPIRE_ATTESTATION_BN254G1_XMD:KECCAK-256_SVDW_RO_SIG_";
	bytes private constant _PROOF_TAG = "UMPIRE_ATTESTATION_BN254G1_XMD:KECCAK-256_SVDW_RO_POP_";

	address private immutable _deployer;

	/// @inheritdoc IOperators
	address public attestations;
	/// @inheritdoc IOperators
	uint256 public taken;
	/// @dev One more than the number of an account's operator; 0 for none.
	mapping(address account => uint256) private _numbers;
	mapping(bytes32 keyHash => bool) private _usedKeys;

	constructor(IMarket market_, OperatorsParameters memory p) OperatorSets(market_, p) {
		_deployer = msg.sender;
	}

	modifier onlyAttestations() {
		if (msg.sender != attestations) revert WrongCaller(msg.sender, attestations);
		_;
	}

	/// @inheritdoc IOperators
	function bind(address attestations_) external {
		if (msg.sender != _deployer) revert WrongCaller(msg.sender, _deployer);
		if (attestations != address(0)) revert AlreadyBound(attestations);
		Parameter.requireContract("attestations", attestations_);
		attestations = attestations_;
		emit Bound(attestations_);
	}

	/// @inheritdoc IOperators
	function register(uint256[2] calldata twin, uint256[4] calldata key, uint256[2] calldata proof)
		external
		payable
		nonReentrant
		returns (uint256 operator)
	{
		if (attestations == address(0)) revert NotBound();
		if (_numbers[msg.sender] != 0) {
			OperatorStatus status = _operators[_numbers[msg.sender] - 1].status;
			revert WrongOperatorStatus(msg.sender, status, OperatorStatus.None);
		}
		if (msg.value < _leastStake || msg.value > type(uint96).max) {
			revert WrongStake(msg.value, _leastStake, type(uint96).max);
		}
		if (taken == type(uint256).max) revert NoNumberLeft(256);
		bytes32 keyHash = keccak256(abi.encode(twin));
		if (_usedKeys[keyHash]) revert KeyUsed(twin);
		// Without it somebody could register a key from which others' are subtracted, and sign for all alone.
		if (!Bls.verifyTwin(proof, twin, key, _PROOF_TAG, proofOf(msg.sender, twin))) {
			revert WrongProof(msg.sender, twin);
		}
		_usedKeys[keyHash] = true;
		_takeEther(msg.value);
		operator = (~taken).lowest();
		taken |= 1 << operator;
		_numbers[msg.sender] = operator + 1;
		uint256 current = currentEpoch();
		Operator storage o = _operators[operator];
		(o.account, o.status, o.stake) = (msg.sender, OperatorStatus.Active, uint96(msg.value));
		(o.firstEpoch, o.lastEpoch) = (uint32(current + 2), type(uint32).max);
		(o.leftAt, o.x, o.y) = (0, twin[0], twin[1]);
		_roll(current);
		_join(_sets[current + 2], operator, o);
		emit OperatorRegistered(operator, msg.sender, msg.value, current + 2, twin, key);
	}

	/// @inheritdoc IOperators
	function leave() external {
		uint256 number = _numbers[msg.sender];
		Operator storage o = _operators[number == 0 ? 0 : number - 1];
		if (number == 0 || o.status != OperatorStatus.Active) {
			revert WrongOperatorStatus(
				msg.sender, number == 0 ? OperatorStatus.None : o.status, OperatorStatus.Active
			);
		}
		uint256 current = currentEpoch();
		_roll(current);
		_remove(current + 1, 1 << (number - 1), false);
		_remove(current + 2, 1 << (number - 1), false);
		_end(number - 1, o, current);
	}

	/// @inheritdoc IOperators
	function exit(uint256 operator) external nonReentrant {
		Operator storage o = _operators[operator];
		if (o.status != OperatorStatus.Leaving) {
			revert WrongOperatorStatus(o.account, o.status, OperatorStatus.Leaving);
		}
		uint256 from = _exitFrom(o);
		if (block.timestamp < from) revert ExitTooEarly(operator, block.timestamp, from);
		// A delay alone can be outlasted. Records of its last epoch were made in that one or the next.
		uint256 oldest = IAttestations(attestations).oldestOpen();
		if (oldest < o.lastEpoch + 2) revert RecordsOpen(operator, oldest, o.lastEpoch + 2);
		if (o.holds != 0) revert WitnessesOpen(operator, o.holds);
		(address account, uint256 stake) = (o.account, o.stake);
		delete _operators[operator];
		_numbers[account] = 0;
		taken ^= 1 << operator;
		_credit(ETHER, account, stake);
		emit OperatorGone(operator, account, stake);
	}

	/// @inheritdoc IQuorum
	function slash(uint256 operators) external onlyAttestations nonReentrant returns (uint256 amount) {
		uint256 current = currentEpoch();
		_roll(current);
		for (uint256 epoch = current - 1; epoch <= current + 2; ++epoch) {
			_remove(epoch, operators, epoch <= current);
		}
		for (uint256 left = operators; left != 0; left &= left - 1) {
			uint256 operator = left.lowest();
			Operator storage o = _operators[operator];
			uint256 stake = o.stake;
			if (stake == 0) continue;
			amount += stake;
			o.stake = 0;
			emit OperatorSlashed(operator, o.account, stake);
			if (o.status == OperatorStatus.Active) _end(operator, o, current);
		}
		liabilities[ETHER] -= amount;
		Address.sendValue(payable(msg.sender), amount);
	}

	/// @inheritdoc IQuorum
	function hold(uint256 operator) external onlyAttestations {
		++_operators[operator].holds;
	}

	/// @inheritdoc IQuorum
	function release(uint256 operator) external onlyAttestations {
		--_operators[operator].holds;
	}

	/// @inheritdoc IQuorum
	function requireSigned(uint256 epoch, bytes32 statement, uint256 signers, Aggregate calldata aggregate)
		external
		view
	{
		EpochSet storage set = _set(epoch);
		if (signers & ~set.members != 0) revert NotMembers(epoch, signers & ~set.members);
		_requireSignature(epoch, statement, signers, _keyOf(set, signers), aggregate);
	}

	/// @inheritdoc IQuorum
	function requireSignedBy(
		uint256 epoch,
		bytes32 statement,
		uint256 signers,
		Aggregate calldata aggregate
	) external view {
		if (signers & ~taken != 0) revert NotMembers(epoch, signers & ~taken);
		_requireSignature(epoch, statement, signers, _sumOf(signers), aggregate);
	}

	/// @inheritdoc IQuorum
	function paysSlashes() external pure returns (bool) {
		return true;
	}

	/// @inheritdoc IQuorum
	function parameters() external view returns (OperatorsParameters memory p) {
		p.leastStake = uint128(_leastStake);
		(p.epochSeconds, p.accusationSeconds) = (uint32(_epochSeconds), uint32(_accusationSeconds));
	}

	/// @inheritdoc IOperators
	function numberOf(address account) external view returns (bool isOperator, uint256 operator) {
		isOperator = _numbers[account] != 0;
		if (isOperator) operator = _numbers[account] - 1;
	}

	/// @inheritdoc IOperators
	function messageOf(uint256 epoch, bytes32 statement) public view returns (bytes memory) {
		return abi.encode(block.chainid, address(this), epoch, statement);
	}

	/// @inheritdoc IOperators
	function proofOf(address account, uint256[2] calldata twin) public view returns (bytes memory) {
		return abi.encode(block.chainid, address(this), account, twin);
	}

	function _requireSignature(
		uint256 epoch,
		bytes32 statement,
		uint256 signers,
		uint256[2] memory twin,
		Aggregate calldata aggregate
	) private view {
		if (signers == 0) revert NobodySigned();
		// A sum of keys that is infinity is refused as a twin: whoever has a key and its negative could sign with nothing.
		if (
			!Bls.verifyTwin(aggregate.signature, twin, aggregate.key, _SIGNATURE_TAG, messageOf(epoch, statement))
		) revert WrongSignature(epoch, statement, signers);
	}

	/// @dev Nothing that it signs in later epochs counts.
	function _end(uint256 operator, Operator storage o, uint256 current) private {
		(o.status, o.leftAt, o.lastEpoch) = (OperatorStatus.Leaving, uint40(block.timestamp), uint32(current));
		emit OperatorLeft(operator, o.account, current, _exitFrom(o));
	}

	function _exitFrom(Operator storage o) private view returns (uint256) {
		return o.leftAt + 2 * _epochSeconds + _accusationSeconds;
	}
}
