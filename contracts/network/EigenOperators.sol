// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {
	BN254Certificate,
	BN254OperatorInfo,
	BN254OperatorSetInfo,
	IAllocationManager,
	IBN254CertificateVerifier,
	IKeyRegistrar,
	OperatorSet,
	SlashingParams
} from "../interfaces/IEigenLayer.sol";
import {EigenSet, EigenTable, IEigenOperators} from "../interfaces/IEigenOperators.sol";
import {Aggregate, IQuorum, Operator, OperatorsParameters, OperatorStatus} from "../interfaces/IQuorum.sol";
import {Bits} from "../libraries/Bits.sol";
import {Parameter} from "../libraries/Parameter.sol";

/// @title Operators whose stake is EigenLayer's: its certificates say who has signed, its allocations are slashed
/// @dev Attestations read what was kept of certificates: EigenLayer's verifier takes proofs that they know nothing of, and
/// writes while it verifies. What is slashed there is burned or given to whom the service has named, and never ether that
/// comes here: so nothing can be relied on (`paysSlashes`), and nobody is rewarded for an accusation.
contract EigenOperators is IEigenOperators {
	using Bits for uint256;

	/// @dev More than two thirds, in ten-thousandths.
	uint16 private constant _QUORUM = 6667;
	uint256 private constant _WHOLE = 1e9;
	uint256 private constant _MOST = 256;

	IBN254CertificateVerifier private immutable _verifier;
	IAllocationManager private immutable _allocations;
	IKeyRegistrar private immutable _keys;
	address private immutable _avs;
	uint32 private immutable _setId;
	uint256 private immutable _epochSeconds;
	uint256 private immutable _accusationSeconds;
	uint256 private immutable _genesis;
	address private immutable _deployer;

	/// @inheritdoc IEigenOperators
	address public attestations;
	/// @inheritdoc IEigenOperators
	uint256 public condemned;
	/// @inheritdoc IEigenOperators
	uint256 public slashed;
	/// @inheritdoc IEigenOperators
	mapping(uint256 epoch => mapping(bytes32 statement => uint256)) public certified;
	address[] private _strategies;
	mapping(uint256 epoch => EigenTable) private _tables;
	/// @dev What each operator of an epoch has at stake, in parts of `_WHOLE`.
	mapping(uint256 epoch => uint32[256]) private _parts;
	mapping(uint256 operator => Operator) private _operators;
	uint256 private _count;
	/// @dev One more than the number of an account's operator; 0 for none.
	mapping(address account => uint256) private _numbers;

	constructor(EigenSet memory set, OperatorsParameters memory p) {
		Parameter.requireContract("verifier", address(set.verifier));
		Parameter.requireContract("allocations", address(set.allocations));
		Parameter.requireContract("keys", address(set.keys));
		Parameter.requireWithin("epochSeconds", p.epochSeconds, 1, Parameter.MOST_SECONDS);
		Parameter.requireWithin("accusationSeconds", p.accusationSeconds, 1, Parameter.MOST_SECONDS);
		if (set.strategies.length == 0) revert WrongStrategies(set.strategies);
		// EigenLayer slashes nobody by a list that does not rise.
		for (uint256 i = 1; i < set.strategies.length; ++i) {
			if (set.strategies[i] <= set.strategies[i - 1]) revert WrongStrategies(set.strategies);
		}
		(_verifier, _allocations, _keys) = (set.verifier, set.allocations, set.keys);
		(_avs, _setId, _strategies) = (set.operatorSet.avs, set.operatorSet.id, set.strategies);
		(_epochSeconds, _accusationSeconds) = (p.epochSeconds, p.accusationSeconds);
		(_genesis, _deployer) = (block.timestamp, msg.sender);
	}

	modifier onlyAttestations() {
		if (msg.sender != attestations) revert WrongCaller(msg.sender, attestations);
		_;
	}

	/// @inheritdoc IEigenOperators
	function bind(address attestations_) external {
		if (msg.sender != _deployer) revert WrongCaller(msg.sender, _deployer);
		if (attestations != address(0)) revert AlreadyBound(attestations);
		Parameter.requireContract("attestations", attestations_);
		attestations = attestations_;
		emit Bound(attestations_);
	}

	/// @inheritdoc IEigenOperators
	function open(BN254OperatorInfo[] calldata rows) external {
		uint256 epoch = currentEpoch();
		EigenTable storage table = _tables[epoch];
		if (table.members != 0) revert AlreadyOpen(epoch, table.referenceTimestamp);
		uint32 time = _verifier.latestReferenceTimestamp(_set());
		BN254OperatorSetInfo memory info = _verifier.getOperatorSetInfo(_set(), time);
		if (rows.length != info.numOperators || rows.length > _MOST) {
			revert WrongRows(rows.length, info.numOperators < _MOST ? info.numOperators : _MOST);
		}
		bytes32 root = _rootOf(rows);
		if (root != info.operatorInfoTreeRoot) revert WrongTable(root, info.operatorInfoTreeRoot);
		// What the table's maker says that they add up to decides about quorums there, and about nothing here.
		uint256 whole = 0;
		for (uint256 i = 0; i < rows.length; ++i) {
			whole += rows[i].weights[0];
		}
		if (whole == 0) revert EmptyTable(time);
		(uint256 members, uint256 stake, bytes memory numbers) = (0, 0, new bytes(rows.length));
		for (uint256 i = 0; i < rows.length; ++i) {
			uint256 number = _numberOf(i, rows[i], epoch);
			// Two rows of one operator: only one of them could be slashed for what both have signed.
			if (members.has(number)) revert WrongKey(i, _operators[number].account);
			uint256 part = (rows[i].weights[0] * _WHOLE) / whole;
			_parts[epoch][number] = uint32(part);
			(members, stake, numbers[i]) = (members | (1 << number), stake + part, bytes1(uint8(number)));
		}
		(table.referenceTimestamp, table.members, table.stake, table.numbers) = (time, members, stake, numbers);
		emit TableOpened(epoch, time, members, stake);
	}

	/// @inheritdoc IEigenOperators
	function certify(uint256 epoch, bytes32 statement, BN254Certificate calldata certificate) external {
		EigenTable storage table = _tables[epoch];
		if (certificate.referenceTimestamp != table.referenceTimestamp || table.members == 0) {
			revert WrongTimestamp(certificate.referenceTimestamp, table.referenceTimestamp);
		}
		bytes32 expected = messageHashOf(epoch, statement);
		if (certificate.messageHash != expected) revert WrongMessage(certificate.messageHash, expected);
		uint256 signers = table.members;
		bytes memory numbers = table.numbers;
		for (uint256 i = 0; i < certificate.nonSignerWitnesses.length; ++i) {
			uint256 row = certificate.nonSignerWitnesses[i].operatorIndex;
			if (row >= numbers.length || !signers.has(uint8(numbers[row]))) {
				revert WrongNonSigner(row, numbers.length);
			}
			signers ^= 1 << uint8(numbers[row]);
		}
		uint16[] memory thresholds =
			new uint16[](_verifier.getOperatorSetInfo(_set(), table.referenceTimestamp).totalWeights.length);
		thresholds[0] = _QUORUM;
		if (!_verifier.verifyCertificateProportion(_set(), certificate, thresholds)) {
			revert NoQuorum(epoch, statement);
		}
		certified[epoch][statement] |= signers;
		emit Certified(epoch, statement, signers);
	}

	/// @inheritdoc IQuorum
	/// @dev Nothing of EigenLayer's is called: neither a pause there, nor an operator that cannot be slashed, nor a caller
	/// who sends too little gas keeps the others' from being condemned.
	function slash(uint256 operators) external onlyAttestations returns (uint256) {
		condemned |= operators;
		emit Condemned(operators);
		return 0;
	}

	/// @inheritdoc IEigenOperators
	function carryOut(uint256 operator) external {
		if (operator >= _MOST || !(condemned & ~slashed).has(operator)) revert NothingToSlash(operator);
		slashed |= 1 << operator;
		SlashingParams memory params;
		address account = _operators[operator].account;
		(params.operator, params.operatorSetId, params.strategies) = (account, _setId, _strategies);
		params.wadsToSlash = new uint256[](_strategies.length);
		for (uint256 i = 0; i < params.wadsToSlash.length; ++i) {
			params.wadsToSlash[i] = 1e18;
		}
		params.description = "signed an output that a final claim contradicts, or two outputs";
		(uint256 slashId,) = _allocations.slashOperator(_avs, params);
		emit OperatorSlashed(operator, account, slashId);
	}

	/// @inheritdoc IQuorum
	function hold(uint256 operator) external pure {
		revert NotHeldHere(operator);
	}

	/// @inheritdoc IQuorum
	function release(uint256 operator) external pure {
		revert NotHeldHere(operator);
	}

	/// @inheritdoc IQuorum
	function requireSigned(uint256 epoch, bytes32 statement, uint256 signers, Aggregate calldata) external view {
		_requireCertified(epoch, statement, signers);
	}

	/// @inheritdoc IQuorum
	function requireSignedBy(uint256 epoch, bytes32 statement, uint256 signers, Aggregate calldata)
		external
		view
	{
		_requireCertified(epoch, statement, signers);
	}

	/// @inheritdoc IQuorum
	function weightOf(uint256 epoch, uint256 signers) external view returns (uint256 weight, uint256 stake) {
		EigenTable storage table = _tables[epoch];
		stake = table.stake;
		for (uint256 left = signers & table.members & ~condemned; left != 0; left &= left - 1) {
			weight += _parts[epoch][left.lowest()];
		}
	}

	/// @inheritdoc IQuorum
	function paysSlashes() external pure returns (bool) {
		return false;
	}

	/// @inheritdoc IQuorum
	function parameters() external view returns (OperatorsParameters memory p) {
		(p.epochSeconds, p.accusationSeconds) = (uint32(_epochSeconds), uint32(_accusationSeconds));
	}

	/// @inheritdoc IQuorum
	function getOperator(uint256 operator) external view returns (Operator memory) {
		return _operators[operator];
	}

	/// @inheritdoc IEigenOperators
	function tableOf(uint256 epoch) external view returns (EigenTable memory) {
		return _tables[epoch];
	}

	/// @inheritdoc IEigenOperators
	function eigenSet() external view returns (EigenSet memory) {
		return EigenSet(_verifier, _allocations, _keys, _set(), _strategies);
	}

	/// @inheritdoc IQuorum
	function currentEpoch() public view returns (uint256) {
		return 1 + (block.timestamp - _genesis) / _epochSeconds;
	}

	/// @inheritdoc IEigenOperators
	function messageHashOf(uint256 epoch, bytes32 statement) public view returns (bytes32) {
		return keccak256(abi.encode(block.chainid, address(this), epoch, statement));
	}

	/// @dev The number of a row's operator, which it keeps for ever.
	function _numberOf(uint256 row, BN254OperatorInfo calldata info, uint256 epoch)
		private
		returns (uint256 number)
	{
		(address account,) = _keys.getOperatorFromSigningKey(_set(), abi.encode(info.pubkey));
		if (account == address(0)) revert WrongKey(row, account);
		if (_numbers[account] != 0) return _numbers[account] - 1;
		number = _count++;
		if (number == _MOST) revert NoNumberLeft(_MOST);
		_numbers[account] = number + 1;
		Operator storage o = _operators[number];
		// One word each: its keys, which may change, are EigenLayer's to know.
		(o.account, o.status) = (account, OperatorStatus.Active);
		(o.firstEpoch, o.lastEpoch) = (uint32(epoch), type(uint32).max);
		emit OperatorSeen(number, account, info.pubkey.x, info.pubkey.y);
	}

	/// @dev The root of a table as EigenLayer makes it: leaves are filled up with zeros to a power of two.
	function _rootOf(BN254OperatorInfo[] calldata rows) private view returns (bytes32) {
		uint256 width = 1;
		while (width < rows.length) width *= 2;
		bytes32[] memory nodes = new bytes32[](width);
		for (uint256 i = 0; i < rows.length; ++i) {
			nodes[i] = _verifier.calculateOperatorInfoLeaf(rows[i]);
		}
		for (; width > 1; width /= 2) {
			for (uint256 i = 0; i < width / 2; ++i) {
				nodes[i] = keccak256(abi.encodePacked(nodes[2 * i], nodes[2 * i + 1]));
			}
		}
		return nodes[0];
	}

	function _requireCertified(uint256 epoch, bytes32 statement, uint256 signers) private view {
		if (signers == 0) revert NobodySigned();
		uint256 missing = signers & ~certified[epoch][statement];
		if (missing != 0) revert NotCertified(epoch, statement, missing);
	}

	function _set() private view returns (OperatorSet memory) {
		return OperatorSet(_avs, _setId);
	}
}
