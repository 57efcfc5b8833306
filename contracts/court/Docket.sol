// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ClaimFacts, ClaimStatus, IClaims} from "../interfaces/IClaims.sol";
import {ICourt, Proceedings} from "../interfaces/ICourt.sol";
import {OutputShape, ProgramHeader} from "../interfaces/IRegistry.sol";
import {Ledger} from "../ledger/Ledger.sol";
import {CourtConfiguration} from "./CourtConfiguration.sol";

/// @title What a court keeps of each claim that was brought before it
/// @dev Markets are asked by static calls at the beginning of a move, and told of a rejection as its last effect.
abstract contract Docket is CourtConfiguration, Ledger {
	mapping(IClaims market => mapping(uint256 claimId => Proceedings)) internal _proceedings;

	/// @inheritdoc ICourt
	function standing(IClaims market, uint256 claimId, uint256 periodEnd)
		external
		view
		returns (uint256 end, uint256 openDisputes)
	{
		return (_challengeEnd(market, claimId, periodEnd), _proceedings[market][claimId].openDisputes);
	}

	/// @inheritdoc ICourt
	function proceedings(IClaims market, uint256 claimId) external view returns (Proceedings memory) {
		return _proceedings[market][claimId];
	}

	/// @dev From when on a claim can no longer be challenged; the largest integer while inputs are demanded.
	function _challengeEnd(IClaims market, uint256 claimId, uint256 periodEnd) internal view returns (uint256) {
		Proceedings storage p = _proceedings[market][claimId];
		if (p.openDemands != 0) return type(uint256).max;
		if (p.lastAnswer == 0) return periodEnd;
		return Math.max(periodEnd, p.lastAnswer + _computeAllowance);
	}

	function _requireLive(IClaims market, uint256 claimId) internal view returns (ClaimFacts memory facts) {
		facts = market.claimFacts(claimId);
		if (facts.status != ClaimStatus.Live) {
			revert IClaims.WrongClaimStatus(claimId, facts.status, ClaimStatus.Live);
		}
	}

	function _requireRejected(IClaims market, uint256 claimId) internal view {
		ClaimStatus status = market.claimFacts(claimId).status;
		if (status != ClaimStatus.Rejected) {
			revert IClaims.WrongClaimStatus(claimId, status, ClaimStatus.Rejected);
		}
	}

	/// @dev What a search needs of a program: one word of storage instead of four.
	function _shapeOf(ClaimFacts memory facts) internal view returns (OutputShape memory) {
		return registry.outputShape(facts.program);
	}

	function _headerOf(ClaimFacts memory facts) internal view returns (ProgramHeader memory) {
		return registry.header(facts.program);
	}
}
