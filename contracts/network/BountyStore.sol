// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {IBeacon} from "../interfaces/IBeacon.sol";
import {
	Bounty,
	BountyParameters,
	BountyRound,
	BountyStatus,
	Candidate,
	CandidateStatus,
	IBounties
} from "../interfaces/IBounties.sol";
import {CourtParameters} from "../interfaces/ICourt.sol";
import {IMarket} from "../interfaces/IMarket.sol";
import {TokenLedger} from "../ledger/TokenLedger.sol";
import {Lanes} from "../libraries/Lanes.sol";
import {Parameter} from "../libraries/Parameter.sol";
import {Reservations} from "../libraries/Reservations.sol";
import {Seed} from "../libraries/Seed.sol";
import {Trees} from "../libraries/Trees.sol";

/// @title What is stored of bounties, their rounds and candidates, and the ways to read it
abstract contract BountyStore is IBounties, TokenLedger {
	/// @dev Where a program takes what, and the roots of its other inputs.
	struct Inputs {
		bytes32[] roots;
		uint32 baseline;
		uint32 candidate;
		uint32 states;
	}

	/// @inheritdoc IBounties
	IMarket public immutable market;
	/// @inheritdoc IBounties
	IBeacon public immutable beacon;
	/// @inheritdoc IBounties
	uint256 public immutable grace;
	uint256 internal immutable _burnPermille;
	/// @dev The least time for reading weights: what a side of a dispute has for one move.
	uint256 internal immutable _availabilityMin;
	uint256 internal immutable _depositMin;
	uint256 internal immutable _scoreFeeMin;
	uint256 internal immutable _lossPermille;

	/// @inheritdoc IBounties
	uint256 public bountyCount;
	/// @inheritdoc IBounties
	uint256 public candidateCount;
	mapping(uint256 bountyId => Bounty) internal _bounties;
	mapping(uint256 bountyId => Inputs) internal _inputs;
	mapping(uint256 bountyId => mapping(uint256 round => BountyRound)) internal _rounds;
	mapping(uint256 candidateId => Candidate) internal _candidates;

	constructor(IMarket market_, IBeacon beacon_, BountyParameters memory p) {
		Parameter.requireContract("market", address(market_));
		Reservations.requireUnstoppable(market_);
		Parameter.requireContract("beacon", address(beacon_));
		(market, beacon) = (market_, beacon_);
		CourtParameters memory court = market_.court().parameters();
		(grace, _burnPermille) = (court.increment, court.burnPermille);
		_availabilityMin = uint256(court.increment) + court.reserve;
		Parameter.requireWithin("scoreFeeMin", p.scoreFeeMin, 1, type(uint96).max);
		Parameter.requireWithin("lossPermille", p.lossPermille, 1, court.burnPermille);
		// What a worse candidate loses has to pay for its scoring.
		uint256 least = (1000 * uint256(p.scoreFeeMin) - 1) / p.lossPermille + 1;
		Parameter.requireWithin("depositMin", p.depositMin, least, type(uint128).max);
		(_depositMin, _scoreFeeMin, _lossPermille) = (p.depositMin, p.scoreFeeMin, p.lossPermille);
	}

	/// @inheritdoc IBounties
	function parameters() external view returns (BountyParameters memory p) {
		(p.depositMin, p.scoreFeeMin) = (uint128(_depositMin), uint128(_scoreFeeMin));
		p.lossPermille = uint16(_lossPermille);
	}

	/// @inheritdoc IBounties
	function getBounty(uint256 bountyId) external view returns (Bounty memory) {
		return _bounty(bountyId);
	}

	/// @inheritdoc IBounties
	function getRound(uint256 bountyId, uint256 round) external view returns (BountyRound memory) {
		return _rounds[bountyId][round];
	}

	/// @inheritdoc IBounties
	function getCandidate(uint256 candidateId) external view returns (Candidate memory) {
		return _candidate(candidateId);
	}

	/// @inheritdoc IBounties
	function commitmentOf(
		uint256 bountyId,
		uint256 round,
		address contributor,
		bytes32 weightsRoot,
		bytes32 salt
	) public view returns (bytes32) {
		return keccak256(abi.encode(block.chainid, this, bountyId, round, contributor, weightsRoot, salt));
	}

	/// @inheritdoc IBounties
	function inputsRootOf(uint256 candidateId) public view returns (bytes32) {
		Candidate storage c = _candidate(candidateId);
		Inputs storage inputs = _inputs[c.bounty];
		bytes32[] memory roots = inputs.roots;
		roots[inputs.baseline] = _bounties[c.bounty].baseline;
		roots[inputs.candidate] = c.weightsRoot;
		bytes32 value = beacon.valueOf(_roundOf(c).beaconRound);
		roots[inputs.states] = Lanes.node(Seed.WIDTH, Seed.states(value));
		return Trees.root(roots, Trees.INPUTS, 0);
	}

	function _bounty(uint256 bountyId) internal view returns (Bounty storage) {
		if (bountyId == 0 || bountyId > bountyCount) revert UnknownBounty(bountyId);
		return _bounties[bountyId];
	}

	function _candidate(uint256 candidateId) internal view returns (Candidate storage) {
		if (candidateId == 0 || candidateId > candidateCount) revert UnknownCandidate(candidateId);
		return _candidates[candidateId];
	}

	function _candidateIn(uint256 candidateId, CandidateStatus expected)
		internal
		view
		returns (Candidate storage c)
	{
		c = _candidate(candidateId);
		if (c.status != expected) revert WrongCandidateStatus(candidateId, c.status, expected);
	}

	function _roundOf(Candidate storage c) internal view returns (BountyRound storage) {
		return _rounds[c.bounty][c.round];
	}

	/// @dev The candidate has come to its end without a score.
	function _oust(uint256 candidateId, Candidate storage c) internal {
		c.status = CandidateStatus.Out;
		--_roundOf(c).open;
		emit CandidateOut(candidateId);
	}

	function _endBounty(uint256 bountyId, Bounty storage b) internal {
		(uint256 rest, uint256 budget) = (b.pool, b.budget);
		(b.status, b.pool, b.budget) = (BountyStatus.Ended, 0, 0);
		_credit(b.token, b.owner, rest);
		_credit(address(0), b.owner, budget);
		emit BountyEnded(bountyId, rest);
	}
}
