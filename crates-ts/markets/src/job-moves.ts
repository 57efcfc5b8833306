import type { Hex } from "@umpire/commitment/constants.ts";
import type { Arbiter } from "@umpire/game/arbiter.ts";
import { GameError } from "@umpire/game/errors.ts";
import { apply } from "@umpire/game/moves.ts";
import { order } from "./beacon-state.ts";
import {
	DRAWS,
	endOf,
	JOB_STATUS,
	type Job,
	type JobTerms,
	jobIn,
	lateSlash,
	MOST_TRIES,
	NEW_JOB,
	type NetworkWorld,
	NO_SLOT,
	requireTerm,
	roundAt,
	withJob,
	withLedger,
} from "./network-state.ts";
import { burn, credit, ETHER, lock, takeEther } from "./token-ledger.ts";
import { pick, pledge, type Resolution, resolve } from "./worker-draw.ts";

export type SubmitMove = { type: "submit"; terms: JobTerms; value: bigint };
export type CancelMove = { type: "cancel"; job: number };
export type DrawJobsMove = { type: "drawJobs"; most: number };
export type AcceptMove = { type: "accept"; job: number };
export type DeclineMove = { type: "decline"; job: number };
export type LapseMove = { type: "lapse"; job: number };
export type TakeMove = { type: "take"; job: number; value: bigint };
type Sent<T> = T & { readonly sender: Hex };

const MOST = 2n ** 96n - 1n;
const YEAR = 365 * 86_400;
/** Requests of attempts never expire. */
const NEVER = 2 ** 32 - 1;
const NOBODY: Hex = `0x${"00".repeat(20)}`;

export function submit(world: NetworkWorld, { sender, terms, value }: Sent<SubmitMove>, now: number) {
	const header = world.game.programs.get(terms.program);
	if (header === undefined) throw new GameError("UnknownProgram", terms.program);
	if ((header.inputCount === 0) !== (BigInt(terms.inputsRoot) === 0n)) {
		throw new GameError("InputsMismatch", header.inputCount, terms.inputsRoot);
	}
	const { rewardMin, jobFee } = world.parameters;
	const inEther = terms.token === ETHER;
	requireTerm("reward", terms.reward, inEther ? rewardMin : 1n, MOST);
	const slash = inEther ? lateSlash(world.parameters, terms) : 0n;
	requireTerm("exposure", terms.exposure, slash === 0n ? 1n : slash, MOST);
	requireTerm("workSeconds", terms.workSeconds, 1, YEAR);
	requireTerm("tries", terms.tries, 1, MOST_TRIES);
	const fees = BigInt(terms.tries) * jobFee;
	const paid = withLedger(world, "jobs", (ledger) => {
		const taken = takeEther(ledger, value, inEther ? fees + terms.reward : fees);
		return inEther ? taken : lock(taken, terms.token, terms.reward);
	});
	const added: Job = { ...NEW_JOB, client: sender, terms, tries: terms.tries - 1, budget: jobFee };
	return wait({ ...paid, jobs: [...paid.jobs, added] }, paid.jobs.length + 1, now);
}

export function cancel(world: NetworkWorld, { sender, job: id }: Sent<CancelMove>, now: number) {
	const job = jobIn(world, id, JOB_STATUS.pending);
	if (sender !== job.client) throw new GameError("NotTheClient", sender, job.client);
	const end = endOf(world, job.round);
	if (job.round !== 0 && now >= end) throw new GameError("RoundOver", id, now, end);
	return close(world, id, JOB_STATUS.cancelled);
}

/** Draws for at most so many jobs of the oldest round. */
export function drawJobs(
	world: NetworkWorld,
	{ sender, most }: Sent<DrawJobsMove>,
	now: number,
): NetworkWorld {
	const oldest = world.rounds[0];
	if (oldest === undefined) throw new GameError("NothingToDraw");
	const { round, beaconRound, jobs } = oldest;
	const end = endOf(world, round);
	if (now < end) throw new GameError("RoundNotOver", round, now, end);
	const value = world.beacon.values.get(beaconRound);
	if (value === undefined && !world.beacon.void.has(beaconRound)) {
		throw new GameError("RoundPending", beaconRound);
	}
	let next = world;
	const head = Math.min(oldest.head + most, jobs.length);
	for (const id of jobs.slice(oldest.head, head)) {
		const { status, round: waits } = next.jobs[id - 1];
		if (status === JOB_STATUS.pending && waits === round)
			next = drawFor(next, id, { round, value, sender }, now);
	}
	const rounds = next.rounds.map((one) => (one.round === round ? { ...one, head } : one));
	return { ...next, rounds: head === jobs.length ? rounds.slice(1) : rounds };
}

function drawFor(
	world: NetworkWorld,
	id: number,
	by: { readonly round: number; readonly value: Hex | undefined; readonly sender: Hex },
	now: number,
): NetworkWorld {
	const { drawn, draws, terms } = world.jobs[id - 1];
	const paid = payPoke(withJob(world, id, { drawn: drawn + 1, draws: draws + 1 }), id, by.sender);
	if (by.value === undefined) return goOn(paid, id, now);
	const seek = { ...terms, job: id, attempt: drawn, round: by.round, value: by.value };
	const { world: next, entry } = pick(paid, seek);
	if (entry === undefined) return goOn(next, id, now);
	const until = now + world.parameters.acceptSeconds;
	return withJob(next, id, { status: JOB_STATUS.offered, ...entry, until });
}

