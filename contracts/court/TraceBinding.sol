// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {DescriptorOpening} from "../interfaces/IArbiter.sol";
import {ClaimFacts, IClaims} from "../interfaces/IClaims.sol";
import {Dispute, IDisputes, Phase} from "../interfaces/IDisputes.sol";
import {Proceedings} from "../interfaces/ICourt.sol";
import {ProgramHeader} from "../interfaces/IRegistry.sol";
import {OutputPath} from "../libraries/OutputPath.sol";
import {Search} from "../libraries/Search.sol";
import {Trees} from "../libraries/Trees.sol";
import {DisputeStore} from "./DisputeStore.sol";

/// @title How a search begins: at the trace root of the claim or, if the program is lazy, by demanding one
abstract contract TraceBinding is DisputeStore {
	/// @inheritdoc IDisputes
	function bindTrace(
		IClaims market,
		uint256 claimId,
		bytes32 traceRoot,
		bytes32[] calldata operatorPath,
		bytes32[] calldata stepPath
	) external {
		ClaimFacts memory facts = _requireLive(market, claimId);
		if (msg.sender != facts.submitter) revert NotTheSubmitter(msg.sender, facts.submitter);
		ProgramHeader memory h = _headerOf(facts);
		if (!_isUnbound(market, claimId, h)) revert TraceKnown(claimId, _traceRoot(market, claimId, h));
		OutputPath.requireUnder(
			traceRoot,
			market.outputRoot(claimId),
			h.outputOperator,
			h.operatorCount,
			h.steps,
			operatorPath,
			stepPath
		);
		Proceedings storage p = _proceedings[market][claimId];
		p.traceRoot = traceRoot;
		p.boundAt = uint40(block.timestamp);
		emit TraceBound(market, claimId, traceRoot);
	}

	/// @inheritdoc IDisputes
	function enter(IClaims market, uint256 disputeId, DescriptorOpening calldata entry) external {
		(Dispute storage d, ProgramHeader memory header, uint256 published) =
			_requireChallenger(market, disputeId, Phase.Root);
		_charge(d, published);
		_begin(market, disputeId, d, header, entry);
	}

	/// @dev Demands the children of the trace root, or the trace root where there is none yet.
	function _begin(
		IClaims market,
		uint256 disputeId,
		Dispute storage d,
		ProgramHeader memory header,
		DescriptorOpening calldata entry
	) internal {
		if (_isUnbound(market, d.claim, header)) {
			if (entry.descriptor.length != 0) revert DescriptorNotNeeded();
			d.phase = Phase.Root;
			d.demandedAt = SafeCast.toUint32(block.timestamp);
			d.crowding = _crowd(market, d.claim);
			return;
		}
		Cursor memory at;
		at.tree = Trees.STEPS;
		at.level = Search.levelOf(header.steps);
		_demand(market, disputeId, d, header, at, _traceRoot(market, d.claim, header), entry);
	}

	function _isUnbound(IClaims market, uint256 claimId, ProgramHeader memory header) internal view returns (bool) {
		return header.lazy && _proceedings[market][claimId].boundAt == 0;
	}

	function _traceRoot(IClaims market, uint256 claimId, ProgramHeader memory header)
		internal
		view
		returns (bytes32 traceRoot)
	{
		if (header.lazy) return _proceedings[market][claimId].traceRoot;
		(, traceRoot) = market.claimRoots(claimId);
	}
}
