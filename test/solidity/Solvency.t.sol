// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Dispute, Phase} from "../../contracts/interfaces/IDisputes.sol";
import {IInputs} from "../../contracts/interfaces/IInputs.sol";
import {BURN, Claim, ClaimStatus, Parameters, Request} from "../../contracts/interfaces/IMarket.sol";
import {IUmpire} from "../../contracts/interfaces/IUmpire.sol";
import {Actors} from "./Actors.sol";

/// @title Whatever actors do, the contracts hold what they owe, and in the end everybody has been paid
contract SolvencyTest {
	Actors private _actors;
	IUmpire private _umpire;
	IInputs private _inputs;
	Parameters private _p;

	function setUp() external {
		_p = Parameters({
			challengePeriod: 100,
			increment: 20,
			reserve: 30,
			provingAllowance: 10,
			commitAllowance: 10,
			crowding: 2,
			depth: 2,
			window: 3,
			burnPermille: 333,
			submitterBond: 1 ether + 1,
			challengerBond: 0.7 ether + 3,
			computeAllowance: 15,
			demandBond: 0.1 ether + 7
		});
		_actors = new Actors(_p);
		_umpire = _actors.umpire();
		_inputs = _actors.inputs();
	}

	function targetContracts() external view returns (address[] memory targets) {
		targets = new address[](1);
		targets[0] = address(_actors);
	}

	function invariant_balanceIsWhatIsOwed() external view {
		require(address(_umpire).balance == _liabilities(), "balance");
		require(address(_inputs).balance == _p.demandBond * _openDemands(), "bonds of demands");
	}

	function invariant_nothingIsLost() external view {
		uint256 held = address(_umpire).balance + address(_inputs).balance;
		require(_actors.paidIn() == held + _actors.paidOut() + BURN.balance, "conservation");
	}

	function invariant_claimsCountTheirDisputes() external view {
		uint256[] memory open = new uint256[](_umpire.claimCount() + 1);
		for (uint256 i = 1; i <= _umpire.disputeCount(); ++i) {
			Dispute memory d = _umpire.getDispute(i);
			if (d.phase != Phase.Closed) ++open[d.claim];
		}
		for (uint256 i = 1; i < open.length; ++i) {
			Claim memory c = _umpire.getClaim(i);
			require(c.openDisputes == open[i], "open disputes");
			require(c.status != ClaimStatus.Final || open[i] == 0, "a final claim is disputed");
			uint256 live = _umpire.getRequest(c.request).liveClaim;
			require((c.status == ClaimStatus.Rejected) == (live != i), "a request's claim");
		}
	}

	/// @notice Drawn moves, then an end of everything: nothing is left that nobody can take.
	function testFuzz_everybodyIsPaidInTheEnd(uint256 seed) external {
		_play(seed, 120);
		_actors.end();
		require(address(_umpire).balance == 0 && address(_inputs).balance == 0, "stuck");
		require(_actors.paidIn() == _actors.paidOut() + BURN.balance, "conservation");
	}

	/// @dev The actors are not idle: within so many moves each kind is accepted at least once.
	function test_everyMoveIsMade() external {
		bytes32[15] memory moves = [
			bytes32("request"),
			"claim",
			"challenge",
			"publishLeaf",
			"settle",
			"timeout",
			"reclaim",
			"finalise",
			"refund",
			"withdraw",
			"demandInput",
			"answerInput",
			"timeoutInput",
			"collectAnswered",
			"reclaimInput"
		];
		uint256[15] memory made;
		for (uint256 game = 0; game < 40; ++game) {
			_actors = new Actors(_p);
			_play(game, 100);
			for (uint256 i = 0; i < moves.length; ++i) {
				made[i] += _actors.made(moves[i]);
			}
		}
		for (uint256 i = 0; i < moves.length; ++i) {
			require(made[i] > 0, string(abi.encodePacked("never made: ", moves[i])));
		}
	}

	function _play(uint256 seed, uint256 moves) private {
		for (uint256 i = 0; i < moves; ++i) {
			uint256 drawn = uint256(keccak256(abi.encode(seed, i)));
			(uint256 who, uint256 which, bool flag) = (drawn >> 8, drawn >> 24, drawn >> 255 == 1);
			uint256 move = drawn % 17;
			if (move == 0) _actors.request(who, uint96(which), uint16(which));
			else if (move < 3) _actors.claim(who, which, flag);
			else if (move < 5) _actors.challenge(who, which);
			else if (move == 5) _actors.publishLeaf(who, flag);
			else if (move == 6) _actors.settle(who, which, which >> 9);
			else if (move == 7) _actors.timeout(who, which);
			else if (move == 8) _actors.reclaim(who, which);
			else if (move == 9) _actors.finalise(who, which);
			else if (move == 10) _actors.refund(who, which);
			else if (move == 11) _actors.withdraw(who);
			else if (move == 12) _actors.demandInput(who, which);
			else if (move == 13) flag ? _actors.answerInput(who, which) : _actors.collectAnswered(who, which);
			else if (move == 14) _actors.timeoutInput(who, which);
			else if (move == 15) _actors.reclaimInput(who, which);
			else _actors.wait(uint16(which));
		}
	}

	function _liabilities() private view returns (uint256 sum) {
		for (uint256 i = 1; i <= _umpire.requestCount(); ++i) {
			Request memory r = _umpire.getRequest(i);
			if (!r.closed) sum += r.fee;
		}
		for (uint256 i = 1; i <= _umpire.claimCount(); ++i) {
			if (_umpire.getClaim(i).status == ClaimStatus.Live) sum += _p.submitterBond;
		}
		for (uint256 i = 1; i <= _umpire.disputeCount(); ++i) {
			if (_umpire.getDispute(i).phase != Phase.Closed) sum += _p.challengerBond;
		}
		for (uint256 i = 0; i < _actors.ACTORS(); ++i) {
			sum += _umpire.owed(_actors.actor(i));
		}
	}

	function _openDemands() private view returns (uint256 open) {
		for (uint256 i = 1; i <= _inputs.inputDemandCount(); ++i) {
			if (_inputs.getInputDemand(i).open) ++open;
		}
	}
}
