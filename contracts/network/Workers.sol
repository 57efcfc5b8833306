// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IMarket} from "../interfaces/IMarket.sol";
import {ETHER} from "../interfaces/ITokenLedger.sol";
import {
	Ending,
	IWorkers,
	Resolution,
	Worker,
	WorkersParameters,
	WorkerStatus,
	WorkerTerms
} from "../interfaces/IWorkers.sol";
import {Parameter} from "../libraries/Parameter.sol";
import {WorkerList} from "./WorkerList.sol";

/// @title Workers: registration, stake, reputation, and what attempts cost
/// @dev Invariants: for every worker stake ≥ exposure, exposure being that of its unresolved attempts; what is locked in
/// ether is the stakes and the fees of changes that are queued or will follow from them.
contract Workers is WorkerList {
	uint256 private constant _MOST_SLOTS = 64;
	uint256 private constant _MOST_TOKENS = 8;
	uint256 private constant _MOST_PROGRAMS = 16;
	uint8 private constant _FULL_REPUTATION = 100;

	address private immutable _deployer;
	uint256 private immutable _burnPermille;

	constructor(IMarket market_, WorkersParameters memory p) WorkerList(market_, p) {
		_deployer = msg.sender;
		_burnPermille = market_.court().parameters().burnPermille;
	}

	/// @inheritdoc IWorkers
	function bind(address jobs_) external {
		if (msg.sender != _deployer) revert WrongCaller(msg.sender, _deployer);
		if (jobs != address(0)) revert AlreadyBound(jobs);
		Parameter.requireContract("jobs", jobs_);
		jobs = jobs_;
		emit Bound(jobs_);
	}

	/// @inheritdoc IWorkers
	function register(WorkerTerms calldata terms, uint256 stake) external payable nonReentrant {
		if (jobs == address(0)) revert NotBound();
		Worker storage w = _workers[msg.sender];
		WorkerStatus status = w.status;
		if (status == WorkerStatus.Active || status == WorkerStatus.Leaving) {
			revert WrongWorkerStatus(msg.sender, status, WorkerStatus.None);
		}
		// What a worker has lost stays lost, whenever it registers again.
		if (status == WorkerStatus.None) w.reputation = _FULL_REPUTATION;
		w.status = WorkerStatus.Active;
		_enter(w, terms, stake, _entryFee);
		_burn(_entryFee);
		emit WorkerRegistered(msg.sender, stake, terms);
	}

	/// @inheritdoc IWorkers
	function pause() external {
		Worker storage w = _active();
		if (!w.wanted) revert AlreadyPaused(msg.sender);
		_queue(msg.sender, w, false);
		emit WorkerPaused(msg.sender);
	}

	/// @inheritdoc IWorkers
	function resume(WorkerTerms calldata terms, uint256 added) external payable nonReentrant {
		Worker storage w = _active();
		_requireOut(msg.sender, w);
		_enter(w, terms, added, 0);
		emit WorkerResumed(msg.sender, w.stake, terms);
	}

	/// @inheritdoc IWorkers
	function leave() external {
		Worker storage w = _active();
		(w.status, w.leftAt) = (WorkerStatus.Leaving, uint40(block.timestamp));
		if (w.wanted) _queue(msg.sender, w, false);
		emit WorkerLeft(msg.sender, block.timestamp + _exitDelay);
	}

	/// @inheritdoc IWorkers
	function exit(address worker) external nonReentrant {
		Worker storage w = _workers[worker];
		if (w.status != WorkerStatus.Leaving) {
			revert WrongWorkerStatus(worker, w.status, WorkerStatus.Leaving);
		}
		uint256 end = w.leftAt + _exitDelay;
		if (block.timestamp < end) revert ExitTooEarly(worker, block.timestamp, end);
		_requireOut(worker, w);
		// A delay alone can be outlasted: by challenging oneself.
		if (w.unresolved != 0) revert AttemptsOpen(worker, w.unresolved);
		uint256 stake = w.stake;
		(w.status, w.stake) = (WorkerStatus.Gone, 0);
		_credit(ETHER, worker, stake);
		emit WorkerGone(worker, stake);
	}

	/// @inheritdoc IWorkers
	function pledge(address worker) external payable onlyJobs nonReentrant {
		Worker storage w = _workers[worker];
		if (w.status != WorkerStatus.Active) revert WrongWorkerStatus(worker, w.status, WorkerStatus.Active);
		_takeEther(msg.value);
		w.stake += SafeCast.toUint128(msg.value);
		w.exposure += SafeCast.toUint128(msg.value);
		++w.unresolved;
	}

	/// @inheritdoc IWorkers
	function resolve(Resolution calldata r) external onlyJobs nonReentrant {
		Worker storage w = _workers[r.worker];
		--w.unresolved;
		w.exposure -= r.exposure;
		if (r.holdsSlot) _free(r.worker, r.slot);
		uint128 slash = r.ending == Ending.Rejected ? r.exposure : r.slash;
		w.stake -= slash;
		_release(r.worker, w, r.exposure - slash);
		if (r.ending == Ending.Verified) {
			_reward(w, r.earns);
		} else {
			_skips[r.job][r.worker] = true;
			if (r.ending != Ending.Declined) _punish(r.worker, w, r.ending);
		}
		if (r.ending == Ending.Late) {
			_credit(ETHER, r.beneficiary, r.compensation);
			_burn(slash - r.compensation);
		} else if (slash != 0) {
			_forfeit(slash, _burnPermille, r.beneficiary);
		}
		emit Resolved(r.worker, r.job, r.ending, slash, w.reputation);
	}

	/// @inheritdoc IWorkers
	function parameters() external view returns (WorkersParameters memory p) {
		(p.slotStake, p.entryFee, p.changeFee) = (uint128(_slotStake), uint128(_entryFee), uint128(_changeFee));
		(p.roundSeconds, p.exitDelay) = (uint32(_roundSeconds), uint32(_exitDelay));
	}

	/// @inheritdoc IWorkers
	function getWorker(address worker) external view returns (Worker memory) {
		return _workers[worker];
	}

	/// @inheritdoc IWorkers
	function leastIn(address worker, address token) external view returns (uint256) {
		Worker storage w = _workers[worker];
		return token == ETHER ? w.leastReward : _leastIn[worker][w.terms][token];
	}

	/// @dev Takes stake and fees, and queues as many slots as the stake backs.
	function _enter(Worker storage w, WorkerTerms calldata terms, uint256 added, uint256 fee) private {
		_requireTerm("capacity", terms.capacity, 1, _MOST_SLOTS);
		_requireTerm("tokens", terms.tokens.length, 0, _MOST_TOKENS);
		_requireTerm("programs", terms.programs.length, 0, _MOST_PROGRAMS);
		uint256 stake = w.stake + added;
		_requireTerm("stake", stake, _slotStake, type(uint96).max);
		uint256 slots = Math.min(terms.capacity, stake / _slotStake);
		_takeEther(fee + added + 2 * slots * _changeFee);
		w.stake = uint128(stake);
		(w.slots, w.weight) = (uint16(slots), w.reputation);
		(w.leastReward, w.anyProgram) = (terms.leastReward, terms.programs.length == 0);
		uint256 version = ++w.terms;
		for (uint256 i = 0; i < terms.tokens.length; ++i) {
			_requireTerm("least", terms.tokens[i].least, 1, type(uint128).max);
			_leastIn[msg.sender][version][terms.tokens[i].token] = terms.tokens[i].least;
		}
		for (uint256 i = 0; i < terms.programs.length; ++i) {
			_programs[msg.sender][version][terms.programs[i]] = true;
		}
		_queue(msg.sender, w, true);
	}

	/// @dev A gain a day at most, and never above what a new identity has: there is nothing to farm.
	function _reward(Worker storage w, bool earns) private {
		uint32 day = uint32(block.timestamp / 1 days);
		if (!earns || w.reputation == _FULL_REPUTATION || w.gainedOn == day) return;
		w.gainedOn = day;
		++w.reputation;
	}

	/// @dev Whoever does not answer or is wrong is drawn no more until it says that it is back.
	function _punish(address worker, Worker storage w, Ending ending) private {
		uint8 loss = ending == Ending.Missed ? 5 : ending == Ending.Late ? 25 : 50;
		w.reputation = w.reputation > loss ? w.reputation - loss : 0;
		if (!w.wanted) return;
		_queue(worker, w, false);
		emit WorkerPaused(worker);
	}

	function _active() private view returns (Worker storage w) {
		w = _workers[msg.sender];
		if (w.status != WorkerStatus.Active) {
			revert WrongWorkerStatus(msg.sender, w.status, WorkerStatus.Active);
		}
	}

	function _requireOut(address worker, Worker storage w) private view {
		if (w.listed != 0 || w.queued != 0) revert StillListed(worker, w.listed, w.queued);
	}

	function _requireTerm(bytes32 name, uint256 actual, uint256 least, uint256 most) private pure {
		if (actual < least || actual > most) revert InvalidTerm(name, actual, least, most);
	}
}
