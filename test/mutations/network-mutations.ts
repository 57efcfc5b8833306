import { type Mutation, mutationsOf } from "./mutation.ts";
import {
	NETWORK_AGREEMENT,
	NETWORK_DRAWS,
	NETWORK_MODEL,
	NETWORK_RULES,
	NETWORK_STEPS,
	NETWORK_TOKENS,
} from "./tests.ts";

/** The rules of workers and jobs, one at a time. */
export const NETWORK_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"contracts/network/WorkerList.sol",
		[NETWORK_DRAWS, NETWORK_RULES, NETWORK_AGREEMENT],
		[
			[
				"W2: the list is drawn from while changes wait",
				"if (oldest != 0 && oldest <= seek.round) revert ChangesWaiting(oldest, seek.round);",
				"",
			],
			[
				"W2: changes of later rounds come before a draw",
				"uint256 limit = oldest == 0 ? currentRound() : oldest;",
				"uint256 limit = currentRound() + oldest - oldest;",
			],
			[
				"W2: a change is half applied",
				"if (!_isDone(change)) break;\n\t\t\t--_workers[change.worker].queued;",
				"--_workers[change.worker].queued;",
			],
			[
				"W2: whoever applies changes is not paid",
				"_credit(ETHER, msg.sender, (most - left) * _changeFee);",
				"",
			],
			[
				"W3: a slot is drawn that was given back after the round",
				"if (s.busy || s.freedIn > seek.round || coin",
				"if (s.busy || coin",
			],
			[
				"W3: a busy slot is drawn",
				"if (s.busy || s.freedIn > seek.round || coin",
				"if (s.freedIn > seek.round || coin",
			],
			[
				"W3: stake is drawn with that came back after the round",
				"if (w.stake < w.exposure + later + seek.exposure) return false;",
				"later; if (w.stake < w.exposure + seek.exposure) return false;",
			],
			[
				"W1: a draw binds more than the stake",
				"if (w.stake < w.exposure + later + seek.exposure) return false;",
				"later;",
			],
			[
				"W5: reputation changes no draw",
				"|| coin % 100 >= w.weight) return false;",
				"|| coin > 2 ** 130) return false;",
			],
			["W3: who declined a job is drawn for it again", "if (_skips[seek.job][worker]) return false;", ""],
			[
				"W1: a worker is drawn for programs that it does not take",
				"if (!w.anyProgram && !_programs[worker][w.terms][seek.program]) return false;",
				"",
			],
			[
				"W1: a worker is drawn for less ether than it takes",
				"if (seek.token == ETHER) return seek.reward >= w.leastReward;",
				"if (seek.token == ETHER) return true;",
			],
			[
				"W1: a worker is drawn for tokens that it does not take",
				"return least != 0 && seek.reward >= least;",
				"return seek.reward >= least;",
			],
			[
				"W1: a worker is drawn for less of a token than it takes",
				"return least != 0 && seek.reward >= least;",
				"return least != 0;",
			],
			[
				"W10: an offer is no unresolved attempt",
				"++w.unresolved;\n\t\t\treturn (worker, slot);",
				"return (worker, slot);",
			],
			[
				"C6: anybody moves workers",
				"if (msg.sender != jobs) revert WrongCaller(msg.sender, jobs);",
				"",
				[NETWORK_RULES],
			],
			[
				"W9: a slot's stake is below a submitter's bond",
				'Parameter.requireWithin("slotStake", p.slotStake, bond, type(uint96).max);',
				"bond;",
				[NETWORK_RULES],
			],
		],
	),
	...mutationsOf(
		"contracts/network/Workers.sol",
		[NETWORK_RULES, NETWORK_DRAWS, NETWORK_AGREEMENT],
		[
			[
				"a list of workers is bound by anybody",
				"if (msg.sender != _deployer) revert WrongCaller(msg.sender, _deployer);",
				"",
			],
			["a list of workers is bound twice", "if (jobs != address(0)) revert AlreadyBound(jobs);", ""],
			["workers register before there are jobs", "if (jobs == address(0)) revert NotBound();", ""],
			[
				"W5: whoever registers again has a full reputation",
				"if (status == WorkerStatus.None) w.reputation = _FULL_REPUTATION;",
				"w.reputation = _FULL_REPUTATION;",
			],
			["W5: registering costs nothing", "_burn(_entryFee);", ""],
			["W2: terms change while slots are in the list", "_requireOut(msg.sender, w);\n\t\t_enter", "_enter"],
			[
				"W10: a stake is paid before the delay is over",
				"if (block.timestamp < end) revert ExitTooEarly(worker, block.timestamp, end);",
				"",
			],
			[
				"W10: a stake is paid while attempts are unresolved",
				"if (w.unresolved != 0) revert AttemptsOpen(worker, w.unresolved);",
				"",
			],
			[
				"W10: a stake is paid while slots are in the list",
				"_requireOut(worker, w);\n\t\t// A delay",
				"// A delay",
			],
			["W10: a stake is paid twice", "(w.status, w.stake) = (WorkerStatus.Gone, 0);", "w.stake = 0;"],
			["W10: whoever leaves stays in the list", "if (w.wanted) _queue(msg.sender, w, false);", ""],
			[
				"W3: whoever is not active takes jobs",
				"if (w.status != WorkerStatus.Active) revert WrongWorkerStatus(worker, w.status, WorkerStatus.Active);",
				"",
			],
			["W1: an ended attempt stays bound", "w.exposure -= r.exposure;", ""],
			["W1: an offer that ended keeps its slot", "if (r.holdsSlot) _free(r.worker, r.slot);", ""],
			[
				"W8: a false claim costs what lateness costs",
				"uint128 slash = r.ending == Ending.Rejected ? r.exposure : r.slash;",
				"uint128 slash = r.slash;",
			],
			["W8: what is lost stays in the stake", "w.stake -= slash;", ""],
			["W6: declining costs reputation", "if (r.ending != Ending.Declined) _punish(", "_punish("],
			["W8: all of a late worker's loss is the client's", "_burn(slash - r.compensation);", ""],
			[
				"W8: nothing of a false claim's exposure is burned",
				"_forfeit(slash, _burnPermille, r.beneficiary);",
				"_forfeit(slash, 0, r.beneficiary);",
			],
			[
				"W5: reputation grows beyond 100",
				"if (!earns || w.reputation == _FULL_REPUTATION || w.gainedOn == day) return;",
				"if (!earns || w.gainedOn == day) return;",
			],
			[
				"W5: reputation grows more than once a day",
				"if (!earns || w.reputation == _FULL_REPUTATION || w.gainedOn == day) return;",
				"if (!earns || w.reputation == _FULL_REPUTATION) return;",
			],
			[
				"W5: reputation grows by jobs in tokens",
				"if (!earns || w.reputation == _FULL_REPUTATION || w.gainedOn == day) return;",
				"if (w.reputation == _FULL_REPUTATION || w.gainedOn == day) return;",
			],
			[
				"W5: who failed stays in the list",
				"if (!w.wanted) return;\n\t\t_queue(worker, w, false);",
				"if (!w.wanted) return;",
			],
			[
				"W1: slots are more than the stake backs",
				"Math.min(terms.capacity, stake / _slotStake)",
				"terms.capacity",
			],
			[
				"W1: slots are more than was declared",
				"Math.min(terms.capacity, stake / _slotStake)",
				"stake / _slotStake",
			],
			[
				"W5: draws read a reputation of the past",
				"(w.slots, w.weight) = (uint16(slots), w.reputation);",
				"(w.slots, w.weight) = (uint16(slots), 100);",
			],
		],
	),
	...mutationsOf(
		"contracts/network/Jobs.sol",
		[NETWORK_RULES, NETWORK_DRAWS, NETWORK_AGREEMENT],
		[
			[
				"W7: anybody cancels a job",
				"if (msg.sender != j.client) revert NotTheClient(msg.sender, j.client);",
				"",
			],
			[
				"W7: a client cancels when it may know who is drawn",
				"if (block.timestamp >= end) revert RoundOver(jobId, block.timestamp, end);",
				"",
			],
			[
				"W7: a client cancels what was offered",
				"Job storage j = _jobIn(jobId, JobStatus.Pending);\n\t\tif (msg.sender != j.client)",
				"Job storage j = _job(jobId);\n\t\tif (msg.sender != j.client)",
			],
			[
				"B1: a round is drawn before its end",
				"if (block.timestamp < end) revert RoundNotOver(round, block.timestamp, end);",
				"",
			],
			[
				"B1: a round is drawn without its value",
				"if (status == RoundStatus.Pending) revert IBeacon.RoundPending(r.beaconRound);",
				"",
			],
			[
				"W3: a job is drawn for that was cancelled",
				"if (j.status != JobStatus.Pending || j.round != round) continue;",
				"",
			],
			["B1: a void round draws with 0", "status == RoundStatus.Known, value);", "true, value);"],
			["W3: whoever draws is not paid", "_payPoke(j, msg.sender);\n\t\t(uint256 attempt", "(uint256 attempt"],
			[
				"W6: an offer is accepted after its end",
				"if (block.timestamp > j.until) revert OfferOver(jobId, block.timestamp, j.until);",
				"",
			],
			[
				"W6: an offer is ended in its last second",
				"if (block.timestamp <= j.until) revert OfferRunning",
				"if (block.timestamp < j.until) revert OfferRunning",
			],
			[
				"W6: anybody accepts what a worker was offered",
				"if (msg.sender != j.worker) revert NotTheWorker(msg.sender, j.worker);",
				"",
			],
			[
				"W3: a job is taken that waits for a draw",
				"if (j.round != 0) revert NotOpen(jobId, j.draws, DRAWS);",
				"",
			],
			[
				"W3: who takes a job binds nothing",
				"if (msg.value != j.exposure) revert WrongValue(msg.value, j.exposure);",
				"",
			],
			[
				"W8: an attempt is ended without its grace",
				"uint256 end = j.until + grace;",
				"uint256 end = j.until;",
			],
			[
				"W8: an attempt is ended whose worker has claimed",
				"if (Reservations.isClaimed(market, j.request)) revert ClaimMade(jobId, j.request);",
				"",
			],
			[
				"W8: a client has all of a late worker's loss",
				"r.compensation = uint128(Math.min(r.slash, j.budget));",
				"r.compensation = r.slash;",
			],
			[
				"W11: a job is moved on by another claim",
				"if (c.request != j.request) revert NotTheClaim(claimId, c.request, j.request);",
				"",
			],
			[
				"W8: a slot stays busy when its worker has claimed",
				"if (j.slot != NO_SLOT) workers.freeSlot(j.worker, j.slot);",
				"",
			],
			["W11: a verified job is not paid", "_credit(j.token, j.worker, j.reward);", ""],
			[
				"W11: a job pays twice",
				"(j.status, j.claim) = (JobStatus.Verified, uint32(claimId));",
				"j.claim = uint32(claimId);",
			],
			[
				"V1: who caught a false claim has nothing of the exposure",
				"r.beneficiary = c.winner;",
				"r.beneficiary = j.client;",
			],
			["W8: a failed job is never tried again", "if (j.tries == 0) {\n\t\t\t_close", "{\n\t\t\t_close"],
			["W8: a job is tried for ever", "--j.tries;", ""],
			[
				"W9: a late worker loses more than it has bound",
				'_requireTerm("exposure", terms.exposure, least, type(uint96).max);',
				'least; _requireTerm("exposure", terms.exposure, 1, type(uint96).max);',
			],
			[
				"W9: a reward is below what a worker's gas costs",
				'_requireTerm("reward", terms.reward, inEther ? _rewardMin : 1, type(uint96).max);',
				'_requireTerm("reward", terms.reward, 1, type(uint96).max);',
			],
			["W3: a job is drawn for without end", "if (j.draws < DRAWS) {", "if (j.draws < 2 * DRAWS) {"],
			[
				"T1: a job within a transfer counts it twice",
				"function submit(JobTerms calldata terms) external payable nonReentrant returns",
				"function submit(JobTerms calldata terms) external payable returns",
				[NETWORK_TOKENS],
			],
			[
				"T3: a job is paid in what is no token",
				"if (!inEther) _requireToken(terms.token);",
				"",
				[NETWORK_TOKENS],
			],
			[
				"T3: a permit that was used before keeps a job from being submitted",
				"try IERC20Permit(terms.token).permit(msg.sender, address(this), terms.reward, deadline, v, r, s) {} catch {}",
				"IERC20Permit(terms.token).permit(msg.sender, address(this), terms.reward, deadline, v, r, s);",
				[NETWORK_TOKENS],
			],
		],
	),
	...mutationsOf(
		"contracts/network/JobStore.sol",
		[NETWORK_RULES, NETWORK_DRAWS, NETWORK_AGREEMENT],
		[
			[
				"W7: a job that is cancelled costs nothing",
				"_burn(rest);\n\t\temit JobClosed",
				"_credit(ETHER, j.client, rest);\n\t\temit JobClosed",
			],
			["W7: a job that is closed keeps its reward", "_credit(j.token, j.client, j.reward);", ""],
			["fees that nobody has earned are nobody's", "_credit(ETHER, j.client, unused);", ""],
			[
				"B1: a round is decided by a value that clients may know",
				"beacon.roundAfter(workers.endOf(round))",
				"beacon.roundAfter(block.timestamp)",
			],
			[
				"W9: a job's fee does not pay for its draws",
				'Parameter.requireWithin("jobFee", p.jobFee, least, type(uint96).max);',
				"least;",
				[NETWORK_RULES],
			],
			["W3: a poke is paid by nobody's fee", "j.budget -= uint128(_pokeFee);", ""],
		],
	),
	...mutationsOf(
		"crates-ts/markets/src/worker-draw.ts",
		[NETWORK_MODEL],
		[
			[
				"W4: the first slots of the list are drawn more often",
				"position: Number((drawn & (2n ** 128n - 1n)) % BigInt(count))",
				"position: Number((drawn & 15n) % BigInt(count))",
			],
			[
				"W5: the coin of the model has fewer sides",
				"coin: Number((drawn >> 128n) % 100n)",
				"coin: Number((drawn >> 128n) % 90n)",
			],
		],
	),
	...mutationsOf(
		"crates-ts/markets/src/network-steps.ts",
		[NETWORK_STEPS],
		[
			[
				"W6: a worker accepts what it cannot compute",
				'const accepts = aim === "stay" && canDo(job);',
				'const accepts = aim === "stay";',
			],
			[
				"W8: a worker ends attempts without their grace",
				'if (now >= until + grace) steps.push({ type: "expire", job: id, request });',
				'if (now >= until) steps.push({ type: "expire", job: id, request });',
			],
			[
				"W2: a coordinator draws while changes wait",
				'else if (value !== "pending" && !mayApply) steps.push',
				'else if (value !== "pending") steps.push',
			],
			[
				"W10: a worker asks for its stake while attempts are unresolved",
				"isOut && unresolved === 0 && now >= worker.exitFrom",
				"isOut && now >= worker.exitFrom",
			],
		],
	),
];
