// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IMarket, Question, Request} from "../interfaces/IMarket.sol";

/// @title Requests that one account may answer, once
/// @dev They never expire: whoever reserves keeps the end of a reservation itself, and a claim counts until the
/// reservation was ended. So a market refunds none of them, and one that is closed without a live claim is one whose
/// claim was rejected. With a deadline the two could not be told apart afterwards, and what belongs to whoever caught a
/// false claim could be burned as that of a claim which was never made.
library Reservations {
	/// @notice Thrown when a contract that requests within times of its own is deployed for a market whose requests can
	/// be stopped: whoever has staked something there would lose it to the stop.
	error StoppableMarket(address market, address guardian);

	function requireUnstoppable(IMarket market) internal view {
		address guardian = market.guardian();
		if (guardian != address(0)) revert StoppableMarket(address(market), guardian);
	}

	/// @notice Makes a request, free of charge.
	/// @param consumer who is told how it ends; 0 if whoever reserves reads that
	function make(IMarket market, bytes32 program, bytes32 inputsRoot, address worker, address consumer)
		internal
		returns (uint256 requestId)
	{
		Question memory question;
		(question.program, question.inputsRoot) = (program, inputsRoot);
		(question.consumer, question.submitter) = (consumer, worker);
		(question.deadline, question.exclusiveUntil) = (type(uint32).max, type(uint32).max);
		return market.request(question);
	}

	/// @notice Whether its worker has made its claim, whatever became of it.
	function isClaimed(IMarket market, uint256 requestId) internal view returns (bool) {
		Request memory r = market.getRequest(requestId);
		return r.liveClaim != 0 || r.closed;
	}
}
