// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {UmpireConsumer} from "../dapp/UmpireConsumer.sol";
import {IMarket} from "../interfaces/IMarket.sol";

/// @title A consumer that keeps what it is answered
contract ScoreKeeper is UmpireConsumer {
	mapping(uint256 request => int256[]) private _values;
	mapping(uint256 request => uint256) public best;
	bool public refuses;

	/// @notice Thrown when it was told to refuse answers.
	error Refused();

	constructor(IMarket market_, bytes32 program_) UmpireConsumer(market_, program_) {}

	function ask(bytes32 inputsRoot, uint256 within) external payable returns (uint256) {
		return _ask(inputsRoot, within, msg.value, msg.sender);
	}

	function setRefuses(bool refuses_) external {
		refuses = refuses_;
	}

	function valuesOf(uint256 request) external view returns (int256[] memory) {
		return _values[request];
	}

	function _onAnswer(uint256 request, int256[] memory values) internal override {
		if (refuses) revert Refused();
		_values[request] = values;
		best[request] = _best(values);
	}
}
