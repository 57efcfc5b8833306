// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {IArbiter} from "../interfaces/IArbiter.sol";
import {CourtParameters, ICourt} from "../interfaces/ICourt.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";
import {Parameter} from "../libraries/Parameter.sol";

/// @title The constants of a court, checked once
abstract contract CourtConfiguration is ICourt {
	/// @dev The burned part makes a cheating submitter lose even if it settles against itself first; the rest has
	/// to be worth a challenger's while.
	uint256 private constant _LEAST_BURN = 100;
	uint256 private constant _MOST_BURN = 900;
	/// @dev One answer opens at most 2^10 children.
	uint256 private constant _MOST_LEVELS = 10;

	IRegistry public immutable registry;
	IArbiter public immutable arbiter;

	uint256 internal immutable _increment;
	uint256 internal immutable _reserve;
	uint256 internal immutable _provingAllowance;
	uint256 internal immutable _commitAllowance;
	uint256 internal immutable _computeAllowance;
	uint256 internal immutable _crowding;
	uint256 internal immutable _depth;
	uint256 internal immutable _window;
	uint256 internal immutable _burnPermille;
	uint256 internal immutable _challengerBond;
	uint256 internal immutable _demandBond;

	constructor(IRegistry registry_, IArbiter arbiter_, CourtParameters memory p) {
		Parameter.requireContract("registry", address(registry_));
		Parameter.requireContract("arbiter", address(arbiter_));
		Parameter.requireWithin("increment", p.increment, 1, Parameter.MOST_SECONDS);
		Parameter.requireWithin("reserve", p.reserve, 0, Parameter.MOST_SECONDS);
		Parameter.requireWithin("provingAllowance", p.provingAllowance, 0, Parameter.MOST_SECONDS);
		Parameter.requireWithin("commitAllowance", p.commitAllowance, 0, Parameter.MOST_SECONDS);
		Parameter.requireWithin("computeAllowance", p.computeAllowance, 1, Parameter.MOST_SECONDS);
		Parameter.requireWithin("crowding", p.crowding, 0, 1 hours);
		Parameter.requireWithin("depth", p.depth, 1, _MOST_LEVELS);
		Parameter.requireWithin("window", p.window, 0, _MOST_LEVELS);
		Parameter.requireWithin("burnPermille", p.burnPermille, _LEAST_BURN, _MOST_BURN);
		Parameter.requireWithin("challengerBond", p.challengerBond, 1, type(uint128).max);
		Parameter.requireWithin("demandBond", p.demandBond, 1, type(uint128).max);
		registry = registry_;
		arbiter = arbiter_;
		_increment = p.increment;
		_reserve = p.reserve;
		_provingAllowance = p.provingAllowance;
		_commitAllowance = p.commitAllowance;
		_computeAllowance = p.computeAllowance;
		_crowding = p.crowding;
		_depth = p.depth;
		_window = p.window;
		_burnPermille = p.burnPermille;
		_challengerBond = p.challengerBond;
		_demandBond = p.demandBond;
	}

	/// @inheritdoc ICourt
	function parameters() external view returns (CourtParameters memory p) {
		p.increment = uint32(_increment);
		p.reserve = uint32(_reserve);
		p.provingAllowance = uint32(_provingAllowance);
		p.commitAllowance = uint32(_commitAllowance);
		p.computeAllowance = uint32(_computeAllowance);
		p.crowding = uint32(_crowding);
		p.depth = uint8(_depth);
		p.window = uint8(_window);
		p.burnPermille = uint16(_burnPermille);
		p.challengerBond = uint128(_challengerBond);
		p.demandBond = uint128(_demandBond);
	}
}
