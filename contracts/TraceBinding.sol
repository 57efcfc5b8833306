// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {DisputeStore} from "./DisputeStore.sol";
import {DescriptorOpening} from "./interfaces/IArbiter.sol";
import {Dispute, IDisputes, Phase} from "./interfaces/IDisputes.sol";
import {Claim, IMarket} from "./interfaces/IMarket.sol";
import {OutputShape, ProgramHeader} from "./interfaces/IRegistry.sol";
import {Search} from "./libraries/Search.sol";
import {Trees} from "./libraries/Trees.sol";

/// @title How a search begins: at the trace root of the claim or, if the program is lazy, by demanding one
abstract contract TraceBinding is DisputeStore {
	/// @inheritdoc IMarket
	function bindTrace(
		uint256 claimId,
		bytes32 traceRoot,
		bytes32[] calldata operatorPath,
		bytes32[] calldata stepPath
	) external {
		Claim storage c = _requireLive(claimId);
		if (msg.sender != c.submitter) revert NotTheSubmitter(msg.sender, c.submitter);
		OutputShape memory shape = registry.outputShape(_requestOf(c).program);
		if (!shape.lazy || boundAt[claimId] != 0) revert TraceKnown(claimId, c.traceRoot);
		_requireOutput(shape, _outputRoot(claimId, shape), operatorPath, stepPath, traceRoot);
		c.traceRoot = traceRoot;
		boundAt[claimId] = block.timestamp;
		emit TraceBound(claimId, traceRoot);
	}

	/// @inheritdoc IDisputes
	function enter(uint256 disputeId, DescriptorOpening calldata entry) external {
		(Dispute storage d, Claim storage c, uint256 published) = _requireChallenger(disputeId, Phase.Root);
		_charge(d, published);
		_begin(disputeId, d, c, entry);
	}

	/// @dev Demands the children of the trace root, or the trace root where there is none yet.
	function _begin(uint256 disputeId, Dispute storage d, Claim storage c, DescriptorOpening calldata entry) internal {
		ProgramHeader memory header = _headerOf(c);
		if (_isUnbound(d.claim, header)) {
			if (entry.descriptor.length != 0) revert DescriptorNotNeeded();
			d.phase = Phase.Root;
			d.demandedAt = SafeCast.toUint32(block.timestamp);
			d.crowding = _crowd(c);
			return;
		}
		Cursor memory at;
		at.tree = Trees.STEPS;
		at.level = Search.levelOf(header.steps);
		_demand(disputeId, d, c, header, at, c.traceRoot, entry);
	}

	function _isUnbound(uint256 claimId, ProgramHeader memory header) internal view returns (bool) {
		return header.lazy && boundAt[claimId] == 0;
	}
}
