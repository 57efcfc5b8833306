// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IBeacon, RoundStatus} from "../interfaces/IBeacon.sol";
import {ClaimStatus} from "../interfaces/IClaims.sol";
import {IConsumer} from "../interfaces/IConsumer.sol";
import {Grid, GridStatus, IGrid, Point, PointStatus} from "../interfaces/IGrid.sol";
import {Claim, IMarket} from "../interfaces/IMarket.sol";
import {OutputShape} from "../interfaces/IRegistry.sol";
import {ETHER} from "../interfaces/ITokenLedger.sol";
import {Packing} from "../libraries/Packing.sol";
import {Reservations} from "../libraries/Reservations.sol";
import {GridOpening} from "./GridOpening.sol";
import {GridStore} from "./GridStore.sol";

/// @title Grid search: points are dealt to workers in rounds, and what is final is paid
/// @dev Invariants: bounty = credited + rest; what is locked in ether is the stakes of waiting accounts and open
/// reservations and the budgets of grids that are not closed; a point is accepted at most once.
contract GridSearch is GridOpening {
	/// @inheritdoc IGrid
	uint256 public immutable grace;
	uint256 private immutable _burnPermille;

	constructor(IMarket market_, IBeacon beacon_, uint256 leastStake_)
		GridStore(market_)
		GridOpening(beacon_, leastStake_)
	{
		grace = market_.court().parameters().increment;
		_burnPermille = market_.court().parameters().burnPermille;
	}

	/// @inheritdoc IGrid
	function join(uint256 gridId, uint256 round) external payable nonReentrant {
		Grid storage g = _gridIn(gridId, GridStatus.Open);
		uint256 end = _endOf(g, round);
		uint256 from = end - g.roundSeconds;
		if (round >= g.rounds || block.timestamp < from || block.timestamp >= end) {
			revert WrongRound(gridId, round, block.timestamp, from, end);
		}
		Seat storage seat = _seats[gridId][msg.sender];
		if (seat.waiting) revert AlreadyJoined(gridId, msg.sender);
		if (_holds(gridId, seat.request)) {
			revert ReservationOpen(gridId, _places[seat.request].point, msg.sender);
		}
		uint256 beaconRound_ = _beaconRounds[gridId][round];
		(RoundStatus status,) = beacon.lookUp(beaconRound_);
		if (status != RoundStatus.Pending) revert RoundDecided(gridId, round, beaconRound_);
		_takeEther(g.stake);
		seat.waiting = true;
		++g.waiting;
		Round storage r = _rounds[gridId][round];
		if (r.joiners.length == 0) _order(g, beaconRound_);
		r.joiners.push(msg.sender);
		emit Joined(gridId, round, msg.sender);
	}

	/// @inheritdoc IGrid
	function draw(uint256 gridId, uint256 most) external nonReentrant {
		Grid storage g = _grid(gridId);
		if (g.waiting == 0) revert NothingToDraw(gridId);
		uint256 round = g.nextRound;
		while (_rounds[gridId][round].joiners.length == 0) {
			++round;
		}
		uint256 end = _endOf(g, round);
		if (block.timestamp < end) revert RoundNotOver(gridId, round, block.timestamp, end);
		g.nextRound = uint16(round);
		uint16[] storage free = _mergedPool(gridId, round);
		RoundStatus status;
		bytes32 value;
		if (free.length != 0) {
			(status, value) = beacon.lookUp(_beaconRounds[gridId][round]);
			if (status == RoundStatus.Pending) revert IBeacon.RoundPending(_beaconRounds[gridId][round]);
		}
		Round storage r = _rounds[gridId][round];
		for (; most != 0 && r.joiners.length != 0; --most) {
			if (status == RoundStatus.Known && free.length != 0) _deal(gridId, g, round, value);
			else _giveBack(gridId, g, round);
		}
	}

	/// @inheritdoc IGrid
	function sync(uint256 gridId, uint256 point, uint256 claimId) external nonReentrant {
		_sync(gridId, point, claimId);
	}

	/// @inheritdoc IGrid
	function expire(uint256 gridId, uint256 point) external nonReentrant {
		Point storage p = _reserved(gridId, point);
		uint256 end = p.until + grace;
		if (block.timestamp < end) revert ReservationRunning(gridId, point, block.timestamp, end);
		if (Reservations.isClaimed(market, p.request)) revert ClaimMade(gridId, point, p.request);
		emit PointExpired(gridId, point, p.worker);
		// Nobody is paid for it: a client that were would set times in which nobody can compute.
		_burn(_grids[gridId].stake);
		_release(gridId, point, p);
	}

	/// @inheritdoc IGrid
	function close(uint256 gridId) external nonReentrant {
		Grid storage g = _gridIn(gridId, GridStatus.Open);
		uint256 end = _endOf(g, g.rounds - 1);
		if (g.accepted != g.points && (block.timestamp < end || g.waiting != 0 || g.open != 0)) {
			revert GridRunning(gridId, g.waiting, g.open, block.timestamp, end);
		}
		g.status = GridStatus.Closed;
		if (g.best != 0) {
			uint256 prize = g.points == 1 ? g.bounty : g.bounty - g.bounty / 2 - g.share;
			_pay(g, _points[gridId][g.best - 1].worker, prize);
		}
		uint256 rest = g.bounty - g.credited;
		_credit(g.token, g.client, rest);
		_credit(ETHER, g.client, g.budget);
		g.budget = 0;
		emit GridClosed(gridId, g.best, rest);
	}

	/// @inheritdoc IConsumer
	/// @dev A hint: `sync` does the same, whether or not this came.
	function onFinal(uint256 requestId, uint256 claimId, bytes32, uint256[5] calldata) external nonReentrant {
		_hint(requestId, claimId);
	}

	/// @inheritdoc IConsumer
	function onRejected(uint256 requestId, uint256 claimId) external nonReentrant {
		_hint(requestId, claimId);
	}

	/// @inheritdoc IConsumer
	/// @dev Requests of reservations never expire.
	function onRefunded(uint256) external {}

	function _hint(uint256 requestId, uint256 claimId) private {
		if (msg.sender != address(market)) revert NotTheMarket(msg.sender, address(market));
		Place storage place = _places[requestId];
		if (place.grid == 0) revert NotOurs(requestId);
		_sync(place.grid, place.point, claimId);
	}

	function _sync(uint256 gridId, uint256 point, uint256 claimId) private {
		Point storage p = _reserved(gridId, point);
		Claim memory c = market.getClaim(claimId);
		if (c.request != p.request) revert NotTheClaim(claimId, c.request, p.request);
		if (c.status == ClaimStatus.Live) revert ClaimLive(claimId);
		Grid storage g = _grids[gridId];
		if (c.status == ClaimStatus.Final) {
			_accept(gridId, g, point, claimId);
			return;
		}
		emit PointRejected(gridId, point, p.worker, claimId);
		_forfeit(g.stake, _burnPermille, c.winner);
		_release(gridId, point, p);
	}

	function _accept(uint256 gridId, Grid storage g, uint256 point, uint256 claimId) private {
		Point storage p = _points[gridId][point];
		(,, uint256[5] memory words) = market.output(claimId);
		OutputShape memory shape = registry.outputShape(p.program);
		int256 score = Packing.element(shape.width, words, 0);
		(p.status, p.claim, p.score) = (PointStatus.Accepted, uint32(claimId), int64(score));
		--g.open;
		++g.accepted;
		emit PointAccepted(gridId, point, p.worker, claimId, score);
		_credit(ETHER, p.worker, g.stake);
		_pay(g, p.worker, g.share);
		if (g.best == 0 || _isBetter(g.lowest, p, _points[gridId][g.best - 1])) g.best = uint16(point + 1);
	}

	/// @dev Of equal scores the one that was dealt first is the better one. That was random, and known before there was
	/// a score: the first claim would be an auction for a place in a block.
	function _isBetter(bool lowest, Point storage a, Point storage b) private view returns (bool) {
		if (a.score != b.score) return (a.score < b.score) == lowest;
		if (a.round != b.round) return a.round < b.round;
		return a.position < b.position;
	}

	/// @dev The point can be dealt again, but in no round whose value may be known.
	function _release(uint256 gridId, uint256 point, Point storage p) private {
		Grid storage g = _grids[gridId];
		--g.open;
		p.from = uint16(Math.min((block.timestamp - g.startedAt) / g.roundSeconds, g.rounds));
		(p.status, p.worker, p.request, p.until) = (PointStatus.Free, address(0), 0, 0);
		_pools[gridId].returned.push(uint16(point));
	}

	/// @dev One step of a Fisher-Yates over both lists.
	function _deal(uint256 gridId, Grid storage g, uint256 round, bytes32 value) private {
		Round storage r = _rounds[gridId][round];
		uint16[] storage free = _pools[gridId].free;
		uint256 position = r.dealt++;
		uint256 drawn = uint256(keccak256(abi.encode(value, address(this), gridId, round, position)));
		address worker = _takeJoiner(gridId, g, r, uint128(drawn) % r.joiners.length);
		uint256 at = (drawn >> 128) % free.length;
		uint256 point = free[at];
		free[at] = free[free.length - 1];
		free.pop();
		Point storage p = _points[gridId][point];
		uint256 requestId = Reservations.make(market, p.program, p.inputsRoot, worker, address(this));
		uint256 until = block.timestamp + g.reservationSeconds;
		(p.status, p.worker, p.request, p.until) =
			(PointStatus.Reserved, worker, uint32(requestId), uint32(until));
		(p.round, p.position) = (uint16(round), uint16(position));
		++g.open;
		_seats[gridId][worker].request = uint32(requestId);
		_places[requestId] = Place(uint32(gridId), uint16(point));
		emit Dealt(gridId, point, worker, requestId, round, position, until);
	}

	/// @dev The last joiner gets its stake back.
	function _giveBack(uint256 gridId, Grid storage g, uint256 round) private {
		Round storage r = _rounds[gridId][round];
		address worker = _takeJoiner(gridId, g, r, r.joiners.length - 1);
		emit NotDealt(gridId, round, worker);
		_credit(ETHER, worker, g.stake);
	}

	function _takeJoiner(uint256 gridId, Grid storage g, Round storage r, uint256 at)
		private
		returns (address worker)
	{
		worker = r.joiners[at];
		r.joiners[at] = r.joiners[r.joiners.length - 1];
		r.joiners.pop();
		--g.waiting;
		_seats[gridId][worker].waiting = false;
	}

	/// @dev The points that a round deals: those that were given back before its end among them.
	function _mergedPool(uint256 gridId, uint256 round) private returns (uint16[] storage) {
		Pool storage pool = _pools[gridId];
		for (; pool.head < pool.returned.length; ++pool.head) {
			uint16 point = pool.returned[pool.head];
			if (_points[gridId][point].from > round) break;
			pool.free.push(point);
		}
		return pool.free;
	}

	/// @dev Pays the beacon's fee for a round that somebody has joined.
	function _order(Grid storage g, uint256 beaconRound_) private {
		uint256 fee = beacon.fee();
		if (fee == 0 || beacon.isOrdered(beaconRound_)) return;
		g.budget -= uint128(fee);
		liabilities[ETHER] -= fee;
		beacon.order{value: fee}(beaconRound_);
	}

	function _pay(Grid storage g, address worker, uint256 amount) private {
		g.credited += uint128(amount);
		_credit(g.token, worker, amount);
	}

	/// @dev Whether a reservation is open and without a claim.
	function _holds(uint256 gridId, uint256 requestId) private view returns (bool) {
		if (requestId == 0) return false;
		Point storage p = _points[gridId][_places[requestId].point];
		return p.status == PointStatus.Reserved && p.request == requestId && !Reservations.isClaimed(market, requestId);
	}

	function _reserved(uint256 gridId, uint256 point) private view returns (Point storage p) {
		p = _point(gridId, point);
		if (p.status != PointStatus.Reserved) {
			revert WrongPointStatus(gridId, point, p.status, PointStatus.Reserved);
		}
	}
}
