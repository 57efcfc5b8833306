// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {IConsumer} from "../interfaces/IConsumer.sol";

/// @title An account and consumer that does all that it can to harm whoever pays or calls it
contract HostileAccount is IConsumer {
	enum Mode {
		Accept,
		Revert,
		BurnGas,
		ReturnBomb,
		Reenter,
		Demanding
	}

	/// @dev The call that it makes while it is called.
	struct Plan {
		address target;
		uint256 value;
		bytes data;
	}

	error Refused();

	/// @dev Almost all that the market promises a consumer.
	uint256 private constant _DEMANDED_GAS = 190_000;

	Mode public mode;
	Plan public plan;
	/// @notice How often it was called or paid and did not revert.
	uint256 public calls;
	/// @notice What the last planned call returned.
	bool public succeeded;
	bytes public answer;

	constructor(Mode mode_) {
		mode = mode_;
	}

	receive() external payable {
		_misbehave();
	}

	function setMode(Mode mode_) external {
		mode = mode_;
	}

	function setPlan(Plan calldata plan_) external {
		plan = plan_;
	}

	/// @inheritdoc IConsumer
	function onFinal(uint256, uint256, bytes32, uint256[5] calldata) external {
		_misbehave();
	}

	/// @inheritdoc IConsumer
	function onRejected(uint256, uint256) external {
		_misbehave();
	}

	/// @inheritdoc IConsumer
	function onRefunded(uint256) external {
		_misbehave();
	}

	function _misbehave() private {
		if (mode == Mode.Revert) revert Refused();
		if (mode == Mode.BurnGas) while (true) ++calls;
		if (mode == Mode.ReturnBomb) {
			assembly ("memory-safe") {
				revert(0, 1000000)
			}
		}
		if (mode == Mode.Demanding && gasleft() < _DEMANDED_GAS) revert Refused();
		++calls;
		if (mode == Mode.Reenter) (succeeded, answer) = plan.target.call{value: plan.value}(plan.data);
	}
}
