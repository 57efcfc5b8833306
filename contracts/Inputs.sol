// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {DescriptorOpening} from "./interfaces/IArbiter.sol";
import {IDisputes} from "./interfaces/IDisputes.sol";
import {IInputs, InputDemand} from "./interfaces/IInputs.sol";
import {BURN, Claim, ClaimStatus, IMarket, Parameters, Request} from "./interfaces/IMarket.sol";
import {IRegistry, ProgramHeader} from "./interfaces/IRegistry.sol";
import {Clock} from "./libraries/Clock.sol";
import {Openings} from "./libraries/Openings.sol";
import {Packing} from "./libraries/Packing.sol";
import {Search} from "./libraries/Search.sol";
import {Trees} from "./libraries/Trees.sol";
import {Operand, SOURCE_INPUT, SOURCE_STATE} from "./types/Descriptor.sol";

/// @title Demands for chunks of inputs (docs/protocol.md section 5)
/// @dev Every move checks in this order: the demand exists, is open, its claim is live, the content. Invariant: the
/// balance is the bonds of open demands. Whatever is paid out goes through the market's ledger.
contract Inputs is IInputs {
	/// @dev State of one claim.
	struct Asked {
		uint32 open;
		/// when the last chunk was published that a closed demand asked for
		uint40 lastAnswer;
	}

	/// @dev A chunk is a subtree of this level: one answer costs about eight Poseidon hashes.
	uint256 private constant _CHUNK_LEVEL = 3;
	uint256 private constant _MOST_ELEMENTS = type(uint48).max;
	uint256 private constant _MOST_CROWDING = type(uint32).max / 2;

	IMarket public immutable market;
	IRegistry public immutable registry;

	uint256 private immutable _challengePeriod;
	/// @dev Seconds for an answer: an increment, and a whole reserve, since an outage hits every demand alike.
	uint256 private immutable _answerTime;
	uint256 private immutable _crowding;
	uint256 private immutable _burnPermille;
	uint256 private immutable _computeAllowance;
	uint256 private immutable _demandBond;

	uint256 private _demandCount;
	mapping(uint256 demandId => InputDemand) private _demands;
	mapping(uint256 claimId => Asked) private _asked;
	/// @dev By claim and chunk.
	mapping(bytes32 key => bool) private _demanded;
	/// @dev By inputs, shape and chunk: a claim whose program gives the same inputs another shape is not answered.
	mapping(bytes32 chunkKey => uint256 time) private _answers;

	/// @param p checked by the market, which creates this contract
	constructor(IRegistry registry_, Parameters memory p) {
		market = IMarket(msg.sender);
		registry = registry_;
		_challengePeriod = p.challengePeriod;
		_answerTime = uint256(p.increment) + p.reserve;
		_crowding = p.crowding;
		_burnPermille = p.burnPermille;
		_computeAllowance = p.computeAllowance;
		_demandBond = p.demandBond;
	}

	/// @inheritdoc IInputs
	function demandInput(
		uint256 claimId,
		uint256 input,
		uint256 chunk,
		uint256 operator,
		DescriptorOpening calldata opening
	) external payable returns (uint256 demandId) {
		Claim memory c = _requireLive(claimId);
		uint256 end = uint256(c.claimedAt) + _challengePeriod;
		if (block.timestamp >= end) revert IMarket.ChallengePeriodOver(claimId, block.timestamp, end);
		if (msg.value != _demandBond) revert IMarket.WrongBond(msg.value, _demandBond);
		(bytes32 inputsRoot, ProgramHeader memory header) = _inputsOf(c);
		(uint256 elements, uint8 width) = _shape(header, input, operator, opening);
		if (elements == 0 || elements > _MOST_ELEMENTS) {
			revert IDisputes.TensorTooLarge(elements, _MOST_ELEMENTS);
		}
		uint256 chunks = Search.childCount(Packing.leafCount(elements, width), _CHUNK_LEVEL);
		if (chunk >= chunks) revert ChunkOutOfRange(chunk, chunks);
		Asked storage asked = _asked[claimId];
		InputDemand memory d = InputDemand({
			demander: msg.sender,
			claim: SafeCast.toUint32(claimId),
			demandedAt: SafeCast.toUint32(block.timestamp),
			crowding: uint32(Math.min(_crowding * asked.open, _MOST_CROWDING)),
			input: SafeCast.toUint32(input),
			elements: uint48(elements),
			width: width,
			chunk: uint48(chunk),
			open: true
		});
		bytes32 chunkKey = _chunkKey(inputsRoot, header.inputCount, d);
		uint256 answered = _answers[chunkKey];
		if (answered != 0) revert AlreadyAnswered(input, chunk, answered);
		bytes32 key = keccak256(abi.encode(claimId, chunkKey));
		if (_demanded[key]) revert AlreadyDemanded(claimId, input, chunk);
		_demanded[key] = true;
		asked.open++;
		demandId = ++_demandCount;
		_demands[demandId] = d;
		emit InputDemanded(demandId, claimId, msg.sender, inputsRoot, input, chunk);
	}

	/// @inheritdoc IInputs
	function answerInput(
		uint256 demandId,
		uint256[5][] calldata words,
		bytes32[] calldata path,
		bytes32[] calldata inputPath
	) external {
		(InputDemand memory d, Claim memory c) = _requireDemand(demandId);
		(bytes32 inputsRoot, ProgramHeader memory header) = _inputsOf(c);
		bytes32 chunkKey = _chunkKey(inputsRoot, header.inputCount, d);
		uint256 answered = _answers[chunkKey];
		if (answered != 0) revert AlreadyAnswered(d.input, d.chunk, answered);
		bytes32 root = _tensorRoot(d, words, path);
		root = Trees.rootFromPath(root, d.input, header.inputCount, inputPath, Trees.INPUTS, 0);
		if (root != inputsRoot) revert WrongInputs(root, inputsRoot);
		_answers[chunkKey] = block.timestamp;
		emit InputAnswered(demandId, inputsRoot, d.input, d.chunk, words);
		_collect(demandId, d.claim, c.submitter, block.timestamp);
	}

	/// @inheritdoc IInputs
	function collectAnswered(uint256 demandId) external {
		(InputDemand memory d, Claim memory c) = _requireDemand(demandId);
		uint256 answered = _answered(d, c);
		if (answered == 0) revert NotAnswered(demandId);
		_collect(demandId, d.claim, c.submitter, answered);
	}

	/// @inheritdoc IInputs
	function timeoutInput(uint256 demandId) external {
		(InputDemand memory d, Claim memory c) = _requireDemand(demandId);
		uint256 answered = _answered(d, c);
		if (answered != 0) revert AlreadyAnswered(d.input, d.chunk, answered);
		uint256 used = block.timestamp - d.demandedAt;
		uint256 allowed = _answerTime + d.crowding;
		if (!Clock.expired(used, allowed, 0)) revert DemandNotTimedOut(demandId, used, allowed);
		_close(demandId, d.claim);
		emit Withheld(demandId, d.claim, d.demander);
		market.credit{value: _demandBond}(d.demander);
		market.rejectWithheld(d.claim, d.demander);
	}

	/// @inheritdoc IInputs
	function reclaimInput(uint256 demandId) external {
		InputDemand memory d = _requireOpen(demandId);
		ClaimStatus status = market.getClaim(d.claim).status;
		if (status != ClaimStatus.Rejected) {
			revert IMarket.WrongClaimStatus(d.claim, status, ClaimStatus.Rejected);
		}
		_close(demandId, d.claim);
		emit DemandReclaimed(demandId, d.claim, d.demander);
		market.credit{value: _demandBond}(d.demander);
	}

	/// @inheritdoc IInputs
	function challengeEnd(uint256 claimId, uint256 periodEnd) external view returns (uint256) {
		Asked memory asked = _asked[claimId];
		if (asked.open != 0) return type(uint256).max;
		if (asked.lastAnswer == 0) return periodEnd;
		return Math.max(periodEnd, asked.lastAnswer + _computeAllowance);
	}

	/// @inheritdoc IInputs
	function inputDemandCount() external view returns (uint256) {
		return _demandCount;
	}

	/// @inheritdoc IInputs
	function getInputDemand(uint256 demandId) external view returns (InputDemand memory) {
		return _requireKnown(demandId);
	}

	/// @inheritdoc IInputs
	function answeredAt(uint256 demandId) external view returns (uint256) {
		InputDemand memory d = _requireKnown(demandId);
		return _answered(d, market.getClaim(d.claim));
	}

	/// @inheritdoc IInputs
	function openDemands(uint256 claimId) external view returns (uint256) {
		return _asked[claimId].open;
	}

	/// @dev The chunk is known since `answered`: its bond pays the submitter, less the burned part.
	function _collect(uint256 demandId, uint256 claimId, address submitter, uint256 answered) private {
		Asked storage asked = _asked[claimId];
		if (answered > asked.lastAnswer) asked.lastAnswer = uint40(answered);
		_close(demandId, claimId);
		uint256 burned = (_demandBond * _burnPermille) / 1000;
		emit AnswerPaid(demandId, claimId, _demandBond - burned);
		emit IMarket.Burned(burned);
		Address.sendValue(payable(BURN), burned);
		market.credit{value: _demandBond - burned}(submitter);
	}

	function _close(uint256 demandId, uint256 claimId) private {
		_demands[demandId].open = false;
		_asked[claimId].open--;
	}

	/// @dev An open demand against a live claim.
	function _requireDemand(uint256 demandId) private view returns (InputDemand memory d, Claim memory c) {
		d = _requireOpen(demandId);
		c = _requireLive(d.claim);
	}

	function _requireOpen(uint256 demandId) private view returns (InputDemand memory d) {
		d = _requireKnown(demandId);
		if (!d.open) revert DemandClosed(demandId);
	}

	function _requireKnown(uint256 demandId) private view returns (InputDemand memory) {
		if (demandId == 0 || demandId > _demandCount) revert UnknownDemand(demandId);
		return _demands[demandId];
	}

	function _requireLive(uint256 claimId) private view returns (Claim memory c) {
		c = market.getClaim(claimId);
		if (c.status != ClaimStatus.Live) {
			revert IMarket.WrongClaimStatus(claimId, c.status, ClaimStatus.Live);
		}
	}

	function _answered(InputDemand memory d, Claim memory c) private view returns (uint256) {
		(bytes32 inputsRoot, ProgramHeader memory header) = _inputsOf(c);
		return _answers[_chunkKey(inputsRoot, header.inputCount, d)];
	}

	function _inputsOf(Claim memory c) private view returns (bytes32 inputsRoot, ProgramHeader memory header) {
		Request memory r = market.getRequest(c.request);
		return (r.inputsRoot, registry.header(r.program));
	}

	/// @dev The shape of an input, by an operator that reads it, as an input or as a state in the first step.
	function _shape(
		ProgramHeader memory header,
		uint256 input,
		uint256 operator,
		DescriptorOpening calldata opening
	) private pure returns (uint64, uint8) {
		Operand[] memory operands =
			Openings.descriptorUnder(header.operatorsRoot, header.operatorCount, operator, opening).operands;
		for (uint256 i = 0; i < operands.length; ++i) {
			Operand memory operand = operands[i];
			bool reads = operand.source == SOURCE_STATE
				? operand.initial == input
				: operand.source == SOURCE_INPUT && operand.index == input;
			if (reads) return (operand.elements, operand.width);
		}
		revert InputNotRead(operator, input);
	}

	/// @dev The root of the input's tensor that a chunk and its path lead to. Malformed words revert.
	function _tensorRoot(InputDemand memory d, uint256[5][] calldata words, bytes32[] calldata path)
		private
		pure
		returns (bytes32)
	{
		uint256 leaves = Packing.leafCount(d.elements, d.width);
		uint256 start = uint256(d.chunk) << _CHUNK_LEVEL;
		uint256 size = Search.sizeOf(start, _CHUNK_LEVEL, leaves);
		if (words.length != size) revert WrongChunk(words.length, size);
		bytes32[] memory nodes = new bytes32[](size);
		for (uint256 i = 0; i < size; ++i) {
			uint256 count = Packing.elementsInLeaf(start + i, d.elements, d.width);
			nodes[i] = Packing.publishedNode(d.width, count, words[i]);
		}
		bytes32 node = Trees.root(nodes, Trees.TENSOR, 0);
		uint256 chunks = Search.childCount(leaves, _CHUNK_LEVEL);
		return Trees.rootFromPath(node, d.chunk, chunks, path, Trees.TENSOR, _CHUNK_LEVEL);
	}

	function _chunkKey(bytes32 inputsRoot, uint256 inputCount, InputDemand memory d) private pure returns (bytes32) {
		return keccak256(abi.encode(inputsRoot, inputCount, d.input, d.elements, d.width, d.chunk));
	}
}
