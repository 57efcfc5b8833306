// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {DescriptorOpening} from "../interfaces/IArbiter.sol";
import {ClaimFacts, IClaims} from "../interfaces/IClaims.sol";
import {Dispute, IDisputes, Phase} from "../interfaces/IDisputes.sol";
import {OutputShape} from "../interfaces/IRegistry.sol";
import {OutputPath} from "../libraries/OutputPath.sol";
import {Search} from "../libraries/Search.sol";
import {Segments} from "../libraries/Segments.sol";
import {Trees} from "../libraries/Trees.sol";
import {DisputeStore} from "./DisputeStore.sol";

/// @title How a search begins at what the claim carries, and goes on in a trace that it does not carry
abstract contract TraceBinding is DisputeStore {
	/// @inheritdoc IDisputes
	function bindTrace(
		IClaims market,
		uint256 claimId,
		uint256 segment,
		bytes32 traceRoot,
		bytes32 lastStep,
		bytes32[] calldata stepPath,
		bytes32[] calldata claimPath
	) external {
		ClaimFacts memory facts = _requireLive(market, claimId);
		if (msg.sender != facts.submitter) revert NotTheSubmitter(msg.sender, facts.submitter);
		OutputShape memory h = _shapeOf(facts);
		(, bytes32 expected) = market.claimRoots(claimId);
		if (h.commitment == Segments.EAGER) revert TraceKnown(claimId, expected);
		uint256 count = Segments.count(h.commitment, h.steps);
		if (segment >= count) revert SegmentOutOfRange(segment, count);
		BoundTrace storage bound = _bound[market][claimId][segment];
		if (bound.time != 0) revert TraceKnown(claimId, bound.root);
		uint256 steps =
			Segments.stepsFrom(h.commitment, h.steps, segment * Segments.length(h.commitment, h.steps));
		bytes32 root = Trees.rootFromPath(lastStep, steps - 1, steps, stepPath, Trees.STEPS, 0);
		if (root != traceRoot) revert OutputPath.WrongTraceRoot(root, traceRoot);
		// The other side of the last step: without it an honest trace could defend a false claim.
		if (Segments.hasCheckpoints(h.commitment)) {
			root = Trees.rootFromPath(lastStep, segment, count, claimPath, Trees.CHECKPOINTS, 0);
		} else {
			root = Trees.rootFromPath(
				market.outputRoot(claimId), h.operator, h.operatorCount, claimPath, Trees.OPERATORS, 0
			);
			expected = lastStep;
		}
		if (root != expected) revert OutputPath.WrongTraceRoot(root, expected);
		(bound.time, bound.root) = (block.timestamp, traceRoot);
		emit TraceBound(market, claimId, segment, traceRoot);
	}

	/// @inheritdoc IDisputes
	function enter(IClaims market, uint256 disputeId, DescriptorOpening calldata entry) external {
		(Dispute storage d, ClaimFacts memory facts, OutputShape memory program, uint256 published) =
			_requireChallenger(market, disputeId, Phase.Root);
		_charge(d, published);
		_demand(market, disputeId, d, facts, program, _cursor(d), d.node, entry);
	}

	/// @inheritdoc IDisputes
	function boundTrace(IClaims market, uint256 claimId, uint256 segment)
		external
		view
		returns (uint256 boundAt, bytes32 traceRoot)
	{
		BoundTrace storage bound = _bound[market][claimId][segment];
		return (bound.time, bound.root);
	}

	/// @dev Demands the children of the root that the claim carries: of all steps, or of the checkpoints. A lazy claim
	/// is one of a single checkpoint that it does not say.
	function _begin(
		IClaims market,
		uint256 disputeId,
		Dispute storage d,
		ClaimFacts memory facts,
		DescriptorOpening calldata entry
	) internal {
		OutputShape memory program = _shapeOf(facts);
		Cursor memory at;
		at.tree = program.commitment == Segments.EAGER ? Trees.STEPS : Trees.CHECKPOINTS;
		at.level = Search.levelOf(_count(at, program));
		(, bytes32 root) = market.claimRoots(d.claim);
		_demand(market, disputeId, d, facts, program, at, root, entry);
	}
}
