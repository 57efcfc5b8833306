// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IArbiter} from "./IArbiter.sol";
import {IClaims} from "./IClaims.sol";
import {IDisputes} from "./IDisputes.sol";
import {IInputDemands} from "./IInputDemands.sol";
import {ILedger} from "./ILedger.sol";
import {IRegistry} from "./IRegistry.sol";

/// @notice The constants of a court (docs/protocol.md section 5). Times in seconds, bonds in wei.
struct CourtParameters {
	/// time that every move gives its side
	uint32 increment;
	/// time beyond the increments that a side has for the whole dispute
	uint32 reserve;
	/// further time of the challenger where it may have to prove (phases Leaf and Partials)
	uint32 provingAllowance;
	/// further time of the submitter to commit to the trace of a lazy claim or of a segment (phase Root)
	uint32 commitAllowance;
	/// time to compute after the last answer to a demand for inputs
	uint32 computeAllowance;
	/// further time of both sides per other dispute open against the same claim
	uint32 crowding;
	/// levels that one answer opens
	uint8 depth;
	/// levels of the trees of steps and operators that are opened at once when no more are left
	uint8 window;
	/// the burned part of a lost bond, in thousandths
	uint16 burnPermille;
	uint128 challengerBond;
	uint128 demandBond;
}

/// @notice What a court keeps of a claim.
struct Proceedings {
	uint32 openDisputes;
	uint32 openDemands;
	/// when the last chunk was published that a closed demand asked for
	uint40 lastAnswer;
}

/// @title Judges the claims of markets: disputes, demands for inputs, and the bonds of both
/// @dev Any contract may be a market. Everything but published nodes and leaves is kept by market: one that lies
/// about its claims moves the bonds of its own disputes and demands, and no others.
interface ICourt is IDisputes, IInputDemands, ILedger {
	/// @notice Where programs are registered.
	function registry() external view returns (IRegistry);

	/// @notice Who decides about settlements.
	function arbiter() external view returns (IArbiter);

	function parameters() external view returns (CourtParameters memory);

	/// @notice What was brought against a claim so far; all 0 if nothing was.
	function proceedings(IClaims market, uint256 claimId) external view returns (Proceedings memory);

	/// @notice What stands against a claim being final.
	/// @param periodEnd the end of its challenge period
	/// @return end from when on it can no longer be challenged: later than `periodEnd` if inputs were demanded, the
	/// largest integer while demands are open
	/// @return openDisputes how many disputes against it are open
	function standing(IClaims market, uint256 claimId, uint256 periodEnd)
		external
		view
		returns (uint256 end, uint256 openDisputes);
}
