// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {BURN} from "../interfaces/ILedger.sol";
import {ETHER, ITokenLedger} from "../interfaces/ITokenLedger.sol";

/// @title Pull payments in ether and tokens
/// @dev One lock for all entries that move tokens: inside a transfer that calls back, two differences of a balance
/// would count one transfer twice. Invariant: for every token that keeps its word, balance ≥ liabilities.
abstract contract TokenLedger is ITokenLedger, ReentrancyGuardTransient {
	using SafeERC20 for IERC20;

	/// @inheritdoc ITokenLedger
	mapping(address token => uint256) public liabilities;
	/// @inheritdoc ITokenLedger
	mapping(address token => mapping(address account => uint256)) public owed;

	/// @inheritdoc ITokenLedger
	function withdrawTo(address token, address recipient) external nonReentrant returns (uint256 amount) {
		amount = owed[token][msg.sender];
		if (amount == 0) revert NothingToWithdraw(token, msg.sender);
		owed[token][msg.sender] = 0;
		liabilities[token] -= amount;
		emit Withdrawn(token, msg.sender, recipient, amount);
		if (token != ETHER) {
			IERC20(token).safeTransfer(recipient, amount);
			return amount;
		}
		(bool accepted,) = recipient.call{value: amount}("");
		if (!accepted) revert PaymentRefused(recipient, amount);
	}

	/// @dev Takes note of ether that came with the call: exactly so much.
	function _takeEther(uint256 amount) internal {
		if (msg.value != amount) revert WrongValue(msg.value, amount);
		liabilities[ETHER] += amount;
	}

	/// @dev Fetches tokens of the caller: exactly so many arrive, and all that is owed is there afterwards.
	function _takeToken(address token, uint256 amount) internal {
		uint256 balance = IERC20(token).balanceOf(address(this));
		IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
		uint256 current = IERC20(token).balanceOf(address(this));
		uint256 due = liabilities[token] + amount;
		if (current < balance || current - balance != amount || current < due) {
			revert WrongTransfer(token, balance, current, amount);
		}
		liabilities[token] = due;
	}

	/// @dev What is owed was locked before: the liabilities stay the same.
	function _credit(address token, address account, uint256 amount) internal {
		if (amount == 0) return;
		owed[token][account] += amount;
		emit Credited(token, account, amount);
	}

	/// @dev Burns ether that was locked.
	function _burn(uint256 amount) internal {
		if (amount == 0) return;
		liabilities[ETHER] -= amount;
		emit Burned(amount);
		Address.sendValue(payable(BURN), amount);
	}

	/// @dev Pays lost ether: part of it is burned, so that catching oneself is never free.
	function _forfeit(uint256 amount, uint256 burnPermille, address winner) internal {
		uint256 burned = (amount * burnPermille) / 1000;
		_credit(ETHER, winner, amount - burned);
		_burn(burned);
	}

	function _requireToken(address token) internal view {
		if (token.code.length == 0) revert NotAToken(token);
	}
}
