// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {IBeacon, RoundStatus} from "../../contracts/interfaces/IBeacon.sol";
import {ClaimStatus} from "../../contracts/interfaces/IClaims.sol";
import {GridTerms, IGrid, PointTerms} from "../../contracts/interfaces/IGrid.sol";
import {IMarket} from "../../contracts/interfaces/IMarket.sol";
import {ETHER} from "../../contracts/interfaces/ITokenLedger.sol";
import {GridSearch} from "../../contracts/grid/GridSearch.sol";
import {Account, Surroundings} from "./Surroundings.sol";

/// @title The money and the clocks of a grid search for all bounties, stakes and times: bounty and stakes are owed to
/// somebody or burned, and are paid once
/// @dev The contract is the one that is deployed, with a grid of two points and one round.
contract GridChecks is Surroundings {
	uint32 internal constant ROUND = 100;
	uint32 internal constant RESERVATION = 1000;

	Account internal immutable _client = new Account();
	Account internal immutable _worker = new Account();
	Account internal immutable _catcher = new Account();

	/// @notice A grid that nobody joined gives its bounty back.
	function check_emptyGridConserves(uint64 bounty, uint64 stake) external {
		GridSearch grid = _started(bounty, stake);
		_at(START + ROUND);
		grid.close(1);
		assert(grid.owed(ETHER, address(_client)) == bounty);
		_finish(grid, bounty, 0);
	}

	/// @notice A worker whose point is accepted has its stake, its share and, as the best one, the prize; the rest of the
	/// bounty is the client's.
	function check_acceptedPointConserves(uint64 bounty, uint64 stake) external {
		(GridSearch grid, uint256 point) = _dealt(bounty, stake);
		_decide(ClaimStatus.Final, address(_worker), address(0));
		grid.sync(1, point, 1);
		assert(!_can(_catcher, address(grid), abi.encodeCall(IGrid.sync, (1, point, 1))));
		grid.close(1);
		uint256 half = uint256(bounty) / 2;
		assert(grid.owed(ETHER, address(_worker)) == uint256(stake) + bounty - half);
		assert(grid.owed(ETHER, address(_client)) == half);
		_finish(grid, uint256(bounty) + stake, 0);
	}

	/// @notice A worker whose claim is rejected loses its stake: half to whoever caught it, half burned.
	function check_rejectedPointConserves(uint64 bounty, uint64 stake) external {
		(GridSearch grid, uint256 point) = _dealt(bounty, stake);
		_decide(ClaimStatus.Rejected, address(_worker), address(_catcher));
		grid.sync(1, point, 1);
		grid.close(1);
		assert(grid.owed(ETHER, address(_worker)) == 0);
		assert(grid.owed(ETHER, address(_client)) == bounty);
		_finish(grid, uint256(bounty) + stake, stake / 2);
	}

	/// @notice A reservation without a claim can be ended when its time and the grace are over, and not before; the stake
	/// is nobody's.
	function check_reservationEndsInTime(uint64 bounty, uint64 stake, uint32 later) external {
		(GridSearch grid, uint256 point) = _dealt(bounty, stake);
		_at(START + ROUND + later);
		bool isOver = later >= uint256(RESERVATION) + INCREMENT;
		assert(!_can(_client, address(grid), abi.encodeCall(IGrid.close, (1))));
		assert(_can(_catcher, address(grid), abi.encodeCall(IGrid.expire, (1, point))) == isOver);
		if (!isOver) return;
		grid.close(1);
		assert(grid.owed(ETHER, address(_client)) == bounty);
		_finish(grid, uint256(bounty) + stake, stake);
	}

	function _started(uint64 bounty, uint64 stake) internal returns (GridSearch grid) {
		if (bounty == 0 || stake == 0 || stake < bounty / 2) revert();
		_at(START);
		grid = new GridSearch(IMarket(address(this)), IBeacon(address(this)), 1);
		GridTerms memory terms;
		terms.program = bytes32(uint256(1));
		terms.inputRoots = new bytes32[](3);
		(terms.hyperWidth, terms.hyperElements) = (32, 1);
		(terms.bounty, terms.stake, terms.rounds) = (bounty, stake, 1);
		(terms.roundSeconds, terms.reservationSeconds) = (ROUND, RESERVATION);
		_client.act(address(grid), abi.encodeCall(IGrid.open, (terms)));
		PointTerms[] memory points = new PointTerms[](2);
		for (uint256 i = 0; i < 2; ++i) {
			(points[i].steps, points[i].hyperparameters) = (uint32(i + 1), new int32[](1));
		}
		_client.act(address(grid), abi.encodeCall(IGrid.addPoints, (1, points)));
		_client.act{value: bounty}(address(grid), abi.encodeCall(IGrid.start, (1)));
	}

	/// @dev One worker has a reservation.
	function _dealt(uint64 bounty, uint64 stake) internal returns (GridSearch grid, uint256 point) {
		grid = _started(bounty, stake);
		_worker.act{value: stake}(address(grid), abi.encodeCall(IGrid.join, (1, 0)));
		_at(START + ROUND);
		_status = RoundStatus.Known;
		grid.draw(1, 1);
		// Which of the two it is follows from the beacon's value.
		point = grid.getPoint(1, 0).worker == address(_worker) ? 0 : 1;
	}

	function _finish(GridSearch grid, uint256 paidIn, uint256 burned) internal {
		assert(!_can(_client, address(grid), abi.encodeCall(IGrid.close, (1))));
		Account[] memory accounts = new Account[](3);
		(accounts[0], accounts[1], accounts[2]) = (_client, _worker, _catcher);
		_settle(grid, accounts, paidIn, burned);
	}
}
