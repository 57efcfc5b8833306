// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAttestations} from "../interfaces/IAttestations.sol";
import {IConsumer} from "../interfaces/IConsumer.sol";
import {IMarket, Question} from "../interfaces/IMarket.sol";
import {ISoftConsumer} from "../interfaces/ISoftConsumer.sol";

/// @title A consumer that writes down what it is told, for tests; it can revert, or burn all gas
contract SoftRecorder is IConsumer, ISoftConsumer {
	uint256 public softs;
	uint256 public revocations;
	uint256 public finals;
	uint256 public lastClaim;
	/// 0 as it should, 1 it reverts, 2 it burns all its gas
	uint256 public mood;

	receive() external payable {}

	function setMood(uint256 mood_) external {
		mood = mood_;
	}

	function ask(IMarket market, Question calldata question) external payable returns (uint256) {
		return market.request{value: msg.value}(question);
	}

	function cover(IAttestations attestations, uint256 requestId, uint256 value) external payable {
		attestations.cover{value: msg.value}(requestId, value);
	}

	function onSoft(uint256, uint256 claimId, bytes32, uint256[5] calldata) external {
		_act();
		++softs;
		lastClaim = claimId;
	}

	function onRevoked(uint256, uint256 claimId) external {
		_act();
		++revocations;
		lastClaim = claimId;
	}

	function onFinal(uint256, uint256, bytes32, uint256[5] calldata) external {
		++finals;
	}

	function onRejected(uint256, uint256) external {}

	function onRefunded(uint256) external {}

	function _act() private view {
		require(mood != 1, "SoftRecorder: refuses");
		while (mood == 2) {}
	}
}
