// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {DescriptorOpening} from "../interfaces/IArbiter.sol";
import {IAttestations, Record, RecordStatus} from "../interfaces/IAttestations.sol";
import {IOperators} from "../interfaces/IOperators.sol";
import {Aggregate, Operator} from "../interfaces/IQuorum.sol";
import {ProgramHeader} from "../interfaces/IRegistry.sol";
import {Bits} from "../libraries/Bits.sol";
import {Trees} from "../libraries/Trees.sol";
import {Covers} from "./Covers.sol";

/// @title What operators show to be paid: a tensor that nobody can have who has not run the program
/// @dev The output that is signed can be copied from the claim. Which tensor is owed follows from the operator's own
/// signature, which nobody else has. It is bound before the claim ends, shown afterwards, and then contradicted as any
/// record: by a final claim, on the same program with that tensor as its output.
abstract contract Witnesses is Covers {
	/// @dev Owed is a tensor of the last part of the operators: it takes nearly the whole run.
	uint256 private constant _LAST_PART = 4;

	/// @inheritdoc IAttestations
	function postWitnesses(bytes32 root) external {
		if (postedAt[msg.sender][root] != 0) revert AlreadyPosted(root);
		postedAt[msg.sender][root] = block.timestamp;
		emit WitnessesPosted(msg.sender, root);
	}

	/// @inheritdoc IAttestations
	function showWitness(
		uint256 recordId,
		uint256 operator,
		Aggregate calldata own,
		bytes32 program,
		DescriptorOpening calldata descriptor,
		bytes32 tensorRoot,
		bytes32[] calldata path
	) external nonReentrant returns (uint256 witnessId) {
		Record storage r = _recordIn(recordId, RecordStatus.Confirmed);
		uint256 until = r.endedAt + _accusationSeconds;
		if (block.timestamp > until) revert WitnessTooLate(recordId, block.timestamp, until);
		bool earns = r.premium != 0 && operator < 256 && Bits.has(r.signers & ~_shown[recordId], operator);
		if (!earns) revert NothingToEarn(recordId, operator);
		Operator memory o = operators.getOperator(operator);
		// Numbers are given anew: who has this one now need not be who signed, nor have its stake.
		if (r.epoch < o.firstEpoch) revert IOperators.NotMembers(r.epoch, 1 << operator);
		bytes32 statement = statementOf(r.program, r.inputsRoot, r.outputRoot);
		operators.requireSignedBy(r.epoch, statement, 1 << operator, own);
		uint256 owed = _requireWitnessProgram(r.program, program, own.signature, descriptor);
		bytes32 leaf = keccak256(
			bytes.concat(keccak256(abi.encode(o.account, r.epoch, statement, owed, tensorRoot)))
		);
		bytes32 root = MerkleProof.processProofCalldata(path, leaf);
		uint256 posted = postedAt[o.account][root];
		if (posted == 0 || posted >= r.endedAt) revert WrongWitness(root, posted, r.endedAt);
		_shown[recordId] |= 1 << operator;
		uint256 share = (uint256(r.premium) * o.stake) / r.weight;
		r.shared += uint96(share);
		operators.hold(operator);
		witnessId = ++recordCount;
		Record storage w = _records[witnessId];
		(w.program, w.inputsRoot, w.outputRoot) = (program, r.inputsRoot, tensorRoot);
		(w.epoch, w.madeIn) = (r.epoch, uint32(operators.currentEpoch()));
		(w.status, w.endedAt) = (RecordStatus.Open, uint40(block.timestamp));
		(w.signers, w.weight, w.premium) = (1 << operator, o.stake, uint96(share));
		emit WitnessShown(recordId, witnessId, operator, program, tensorRoot);
		emit RecordOpen(witnessId, 0, block.timestamp + _accusationSeconds);
	}

	/// @inheritdoc IAttestations
	function closePremium(uint256 recordId) external nonReentrant {
		Record storage r = _recordIn(recordId, RecordStatus.Confirmed);
		uint256 from = r.endedAt + _accusationSeconds + 1;
		if (block.timestamp < from) revert TooEarly(recordId, block.timestamp, from);
		if (r.closed) revert NothingToEarn(recordId, 256);
		r.closed = true;
		_burn(r.premium - r.shared);
	}

	/// @inheritdoc IAttestations
	function owedOperator(uint256[2] memory signature, uint256 operatorCount) public pure returns (uint256) {
		uint256 part = (operatorCount + _LAST_PART - 1) / _LAST_PART;
		return operatorCount - 1 - uint256(keccak256(abi.encode(signature))) % part;
	}

	/// @dev The program of a witness has the record's header but for the output, which is the operator that is owed: a
	/// claim on it then decides about the tensor.
	function _requireWitnessProgram(
		bytes32 program,
		bytes32 witnessProgram,
		uint256[2] calldata signature,
		DescriptorOpening calldata descriptor
	) private view returns (uint256 owed) {
		ProgramHeader memory expected = market.registry().header(program);
		owed = owedOperator(signature, expected.operatorCount);
		bytes32 root = Trees.rootFromPath(
			keccak256(descriptor.descriptor),
			owed,
			expected.operatorCount,
			descriptor.path,
			Trees.DESCRIPTORS,
			0
		);
		if (root != expected.operatorsRoot) revert WrongDescriptor(root, expected.operatorsRoot);
		// abi.encode(Descriptor): where the struct is, its kind, width, elements.
		(, , uint8 width, uint64 elements) =
			abi.decode(descriptor.descriptor, (uint256, uint8, uint8, uint64));
		expected.outputOperator = uint32(owed);
		(expected.outputWidth, expected.outputElements) = (width, elements);
		bytes32 actualHash = keccak256(abi.encode(market.registry().header(witnessProgram)));
		bytes32 expectedHash = keccak256(abi.encode(expected));
		if (actualHash != expectedHash) {
			revert WrongWitnessProgram(witnessProgram, actualHash, expectedHash);
		}
	}
}
