// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Inputs} from "./Inputs.sol";
import {IArbiter} from "./interfaces/IArbiter.sol";
import {IInputs} from "./interfaces/IInputs.sol";
import {IMarket, Parameters} from "./interfaces/IMarket.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";

/// @title The constants of a deployment, checked once
abstract contract Configuration is IMarket {
	/// @dev The burned part makes a cheating submitter lose even if it settles against itself first; the rest has
	/// to be worth a challenger's while.
	uint256 private constant _LEAST_BURN = 100;
	uint256 private constant _MOST_BURN = 900;
	/// @dev Keeps every sum of times within 32 bits for a long while.
	uint256 private constant _MOST_SECONDS = 365 days;
	/// @dev One answer opens at most 2^10 children.
	uint256 private constant _MOST_LEVELS = 10;

	IRegistry public immutable registry;
	IArbiter public immutable arbiter;
	IInputs public immutable inputs;

	uint256 internal immutable _challengePeriod;
	uint256 internal immutable _increment;
	uint256 internal immutable _reserve;
	uint256 internal immutable _provingAllowance;
	uint256 internal immutable _commitAllowance;
	uint256 internal immutable _crowding;
	uint256 internal immutable _depth;
	uint256 internal immutable _window;
	uint256 internal immutable _burnPermille;
	uint256 internal immutable _submitterBond;
	uint256 internal immutable _challengerBond;
	uint256 private immutable _computeAllowance;
	uint256 private immutable _demandBond;

	constructor(IRegistry registry_, IArbiter arbiter_, Parameters memory p) {
		if (address(registry_).code.length == 0) revert NotAContract("registry", address(registry_));
		if (address(arbiter_).code.length == 0) revert NotAContract("arbiter", address(arbiter_));
		_require("challengePeriod", p.challengePeriod, 1, _MOST_SECONDS);
		_require("increment", p.increment, 1, _MOST_SECONDS);
		_require("reserve", p.reserve, 0, _MOST_SECONDS);
		_require("provingAllowance", p.provingAllowance, 0, _MOST_SECONDS);
		_require("commitAllowance", p.commitAllowance, 0, _MOST_SECONDS);
		_require("crowding", p.crowding, 0, 1 hours);
		_require("depth", p.depth, 1, _MOST_LEVELS);
		_require("window", p.window, 0, _MOST_LEVELS);
		_require("burnPermille", p.burnPermille, _LEAST_BURN, _MOST_BURN);
		_require("submitterBond", p.submitterBond, 1, type(uint128).max);
		_require("challengerBond", p.challengerBond, 1, type(uint128).max);
		_require("computeAllowance", p.computeAllowance, 1, _MOST_SECONDS);
		_require("demandBond", p.demandBond, 1, type(uint128).max);
		registry = registry_;
		arbiter = arbiter_;
		_challengePeriod = p.challengePeriod;
		_increment = p.increment;
		_reserve = p.reserve;
		_provingAllowance = p.provingAllowance;
		_commitAllowance = p.commitAllowance;
		_crowding = p.crowding;
		_depth = p.depth;
		_window = p.window;
		_burnPermille = p.burnPermille;
		_submitterBond = p.submitterBond;
		_challengerBond = p.challengerBond;
		_computeAllowance = p.computeAllowance;
		_demandBond = p.demandBond;
		inputs = new Inputs(registry_, p);
	}

	/// @inheritdoc IMarket
	function parameters() external view returns (Parameters memory p) {
		p.challengePeriod = uint32(_challengePeriod);
		p.increment = uint32(_increment);
		p.reserve = uint32(_reserve);
		p.provingAllowance = uint32(_provingAllowance);
		p.commitAllowance = uint32(_commitAllowance);
		p.crowding = uint32(_crowding);
		p.depth = uint8(_depth);
		p.window = uint8(_window);
		p.burnPermille = uint16(_burnPermille);
		p.submitterBond = uint128(_submitterBond);
		p.challengerBond = uint128(_challengerBond);
		p.computeAllowance = uint32(_computeAllowance);
		p.demandBond = uint128(_demandBond);
	}

	function _require(bytes32 name, uint256 actual, uint256 least, uint256 most) private pure {
		if (actual < least || actual > most) revert InvalidParameter(name, actual, least, most);
	}
}
