// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IConsumer} from "../interfaces/IConsumer.sol";
import {Claim, IMarket, Question, Request} from "../interfaces/IMarket.sol";
import {IRegistry, Meaning} from "../interfaces/IRegistry.sol";
import {Scale} from "../libraries/Scale.sol";

/// @title What a contract needs that asks for the answers of one program
/// @dev Write `_onAnswer`, and call `_ask` where you ask. Checked here: that only the market calls back, that a request
/// is one of this contract's own, that each is answered once and by a final claim, what its integers stand for, and that
/// whoever paid a fee gets it back if nobody answers. Ether that the market pays back lies here until `takeBack`.
abstract contract UmpireConsumer is IConsumer {
	enum Stage {
		None,
		Asked,
		Answered,
		Refunded
	}

	IMarket public immutable market;
	bytes32 public immutable program;
	/// @dev An element v of the output stands for v · _mantissa · 2^_exponent.
	uint64 private immutable _mantissa;
	int16 private immutable _exponent;
	uint256 private immutable _elements;

	/// @notice Where a request of this contract stands; None if it is not one.
	mapping(uint256 request => Stage) public stageOf;
	/// @notice Who gets the fee of a request back.
	mapping(uint256 request => address) public payerOf;

	event Asked(uint256 indexed request, bytes32 indexed inputsRoot, address indexed payer);
	event Answered(uint256 indexed request, uint256 indexed claim);
	event TakenBack(uint256 indexed request, address indexed payer, uint256 amount);

	/// @notice Thrown when someone else than the market calls back.
	error NotTheMarket(address sender);
	/// @notice Thrown when a request is not this contract's own, or has its answer, or went back.
	error NotOpen(uint256 request, Stage stage);
	/// @notice Thrown when a claim's output is not shown whole.
	error WrongSize(uint256 actual, uint256 expected);
	/// @notice Thrown when a fee is taken back of a request that has a claim.
	error HasClaim(uint256 request, uint256 claim);

	modifier onlyMarket() {
		if (msg.sender != address(market)) revert NotTheMarket(msg.sender);
		_;
	}

	/// @param program_ a registered program
	constructor(IMarket market_, bytes32 program_) {
		market = market_;
		program = program_;
		IRegistry registry = market_.registry();
		Meaning memory meaning = registry.meaning(program_);
		_mantissa = meaning.outputMantissa;
		_exponent = meaning.outputExponent;
		_elements = registry.outputShape(program_).elements;
	}

	/// @notice Takes what the market pays back; `takeBack` hands it on.
	receive() external payable virtual onlyMarket {}

	/// @inheritdoc IConsumer
	/// @dev An output of several leaves is brought with `take`: what was called does not have it.
	function onFinal(uint256, uint256 claim, bytes32 outputRoot, uint256[5] calldata) external onlyMarket {
		if (outputRoot == 0) take(claim);
	}

	/// @inheritdoc IConsumer
	/// @dev The request stays open for other submitters.
	function onRejected(uint256, uint256) external {}

	/// @inheritdoc IConsumer
	/// @dev `takeBack` finds out for itself: a call that failed must cost nobody its fee.
	function onRefunded(uint256) external {}

	/// @notice Takes the answer of a final claim whose output is one leaf. Anyone may call it: the market's own call is
	/// made once, with 200,000 gas, and may have failed.
	function take(uint256 claim) public {
		uint256[5][] memory words = new uint256[5][](1);
		_take(claim, words, new bytes32[][](1));
	}

	/// @notice Takes the answer of a final claim whose output has several leaves.
	/// @param words the words of all its leaves, in order
	/// @param paths their paths to the output's tensor root
	function takeLeaves(uint256 claim, uint256[5][] calldata words, bytes32[][] calldata paths) external {
		_take(claim, words, paths);
	}

	/// @notice Pays the fee of an unanswered request back to whoever paid it, after its deadline. Anyone may call it.
	function takeBack(uint256 request) external returns (uint256 amount) {
		_requireOpen(request);
		Request memory r = market.getRequest(request);
		if (r.liveClaim != 0) revert HasClaim(request, r.liveClaim);
		stageOf[request] = Stage.Refunded;
		if (!r.closed) market.refund(request);
		if (market.owed(address(this)) != 0) market.withdraw();
		amount = r.fee;
		address payer = payerOf[request];
		emit TakenBack(request, payer, amount);
		Address.sendValue(payable(payer), amount);
	}

	/// @notice What is done with an answer: the only thing that you have to write. It runs once for each request.
	/// @dev With 200,000 gas less what is checked before, or (`take`) with as much as its caller gives; if it reverts the
	/// answer is not lost.
	/// @param values the output's elements in units of 10^-18, in the order in which they are committed
	function _onAnswer(uint256 request, int256[] memory values) internal virtual;

	/// @notice Asks, and pays the fee out of this contract.
	/// @param inputsRoot of inputs that submitters and verifiers can find
	/// @param within seconds until the fee can be taken back
	/// @param fee in wei
	/// @param payer who gets the fee back if nobody answers
	function _ask(bytes32 inputsRoot, uint256 within, uint256 fee, address payer)
		internal
		returns (uint256 request)
	{
		Question memory question;
		question.program = program;
		question.inputsRoot = inputsRoot;
		question.deadline = block.timestamp + within;
		question.consumer = address(this);
		request = market.request{value: fee}(question);
		stageOf[request] = Stage.Asked;
		payerOf[request] = payer;
		emit Asked(request, inputsRoot, payer);
	}

	/// @notice The index of the greatest value, the first of several: the class that scores stand for.
	function _best(int256[] memory values) internal pure returns (uint256 best) {
		for (uint256 i = 1; i < values.length; ++i) {
			if (values[i] > values[best]) best = i;
		}
	}

	/// @dev `outputLeaf` reverts unless the claim is final, and unless the words are what it committed to.
	function _take(uint256 claimId, uint256[5][] memory words, bytes32[][] memory paths) private {
		Claim memory claim = market.getClaim(claimId);
		uint256 request = claim.request;
		_requireOpen(request);
		stageOf[request] = Stage.Answered;
		int256[] memory values = new int256[](_elements);
		uint256 count = 0;
		for (uint256 leaf = 0; leaf < words.length; ++leaf) {
			int256[] memory elements = market.outputLeaf(claimId, leaf, words[leaf], paths[leaf]);
			for (uint256 i = 0; i < elements.length; ++i) {
				values[count++] = Scale.toWad(elements[i], _mantissa, _exponent);
			}
		}
		if (count != _elements) revert WrongSize(count, _elements);
		emit Answered(request, claimId);
		_onAnswer(request, values);
	}

	function _requireOpen(uint256 request) private view {
		Stage stage = stageOf[request];
		if (stage != Stage.Asked) revert NotOpen(request, stage);
	}
}
