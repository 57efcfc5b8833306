// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {EpochSet, IOperators} from "../interfaces/IOperators.sol";
import {IMarket} from "../interfaces/IMarket.sol";
import {IQuorum, Operator, OperatorsParameters} from "../interfaces/IQuorum.sol";
import {Bits} from "../libraries/Bits.sol";
import {Bls} from "../libraries/Bls.sol";
import {Parameter} from "../libraries/Parameter.sol";
import {TokenLedger} from "../ledger/TokenLedger.sol";

/// @title The operators of each epoch: what they have at stake, and the sum of their keys
/// @dev What is decided in an epoch counts two epochs later (joining) or in the next one (leaving), but for a slash, which
/// counts at once. Signatures are taken in their epoch and the one after it. So four sets are kept up to date: of the
/// epoch before the present to the one after the next.
abstract contract OperatorSets is IOperators, TokenLedger {
	using Bits for uint256;

	/// @inheritdoc IOperators
	IMarket public immutable market;
	uint256 internal immutable _leastStake;
	uint256 internal immutable _epochSeconds;
	uint256 internal immutable _accusationSeconds;
	uint256 internal immutable _genesis;

	mapping(uint256 operator => Operator) internal _operators;
	mapping(uint256 epoch => EpochSet) internal _sets;
	/// @dev The newest epoch whose set is stored; those after it have the same.
	uint256 private _newest;

	constructor(IMarket market_, OperatorsParameters memory p) {
		Parameter.requireContract("market", address(market_));
		Parameter.requireWithin("leastStake", p.leastStake, 1, type(uint96).max);
		Parameter.requireWithin("epochSeconds", p.epochSeconds, 1, Parameter.MOST_SECONDS);
		Parameter.requireWithin("accusationSeconds", p.accusationSeconds, 1, Parameter.MOST_SECONDS);
		market = market_;
		(_leastStake, _epochSeconds) = (p.leastStake, p.epochSeconds);
		(_accusationSeconds, _genesis) = (p.accusationSeconds, block.timestamp);
	}

	/// @inheritdoc IQuorum
	function weightOf(uint256 epoch, uint256 signers)
		public
		view
		returns (uint256 weight, uint256 stake)
	{
		EpochSet storage set = _set(epoch);
		stake = set.stake;
		uint256 present = signers & set.members;
		uint256 absent = set.members ^ present;
		// Whoever is fewer is added up.
		bool few = present.count() <= absent.count();
		for (uint256 left = few ? present : absent; left != 0; left &= left - 1) {
			weight += _operators[left.lowest()].stake;
		}
		if (!few) weight = set.live - weight;
	}

	/// @inheritdoc IQuorum
	function currentEpoch() public view returns (uint256) {
		return 1 + (block.timestamp - _genesis) / _epochSeconds;
	}

	/// @inheritdoc IOperators
	function startOf(uint256 epoch) public view returns (uint256) {
		return _genesis + (epoch - 1) * _epochSeconds;
	}

	/// @inheritdoc IOperators
	function setOf(uint256 epoch) external view returns (EpochSet memory) {
		return _set(epoch);
	}

	/// @inheritdoc IQuorum
	function getOperator(uint256 operator) external view returns (Operator memory) {
		return _operators[operator];
	}

	/// @dev Stores the sets up to that of the epoch after the next.
	function _roll(uint256 current) internal {
		uint256 newest = _newest;
		if (newest >= current + 2) return;
		EpochSet memory last = _sets[newest];
		uint256 from = newest + 1 > current ? newest + 1 : current - 1;
		for (uint256 epoch = from; epoch <= current + 2; ++epoch) {
			_sets[epoch] = last;
		}
		_newest = current + 2;
	}

	/// @dev Adds an operator to the set of an epoch that has not begun.
	function _join(EpochSet storage set, uint256 operator, Operator storage o) internal {
		uint256[2] memory key = Bls.add([set.x, set.y], [o.x, o.y]);
		(set.stake, set.live) = (set.stake + o.stake, set.live + o.stake);
		(set.members, set.x, set.y) = (set.members | (1 << operator), key[0], key[1]);
	}

	/// @dev Takes those of `operators` who are members out of a set.
	/// @param begun whether the epoch has begun: what it began with stays what is measured against
	function _remove(uint256 epoch, uint256 operators, bool begun) internal {
		EpochSet storage set = _sets[epoch];
		uint256 gone = set.members & operators;
		if (gone == 0) return;
		(uint256 stake, uint256[2] memory key) = (0, [set.x, set.y]);
		for (uint256 left = gone; left != 0; left &= left - 1) {
			Operator storage o = _operators[left.lowest()];
			stake += o.stake;
			key = Bls.subtract(key, [o.x, o.y]);
		}
		if (!begun) set.stake -= uint128(stake);
		set.live -= uint128(stake);
		(set.members, set.x, set.y) = (set.members ^ gone, key[0], key[1]);
	}

	/// @dev The sum of the keys of some members of a set.
	function _keyOf(EpochSet storage set, uint256 signers) internal view returns (uint256[2] memory) {
		uint256 absent = set.members ^ signers;
		if (signers.count() <= absent.count()) return _sumOf(signers);
		return Bls.subtract([set.x, set.y], _sumOf(absent));
	}

	function _sumOf(uint256 operators) internal view returns (uint256[2] memory sum) {
		for (uint256 left = operators; left != 0; left &= left - 1) {
			Operator storage o = _operators[left.lowest()];
			sum = Bls.add(sum, [o.x, o.y]);
		}
	}

	function _set(uint256 epoch) internal view returns (EpochSet storage) {
		return _sets[epoch > _newest ? _newest : epoch];
	}
}
