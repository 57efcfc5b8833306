// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

/// @title A token that does all that it can to harm whoever holds or takes it
contract HostileToken {
	enum Mode {
		Honest,
		/// a transfer brings one less
		Fee,
		/// transfers return nothing
		Silent,
		/// transfers return false and do nothing
		False,
		/// a transfer makes the planned call first
		Reenter,
		/// nobody can send or receive
		Frozen,
		BurnGas,
		/// transfers do nothing, and balances are said to be what they should be
		Lie
	}

	struct Plan {
		address target;
		uint256 value;
		bytes data;
	}

	error TransferFrozen();

	Mode public mode;
	Plan public plan;
	bool public succeeded;
	bytes public answer;
	/// @notice Nobody can send to this account.
	address public barred;
	/// @notice What balances are divided by.
	uint256 public shrunk = 1;

	mapping(address account => uint256) private _balances;
	mapping(address account => uint256) private _lies;

	receive() external payable {}

	function setMode(Mode mode_) external {
		mode = mode_;
	}

	function setPlan(Plan calldata plan_) external {
		plan = plan_;
	}

	function bar(address account) external {
		barred = account;
	}

	function shrink(uint256 divisor) external {
		shrunk = divisor;
	}

	function mint(address account, uint256 amount) external {
		_balances[account] += amount;
	}

	function transfer(address to, uint256 amount) external returns (bool) {
		return _move(msg.sender, to, amount);
	}

	function transferFrom(address from, address to, uint256 amount) external returns (bool) {
		return _move(from, to, amount);
	}

	function balanceOf(address account) external view returns (uint256) {
		return (_balances[account] + _lies[account]) / shrunk;
	}

	function _move(address from, address to, uint256 amount) private returns (bool) {
		if (mode == Mode.False) return false;
		if (mode == Mode.Frozen || to == barred) revert TransferFrozen();
		if (mode == Mode.BurnGas) while (true) ++_lies[address(this)];
		if (mode == Mode.Reenter) (succeeded, answer) = plan.target.call{value: plan.value}(plan.data);
		if (mode == Mode.Lie) {
			_lies[to] += amount;
		} else {
			_balances[from] -= amount * shrunk;
			_balances[to] += (mode == Mode.Fee ? amount - 1 : amount) * shrunk;
		}
		if (mode == Mode.Silent) {
			assembly ("memory-safe") {
				return(0, 0)
			}
		}
		return true;
	}
}
