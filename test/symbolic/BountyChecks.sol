// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {IBeacon, RoundStatus} from "../../contracts/interfaces/IBeacon.sol";
import {BountyParameters, BountyTerms, IBounties, ShownLeaf} from "../../contracts/interfaces/IBounties.sol";
import {ClaimStatus} from "../../contracts/interfaces/IClaims.sol";
import {IMarket} from "../../contracts/interfaces/IMarket.sol";
import {ETHER} from "../../contracts/interfaces/ITokenLedger.sol";
import {ShownWeights} from "../../contracts/libraries/ShownWeights.sol";
import {Bounties} from "../../contracts/network/Bounties.sol";
import {Account, Surroundings} from "./Surroundings.sol";

/// @title The money of a bounty for all pools, deposits, fees and scores: pool and deposits are owed to somebody or
/// burned, and are paid once
/// @dev The contract is the one that is deployed; weights are one leaf that is known.
contract BountyChecks is Surroundings {
	uint32 internal constant TIME = 100;
	uint16 internal constant LOSS = 500;

	Account internal immutable _owner = new Account();
	Account internal immutable _contributor = new Account();
	Account internal immutable _scorer = new Account();

	/// @notice A bounty in which nobody took part gives its pool back.
	function check_endedBountyConserves(uint64 pool, uint64 deposit, uint64 scoreFee) external {
		Bounties bounties = _opened(pool, 1, deposit, scoreFee);
		_owner.act(address(bounties), abi.encodeCall(IBounties.end, (1)));
		assert(bounties.owed(ETHER, address(_owner)) == pool);
		_finish(bounties, pool, 0);
	}

	/// @notice A candidate that shows nothing loses its deposit, which nobody gets; the pool stays the owner's.
	function check_hiddenCandidateConserves(uint64 pool, uint64 deposit, uint64 scoreFee) external {
		Bounties bounties = _committed(pool, 1, deposit, scoreFee);
		_at(START + 3 * TIME + 1);
		_status = RoundStatus.Known;
		bounties.begin(1);
		bounties.expire(1);
		_closed(bounties);
		assert(bounties.owed(ETHER, address(_owner)) == pool);
		_finish(bounties, uint256(pool) + deposit, deposit);
	}

	/// @notice A round whose value can never be known gives every deposit back.
	function check_voidRoundConserves(uint64 pool, uint64 deposit, uint64 scoreFee) external {
		Bounties bounties = _committed(pool, 1, deposit, scoreFee);
		_at(START + 3 * TIME + 1);
		_status = RoundStatus.Void;
		bounties.giveBack(1);
		_closed(bounties);
		assert(bounties.owed(ETHER, address(_contributor)) == deposit);
		_finish(bounties, uint256(pool) + deposit, 0);
	}

	/// @notice A scored candidate is paid what its gain is worth, no more than the pool; its deposit pays for the score.
	function check_scoredCandidateConserves(uint64 pool, uint32 rate, uint64 deposit, uint64 scoreFee, uint16 gain)
		external
	{
		Bounties bounties = _asked(pool, rate, deposit, scoreFee);
		// The first element is the baseline's score, 0, the second the candidate's.
		_words[0] = (uint256(2 ** 31) + gain) * 2 ** 32 + 2 ** 31;
		_decide(ClaimStatus.Final, address(_scorer), address(0));
		bounties.sync(1, 1);
		assert(!_can(_scorer, address(bounties), abi.encodeCall(IBounties.sync, (1, 1))));
		_closed(bounties);
		uint256 worth = uint256(rate) * gain;
		uint256 reward = worth < pool ? worth : pool;
		assert(bounties.owed(ETHER, address(_contributor)) == reward + deposit - scoreFee);
		assert(bounties.owed(ETHER, address(_owner)) == pool - reward);
		_finish(bounties, uint256(pool) + deposit, 0);
	}

	/// @notice A candidate that is worse loses its part of the deposit: the scorer's fee, and the rest burned.
	function check_worseCandidateConserves(uint64 pool, uint64 deposit, uint64 scoreFee, uint16 loss) external {
		if (loss < 2) return;
		Bounties bounties = _asked(pool, 1, deposit, scoreFee);
		_words[0] = (uint256(2 ** 31) - loss) * 2 ** 32 + 2 ** 31;
		_decide(ClaimStatus.Final, address(_scorer), address(0));
		bounties.sync(1, 1);
		_closed(bounties);
		uint256 lost = (uint256(deposit) * LOSS) / 1000;
		assert(bounties.owed(ETHER, address(_owner)) == pool);
		assert(bounties.owed(ETHER, address(_scorer)) == scoreFee);
		assert(bounties.owed(ETHER, address(_contributor)) == deposit - lost);
		_finish(bounties, uint256(pool) + deposit, lost - scoreFee);
	}

	/// @notice A contributor whose claim is rejected loses its deposit: half to whoever caught it, half burned.
	function check_rejectedCandidateConserves(uint64 pool, uint64 deposit, uint64 scoreFee) external {
		Bounties bounties = _asked(pool, 1, deposit, scoreFee);
		_decide(ClaimStatus.Rejected, address(_contributor), address(_scorer));
		bounties.sync(1, 1);
		_closed(bounties);
		assert(bounties.owed(ETHER, address(_contributor)) == 0);
		assert(bounties.owed(ETHER, address(_owner)) == pool);
		_finish(bounties, uint256(pool) + deposit, deposit / 2);
	}

	function rootOf(ShownLeaf[] calldata leaves) external pure returns (bytes32) {
		bytes32[] memory nodes = new bytes32[](1);
		(nodes[0],) = ShownWeights.part(32, 1, 0, leaves);
		return ShownWeights.root(nodes);
	}

	function _opened(uint64 pool, uint32 rate, uint64 deposit, uint64 scoreFee) internal returns (Bounties bounties) {
		if (pool == 0 || rate == 0 || scoreFee == 0 || deposit < 2 || scoreFee > (uint256(deposit) * LOSS) / 1000) revert();
		_at(START);
		bounties = new Bounties(IMarket(address(this)), IBeacon(address(this)), BountyParameters(2, 1, LOSS));
		BountyTerms memory terms;
		terms.program = bytes32(uint256(1));
		terms.inputRoots = new bytes32[](3);
		(terms.candidateInput, terms.statesInput, terms.width, terms.elements) = (1, 2, 32, 1);
		(terms.pool, terms.rate, terms.minGain, terms.deposit, terms.scoreFee) = (pool, rate, 1, deposit, scoreFee);
		(terms.commitSeconds, terms.revealSeconds) = (TIME, TIME);
		(terms.availabilitySeconds, terms.scoreSeconds) = (2 * INCREMENT, TIME);
		_owner.act{value: pool}(address(bounties), abi.encodeCall(IBounties.open, (terms)));
	}

	function _committed(uint64 pool, uint32 rate, uint64 deposit, uint64 scoreFee) internal returns (Bounties bounties) {
		bounties = _opened(pool, rate, deposit, scoreFee);
		bytes32 commitment = bounties.commitmentOf(1, 1, address(_contributor), this.rootOf(_leaves()), 0);
		_contributor.act{value: deposit}(address(bounties), abi.encodeCall(IBounties.commit, (1, 1, commitment)));
	}

	/// @dev A candidate that its contributor may claim the score of.
	function _asked(uint64 pool, uint32 rate, uint64 deposit, uint64 scoreFee) internal returns (Bounties bounties) {
		bounties = _committed(pool, rate, deposit, scoreFee);
		_at(START + TIME + 1);
		bytes32 root = this.rootOf(_leaves());
		_contributor.act(address(bounties), abi.encodeCall(IBounties.reveal, (1, root, 0, 0, _leaves())));
		_at(START + 2 * TIME + 2 * INCREMENT);
		_status = RoundStatus.Known;
		bounties.ask(1);
	}

	/// @dev Closes the round, and ends the bounty.
	function _closed(Bounties bounties) internal {
		bounties.close(1);
		assert(!_can(_scorer, address(bounties), abi.encodeCall(IBounties.close, (1))));
		_owner.act(address(bounties), abi.encodeCall(IBounties.end, (1)));
	}

	function _finish(Bounties bounties, uint256 paidIn, uint256 burned) internal {
		assert(!_can(_owner, address(bounties), abi.encodeCall(IBounties.end, (1))));
		assert(!_can(_scorer, address(bounties), abi.encodeCall(IBounties.giveBack, (1))));
		assert(!_can(_scorer, address(bounties), abi.encodeCall(IBounties.expire, (1))));
		Account[] memory accounts = new Account[](3);
		(accounts[0], accounts[1], accounts[2]) = (_owner, _contributor, _scorer);
		_settle(bounties, accounts, paidIn, burned);
	}

	function _leaves() internal pure returns (ShownLeaf[] memory leaves) {
		leaves = new ShownLeaf[](1);
		(leaves[0].words[0], leaves[0].digest) = (9, 11);
	}
}
