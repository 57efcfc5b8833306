// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {IConsumer} from "../interfaces/IConsumer.sol";
import {IUmpire} from "../interfaces/IUmpire.sol";

/// @title A consumer and an account that do all that they can to harm the market
contract HostileConsumer is IConsumer {
	enum Mode {
		Accept,
		Revert,
		BurnGas,
		ReturnBomb,
		Reenter
	}

	error Refused();

	IUmpire public immutable umpire;
	Mode public mode;
	uint256 public calls;
	bytes public lastError;

	constructor(IUmpire umpire_, Mode mode_) {
		umpire = umpire_;
		mode = mode_;
	}

	/// @dev Tries to be paid twice.
	receive() external payable {
		if (mode != Mode.Reenter) revert Refused();
		(, lastError) = address(umpire).call(abi.encodeCall(umpire.withdraw, ()));
	}

	function setMode(Mode mode_) external {
		mode = mode_;
	}

	function ask(bytes32 program, bytes32 inputsRoot, uint256 deadline) external payable {
		umpire.request{value: msg.value}(program, inputsRoot, deadline, address(this));
	}

	function takeBack(uint256 requestId) external {
		umpire.refund(requestId);
	}

	function withdraw() external {
		umpire.withdraw();
	}

	/// @inheritdoc IConsumer
	function onFinal(uint256, uint256 claimId, bytes32, uint256[5] calldata) external {
		if (mode == Mode.Revert) revert Refused();
		if (mode == Mode.BurnGas) while (true) ++calls;
		if (mode == Mode.ReturnBomb) {
			assembly ("memory-safe") {
				revert(0, 1000000)
			}
		}
		++calls;
		if (mode == Mode.Reenter) {
			(, lastError) = address(umpire).call(abi.encodeCall(umpire.finalise, (claimId)));
		}
	}
}
