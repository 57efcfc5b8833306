// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IDisputes} from "./IDisputes.sol";
import {IMarket} from "./IMarket.sol";

/// @title Market and disputes in one contract, so that a claim and its disputes share their storage and money
interface IUmpire is IDisputes, IMarket {}
