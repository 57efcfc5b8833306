import type { Hex } from "@umpire/commitment/constants.ts";
import { GameError } from "@umpire/game/errors.ts";
import {
	type Change,
	FULL_REPUTATION,
	MOST_PROGRAMS,
	MOST_SLOTS,
	MOST_TOKENS,
	type NetworkWorld,
	requireTerm,
	roundAt,
	WORKER_STATUS,
	type Worker,
	type WorkerTerms,
	withLedger,
	withWorker,
	workerOf,
} from "./network-state.ts";
import { burn, credit, ETHER, takeEther } from "./token-ledger.ts";

export type RegisterWorkerMove = { type: "registerWorker"; terms: WorkerTerms; stake: bigint; value: bigint };
export type PauseMove = { type: "pause" };
export type ResumeMove = { type: "resume"; terms: WorkerTerms; added: bigint; value: bigint };
export type LeaveMove = { type: "leave" };
export type ExitMove = { type: "exit"; worker: Hex };
export type ApplyChangesMove = { type: "applyChanges"; most: number };
type Sent<T> = T & { readonly sender: Hex };

const MOST_STAKE = 2n ** 96n - 1n;
const MOST_AMOUNT = 2n ** 128n - 1n;

/** The slots that a stake backs. */
export function slotsOf(capacity: number, stake: bigint, slotStake: bigint): number {
	return Math.min(capacity, Number(stake / slotStake));
}

export function registerWorker(world: NetworkWorld, move: Sent<RegisterWorkerMove>, now: number) {
	const { sender, terms, stake, value } = move;
	const { status, reputation } = workerOf(world, sender);
	if (status === WORKER_STATUS.active || status === WORKER_STATUS.leaving) {
		throw new GameError("WrongWorkerStatus", sender, status, WORKER_STATUS.none);
	}
	const kept = status === WORKER_STATUS.none ? FULL_REPUTATION : reputation;
	const begun = withWorker(world, sender, { status: WORKER_STATUS.active, reputation: kept });
	const { entryFee } = world.parameters;
	const next = enter(begun, sender, { terms, added: stake, value, fee: entryFee }, now);
	return withLedger(next, "workers", (ledger) => burn(ledger, entryFee));
}

export function pause(world: NetworkWorld, { sender }: Sent<PauseMove>, now: number): NetworkWorld {
	if (!active(world, sender).wanted) throw new GameError("AlreadyPaused", sender);
	return queue(world, sender, false, now);
}

export function resume(world: NetworkWorld, { sender, terms, added, value }: Sent<ResumeMove>, now: number) {
	requireOut(active(world, sender), sender);
	return enter(world, sender, { terms, added, value, fee: 0n }, now);
}

export function leave(world: NetworkWorld, { sender }: Sent<LeaveMove>, now: number): NetworkWorld {
	const { wanted } = active(world, sender);
	const left = withWorker(world, sender, { status: WORKER_STATUS.leaving, leftAt: now });
	return wanted ? queue(left, sender, false, now) : left;
}

export function exit(world: NetworkWorld, { worker }: ExitMove, now: number): NetworkWorld {
	const found = workerOf(world, worker);
	const { status, leftAt, unresolved, stake } = found;
	if (status !== WORKER_STATUS.leaving) {
		throw new GameError("WrongWorkerStatus", worker, status, WORKER_STATUS.leaving);
	}
	const end = leftAt + world.parameters.exitDelay;
	if (now < end) throw new GameError("ExitTooEarly", worker, now, end);
	requireOut(found, worker);
	if (unresolved !== 0) throw new GameError("AttemptsOpen", worker, unresolved);
	const gone = withWorker(world, worker, { status: WORKER_STATUS.gone, stake: 0n });
	return withLedger(gone, "workers", (ledger) => credit(ledger, ETHER, worker, stake));
}

