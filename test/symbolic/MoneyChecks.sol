// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {CourtParameters, ICourt} from "../../contracts/interfaces/ICourt.sol";
import {IClaims} from "../../contracts/interfaces/IClaims.sol";
import {MarketParameters, OutputOpening, Question} from "../../contracts/interfaces/IMarket.sol";
import {IRegistry, OutputShape} from "../../contracts/interfaces/IRegistry.sol";
import {Segments} from "../../contracts/libraries/Segments.sol";
import {Market} from "../../contracts/market/Market.sol";

/// @title Somebody who asks or claims
contract Player {
	receive() external payable {}

	function ask(Market market, Question calldata question) external payable returns (uint256) {
		return market.request{value: msg.value}(question);
	}

	function claim(Market market, uint256 request, OutputOpening calldata opening) external payable returns (uint256) {
		return market.claim{value: msg.value}(request, 0, opening);
	}

	function withdraw(Market market) external returns (uint256) {
		return market.withdraw();
	}
}

/// @title The money of a market for all fees, bonds and burned parts: its balance is what it owes, the fees of open
/// requests and the bonds of live claims, however a claim ends
/// @dev The market is the one that is deployed; registry and court are this contract, which says what any could say.
contract MoneyChecks {
	Player internal immutable _requester = new Player();
	Player internal immutable _submitter = new Player();
	Player internal immutable _winner = new Player();
	uint256 internal _burnPermille;
	uint256 internal _openDisputes;

	receive() external payable {}

	// What the market asks of its court and its registry.
	function registry() external view returns (IRegistry) {
		return IRegistry(address(this));
	}

	function parameters() external view returns (CourtParameters memory p) {
		p.burnPermille = uint16(_burnPermille);
	}

	function standing(IClaims, uint256, uint256 periodEnd) external view returns (uint256, uint256) {
		return (periodEnd, _openDisputes);
	}

	function requireInputs(bytes32, bytes32) external view {}

	function outputShape(bytes32) external pure returns (OutputShape memory shape) {
		(shape.operatorCount, shape.steps, shape.elements, shape.width) = (1, 1, 1_000_000, 8);
		shape.commitment = uint24(Segments.LAZY);
	}

	/// @notice A claim that becomes final pays fee and bond to its submitter, and leaves nothing.
	function check_finaliseConserves(uint96 fee, uint64 bond) external payable {
		(Market market, uint256 claim,) = _claimed(fee, bond, 500, false);
		assert(address(market).balance == uint256(fee) + bond);
		_openDisputes = 0;
		_later(market, claim);
		assert(market.owed(address(_submitter)) == uint256(fee) + bond);
		assert(address(market).balance == uint256(fee) + bond);
		assert(_submitter.withdraw(market) == uint256(fee) + bond);
		assert(address(market).balance == 0);
	}

	/// @notice A rejected claim of a request for one account alone: the bond less the burned part is its winner's, the
	/// fee the requester's, and nothing else stays.
	function check_rejectExclusiveConserves(uint96 fee, uint64 bond) external payable {
		(Market market, uint256 claim,) = _claimed(fee, bond, 500, true);
		market.reject(claim, 1, address(_winner));
		assert(market.owed(address(_requester)) == fee);
		assert(address(market).balance == uint256(fee) + market.owed(address(_winner)));
	}

	/// @notice Nobody but the court rejects, and nothing is decided twice.
	function check_decidedOnce(uint96 fee, uint64 bond, bool first) external payable {
		(Market market, uint256 claim,) = _claimed(fee, bond, 500, false);
		if (first) market.reject(claim, 1, address(_winner));
		else _later(market, claim);
		uint256 before = address(market).balance;
		try market.reject(claim, 2, address(_winner)) {
			assert(false);
		} catch {}
		try market.finalise(claim) {
			assert(false);
		} catch {}
		assert(address(market).balance == before);
	}

	/// @dev A request of `fee` with a live claim behind `bond`.
	function _claimed(uint96 fee, uint64 bond, uint16 burnPermille, bool isExclusive)
		internal
		returns (Market market, uint256 claim, uint256 request)
	{
		if (bond == 0) revert();
		_burnPermille = burnPermille;
		market = new Market(ICourt(address(this)), MarketParameters(1, bond), address(0));
		Question memory question;
		(question.program, question.inputsRoot) = (bytes32(uint256(1)), bytes32(uint256(2)));
		question.deadline = type(uint32).max;
		if (isExclusive) (question.submitter, question.exclusiveUntil) = (address(_submitter), type(uint32).max);
		request = _requester.ask{value: fee}(market, question);
		OutputOpening memory opening;
		opening.root = bytes32(uint256(3));
		claim = _submitter.claim{value: bond}(market, request, opening);
	}

	/// @dev Makes the claim final when its period is over.
	function _later(Market market, uint256 claim) internal {
		// The symbolic machine's own address, as forge has it.
		(bool warped,) =
			address(uint160(uint256(keccak256("hevm cheat code")))).call(abi.encodeWithSignature("warp(uint256)", block.timestamp + 1));
		assert(warped);
		market.finalise(claim);
	}
}
