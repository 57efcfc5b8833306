// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IConsumer} from "../interfaces/IConsumer.sol";
import {IMarket, Question, Request} from "../interfaces/IMarket.sol";
import {Meaning} from "../interfaces/IRegistry.sol";
import {Scale} from "../libraries/Scale.sol";

/// @title An example of a consumer: asks which class a model assigns to an input, and keeps the answer
/// @dev The output must be one leaf of scores. The answer arrives in `onFinal`; if that call ever fails, anyone
/// can bring it later with `fetch`, because a final claim's output stays readable.
contract Classifier is IConsumer {
	struct Answer {
		bool known;
		uint256 class;
		/// the real score in units of 10^-18
		int256 score;
	}

	IMarket public immutable market;
	address public immutable owner;
	bytes32 public immutable program;

	mapping(uint256 requestId => Answer) public answers;
	/// @notice The requests that this contract has made and that have no answer yet.
	mapping(uint256 requestId => bool) public pending;

	event Classified(uint256 indexed request, uint256 class, int256 score);

	/// @notice Thrown when someone else than the market delivers an answer.
	error NotTheMarket(address sender);
	/// @notice Thrown when someone else than the owner asks.
	error NotTheOwner(address sender);
	/// @notice Thrown when a claim answers a request that this contract did not make, or that has its answer.
	error NotOurs(uint256 request);

	constructor(IMarket market_, bytes32 program_) {
		market = market_;
		program = program_;
		owner = msg.sender;
	}

	/// @notice Takes what is paid back for requests that nobody answered: `takeBack` hands it on.
	receive() external payable {}

	/// @notice Asks for a classification; the value sent is the fee.
	function ask(bytes32 inputsRoot, uint256 deadline) external payable returns (uint256 requestId) {
		if (msg.sender != owner) revert NotTheOwner(msg.sender);
		Question memory question;
		question.program = program;
		question.inputsRoot = inputsRoot;
		question.deadline = deadline;
		question.consumer = address(this);
		requestId = market.request{value: msg.value}(question);
		pending[requestId] = true;
	}

	/// @inheritdoc IConsumer
	function onFinal(uint256 requestId, uint256 claimId, bytes32, uint256[5] calldata) external {
		if (msg.sender != address(market)) revert NotTheMarket(msg.sender);
		_take(requestId, claimId);
	}

	/// @inheritdoc IConsumer
	/// @dev The request stays open for other submitters.
	function onRejected(uint256, uint256) external {}

	/// @inheritdoc IConsumer
	/// @dev The fee waits in the market until `takeBack`.
	function onRefunded(uint256) external {}

	/// @notice Takes what the market owes for requests that nobody answered, for the owner.
	function takeBack() external returns (uint256 amount) {
		amount = market.withdraw();
		Address.sendValue(payable(owner), amount);
	}

	/// @notice Brings the answer of a final claim that was not delivered.
	function fetch(uint256 claimId) external {
		_take(market.getClaim(claimId).request, claimId);
	}

	/// @dev Anyone can make requests that name this contract as their consumer, for any program and inputs: only
	/// those that it made itself count. `outputLeaf` reverts unless the claim is final.
	function _take(uint256 requestId, uint256 claimId) private {
		Request memory r = market.getRequest(requestId);
		bool ours = pending[requestId] && r.requester == address(this) && r.program == program;
		if (!ours) revert NotOurs(requestId);
		pending[requestId] = false;
		uint256[5] memory none;
		int256[] memory scores = market.outputLeaf(claimId, 0, none, new bytes32[](0));
		uint256 best = 0;
		for (uint256 i = 1; i < scores.length; i++) {
			if (scores[i] > scores[best]) best = i;
		}
		Meaning memory meaning = market.registry().meaning(program);
		int256 score = Scale.toWad(scores[best], meaning.outputMantissa, meaning.outputExponent);
		answers[requestId] = Answer(true, best, score);
		emit Classified(requestId, best, score);
	}
}
