// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Grid, GridStatus, IGrid, Point, PointStatus} from "../interfaces/IGrid.sol";
import {IMarket} from "../interfaces/IMarket.sol";
import {Parameter} from "../libraries/Parameter.sol";
import {Reservations} from "../libraries/Reservations.sol";

/// @title What is stored of grids, and the ways to read it
abstract contract GridStore is IGrid {
	/// @dev A point that is given back may be dealt from a later round on. `returned` is in the order of those rounds, and
	/// what a draw deals from was in either list before anybody could know its value.
	struct Pool {
		uint16[] free;
		uint16[] returned;
		uint256 head;
	}

	/// @dev What an account has to do with a grid: it waits for a draw, and its last reservation.
	struct Seat {
		bool waiting;
		uint32 request;
	}

	struct Round {
		address[] joiners;
		uint16 dealt;
	}

	struct Place {
		uint32 grid;
		uint16 point;
	}

	/// @inheritdoc IGrid
	IMarket public immutable market;
	/// @inheritdoc IGrid
	uint256 public gridCount;

	mapping(uint256 gridId => Grid) internal _grids;
	mapping(uint256 gridId => Point[]) internal _points;
	mapping(uint256 gridId => bytes32[]) internal _inputRoots;
	mapping(uint256 gridId => uint64[]) internal _beaconRounds;
	mapping(uint256 gridId => mapping(bytes32 content => bool)) internal _added;
	mapping(uint256 gridId => Pool) internal _pools;
	mapping(uint256 gridId => mapping(uint256 round => Round)) internal _rounds;
	mapping(uint256 gridId => mapping(address worker => Seat)) internal _seats;
	mapping(uint256 request => Place) internal _places;

	constructor(IMarket market_) {
		Parameter.requireContract("market", address(market_));
		Reservations.requireUnstoppable(market_);
		market = market_;
	}

	/// @inheritdoc IGrid
	function getGrid(uint256 gridId) external view returns (Grid memory) {
		return _grid(gridId);
	}

	/// @inheritdoc IGrid
	function getPoint(uint256 gridId, uint256 point) external view returns (Point memory p) {
		p = _point(gridId, point);
		if (p.status == PointStatus.Reserved && Reservations.isClaimed(market, p.request)) p.status = PointStatus.Claimed;
	}

	/// @inheritdoc IGrid
	function inputRoots(uint256 gridId) external view returns (bytes32[] memory) {
		return _inputRoots[gridId];
	}

	/// @inheritdoc IGrid
	function beaconRound(uint256 gridId, uint256 round) external view returns (uint256) {
		return _beaconRounds[gridId][round];
	}

	/// @inheritdoc IGrid
	function joiners(uint256 gridId, uint256 round) external view returns (address[] memory) {
		return _rounds[gridId][round].joiners;
	}

	/// @inheritdoc IGrid
	function freePoints(uint256 gridId) external view returns (uint256[] memory points) {
		Pool storage pool = _pools[gridId];
		uint256 free = pool.free.length;
		points = new uint256[](free + pool.returned.length - pool.head);
		for (uint256 i = 0; i < points.length; ++i) {
			points[i] = i < free ? pool.free[i] : pool.returned[pool.head + i - free];
		}
	}

	function _grid(uint256 gridId) internal view returns (Grid storage) {
		if (gridId == 0 || gridId > gridCount) revert UnknownGrid(gridId);
		return _grids[gridId];
	}

	function _gridIn(uint256 gridId, GridStatus expected) internal view returns (Grid storage g) {
		g = _grid(gridId);
		if (g.status != expected) revert WrongGridStatus(gridId, g.status, expected);
	}

	function _point(uint256 gridId, uint256 point) internal view returns (Point storage) {
		uint256 count = _grid(gridId).points;
		if (point >= count) revert UnknownPoint(gridId, point, count);
		return _points[gridId][point];
	}

	/// @dev The second from which on a round takes nobody any more, and may be drawn.
	function _endOf(Grid storage g, uint256 round) internal view returns (uint256) {
		return uint256(g.startedAt) + (round + 1) * g.roundSeconds;
	}
}
