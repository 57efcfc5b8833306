// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {IArbiter} from "../interfaces/IArbiter.sol";
import {CourtParameters} from "../interfaces/ICourt.sol";
import {IRegistry} from "../interfaces/IRegistry.sol";
import {CourtConfiguration} from "./CourtConfiguration.sol";
import {Disputes} from "./Disputes.sol";
import {InputDemands} from "./InputDemands.sol";

/// @title Judges the claims of markets
/// @dev Invariant: the balance is the bonds of open disputes and open demands, and what is owed.
contract Court is Disputes, InputDemands {
	constructor(IRegistry registry_, IArbiter arbiter_, CourtParameters memory parameters_)
		CourtConfiguration(registry_, arbiter_, parameters_)
	{}
}