export function accept(world: NetworkWorld, move: Sent<AcceptMove>, now: number, arbiter: Arbiter) {
	const { until } = offered(world, move);
	if (now > until) throw new GameError("OfferOver", move.job, now, until);
	return assign(world, move.job, now, arbiter);
}

export function decline(world: NetworkWorld, move: Sent<DeclineMove>, now: number): NetworkWorld {
	offered(world, move);
	return endOffer(world, move.job, "declined", now);
}

export function lapse(world: NetworkWorld, { sender, job: id }: Sent<LapseMove>, now: number): NetworkWorld {
	const { until } = jobIn(world, id, JOB_STATUS.offered);
	if (now <= until) throw new GameError("OfferRunning", id, now, until);
	return endOffer(payPoke(world, id, sender), id, "missed", now);
}

export function take(world: NetworkWorld, move: Sent<TakeMove>, now: number, arbiter: Arbiter): NetworkWorld {
	const { sender, job: id, value } = move;
	const { round, draws, terms } = jobIn(world, id, JOB_STATUS.pending);
	if (round !== 0) throw new GameError("NotOpen", id, draws, DRAWS);
	if (value !== terms.exposure) throw new GameError("WrongValue", value, terms.exposure);
	const bound = pledge(world, sender, value);
	return assign(withJob(bound, id, { worker: sender, slot: NO_SLOT }), id, now, arbiter);
}

/** Lets a job wait for the draw of the present round. */
export function wait(world: NetworkWorld, id: number, now: number): NetworkWorld {
	const round = roundAt(world, now);
	const next = withJob(world, id, { status: JOB_STATUS.pending, round });
	const last = next.rounds.at(-1);
	if (last?.round === round) {
		return { ...next, rounds: next.rounds.with(-1, { ...last, jobs: [...last.jobs, id] }) };
	}
	const beaconRound = endOf(world, round) + world.beacon.drift;
	const opened = { ...next, rounds: [...next.rounds, { round, beaconRound, jobs: [id], head: 0 }] };
	const beacon = order(world.beacon, beaconRound);
	if (beacon === world.beacon) return opened;
	const budget = next.jobs[id - 1].budget - beacon.fee;
	const paid = withLedger({ ...opened, beacon }, "jobs", (ledger) => lock(ledger, ETHER, -beacon.fee));
	return withJob(paid, id, { budget });
}

/** The reward goes back, and the fees of tries that were not begun; what is left of the last one is burned. */
export function close(world: NetworkWorld, id: number, status: Job["status"]): NetworkWorld {
	const { client, terms, budget } = world.jobs[id - 1];
	const closed = giveFeesBack(withJob(world, id, { status, budget: 0n }), id);
	return withLedger(closed, "jobs", (ledger) =>
		burn(credit(ledger, terms.token, client, terms.reward), budget),
	);
}

/** Fees that nobody has earned. */
export function giveFeesBack(world: NetworkWorld, id: number): NetworkWorld {
	const { client, tries, budget } = world.jobs[id - 1];
	const unused = BigInt(tries) * world.parameters.jobFee + budget;
	return withLedger(withJob(world, id, { tries: 0, budget: 0n }), "jobs", (ledger) =>
		credit(ledger, ETHER, client, unused),
	);
}

/** What an attempt holds while it ends. */
export function held(
	job: Job,
	id: number,
): Pick<Resolution, "job" | "worker" | "slot" | "holdsSlot" | "exposure"> {
	const { worker, slot, status, terms } = job;
	const holdsSlot = slot !== NO_SLOT && status !== JOB_STATUS.completed;
	return { job: id, worker, slot, holdsSlot, exposure: terms.exposure };
}

/** After a draw that led to nothing. */
function goOn(world: NetworkWorld, id: number, now: number): NetworkWorld {
	const next = withJob(world, id, { worker: NOBODY });
	if (next.jobs[id - 1].draws < DRAWS) return wait(next, id, now);
	return withJob(next, id, { status: JOB_STATUS.pending, round: 0 });
}

function endOffer(world: NetworkWorld, id: number, ending: "declined" | "missed", now: number): NetworkWorld {
	return goOn(resolve(world, { ending, ...held(world.jobs[id - 1], id) }, now), id, now);
}

function assign(world: NetworkWorld, id: number, now: number, arbiter: Arbiter): NetworkWorld {
	const { terms, worker } = world.jobs[id - 1];
	const { jobs: sender } = world.addresses;
	const { program, inputsRoot, workSeconds } = terms;
	const question = { program, inputsRoot, deadline: NEVER, consumer: NOBODY, submitter: worker };
	const move = { type: "request", sender, value: 0n, ...question, exclusiveUntil: NEVER } as const;
	const game = apply(world.game, move, now, arbiter);
	if (game instanceof GameError) throw game;
	const request = game.requests.length;
	const status = JOB_STATUS.assigned;
	return withJob({ ...world, game }, id, { status, request, until: now + workSeconds });
}

function payPoke(world: NetworkWorld, id: number, poker: Hex): NetworkWorld {
	const { pokeFee } = world.parameters;
	const { budget } = world.jobs[id - 1];
	const next = withJob(world, id, { budget: budget - pokeFee });
	return withLedger(next, "jobs", (ledger) => credit(ledger, ETHER, poker, pokeFee));
}

function offered(world: NetworkWorld, { sender, job }: { sender: Hex; job: number }): Job {
	const found = jobIn(world, job, JOB_STATUS.offered);
	if (sender !== found.worker) throw new GameError("NotTheWorker", sender, found.worker);
	return found;
}