/** Applies changes of rounds that all jobs before are drawn for, at most so many slots of them. */
export function applyChanges(world: NetworkWorld, move: Sent<ApplyChangesMove>, now: number): NetworkWorld {
	const limit = world.rounds[0]?.round ?? roundAt(world, now);
	const oldest = world.changes[0]?.round ?? 0;
	if (oldest === 0 || oldest > limit) throw new GameError("NothingToApply", oldest, limit);
	let next = world;
	let left = move.most;
	while (left > 0 && next.changes.length > 0 && next.changes[0].round <= limit) {
		const [change, ...others] = next.changes;
		while (left > 0 && !isDone(next, change)) {
			next = change.joins ? putIn(next, change.worker) : takeOut(next, change.worker);
			left--;
		}
		if (!isDone(next, change)) break;
		const { queued } = workerOf(next, change.worker);
		next = withWorker({ ...next, changes: others }, change.worker, { queued: queued - 1 });
	}
	const earned = BigInt(move.most - left) * world.parameters.changeFee;
	return withLedger(next, "workers", (ledger) => credit(ledger, ETHER, move.sender, earned));
}

/** Queues a worker's slots for the list, or out of it. */
export function queue(world: NetworkWorld, worker: Hex, joins: boolean, now: number): NetworkWorld {
	const { queued } = workerOf(world, worker);
	const changes = [...world.changes, { worker, round: roundAt(world, now), joins }];
	return withWorker({ ...world, changes }, worker, { wanted: joins, queued: queued + 1 });
}

/** Takes stake and fees, and queues as many slots as the stake backs. */
function enter(
	world: NetworkWorld,
	sender: Hex,
	move: {
		readonly terms: WorkerTerms;
		readonly added: bigint;
		readonly value: bigint;
		readonly fee: bigint;
	},
	now: number,
): NetworkWorld {
	const { terms, added, value, fee } = move;
	const { slotStake, changeFee } = world.parameters;
	requireTerm("capacity", terms.capacity, 1, MOST_SLOTS);
	requireTerm("tokens", terms.tokens.length, 0, MOST_TOKENS);
	requireTerm("programs", terms.programs.length, 0, MOST_PROGRAMS);
	const found = workerOf(world, sender);
	const stake = found.stake + added;
	requireTerm("stake", stake, slotStake, MOST_STAKE);
	const slots = slotsOf(terms.capacity, stake, slotStake);
	const price = fee + added + 2n * BigInt(slots) * changeFee;
	const paid = withLedger(world, "workers", (ledger) => takeEther(ledger, value, price));
	for (const { least } of terms.tokens) requireTerm("least", least, 1n, MOST_AMOUNT);
	const entered = withWorker(paid, sender, { stake, slots, weight: found.reputation, terms });
	return queue(entered, sender, true, now);
}

function isDone(world: NetworkWorld, { worker, joins }: Change): boolean {
	const { listed, slots } = workerOf(world, worker);
	return listed === (joins ? slots : 0);
}

function putIn(world: NetworkWorld, worker: Hex): NetworkWorld {
	const { listed } = workerOf(world, worker);
	const entries = [...world.entries, { worker, slot: listed }];
	return withWorker({ ...world, entries }, worker, { listed: listed + 1 });
}

/** The last entry takes its place. */
function takeOut(world: NetworkWorld, worker: Hex): NetworkWorld {
	const slot = workerOf(world, worker).listed - 1;
	const { entries } = world;
	const at = entries.findIndex((entry) => entry.worker === worker && entry.slot === slot);
	const left = entries.with(at, entries[entries.length - 1]).slice(0, -1);
	return withWorker({ ...world, entries: left }, worker, { listed: slot });
}

function active(world: NetworkWorld, sender: Hex): Worker {
	const worker = workerOf(world, sender);
	if (worker.status !== WORKER_STATUS.active) {
		throw new GameError("WrongWorkerStatus", sender, worker.status, WORKER_STATUS.active);
	}
	return worker;
}

function requireOut({ listed, queued }: Worker, worker: Hex): void {
	if (listed !== 0 || queued !== 0) throw new GameError("StillListed", worker, listed, queued);
}
