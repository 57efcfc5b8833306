import { GameError } from "@umpire/game/errors.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { isClaimed } from "./grid-state.ts";
import { close, giveFeesBack, held, wait } from "./job-moves.ts";
import {
	JOB_STATUS,
	jobIn,
	jobOf,
	lateSlash,
	lesser,
	type NetworkWorld,
	NO_SLOT,
	withJob,
	withLedger,
} from "./network-state.ts";
import { burn, credit, ETHER } from "./token-ledger.ts";
import { freeSlot, resolve } from "./worker-draw.ts";

export type SyncJobMove = { type: "syncJob"; job: number; claim: number };
export type ExpireJobMove = { type: "expireJob"; job: number };

/** Moves a job on by the claim of its attempt. */
export function syncJob(world: NetworkWorld, { job: id, claim }: SyncJobMove, now: number): NetworkWorld {
	const job = jobOf(world, id);
	const { status, worker, slot } = job;
	if (status !== JOB_STATUS.assigned && status !== JOB_STATUS.completed) {
		throw new GameError("WrongJobStatus", id, status, JOB_STATUS.assigned);
	}
	const c = world.game.claims[claim - 1];
	if (c === undefined) {
		throw new GameError("WrongClaimStatus", claim, CLAIM_STATUS.none, CLAIM_STATUS.live);
	}
	if (c.request !== job.request) throw new GameError("NotTheClaim", claim, c.request, job.request);
	if (c.status === CLAIM_STATUS.live) {
		if (status === JOB_STATUS.completed) throw new GameError("ClaimLive", claim);
		const completed = withJob(world, id, { status: JOB_STATUS.completed, claim });
		return slot === NO_SLOT ? completed : freeSlot(completed, worker, slot, now);
	}
	if (c.status === CLAIM_STATUS.final) return verify(world, id, claim, now);
	const ended = { ending: "rejected", ...held(job, id), beneficiary: c.winner } as const;
	return tryAgain(resolve(world, ended, now), id, now);
}

/** Ends an attempt without a claim. */
export function expireJob(world: NetworkWorld, { job: id }: ExpireJobMove, now: number): NetworkWorld {
	const job = jobIn(world, id, JOB_STATUS.assigned);
	const { until, request, budget, client, terms } = job;
	const end = until + world.game.parameters.increment;
	if (now < end) throw new GameError("AttemptRunning", id, now, end);
	if (isClaimed(world.game, request)) throw new GameError("ClaimMade", id, request);
	const slash = lateSlash(world.parameters, terms);
	// The client has no more than what the try has burned: it gains by no worker's lateness.
	const compensation = lesser(slash, budget);
	const ended = { ending: "late", ...held(job, id), slash, compensation, beneficiary: client } as const;
	return tryAgain(resolve(world, ended, now), id, now);
}

function verify(world: NetworkWorld, id: number, claim: number, now: number): NetworkWorld {
	const job = world.jobs[id - 1];
	const { token, reward } = job.terms;
	const verified = withJob(world, id, { status: JOB_STATUS.verified, claim });
	const paid = withLedger(verified, "jobs", (ledger) => credit(ledger, token, job.worker, reward));
	const ended = { ending: "verified", ...held(job, id), earns: token === ETHER } as const;
	return resolve(giveFeesBack(paid, id), ended, now);
}

/** After a failed attempt: another try, if the client has paid for one. */
function tryAgain(world: NetworkWorld, id: number, now: number): NetworkWorld {
	const { tries, budget } = world.jobs[id - 1];
	if (tries === 0) return close(world, id, JOB_STATUS.failed);
	const { jobFee } = world.parameters;
	const burned = withLedger(world, "jobs", (ledger) => burn(ledger, budget));
	const fresh = {
		tries: tries - 1,
		draws: 0,
		budget: jobFee,
		worker: `0x${"00".repeat(20)}`,
		claim: 0,
	} as const;
	return wait(withJob(burned, id, fresh), id, now);
}
