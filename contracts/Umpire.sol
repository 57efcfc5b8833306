// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Configuration} from "./Configuration.sol";
import {Disputes} from "./Disputes.sol";
import {IArbiter} from "./interfaces/IArbiter.sol";
import {Parameters} from "./interfaces/IMarket.sol";
import {IRegistry} from "./interfaces/IRegistry.sol";
import {IUmpire} from "./interfaces/IUmpire.sol";

/// @title Requests, claims and disputes of machine-learning computations
contract Umpire is Disputes, IUmpire {
	constructor(IRegistry registry_, IArbiter arbiter_, Parameters memory parameters_)
		Configuration(registry_, arbiter_, parameters_)
	{}
}
