// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {RoundStatus} from "../../contracts/interfaces/IBeacon.sol";
import {ClaimStatus} from "../../contracts/interfaces/IClaims.sol";
import {CourtParameters, ICourt} from "../../contracts/interfaces/ICourt.sol";
import {Claim, Question, Request} from "../../contracts/interfaces/IMarket.sol";
import {IRegistry, Meaning, OutputShape, ProgramHeader} from "../../contracts/interfaces/IRegistry.sol";
import {BURN} from "../../contracts/interfaces/ILedger.sol";
import {ETHER, ITokenLedger} from "../../contracts/interfaces/ITokenLedger.sol";

/// @title Somebody with money in a ledger
contract Account {
	receive() external payable {}

	/// @notice Calls a contract as this account, and reverts if that does.
	function act(address to, bytes calldata data) external payable returns (bytes memory) {
		(bool done, bytes memory answer) = to.call{value: msg.value}(data);
		require(done);
		return answer;
	}
}

/// @title Market, court, registry and beacon of a contract that is checked: they say what any could say
abstract contract Surroundings {
	uint16 internal constant BURN_PERMILLE = 500;
	uint32 internal constant INCREMENT = 60;
	/// @dev When a check begins.
	uint256 internal constant START = 1_000_000;

	Claim internal _claim;
	uint256[5] internal _words;
	bool internal _isClaimed;
	uint256 internal _requests;
	RoundStatus internal _status = RoundStatus.Pending;

	receive() external payable {}

	function guardian() external pure returns (address) {
		return address(0);
	}

	function court() external view returns (ICourt) {
		return ICourt(address(this));
	}

	function registry() external view returns (IRegistry) {
		return IRegistry(address(this));
	}

	function parameters() external pure returns (CourtParameters memory p) {
		(p.increment, p.reserve, p.burnPermille) = (INCREMENT, INCREMENT, BURN_PERMILLE);
	}

	function request(Question calldata) external payable returns (uint256) {
		return ++_requests;
	}

	function getClaim(uint256) external view returns (Claim memory) {
		return _claim;
	}

	function getRequest(uint256) external view returns (Request memory r) {
		if (_isClaimed) r.liveClaim = 1;
	}

	function output(uint256) external view returns (ClaimStatus, bytes32, uint256[5] memory) {
		return (_claim.status, bytes32(uint256(1)), _words);
	}

	function requireInputs(bytes32, bytes32) external view {}

	function header(bytes32) external pure returns (ProgramHeader memory h) {
		(h.operatorCount, h.steps, h.inputCount) = (1, 1, 3);
		(h.outputElements, h.outputWidth) = (2, 32);
	}

	function meaning(bytes32) external pure returns (Meaning memory m) {
		m.outputMantissa = 1;
	}

	function register(ProgramHeader calldata h, Meaning calldata) external pure returns (bytes32) {
		return bytes32(uint256(h.steps));
	}

	function outputShape(bytes32) external pure returns (OutputShape memory shape) {
		(shape.operatorCount, shape.steps, shape.elements, shape.width) = (1, 1, 2, 32);
	}

	function fee() external pure returns (uint256) {
		return 0;
	}

	function isOrdered(uint256) external pure returns (bool) {
		return true;
	}

	function roundAfter(uint256) external pure returns (uint256) {
		return 7;
	}

	function lookUp(uint256) external view returns (RoundStatus, bytes32) {
		return (_status, _status == RoundStatus.Known ? bytes32(uint256(5)) : bytes32(0));
	}

	function valueOf(uint256) external view returns (bytes32) {
		require(_status == RoundStatus.Known);
		return bytes32(uint256(5));
	}

	/// @dev Sets the time, as forge has it: the address is the symbolic machine's own.
	function _at(uint256 time) internal {
		(bool warped,) =
			address(uint160(uint256(keccak256("hevm cheat code")))).call(abi.encodeWithSignature("warp(uint256)", time));
		assert(warped);
	}

	/// @dev A claim on the latest request has come to its end.
	function _decide(ClaimStatus status, address submitter, address winner) internal {
		(_claim.status, _claim.submitter, _claim.winner) = (status, submitter, winner);
		_claim.request = uint32(_requests);
	}

	/// @dev Whether a call does not revert.
	function _can(Account account, address to, bytes memory data) internal returns (bool done) {
		(done,) = address(account).call(abi.encodeCall(Account.act, (to, data)));
	}

	/// @dev Everybody takes what is owed, once: then nothing is left, nothing was lost, and nobody gets more.
	function _settle(ITokenLedger ledger, Account[] memory accounts, uint256 paidIn, uint256 burned) internal {
		uint256 owed = 0;
		for (uint256 i = 0; i < accounts.length; ++i) {
			owed += ledger.owed(ETHER, address(accounts[i]));
		}
		assert(BURN.balance == burned);
		assert(owed + burned == paidIn);
		assert(ledger.liabilities(ETHER) == owed);
		assert(address(ledger).balance == owed);
		for (uint256 i = 0; i < accounts.length; ++i) {
			bytes memory data = abi.encodeCall(ITokenLedger.withdrawTo, (ETHER, address(accounts[i])));
			uint256 due = ledger.owed(ETHER, address(accounts[i]));
			uint256 before = address(accounts[i]).balance;
			bool paid = _can(accounts[i], address(ledger), data);
			assert(paid == (due != 0));
			assert(address(accounts[i]).balance == before + due);
			assert(!_can(accounts[i], address(ledger), data));
		}
		assert(address(ledger).balance == 0 && ledger.liabilities(ETHER) == 0);
	}
}
