// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IUmpire} from "../interfaces/IUmpire.sol";

/// @title Makes many requests in one transaction, for tests of what they cost others
contract Crowd {
	function request(IUmpire umpire, bytes32 program, bytes32 inputsRoot, uint256 count) external {
		for (uint256 i = 0; i < count; i++) {
			umpire.request(program, inputsRoot, type(uint32).max, address(0));
		}
	}
}
