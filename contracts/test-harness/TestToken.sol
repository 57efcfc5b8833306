// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title A token that anybody can have as much of as they like, for tests and local chains
contract TestToken is ERC20Permit {
	constructor() ERC20("Test", "TEST") ERC20Permit("Test") {}

	function mint(address account, uint256 amount) external {
		_mint(account, amount);
	}
}
