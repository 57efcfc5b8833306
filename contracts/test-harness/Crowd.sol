// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMarket, Question} from "../interfaces/IMarket.sol";

/// @title Makes many requests in one transaction, for tests of what they cost others
contract Crowd {
	function request(IMarket market, bytes32 program, bytes32 inputsRoot, uint256 count) external {
		for (uint256 i = 0; i < count; i++) {
			market.request(Question(program, inputsRoot, type(uint32).max, address(0), address(0), 0, false));
		}
	}
}
