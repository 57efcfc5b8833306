// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {DescriptorOpening, PartEvidence, Settlement} from "../../contracts/interfaces/IArbiter.sol";
import {CourtParameters, ICourt} from "../../contracts/interfaces/ICourt.sol";
import {ILedger} from "../../contracts/interfaces/ILedger.sol";
import {IMarket, MarketParameters, OutputOpening, Question} from "../../contracts/interfaces/IMarket.sol";
import {IRegistry, Meaning, ProgramHeader} from "../../contracts/interfaces/IRegistry.sol";
import {Coordinate, Descriptor, KIND_VIEW, Operand, SOURCE_INPUT} from "../../contracts/types/Descriptor.sol";
import {VM, within} from "./Vm.sol";

/// @title Actors that make any move at any time, and what they have paid and been paid
/// @dev The program has one operator, whose reads are all out of bounds: its ten elements are 4, without any proof.
contract Actors {
	uint256 public constant ACTORS = 5;
	uint256 private constant _ELEMENTS = 10;
	uint8 private constant _WIDTH = 8;
	/// @dev Where the deployed code looks for its library (solidity.test.ts links it).
	address private constant _POSEIDON = address(0x901d);

	IMarket public immutable market;
	ICourt public immutable court;

	/// @notice Wei that were sent with moves, and that were withdrawn.
	uint256 public paidIn;
	uint256 public paidOut;
	/// @notice Moves that were accepted, by name.
	mapping(bytes32 move => uint256) public made;

	bytes32 private immutable _program;
	bytes32 private immutable _inputsRoot;
	bytes32 private immutable _right;
	bytes32 private immutable _wrong;
	MarketParameters private _m;
	CourtParameters private _c;
	bytes private _descriptor;

	constructor(MarketParameters memory m, CourtParameters memory c) {
		(_m, _c) = (m, c);
		IRegistry registry = IRegistry(_deploy("Registry", ""));
		address arbiter = _deploy("Arbiter", abi.encode(_deploy("DotVerifier", ""), _deploy("ElementsVerifier", "")));
		VM.etch(_POSEIDON, _deploy("PoseidonT6", "").code);
		court = ICourt(_deploy("Court", abi.encode(registry, arbiter, c)));
		market = IMarket(_deploy("Market", abi.encode(court, m, address(0))));
		_descriptor = abi.encode(_operator());
		ProgramHeader memory header;
		header.operatorsRoot = keccak256(_descriptor);
		(header.operatorCount, header.inputCount, header.steps) = (1, 1, 1);
		(header.outputElements, header.outputWidth) = (uint64(_ELEMENTS), _WIDTH);
		_program = registry.register(header, Meaning(0, 1, 0));
		// another deployment knows the leaves' nodes, so that nothing is published in this one
		ICourt other = ICourt(_deploy("Court", abi.encode(registry, arbiter, c)));
		_right = other.publishLeaf(_WIDTH, uint16(_ELEMENTS), _words(0));
		_wrong = other.publishLeaf(_WIDTH, uint16(_ELEMENTS), _words(1));
		_inputsRoot = _right;
	}

	function actor(uint256 i) public pure returns (address) {
		return address(uint160(0xac7000 + (i % ACTORS)));
	}

	/// @param only whether one actor alone may claim
	function request(uint256 who, uint96 fee, uint16 time, bool only) external {
		fee %= 1 ether;
		Question memory q;
		(q.program, q.inputsRoot, q.deadline) = (_program, _inputsRoot, block.timestamp + 1 + time % 300);
		if (only) (q.submitter, q.exclusiveUntil) = (actor(time), q.deadline);
		_send(who, address(market), fee, abi.encodeCall(market.request, (q)), only ? bytes32("exclusive") : bytes32("request"));
	}

	/// @param wrong whether the claimed output differs from the right one
	function claim(uint256 who, uint256 which, bool wrong) external {
		OutputOpening memory opening;
		opening.words = _words(wrong ? 1 : 0);
		opening.root = wrong ? _wrong : _right;
		bytes memory move = abi.encodeCall(market.claim, (_some(which, market.requestCount()), opening.root, opening));
		_send(who, address(market), _m.submitterBond, move, "claim");
	}

	function challenge(uint256 who, uint256 which) external {
		bytes memory move =
			abi.encodeCall(court.challenge, (market, _some(which, market.claimCount()), _opening()));
		_send(who, address(court), _c.challengerBond, move, "challenge");
	}

	function publishLeaf(uint256 who, bool wrong) external {
		bytes memory move =
			abi.encodeCall(court.publishLeaf, (_WIDTH, uint16(_ELEMENTS), _words(wrong ? 1 : 0)));
		_send(who, address(court), 0, move, "publishLeaf");
	}

	function settle(uint256 who, uint256 which, uint256 element) external {
		Settlement memory s;
		s.operator = _opening();
		s.words = _words(1);
		s.element = element % 3;
		s.evidence = new PartEvidence[](1);
		_send(who, address(court), 0, abi.encodeCall(court.settle, (market, _dispute(which), s)), "settle");
	}

	function timeout(uint256 who, uint256 which) external {
		_send(who, address(court), 0, abi.encodeCall(court.timeout, (market, _dispute(which))), "timeout");
	}

	function reclaim(uint256 who, uint256 which) external {
		_send(who, address(court), 0, abi.encodeCall(court.reclaim, (market, _dispute(which))), "reclaim");
	}

	function finalise(uint256 who, uint256 which) external {
		_send(who, address(market), 0, abi.encodeCall(market.finalise, (_some(which, market.claimCount()))), "finalise");
	}

	function refund(uint256 who, uint256 which) external {
		_send(who, address(market), 0, abi.encodeCall(market.refund, (_some(which, market.requestCount()))), "refund");
	}

	function withdraw(uint256 who, bool fromCourt) external {
		ILedger from = fromCourt ? ILedger(court) : ILedger(market);
		uint256 amount = from.owed(actor(who));
		if (_send(who, address(from), 0, abi.encodeCall(from.withdraw, ()), "withdraw")) paidOut += amount;
	}

	function demandInput(uint256 who, uint256 which) external {
		bytes memory move =
			abi.encodeCall(court.demandInput, (market, _some(which, market.claimCount()), 0, 0, 0, _opening()));
		_send(who, address(court), _c.demandBond, move, "demandInput");
	}

	function answerInput(uint256 who, uint256 which) external {
		uint256[5][] memory words = new uint256[5][](1);
		words[0] = _words(0);
		bytes32[] memory none;
		bytes memory move =
			abi.encodeCall(court.answerInput, (market, _demand(which), words, none, none));
		_send(who, address(court), 0, move, "answerInput");
	}

	function collectAnswered(uint256 who, uint256 which) external {
		bytes memory move = abi.encodeCall(court.collectAnswered, (market, _demand(which)));
		_send(who, address(court), 0, move, "collectAnswered");
	}

	function timeoutInput(uint256 who, uint256 which) external {
		bytes memory move = abi.encodeCall(court.timeoutInput, (market, _demand(which)));
		_send(who, address(court), 0, move, "timeoutInput");
	}

	function reclaimInput(uint256 who, uint256 which) external {
		bytes memory move = abi.encodeCall(court.reclaimInput, (market, _demand(which)));
		_send(who, address(court), 0, move, "reclaimInput");
	}

	function wait(uint16 time) external {
		VM.warp(block.timestamp + 1 + time % 80);
	}

	/// @notice Decides all that is open and pays everybody.
	function end() external {
		VM.warp(block.timestamp + 10000);
		for (uint256 i = 1; i <= court.inputDemandCount(market); ++i) {
			this.collectAnswered(0, i - 1);
			this.timeoutInput(0, i - 1);
			this.reclaimInput(0, i - 1);
		}
		for (uint256 i = 1; i <= court.disputeCount(market); ++i) {
			this.timeout(0, i - 1);
			this.reclaim(0, i - 1);
		}
		for (uint256 i = 1; i <= court.inputDemandCount(market); ++i) {
			this.reclaimInput(0, i - 1);
		}
		VM.warp(block.timestamp + 10000);
		for (uint256 i = 1; i <= market.claimCount(); ++i) {
			this.finalise(0, i - 1);
		}
		for (uint256 i = 1; i <= market.requestCount(); ++i) {
			this.refund(0, i - 1);
		}
		for (uint256 i = 0; i < ACTORS; ++i) {
			this.withdraw(i, false);
			this.withdraw(i, true);
		}
	}

	/// @dev Deploys what the project deploys, optimised as it is.
	function _deploy(string memory name, bytes memory arguments) private returns (address deployed) {
		bytes memory creation = abi.encodePacked(_code(name), arguments);
		assembly ("memory-safe") {
			deployed := create(0, add(creation, 0x20), mload(creation))
		}
		require(deployed != address(0), name);
	}

	function _code(string memory name) private view returns (bytes memory) {
		return VM.parseBytes(VM.readFile(string(abi.encodePacked(".umpire/solidity-tests/code/", name, ".hex"))));
	}

	function _dispute(uint256 drawn) private view returns (uint256) {
		return _some(drawn, court.disputeCount(market));
	}

	function _demand(uint256 drawn) private view returns (uint256) {
		return _some(drawn, court.inputDemandCount(market));
	}

	/// @dev A number from 1 to `count`, or 1 if there is none.
	function _some(uint256 drawn, uint256 count) private pure returns (uint256) {
		return count == 0 ? 1 : within(drawn, 1, count);
	}

	function _send(uint256 who, address to, uint256 value, bytes memory data, bytes32 move)
		private
		returns (bool accepted)
	{
		address sender = actor(who);
		VM.deal(sender, value);
		VM.prank(sender);
		(accepted,) = to.call{value: value}(data);
		if (!accepted) return false;
		++made[move];
		paidIn += value;
	}

	function _opening() private view returns (DescriptorOpening memory opening) {
		opening.descriptor = _descriptor;
	}

	/// @dev Ten elements of 4; the first differs by `off`.
	function _words(uint256 off) private pure returns (uint256[5] memory words) {
		for (uint256 i = 0; i < _ELEMENTS; ++i) {
			words[0] += (4 + 128) << (8 * i);
		}
		words[0] += off;
	}

	function _operator() private pure returns (Descriptor memory d) {
		(d.kind, d.width, d.elements) = (KIND_VIEW, _WIDTH, uint64(_ELEMENTS));
		d.outputRadix = new uint32[](1);
		d.outputRadix[0] = uint32(_ELEMENTS);
		(d.low, d.high) = (-128, 127);
		d.row.divisor = 1;
		d.operands = new Operand[](1);
		Operand memory operand = d.operands[0];
		(operand.source, operand.width, operand.elements, operand.outside) =
			(SOURCE_INPUT, _WIDTH, uint64(_ELEMENTS), 4);
		operand.coordinates = new Coordinate[](1);
		Coordinate memory never = operand.coordinates[0];
		never.coefficients = new int64[](1);
		(never.base, never.divisor, never.size) = (-1, 1, 1);
	}
}
