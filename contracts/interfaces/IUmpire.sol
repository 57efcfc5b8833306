// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IArbiter} from "./IArbiter.sol";
import {IDisputes} from "./IDisputes.sol";
import {IMarket} from "./IMarket.sol";
import {IRegistry} from "./IRegistry.sol";

/// @title Market and disputes in one contract, so that a claim and its disputes share their storage and money
interface IUmpire is IMarket, IDisputes {
	function registry() external view returns (IRegistry);

	function arbiter() external view returns (IArbiter);
}
