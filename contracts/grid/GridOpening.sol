// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IBeacon} from "../interfaces/IBeacon.sol";
import {Grid, GridStatus, GridTerms, IGrid, Point, PointTerms} from "../interfaces/IGrid.sol";
import {IRegistry, ProgramHeader} from "../interfaces/IRegistry.sol";
import {ETHER} from "../interfaces/ITokenLedger.sol";
import {TokenLedger} from "../ledger/TokenLedger.sol";
import {Lanes} from "../libraries/Lanes.sol";
import {Packing} from "../libraries/Packing.sol";
import {Parameter} from "../libraries/Parameter.sol";
import {Trees} from "../libraries/Trees.sol";
import {GridStore} from "./GridStore.sol";

/// @title What clients do: points and money of a grid before workers come
/// @dev Programs and inputs of points are computed here, from what the client says of them. So nothing has to be proved
/// about hyper-parameters or data: others are another program or other inputs, and a trace that does not follow from
/// them falls in a dispute.
abstract contract GridOpening is GridStore, TokenLedger {
	uint256 internal constant MOST_POINTS = 256;
	uint256 internal constant MOST_ROUNDS = 64;

	/// @inheritdoc IGrid
	IBeacon public immutable beacon;
	/// @inheritdoc IGrid
	uint256 public immutable leastStake;
	IRegistry internal immutable registry;

	constructor(IBeacon beacon_, uint256 leastStake_) {
		Parameter.requireContract("beacon", address(beacon_));
		Parameter.requireWithin("leastStake", leastStake_, 1, type(uint128).max);
		(beacon, leastStake) = (beacon_, leastStake_);
		registry = market.registry();
	}

	/// @inheritdoc IGrid
	function open(GridTerms calldata terms) external returns (uint256 gridId) {
		_check(terms);
		gridId = ++gridCount;
		Grid storage g = _grids[gridId];
		(g.client, g.status) = (msg.sender, GridStatus.Filling);
		(g.program, g.token, g.bounty, g.stake) = (terms.program, terms.token, terms.bounty, terms.stake);
		(g.rounds, g.roundSeconds) = (terms.rounds, terms.roundSeconds);
		(g.reservationSeconds, g.lowest) = (terms.reservationSeconds, terms.lowest);
		(g.hyperInput, g.hyperWidth, g.hyperElements) =
			(terms.hyperInput, terms.hyperWidth, terms.hyperElements);
		bytes32[] memory roots = terms.inputRoots;
		roots[terms.hyperInput] = 0;
		_inputRoots[gridId] = roots;
		emit GridOpened(gridId, msg.sender, terms);
	}

	/// @inheritdoc IGrid
	function addPoints(uint256 gridId, PointTerms[] calldata terms) external {
		Grid storage g = _filling(gridId);
		uint256 count = g.points;
		if (count + terms.length > MOST_POINTS) {
			revert InvalidTerm("points", count + terms.length, 1, MOST_POINTS);
		}
		for (uint256 i = 0; i < terms.length; ++i) {
			_addPoint(gridId, g, count + i, terms[i]);
		}
		g.points = uint16(count + terms.length);
	}

	/// @inheritdoc IGrid
	function start(uint256 gridId) external payable nonReentrant {
		_start(gridId, _filling(gridId));
	}

	/// @inheritdoc IGrid
	function startWithPermit(uint256 gridId, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
		external
		payable
		nonReentrant
	{
		Grid storage g = _filling(gridId);
		_requireToken(g.token);
		// whoever saw the signature may have used it first: what counts is the allowance
		try IERC20Permit(g.token).permit(msg.sender, address(this), g.bounty, deadline, v, r, s) {} catch {}
		_start(gridId, g);
	}

	function _check(GridTerms calldata terms) private view {
		ProgramHeader memory header = registry.header(terms.program);
		uint256 leaf = Packing.leafElements(header.outputWidth);
		_requireTerm("outputElements", header.outputElements, 1, leaf);
		_requireTerm("inputRoots", terms.inputRoots.length, header.inputCount, header.inputCount);
		_requireTerm("inputCount", header.inputCount, 1, 64);
		_requireTerm("hyperInput", terms.hyperInput, 0, header.inputCount - 1);
		_requireTerm("hyperElements", terms.hyperElements, 1, Packing.leafElements(terms.hyperWidth));
		_requireTerm("bounty", terms.bounty, 1, type(uint128).max);
		_requireTerm("stake", terms.stake, leastStake, type(uint128).max);
		_requireTerm("rounds", terms.rounds, 1, MOST_ROUNDS);
		_requireTerm("roundSeconds", terms.roundSeconds, 1, Parameter.MOST_SECONDS);
		_requireTerm("reservationSeconds", terms.reservationSeconds, 1, Parameter.MOST_SECONDS);
		if (terms.token != ETHER) _requireToken(terms.token);
	}

	function _addPoint(uint256 gridId, Grid storage g, uint256 point, PointTerms calldata terms) private {
		uint256 expected = g.hyperElements;
		if (terms.hyperparameters.length != expected) {
			revert WrongHyperparameterCount(terms.hyperparameters.length, expected);
		}
		ProgramHeader memory header = registry.header(g.program);
		header.steps = terms.steps;
		bytes32 program = registry.register(header, registry.meaning(g.program));
		bytes32[] memory roots = _inputRoots[gridId];
		roots[g.hyperInput] = Lanes.node(g.hyperWidth, terms.hyperparameters);
		bytes32 inputsRoot = Trees.root(roots, Trees.INPUTS, 0);
		bytes32 content = keccak256(abi.encode(program, inputsRoot));
		if (_added[gridId][content]) revert DuplicatePoint(program, inputsRoot);
		_added[gridId][content] = true;
		Point storage p = _points[gridId].push();
		(p.program, p.inputsRoot) = (program, inputsRoot);
		_pools[gridId].free.push(uint16(point));
		emit PointAdded(gridId, point, program, inputsRoot, terms.steps, terms.hyperparameters);
	}

	function _start(uint256 gridId, Grid storage g) private {
		uint256 n = g.points;
		_requireTerm("points", n, 1, MOST_POINTS);
		uint256 bounty = g.bounty;
		// Fixed shares, not what is left over those who were accepted: nobody earns by failing a rival.
		uint256 share = n == 1 ? 0 : (bounty / 2) / (n - 1);
		if (g.token == ETHER) _requireTerm("stake", g.stake, share, type(uint128).max);
		uint256 budget = uint256(g.rounds) * beacon.fee();
		(g.share, g.budget) = (uint128(share), SafeCast.toUint128(budget));
		(g.status, g.startedAt) = (GridStatus.Open, uint32(block.timestamp));
		uint256[] memory beaconRounds = new uint256[](g.rounds);
		for (uint256 i = 0; i < beaconRounds.length; ++i) {
			beaconRounds[i] = beacon.roundAfter(_endOf(g, i));
			_beaconRounds[gridId].push(SafeCast.toUint64(beaconRounds[i]));
		}
		emit GridStarted(gridId, share, beaconRounds);
		_takeEther(g.token == ETHER ? budget + bounty : budget);
		if (g.token != ETHER) _takeToken(g.token, bounty);
	}

	function _filling(uint256 gridId) private view returns (Grid storage g) {
		g = _gridIn(gridId, GridStatus.Filling);
		if (msg.sender != g.client) revert NotTheClient(msg.sender, g.client);
	}

	function _requireTerm(bytes32 name, uint256 actual, uint256 least, uint256 most) private pure {
		if (actual < least || actual > most) revert InvalidTerm(name, actual, least, most);
	}
}
