// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {DescriptorOpening} from "../interfaces/IArbiter.sol";
import {ClaimFacts, IClaims} from "../interfaces/IClaims.sol";
import {IDisputes} from "../interfaces/IDisputes.sol";
import {IInputDemands, InputDemand} from "../interfaces/IInputDemands.sol";
import {Proceedings} from "../interfaces/ICourt.sol";
import {ProgramHeader} from "../interfaces/IRegistry.sol";
import {Clock} from "../libraries/Clock.sol";
import {Packing} from "../libraries/Packing.sol";
import {Search} from "../libraries/Search.sol";
import {Trees} from "../libraries/Trees.sol";
import {Docket} from "./Docket.sol";

/// @title Demands for chunks of inputs (docs/protocol.md section 5)
/// @dev Every move checks in this order: the demand exists, is open, its claim is live, the content.
abstract contract InputDemands is Docket {
	/// @dev A chunk is a subtree of this level: one answer costs about eight Poseidon hashes.
	uint256 private constant _CHUNK_LEVEL = 3;
	uint256 private constant _MOST_ELEMENTS = type(uint48).max;
	uint256 private constant _MOST_CROWDING = type(uint32).max / 2;

	mapping(IClaims market => uint256) private _demandCounts;
	mapping(IClaims market => mapping(uint256 demandId => InputDemand)) private _demands;
	/// @dev By claim and chunk.
	mapping(bytes32 key => bool) private _demanded;
	/// @dev By market, inputs, shape and chunk: a claim whose program gives the same inputs another shape is not answered.
	mapping(bytes32 chunkKey => uint256 time) private _answers;

	/// @inheritdoc IInputDemands
	function demandInput(
		IClaims market,
		uint256 claimId,
		uint256 input,
		uint256 chunk,
		uint256 operator,
		DescriptorOpening calldata opening
	) external payable returns (uint256 demandId) {
		ClaimFacts memory facts = _requireLive(market, claimId);
		if (block.timestamp >= facts.periodEnd) {
			revert IDisputes.ChallengePeriodOver(claimId, block.timestamp, facts.periodEnd);
		}
		_requireBond(_demandBond);
		ProgramHeader memory header = _headerOf(facts);
		(bytes32 inputsRoot,) = market.claimRoots(claimId);
		(uint256 elements, uint8 width) = arbiter.inputShape(header, operator, opening, input);
		if (elements == 0 || elements > _MOST_ELEMENTS) {
			revert IDisputes.TensorTooLarge(elements, _MOST_ELEMENTS);
		}
		uint256 chunks = Search.childCount(Packing.leafCount(elements, width), _CHUNK_LEVEL);
		if (chunk >= chunks) revert ChunkOutOfRange(chunk, chunks);
		Proceedings storage p = _proceedings[market][claimId];
		InputDemand memory d = InputDemand({
			demander: msg.sender,
			claim: SafeCast.toUint32(claimId),
			demandedAt: SafeCast.toUint32(block.timestamp),
			crowding: uint32(Math.min(_crowding * p.openDemands, _MOST_CROWDING)),
			input: SafeCast.toUint32(input),
			elements: uint48(elements),
			width: width,
			chunk: uint48(chunk),
			open: true
		});
		bytes32 chunkKey = _chunkKey(market, inputsRoot, header.inputCount, d);
		uint256 answered = _answers[chunkKey];
		if (answered != 0) revert AlreadyAnswered(input, chunk, answered);
		bytes32 key = keccak256(abi.encode(claimId, chunkKey));
		if (_demanded[key]) revert AlreadyDemanded(claimId, input, chunk);
		_demanded[key] = true;
		p.openDemands++;
		demandId = ++_demandCounts[market];
		_demands[market][demandId] = d;
		emit InputDemanded(market, demandId, claimId, msg.sender, inputsRoot, input, chunk);
	}

	/// @inheritdoc IInputDemands
	function answerInput(
		IClaims market,
		uint256 demandId,
		uint256[5][] calldata words,
		bytes32[] calldata path,
		bytes32[] calldata inputPath
	) external {
		(InputDemand memory d, ClaimFacts memory facts) = _requireDemand(market, demandId);
		uint256 inputCount = _headerOf(facts).inputCount;
		(bytes32 inputsRoot,) = market.claimRoots(d.claim);
		bytes32 chunkKey = _chunkKey(market, inputsRoot, inputCount, d);
		uint256 answered = _answers[chunkKey];
		if (answered != 0) revert AlreadyAnswered(d.input, d.chunk, answered);
		bytes32 root = arbiter.chunkRoot(d.elements, d.width, d.chunk, _CHUNK_LEVEL, words, path);
		root = Trees.rootFromPath(root, d.input, inputCount, inputPath, Trees.INPUTS, 0);
		if (root != inputsRoot) revert WrongInputs(root, inputsRoot);
		_answers[chunkKey] = block.timestamp;
		emit InputAnswered(market, demandId, inputsRoot, d.input, d.chunk, words);
		_collect(market, demandId, d.claim, facts.submitter, block.timestamp);
	}

	/// @inheritdoc IInputDemands
	function collectAnswered(IClaims market, uint256 demandId) external {
		(InputDemand memory d, ClaimFacts memory facts) = _requireDemand(market, demandId);
		uint256 answered = _answered(market, d, facts);
		if (answered == 0) revert NotAnswered(demandId);
		_collect(market, demandId, d.claim, facts.submitter, answered);
	}

	/// @inheritdoc IInputDemands
	function timeoutInput(IClaims market, uint256 demandId) external {
		(InputDemand memory d, ClaimFacts memory facts) = _requireDemand(market, demandId);
		uint256 answered = _answered(market, d, facts);
		if (answered != 0) revert AlreadyAnswered(d.input, d.chunk, answered);
		uint256 used = block.timestamp - d.demandedAt;
		// An increment, and a whole reserve, since an outage hits every demand alike.
		uint256 allowed = _increment + _reserve + d.crowding;
		if (!Clock.expired(used, allowed, 0)) revert DemandNotTimedOut(demandId, used, allowed);
		_close(market, demandId, d.claim);
		emit Withheld(market, demandId, d.claim, d.demander);
		_credit(d.demander, _demandBond);
		market.reject(d.claim, 0, d.demander);
	}

	/// @inheritdoc IInputDemands
	function reclaimInput(IClaims market, uint256 demandId) external {
		InputDemand memory d = _requireOpenDemand(market, demandId);
		_requireRejected(market, d.claim);
		_close(market, demandId, d.claim);
		emit DemandReclaimed(market, demandId, d.claim, d.demander);
		_credit(d.demander, _demandBond);
	}

	/// @inheritdoc IInputDemands
	function inputDemandCount(IClaims market) external view returns (uint256) {
		return _demandCounts[market];
	}

	/// @inheritdoc IInputDemands
	function getInputDemand(IClaims market, uint256 demandId) external view returns (InputDemand memory) {
		return _requireKnownDemand(market, demandId);
	}

	/// @inheritdoc IInputDemands
	function answeredAt(IClaims market, uint256 demandId) external view returns (uint256) {
		InputDemand memory d = _requireKnownDemand(market, demandId);
		return _answered(market, d, market.claimFacts(d.claim));
	}

	/// @dev The chunk is known since `answered`: its bond pays the submitter, less the burned part.
	function _collect(IClaims market, uint256 demandId, uint256 claimId, address submitter, uint256 answered)
		private
	{
		Proceedings storage p = _proceedings[market][claimId];
		if (answered > p.lastAnswer) p.lastAnswer = uint40(answered);
		_close(market, demandId, claimId);
		emit AnswerPaid(market, demandId, claimId, _forfeit(_demandBond, _burnPermille, submitter));
	}

	/// @dev From here on the demand's bond counts as paid.
	function _close(IClaims market, uint256 demandId, uint256 claimId) private {
		_demands[market][demandId].open = false;
		_proceedings[market][claimId].openDemands--;
	}

	/// @dev An open demand against a live claim.
	function _requireDemand(IClaims market, uint256 demandId)
		private
		view
		returns (InputDemand memory d, ClaimFacts memory facts)
	{
		d = _requireOpenDemand(market, demandId);
		facts = _requireLive(market, d.claim);
	}

	function _requireOpenDemand(IClaims market, uint256 demandId) private view returns (InputDemand memory d) {
		d = _requireKnownDemand(market, demandId);
		if (!d.open) revert DemandClosed(demandId);
	}

	function _requireKnownDemand(IClaims market, uint256 demandId) private view returns (InputDemand memory) {
		if (demandId == 0 || demandId > _demandCounts[market]) revert UnknownDemand(demandId);
		return _demands[market][demandId];
	}

	function _answered(IClaims market, InputDemand memory d, ClaimFacts memory facts) private view returns (uint256) {
		(bytes32 inputsRoot,) = market.claimRoots(d.claim);
		return _answers[_chunkKey(market, inputsRoot, _headerOf(facts).inputCount, d)];
	}

	function _chunkKey(IClaims market, bytes32 inputsRoot, uint256 inputCount, InputDemand memory d)
		private
		pure
		returns (bytes32)
	{
		return keccak256(abi.encode(market, inputsRoot, inputCount, d.input, d.elements, d.width, d.chunk));
	}
}
