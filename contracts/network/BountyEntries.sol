// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {RoundStatus} from "../interfaces/IBeacon.sol";
import {
	Bounty,
	BountyRound,
	BountyStatus,
	BountyTerms,
	Candidate,
	CandidateStatus,
	IBounties,
	ShownLeaf
} from "../interfaces/IBounties.sol";
import {ProgramHeader} from "../interfaces/IRegistry.sol";
import {ETHER} from "../interfaces/ITokenLedger.sol";
import {Packing} from "../libraries/Packing.sol";
import {Parameter} from "../libraries/Parameter.sol";
import {ShownWeights} from "../libraries/ShownWeights.sol";
import {Trees} from "../libraries/Trees.sol";
import {BountyStore} from "./BountyStore.sol";

/// @title What owners and contributors do: opening, committing, revealing
abstract contract BountyEntries is BountyStore {
	uint256 private constant _MOST_LEAVES = 600;
	uint256 private constant _MOST_INPUTS = 64;

	/// @dev Nodes of parts that were shown before the last one.
	struct Parts {
		bytes32[] nodes;
		bytes32[] contents;
	}

	mapping(uint256 candidateId => Parts) private _parts;

	/// @inheritdoc IBounties
	function open(BountyTerms calldata terms) external payable nonReentrant returns (uint256 bountyId) {
		return _open(terms);
	}

	/// @inheritdoc IBounties
	function openWithPermit(BountyTerms calldata terms, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
		external
		payable
		nonReentrant
		returns (uint256 bountyId)
	{
		_requireToken(terms.token);
		// whoever saw the signature may have used it first: what counts is the allowance
		try IERC20Permit(terms.token).permit(msg.sender, address(this), terms.pool, deadline, v, r, s) {} catch {}
		return _open(terms);
	}

	/// @inheritdoc IBounties
	function commit(uint256 bountyId, uint256 round, bytes32 commitment)
		external
		payable
		nonReentrant
		returns (uint256 candidateId)
	{
		Bounty storage b = _bounty(bountyId);
		if (!b.isRunning) _startRound(bountyId, b);
		if (round != b.round) revert WrongRound(round, b.round);
		BountyRound storage r = _rounds[bountyId][round];
		if (block.timestamp > r.commitUntil) revert CommitmentsOver(block.timestamp, r.commitUntil);
		// The times of blocks may lag behind by more than the beacon's drift: what is known here is known.
		(RoundStatus status,) = beacon.lookUp(r.beaconRound);
		if (status != RoundStatus.Pending) revert RoundDecided(r.beaconRound);
		_takeEther(b.deposit);
		candidateId = ++candidateCount;
		++r.open;
		Candidate storage c = _candidates[candidateId];
		(c.commitment, c.contributor, c.status) = (commitment, msg.sender, CandidateStatus.Committed);
		(c.bounty, c.round) = (uint32(bountyId), uint32(round));
		emit CandidateCommitted(candidateId, bountyId, msg.sender, round, commitment);
	}

	/// @inheritdoc IBounties
	/// @dev For the contributor alone: whoever saw root and salt could show other words with the same digests, and be paid
	/// for the mismatch.
	function reveal(
		uint256 candidateId,
		bytes32 weightsRoot,
		bytes32 salt,
		uint256 first,
		ShownLeaf[] calldata leaves
	) external nonReentrant {
		Candidate storage c = _candidateIn(candidateId, CandidateStatus.Committed);
		if (msg.sender != c.contributor) revert NotTheContributor(msg.sender, c.contributor);
		BountyRound storage r = _roundOf(c);
		if (block.timestamp <= r.commitUntil || block.timestamp > r.revealUntil) {
			revert NotRevealing(block.timestamp, r.commitUntil, r.revealUntil);
		}
		bytes32 commitment = commitmentOf(c.bounty, c.round, msg.sender, weightsRoot, salt);
		if (commitment != c.commitment) revert WrongCommitment(commitment, c.commitment);
		_show(candidateId, c, weightsRoot, first, leaves);
	}

	/// @inheritdoc IBounties
	function mismatch(uint256 candidateId, uint256 leaf, ShownLeaf calldata shown, bytes32[] calldata path)
		external
		nonReentrant
	{
		Candidate storage c = _candidate(candidateId);
		if (c.status < CandidateStatus.Revealed || c.status > CandidateStatus.Open) {
			revert WrongCandidateStatus(candidateId, c.status, CandidateStatus.Revealed);
		}
		bytes32 root = Trees.rootFromPath(
			ShownWeights.contentOf(shown), leaf, c.leaves, path, Trees.TENSOR, 0
		);
		if (root != c.contentRoot) revert WrongContent(root, c.contentRoot);
		if (ShownWeights.isRight(shown)) revert NoMismatch(candidateId, leaf);
		_forfeit(_bounties[c.bounty].deposit, _burnPermille, msg.sender);
		_oust(candidateId, c);
	}

	/// @inheritdoc IBounties
	function end(uint256 bountyId) external nonReentrant {
		Bounty storage b = _bounty(bountyId);
		if (msg.sender != b.owner) revert NotTheOwner(msg.sender, b.owner);
		if (b.status != BountyStatus.Open) {
			revert WrongBountyStatus(bountyId, b.status, BountyStatus.Open);
		}
		emit BountyEnding(bountyId);
		// Whoever has committed has done so for this pool.
		if (b.isRunning) b.status = BountyStatus.Ending;
		else _endBounty(bountyId, b);
	}

	function _open(BountyTerms calldata terms) private returns (uint256 bountyId) {
		_check(terms);
		bountyId = ++bountyCount;
		Bounty storage b = _bounties[bountyId];
		(b.owner, b.status, b.program) = (msg.sender, BountyStatus.Open, terms.program);
		(b.width, b.elements, b.baseline) =
			(terms.width, terms.elements, terms.inputRoots[terms.baselineInput]);
		(b.token, b.pool, b.rate, b.minGain) = (terms.token, terms.pool, terms.rate, terms.minGain);
		(b.deposit, b.scoreFee) = (terms.deposit, terms.scoreFee);
		(b.commitSeconds, b.revealSeconds) = (terms.commitSeconds, terms.revealSeconds);
		(b.availabilitySeconds, b.scoreSeconds) = (terms.availabilitySeconds, terms.scoreSeconds);
		uint256 budget = uint256(terms.paidRounds) * beacon.fee();
		b.budget = SafeCast.toUint128(budget);
		_inputs[bountyId] =
			Inputs(terms.inputRoots, terms.baselineInput, terms.candidateInput, terms.statesInput);
		emit BountyOpened(bountyId, msg.sender, terms.program, terms);
		_takeEther(terms.token == ETHER ? budget + terms.pool : budget);
		if (terms.token != ETHER) _takeToken(terms.token, terms.pool);
	}

	function _check(BountyTerms calldata terms) private view {
		ProgramHeader memory header = market.registry().header(terms.program);
		uint256 leaf = Packing.leafElements(header.outputWidth);
		_requireTerm("outputElements", header.outputElements, 2, leaf);
		uint256 inputs = header.inputCount;
		_requireTerm("inputCount", inputs, 3, _MOST_INPUTS);
		_requireTerm("inputRoots", terms.inputRoots.length, inputs, inputs);
		_requireTerm("baselineInput", terms.baselineInput, 0, inputs - 1);
		_requireTerm("candidateInput", terms.candidateInput, 0, inputs - 1);
		_requireTerm("statesInput", terms.statesInput, 0, inputs - 1);
		if (terms.candidateInput == terms.baselineInput) revert SameInput(terms.candidateInput);
		if (terms.statesInput == terms.baselineInput || terms.statesInput == terms.candidateInput) {
			revert SameInput(terms.statesInput);
		}
		uint256 most = _MOST_LEAVES * Packing.leafElements(terms.width);
		_requireTerm("elements", terms.elements, 1, most);
		_requireTerm("pool", terms.pool, 1, type(uint128).max);
		_requireTerm("rate", terms.rate, 1, type(uint128).max);
		_requireTerm("minGain", terms.minGain, 1, type(uint32).max);
		_requireTerm("deposit", terms.deposit, _depositMin, type(uint128).max);
		uint256 loss = (uint256(terms.deposit) * _lossPermille) / 1000;
		_requireTerm("scoreFee", terms.scoreFee, _scoreFeeMin, loss);
		_requireTerm("commitSeconds", terms.commitSeconds, 1, Parameter.MOST_SECONDS);
		_requireTerm("revealSeconds", terms.revealSeconds, 1, Parameter.MOST_SECONDS);
		_requireTerm(
			"availabilitySeconds", terms.availabilitySeconds, _availabilityMin, Parameter.MOST_SECONDS
		);
		_requireTerm("scoreSeconds", terms.scoreSeconds, 1, Parameter.MOST_SECONDS);
		if (terms.token != ETHER) _requireToken(terms.token);
	}

	/// @dev Times and the beacon's round are fixed by the first commitment: nobody can know its value until weights can be
	/// shown no more.
	function _startRound(uint256 bountyId, Bounty storage b) private {
		if (b.status != BountyStatus.Open) {
			revert WrongBountyStatus(bountyId, b.status, BountyStatus.Open);
		}
		if (b.pool == 0) revert EmptyPool(bountyId);
		(b.isRunning, b.round) = (true, b.round + 1);
		BountyRound storage r = _rounds[bountyId][b.round];
		uint256 commitUntil = block.timestamp + b.commitSeconds;
		uint256 revealUntil = commitUntil + b.revealSeconds;
		(r.commitUntil, r.revealUntil) = (uint32(commitUntil), uint32(revealUntil));
		r.scoreFrom = uint32(revealUntil + b.availabilitySeconds);
		r.beaconRound = SafeCast.toUint64(beacon.roundAfter(revealUntil));
		emit RoundStarted(bountyId, b.round, commitUntil, revealUntil, r.beaconRound);
		uint256 fee = beacon.fee();
		if (fee == 0 || b.budget < fee || beacon.isOrdered(r.beaconRound)) return;
		b.budget -= uint128(fee);
		liabilities[ETHER] -= fee;
		beacon.order{value: fee}(r.beaconRound);
	}

	function _show(
		uint256 candidateId,
		Candidate storage c,
		bytes32 weightsRoot,
		uint256 first,
		ShownLeaf[] calldata leaves
	) private {
		Bounty storage b = _bounties[c.bounty];
		Parts storage parts = _parts[candidateId];
		// Whoever has shown something wrong may begin again.
		if (first == 0 && c.leaves != 0) {
			c.leaves = 0;
			delete _parts[candidateId];
		}
		if (first != c.leaves) revert WrongPart(first, c.leaves);
		uint256 rest = Packing.leafCount(b.elements, b.width) - first;
		uint256 size = rest < ShownWeights.PART ? rest : ShownWeights.PART;
		if (leaves.length != size) revert WrongPartSize(leaves.length, size);
		(bytes32 node, bytes32 content) = ShownWeights.part(b.width, b.elements, first, leaves);
		c.leaves = uint32(first + size);
		emit WeightsShown(candidateId, weightsRoot, first, leaves);
		if (size != rest) {
			parts.nodes.push(node);
			parts.contents.push(content);
			return;
		}
		bytes32 root = ShownWeights.root(_with(parts.nodes, node));
		if (root != weightsRoot) revert WrongWeights(root, weightsRoot);
		(c.weightsRoot, c.contentRoot) = (root, ShownWeights.root(_with(parts.contents, content)));
		c.status = CandidateStatus.Revealed;
		delete _parts[candidateId];
		emit CandidateRevealed(candidateId, root);
	}

	function _with(bytes32[] storage nodes, bytes32 last) private view returns (bytes32[] memory all) {
		all = new bytes32[](nodes.length + 1);
		for (uint256 i = 0; i < nodes.length; ++i) {
			all[i] = nodes[i];
		}
		all[nodes.length] = last;
	}

	function _requireTerm(bytes32 name, uint256 actual, uint256 least, uint256 most) private pure {
		if (actual < least || actual > most) revert InvalidTerm(name, actual, least, most);
	}
}
