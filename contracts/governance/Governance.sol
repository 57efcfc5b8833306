// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IDirectory} from "../interfaces/IDirectory.sol";
import {Parameter} from "../libraries/Parameter.sol";
import {Directory} from "./Directory.sol";

/// @title Who may name deployments, and who may keep new requests out for a while
/// @dev It manages the directory alone. Roles are given and taken by the timelock, and nothing else is ever asked whether
/// somebody has one: market, court and what stands beside them know no role.
contract Governance is AccessManager {
	/// @notice Names deployments (`Directory.publish`).
	uint64 public constant PUBLISHER = 1;
	/// @notice Takes back what is still to come (`Directory.retract`), and stops new requests (`Directory.stopRequests`).
	uint64 public constant GUARDIAN = 2;

	Directory public immutable directory;

	/// @param timelock who gives and takes roles
	/// @param delay seconds from naming a deployment to its being the present one, and the least of the timelock's
	constructor(TimelockController timelock, address publisher, address guardian, uint256 delay)
		AccessManager(address(timelock))
	{
		Parameter.requireContract("timelock", address(timelock));
		Parameter.requireWithin("timelock", timelock.getMinDelay(), delay, type(uint256).max);
		directory = new Directory(address(this), delay);
		_grantRole(PUBLISHER, publisher, 0, 0);
		_grantRole(GUARDIAN, guardian, 0, 0);
		_setTargetFunctionRole(address(directory), IDirectory.publish.selector, PUBLISHER);
		_setTargetFunctionRole(address(directory), IDirectory.retract.selector, GUARDIAN);
		_setTargetFunctionRole(address(directory), IDirectory.stopRequests.selector, GUARDIAN);
	}
}
