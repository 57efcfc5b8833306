// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {IBeacon, RoundStatus} from "../../contracts/interfaces/IBeacon.sol";
import {ClaimStatus} from "../../contracts/interfaces/IClaims.sol";
import {IJobs, JobsParameters, JobTerms} from "../../contracts/interfaces/IJobs.sol";
import {IMarket} from "../../contracts/interfaces/IMarket.sol";
import {ETHER} from "../../contracts/interfaces/ITokenLedger.sol";
import {IWorkers, Resolution, Seek} from "../../contracts/interfaces/IWorkers.sol";
import {Jobs} from "../../contracts/network/Jobs.sol";
import {Account, Surroundings} from "./Surroundings.sol";

/// @title The money and the clocks of jobs, for all rewards, fees and times: whatever becomes of a job, all that was paid
/// in is owed to somebody or burned, and is paid once
/// @dev The jobs are those that are deployed; their workers' contract is this one as well, which draws one worker.
contract JobChecks is Surroundings {
	uint32 internal constant ACCEPT = 100;
	uint32 internal constant WORK = 1000;

	Account internal immutable _client = new Account();
	Account internal immutable _worker = new Account();
	Account internal immutable _poker = new Account();
	uint256 internal _resolved;

	// What jobs ask of their workers.
	function currentRound() external pure returns (uint256) {
		return 1;
	}

	function endOf(uint256) external pure returns (uint256) {
		return START + 10;
	}

	function pick(Seek calldata) external view returns (address, uint256) {
		return (address(_worker), 0);
	}

	function freeSlot(address, uint256) external pure {}

	function resolve(Resolution calldata) external {
		++_resolved;
	}

	/// @notice A job that is cancelled gives the reward back and the fees of tries that were not begun.
	function check_cancelledJobConserves(uint64 reward, uint64 jobFee, uint64 pokeFee) external {
		Jobs jobs = _submitted(reward, jobFee, pokeFee, 3);
		_client.act(address(jobs), abi.encodeCall(IJobs.cancel, (1)));
		assert(jobs.owed(ETHER, address(_client)) == uint256(reward) + 2 * uint256(jobFee));
		_end(jobs, reward, jobFee, 3, jobFee);
	}

	/// @notice A job that is verified pays the reward to its worker, and all that no poke has earned to its client.
	function check_verifiedJobConserves(uint64 reward, uint64 jobFee, uint64 pokeFee) external {
		Jobs jobs = _assigned(reward, jobFee, pokeFee, 2);
		_decide(ClaimStatus.Final, address(_worker), address(0));
		jobs.sync(1, 1);
		assert(jobs.owed(ETHER, address(_worker)) == reward);
		assert(jobs.owed(ETHER, address(_poker)) == pokeFee);
		_end(jobs, reward, jobFee, 2, 0);
	}

	/// @notice A job whose only claim is rejected gives back the reward; what is left of the try's fee is burned.
	function check_failedJobConserves(uint64 reward, uint64 jobFee, uint64 pokeFee) external {
		Jobs jobs = _assigned(reward, jobFee, pokeFee, 1);
		_decide(ClaimStatus.Rejected, address(_worker), address(_poker));
		jobs.sync(1, 1);
		assert(jobs.owed(ETHER, address(_client)) == reward);
		assert(jobs.owed(ETHER, address(_worker)) == 0);
		_end(jobs, reward, jobFee, 1, uint256(jobFee) - pokeFee);
	}

	/// @notice An offer can be accepted until its last second and lapses after it: never both, never neither.
	function check_offerEndsOnce(uint32 later) external {
		Jobs jobs = _offered(1 ether, 1 ether, 1, 1);
		uint256 time = block.timestamp + later;
		_at(time);
		bool isOver = later > ACCEPT;
		assert(_can(_poker, address(jobs), abi.encodeCall(IJobs.lapse, (1))) == isOver);
		assert(_can(_worker, address(jobs), abi.encodeCall(IJobs.accept, (1))) == !isOver);
	}

	/// @notice An attempt without a claim can be ended when its time and the grace are over, and not before: no move of
	/// the worker makes it longer.
	function check_attemptEndsInTime(uint32 later) external {
		Jobs jobs = _assigned(1 ether, 1 ether, 1, 1);
		_at(block.timestamp + later);
		assert(!_can(_worker, address(jobs), abi.encodeCall(IJobs.accept, (1))));
		assert(!_can(_worker, address(jobs), abi.encodeCall(IJobs.decline, (1))));
		bool isOver = later >= uint256(WORK) + INCREMENT;
		assert(_can(_poker, address(jobs), abi.encodeCall(IJobs.expire, (1))) == isOver);
	}

	/// @dev A job of so many tries that waits for its draw.
	function _submitted(uint64 reward, uint64 jobFee, uint64 pokeFee, uint8 tries) internal returns (Jobs jobs) {
		if (reward == 0 || jobFee == 0 || uint256(pokeFee) * 6 > jobFee) revert();
		_at(START);
		jobs = new Jobs(
			IMarket(address(this)),
			IBeacon(address(this)),
			IWorkers(address(this)),
			JobsParameters(1, jobFee, pokeFee, ACCEPT, 1000)
		);
		JobTerms memory terms;
		(terms.program, terms.inputsRoot) = (bytes32(uint256(1)), bytes32(uint256(2)));
		(terms.reward, terms.exposure, terms.workSeconds, terms.tries) = (reward, reward, WORK, tries);
		_client.act{value: reward + uint256(tries) * jobFee}(address(jobs), abi.encodeCall(IJobs.submit, (terms)));
	}

	function _offered(uint64 reward, uint64 jobFee, uint64 pokeFee, uint8 tries) internal returns (Jobs jobs) {
		jobs = _submitted(reward, jobFee, pokeFee, tries);
		_at(START + 10);
		_status = RoundStatus.Known;
		_poker.act(address(jobs), abi.encodeCall(IJobs.draw, (1)));
	}

	function _assigned(uint64 reward, uint64 jobFee, uint64 pokeFee, uint8 tries) internal returns (Jobs jobs) {
		jobs = _offered(reward, jobFee, pokeFee, tries);
		_worker.act(address(jobs), abi.encodeCall(IJobs.accept, (1)));
	}

	/// @dev Nothing moves an ended job, and its money is where it belongs.
	function _end(Jobs jobs, uint64 reward, uint64 jobFee, uint8 tries, uint256 burned) internal {
		uint256 resolved = _resolved;
		_at(START + 1_000_000);
		address to = address(jobs);
		assert(!_can(_poker, to, abi.encodeCall(IJobs.sync, (1, 1))));
		assert(!_can(_poker, to, abi.encodeCall(IJobs.expire, (1))));
		assert(!_can(_poker, to, abi.encodeCall(IJobs.lapse, (1))));
		assert(!_can(_worker, to, abi.encodeCall(IJobs.accept, (1))));
		assert(!_can(_client, to, abi.encodeCall(IJobs.cancel, (1))));
		assert(_resolved == resolved);
		Account[] memory accounts = new Account[](3);
		(accounts[0], accounts[1], accounts[2]) = (_client, _worker, _poker);
		_settle(jobs, accounts, reward + uint256(tries) * jobFee, burned);
	}
}
