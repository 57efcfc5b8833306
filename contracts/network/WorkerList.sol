// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IJobs} from "../interfaces/IJobs.sol";
import {IMarket} from "../interfaces/IMarket.sol";
import {ETHER} from "../interfaces/ITokenLedger.sol";
import {IWorkers, Seek, Worker, WorkersParameters} from "../interfaces/IWorkers.sol";
import {TokenLedger} from "../ledger/TokenLedger.sol";
import {Parameter} from "../libraries/Parameter.sol";

/// @title The list of slots, its changes, and who is drawn from it
/// @dev A draw serves the jobs of one round. It reads the list as it is after the changes of that round and those
/// before it; slots that were free, and stake that was not bound, at that round's end; and weights that are fixed when
/// slots are queued. Draws come in order. So whoever draws late, or moves in the meantime, changes nothing.
abstract contract WorkerList is IWorkers, TokenLedger {
	using Checkpoints for Checkpoints.Trace160;

	struct Change {
		address worker;
		uint32 round;
		bool joins;
	}

	struct Entry {
		address worker;
		uint16 slot;
	}

	struct Slot {
		uint32 position;
		/// the round in which it was last given back
		uint32 freedIn;
		bool busy;
	}

	/// @dev Slots that one draw looks at: more would cost more than what a job pays for being drawn for.
	uint256 private constant _LOOKS = 16;

	/// @inheritdoc IWorkers
	IMarket public immutable market;
	/// @inheritdoc IWorkers
	address public jobs;
	uint256 internal immutable _slotStake;
	uint256 internal immutable _entryFee;
	uint256 internal immutable _changeFee;
	uint256 internal immutable _roundSeconds;
	uint256 internal immutable _exitDelay;
	uint256 internal immutable _genesis;

	mapping(address worker => Worker) internal _workers;
	mapping(address worker => mapping(uint256 terms => mapping(address token => uint256))) internal _leastIn;
	mapping(address worker => mapping(uint256 terms => mapping(bytes32 program => bool))) internal _programs;
	mapping(address worker => mapping(uint256 slot => Slot)) private _slots;
	/// @dev Jobs that a worker declined, missed or failed: it is not drawn for them again.
	mapping(uint256 job => mapping(address worker => bool)) internal _skips;
	mapping(address worker => Checkpoints.Trace160) private _releases;
	Entry[] private _entries;
	Change[] private _changes;
	uint256 private _head;

	constructor(IMarket market_, WorkersParameters memory p) {
		Parameter.requireContract("market", address(market_));
		uint256 bond = market_.parameters().submitterBond;
		Parameter.requireWithin("slotStake", p.slotStake, bond, type(uint96).max);
		Parameter.requireWithin("entryFee", p.entryFee, 0, type(uint96).max);
		Parameter.requireWithin("changeFee", p.changeFee, 0, type(uint96).max);
		Parameter.requireWithin("roundSeconds", p.roundSeconds, 1, Parameter.MOST_SECONDS);
		Parameter.requireWithin("exitDelay", p.exitDelay, 0, Parameter.MOST_SECONDS);
		market = market_;
		(_slotStake, _entryFee, _changeFee) = (p.slotStake, p.entryFee, p.changeFee);
		(_roundSeconds, _exitDelay, _genesis) = (p.roundSeconds, p.exitDelay, block.timestamp);
	}

	modifier onlyJobs() {
		if (msg.sender != jobs) revert WrongCaller(msg.sender, jobs);
		_;
	}

	/// @inheritdoc IWorkers
	function applyChanges(uint256 most) external nonReentrant {
		uint256 oldest = IJobs(jobs).oldestRound();
		// Changes of a round that is not drawn may be applied, later ones not: its jobs are drawn from the list without.
		uint256 limit = oldest == 0 ? currentRound() : oldest;
		(, uint256 round) = waitingChanges();
		if (round == 0 || round > limit) revert NothingToApply(round, limit);
		uint256 left = most;
		while (left != 0 && _head < _changes.length && _changes[_head].round <= limit) {
			Change storage change = _changes[_head];
			left = _applyChange(change, left);
			if (!_isDone(change)) break;
			--_workers[change.worker].queued;
			++_head;
		}
		_credit(ETHER, msg.sender, (most - left) * _changeFee);
	}

	/// @inheritdoc IWorkers
	function pick(Seek calldata seek) external onlyJobs returns (address worker, uint256 slot) {
		(, uint256 oldest) = waitingChanges();
		if (oldest != 0 && oldest <= seek.round) revert ChangesWaiting(oldest, seek.round);
		uint256 count = _entries.length;
		for (uint256 i = 0; i < _LOOKS && count != 0; ++i) {
			uint256 drawn =
				uint256(keccak256(abi.encode(seek.value, address(this), seek.job, seek.attempt, i)));
			Entry storage entry = _entries[uint128(drawn) % count];
			(worker, slot) = (entry.worker, entry.slot);
			if (!_fits(seek, worker, slot, drawn >> 128)) continue;
			_slots[worker][slot].busy = true;
			Worker storage w = _workers[worker];
			w.exposure += uint128(seek.exposure);
			++w.unresolved;
			return (worker, slot);
		}
		return (address(0), 0);
	}

	/// @inheritdoc IWorkers
	function freeSlot(address worker, uint256 slot) external onlyJobs {
		_free(worker, slot);
	}

	/// @inheritdoc IWorkers
	function slotCount() external view returns (uint256) {
		return _entries.length;
	}

	/// @inheritdoc IWorkers
	function slotAt(uint256 position)
		external
		view
		returns (address worker, uint256 slot, bool busy, uint256 freedIn)
	{
		(worker, slot) = (_entries[position].worker, _entries[position].slot);
		Slot storage s = _slots[worker][slot];
		return (worker, slot, s.busy, s.freedIn);
	}

	/// @inheritdoc IWorkers
	function waitingChanges() public view returns (uint256 count, uint256 oldest) {
		count = _changes.length - _head;
		if (count != 0) oldest = _changes[_head].round;
	}

	/// @inheritdoc IWorkers
	function currentRound() public view returns (uint256) {
		return 1 + (block.timestamp - _genesis) / _roundSeconds;
	}

	/// @inheritdoc IWorkers
	function endOf(uint256 round) public view returns (uint256) {
		return _genesis + round * _roundSeconds;
	}

	/// @dev Queues a worker's slots for the list, or out of it. Both were paid for when they were queued for it.
	function _queue(address worker, Worker storage w, bool joins) internal {
		w.wanted = joins;
		++w.queued;
		uint256 round = currentRound();
		_changes.push(Change(worker, uint32(round), joins));
		emit ChangeQueued(worker, round, w.slots, joins);
	}

	function _free(address worker, uint256 slot) internal {
		Slot storage s = _slots[worker][slot];
		(s.busy, s.freedIn) = (false, uint32(currentRound()));
	}

	/// @dev Stake that is no longer bound: draws for rounds that are over do not see it.
	function _release(address worker, Worker storage w, uint256 amount) internal {
		if (amount == 0) return;
		w.released += uint128(amount);
		_releases[worker].push(uint96(currentRound()), w.released);
	}

	/// @dev Whether a draw may give a job to a slot: by what was so at the end of the job's round.
	function _fits(Seek calldata seek, address worker, uint256 slot, uint256 coin) private view returns (bool) {
		Slot storage s = _slots[worker][slot];
		Worker storage w = _workers[worker];
		if (s.busy || s.freedIn > seek.round || coin % 100 >= w.weight) return false;
		if (_skips[seek.job][worker]) return false;
		uint256 later = w.released - _releases[worker].upperLookupRecent(uint96(seek.round));
		if (w.stake < w.exposure + later + seek.exposure) return false;
		if (!w.anyProgram && !_programs[worker][w.terms][seek.program]) return false;
		if (seek.token == ETHER) return seek.reward >= w.leastReward;
		uint256 least = _leastIn[worker][w.terms][seek.token];
		return least != 0 && seek.reward >= least;
	}

	function _isDone(Change storage change) private view returns (bool) {
		Worker storage w = _workers[change.worker];
		return w.listed == (change.joins ? w.slots : 0);
	}

	/// @return left what is left of `most` slots
	function _applyChange(Change storage change, uint256 most) private returns (uint256 left) {
		address worker = change.worker;
		Worker storage w = _workers[worker];
		for (left = most; left != 0 && !_isDone(change); --left) {
			if (change.joins) {
				_slots[worker][w.listed].position = uint32(_entries.length);
				_entries.push(Entry(worker, w.listed++));
			} else {
				_takeOut(worker, --w.listed);
			}
		}
		emit ChangeApplied(worker, most - left, change.joins);
	}

	/// @dev The last entry takes its place.
	function _takeOut(address worker, uint256 slot) private {
		uint256 position = _slots[worker][slot].position;
		Entry storage last = _entries[_entries.length - 1];
		_slots[last.worker][last.slot].position = uint32(position);
		_entries[position] = last;
		_entries.pop();
	}
}
