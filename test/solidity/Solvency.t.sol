// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Dispute, Phase} from "../../contracts/interfaces/IDisputes.sol";
import {ClaimStatus} from "../../contracts/interfaces/IClaims.sol";
import {CourtParameters, ICourt} from "../../contracts/interfaces/ICourt.sol";
import {BURN, ILedger} from "../../contracts/interfaces/ILedger.sol";
import {Claim, IMarket, MarketParameters, Request} from "../../contracts/interfaces/IMarket.sol";
import {Actors} from "./Actors.sol";

/// @title Whatever actors do, the contracts hold what they owe, and in the end everybody has been paid
contract SolvencyTest {
	Actors private _actors;
	IMarket private _market;
	ICourt private _court;
	MarketParameters private _m;
	CourtParameters private _c;

	function setUp() external {
		_m = MarketParameters({challengePeriod: 100, submitterBond: 1 ether + 1});
		_c = CourtParameters({
			increment: 20,
			reserve: 30,
			provingAllowance: 10,
			commitAllowance: 10,
			computeAllowance: 15,
			crowding: 2,
			depth: 2,
			window: 3,
			burnPermille: 333,
			challengerBond: 0.7 ether + 3,
			demandBond: 0.1 ether + 7
		});
		_actors = new Actors(_m, _c);
		_market = _actors.market();
		_court = _actors.court();
	}

	function targetContracts() external view returns (address[] memory targets) {
		targets = new address[](1);
		targets[0] = address(_actors);
	}

	function invariant_balancesAreWhatIsOwed() external view {
		require(address(_market).balance == _liabilitiesOfMarket(), "market");
		require(address(_court).balance == _liabilitiesOfCourt(), "court");
	}

	function invariant_nothingIsLost() external view {
		uint256 held = address(_market).balance + address(_court).balance;
		require(_actors.paidIn() == held + _actors.paidOut() + BURN.balance, "conservation");
	}

	function invariant_theCourtCountsDisputesOfClaims() external view {
		uint256[] memory open = new uint256[](_market.claimCount() + 1);
		for (uint256 i = 1; i <= _court.disputeCount(_market); ++i) {
			Dispute memory d = _court.getDispute(_market, i);
			if (d.phase != Phase.Closed) ++open[d.claim];
		}
		for (uint256 i = 1; i < open.length; ++i) {
			Claim memory c = _market.getClaim(i);
			require(_court.proceedings(_market, i).openDisputes == open[i], "open disputes");
			require(c.status != ClaimStatus.Final || open[i] == 0, "a final claim is disputed");
			require((c.status == ClaimStatus.Rejected) == (c.winner != address(0)), "winner");
			Request memory r = _market.getRequest(c.request);
			require((c.status == ClaimStatus.Rejected) == (r.liveClaim != i), "a request's claim");
			if (c.status == ClaimStatus.Rejected && c.submitter == r.submitter) require(r.closed, "one shot");
		}
	}

	/// @notice Drawn moves, then an end of everything: nothing is left that nobody can take.
	function testFuzz_everybodyIsPaidInTheEnd(uint256 seed) external {
		_play(seed, 120);
		_actors.end();
		require(address(_market).balance == 0 && address(_court).balance == 0, "stuck");
		require(_actors.paidIn() == _actors.paidOut() + BURN.balance, "conservation");
	}

	/// @dev The actors are not idle: within so many moves each kind is accepted at least once.
	function test_everyMoveIsMade() external {
		bytes32[16] memory moves = [
			bytes32("request"),
			"exclusive",
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
		uint256[16] memory made;
		for (uint256 game = 0; game < 40; ++game) {
			_actors = new Actors(_m, _c);
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
			if (move == 0) _actors.request(who, uint96(which), uint16(which), flag && which % 2 == 0);
			else if (move < 3) _actors.claim(who, which, flag);
			else if (move < 5) _actors.challenge(who, which);
			else if (move == 5) _actors.publishLeaf(who, flag);
			else if (move == 6) _actors.settle(who, which, which >> 9);
			else if (move == 7) _actors.timeout(who, which);
			else if (move == 8) _actors.reclaim(who, which);
			else if (move == 9) _actors.finalise(who, which);
			else if (move == 10) _actors.refund(who, which);
			else if (move == 11) _actors.withdraw(who, flag);
			else if (move == 12) _actors.demandInput(who, which);
			else if (move == 13) flag ? _actors.answerInput(who, which) : _actors.collectAnswered(who, which);
			else if (move == 14) _actors.timeoutInput(who, which);
			else if (move == 15) _actors.reclaimInput(who, which);
			else _actors.wait(uint16(which));
		}
	}

	function _liabilitiesOfMarket() private view returns (uint256 sum) {
		for (uint256 i = 1; i <= _market.requestCount(); ++i) {
			Request memory r = _market.getRequest(i);
			if (!r.closed) sum += r.fee;
		}
		for (uint256 i = 1; i <= _market.claimCount(); ++i) {
			if (_market.getClaim(i).status == ClaimStatus.Live) sum += _m.submitterBond;
		}
		return sum + _owedBy(_market);
	}

	function _liabilitiesOfCourt() private view returns (uint256 sum) {
		for (uint256 i = 1; i <= _court.disputeCount(_market); ++i) {
			if (_court.getDispute(_market, i).phase != Phase.Closed) sum += _c.challengerBond;
		}
		for (uint256 i = 1; i <= _court.inputDemandCount(_market); ++i) {
			if (_court.getInputDemand(_market, i).open) sum += _c.demandBond;
		}
		return sum + _owedBy(_court);
	}

	function _owedBy(ILedger ledger) private view returns (uint256 sum) {
		for (uint256 i = 0; i < _actors.ACTORS(); ++i) {
			sum += ledger.owed(_actors.actor(i));
		}
	}
}
