import type { Hex } from "@umpire/commitment/constants.ts";
import { GameError } from "@umpire/game/errors.ts";
import { encodeAbiParameters, keccak256 } from "viem";
import {
	type Entry,
	FULL_REPUTATION,
	type JobTerms,
	LOOKS,
	type NetworkWorld,
	roundAt,
	skipKey,
	slotKey,
	WORKER_STATUS,
	withLedger,
	withWorker,
	workerOf,
} from "./network-state.ts";
import { burn, credit, ETHER, forfeit, takeEther } from "./token-ledger.ts";
import { queue } from "./worker-moves.ts";

const DRAWN = ["bytes32", "address", "uint256", "uint256", "uint256"].map((type) => ({ type }));
const DAY = 86_400;
/** What an ending costs in reputation. */
const LOSS = { missed: 5, late: 25, rejected: 50 } as const;

/** What is drawn for, and with what. */
export interface Seek extends Pick<JobTerms, "program" | "token" | "reward" | "exposure"> {
	readonly job: number;
	readonly attempt: number;
	readonly round: number;
	readonly value: Hex;
}

/** How an attempt ended: what it held, and what that costs. */
export interface Resolution {
	readonly ending: "declined" | "missed" | "late" | "rejected" | "verified";
	readonly job: number;
	readonly worker: Hex;
	readonly slot: number;
	readonly holdsSlot: boolean;
	readonly exposure: bigint;
	readonly earns?: boolean;
	readonly slash?: bigint;
	readonly compensation?: bigint;
	readonly beneficiary?: Hex;
}

/** The position and the coin of the i-th look of a draw. */
export function look(address: Hex, seek: Pick<Seek, "value" | "job" | "attempt">, i: number, count: number) {
	const words = [seek.value, address, BigInt(seek.job), BigInt(seek.attempt), BigInt(i)];
	const drawn = BigInt(keccak256(encodeAbiParameters(DRAWN, words)));
	return {
		position: Number((drawn & (2n ** 128n - 1n)) % BigInt(count)),
		coin: Number((drawn >> 128n) % 100n),
	};
}

/** The slot that a draw gives a job to; undefined if it finds none. */
export function drawSlot(world: NetworkWorld, seek: Seek): Entry | undefined {
	const { entries } = world;
	for (let i = 0; i < LOOKS && entries.length > 0; i++) {
		const { position, coin } = look(world.addresses.workers, seek, i, entries.length);
		if (fits(world, seek, entries[position], coin)) return entries[position];
	}
	return undefined;
}

/** Draws a slot and binds it. */
export function pick(world: NetworkWorld, seek: Seek): { world: NetworkWorld; entry: Entry | undefined } {
	const oldest = world.changes[0]?.round ?? 0;
	if (oldest !== 0 && oldest <= seek.round) throw new GameError("ChangesWaiting", oldest, seek.round);
	const entry = drawSlot(world, seek);
	if (entry === undefined) return { world, entry };
	const key = slotKey(entry.worker, entry.slot);
	const { freedIn = 0 } = world.slots.get(key) ?? {};
	const { exposure, unresolved } = workerOf(world, entry.worker);
	const slots = new Map(world.slots).set(key, { busy: true, freedIn });
	const bound = { exposure: exposure + seek.exposure, unresolved: unresolved + 1 };
	return { world: withWorker({ ...world, slots }, entry.worker, bound), entry };
}

/** Whether a draw may give a job to a slot: by what was so at the end of the job's round. */
function fits(world: NetworkWorld, seek: Seek, { worker, slot }: Entry, coin: number): boolean {
	const { busy, freedIn } = world.slots.get(slotKey(worker, slot)) ?? { busy: false, freedIn: 0 };
	const { weight, stake, exposure, releases, terms } = workerOf(world, worker);
	if (busy || freedIn > seek.round || coin >= weight) return false;
	if (world.skips.has(skipKey(seek.job, worker))) return false;
	const released = releases.at(-1)?.total ?? 0n;
	const before = releases.findLast(({ round }) => round <= seek.round)?.total ?? 0n;
	if (stake < exposure + (released - before) + seek.exposure) return false;
	if (terms.programs.length > 0 && !terms.programs.includes(seek.program)) return false;
	if (seek.token === ETHER) return seek.reward >= terms.leastReward;
	const least = terms.tokens.findLast(({ token }) => token === seek.token)?.least;
	return least !== undefined && seek.reward >= least;
}

/** Binds stake that an active worker brings along. */
export function pledge(world: NetworkWorld, worker: Hex, value: bigint): NetworkWorld {
	const { status, stake, exposure, unresolved } = workerOf(world, worker);
	if (status !== WORKER_STATUS.active) {
		throw new GameError("WrongWorkerStatus", worker, status, WORKER_STATUS.active);
	}
	const bound = { stake: stake + value, exposure: exposure + value, unresolved: unresolved + 1 };
	const next = withWorker(world, worker, bound);
	return withLedger(next, "workers", (ledger) => takeEther(ledger, value, value));
}

export function freeSlot(world: NetworkWorld, worker: Hex, slot: number, now: number): NetworkWorld {
	const free = { busy: false, freedIn: roundAt(world, now) };
	return { ...world, slots: new Map(world.slots).set(slotKey(worker, slot), free) };
}

/** Ends an attempt. */
export function resolve(world: NetworkWorld, ended: Resolution, now: number): NetworkWorld {
	const { ending, worker, exposure, beneficiary = worker, compensation = 0n } = ended;
	const slash = ending === "rejected" ? exposure : (ended.slash ?? 0n);
	const found = workerOf(world, worker);
	let next = withWorker(world, worker, {
		unresolved: found.unresolved - 1,
		exposure: found.exposure - exposure,
		stake: found.stake - slash,
	});
	if (ended.holdsSlot) next = freeSlot(next, worker, ended.slot, now);
	next = release(next, worker, exposure - slash, now);
	if (ending === "verified") next = reward(next, worker, ended.earns === true, now);
	else next = { ...next, skips: new Set([...next.skips, skipKey(ended.job, worker)]) };
	if (ending in LOSS) next = punish(next, worker, LOSS[ending as keyof typeof LOSS], now);
	return withLedger(next, "workers", (ledger) => {
		if (ending === "late") {
			return burn(credit(ledger, ETHER, beneficiary, compensation), slash - compensation);
		}
		return forfeit(ledger, slash, world.game.parameters.burnPermille, beneficiary);
	});
}

/** Stake that is no longer bound: draws for rounds that are over do not see it. */
function release(world: NetworkWorld, worker: Hex, amount: bigint, now: number): NetworkWorld {
	if (amount === 0n) return world;
	const { releases } = workerOf(world, worker);
	const added = { round: roundAt(world, now), total: (releases.at(-1)?.total ?? 0n) + amount };
	const before = releases.filter(({ round }) => round < added.round);
	return withWorker(world, worker, { releases: [...before, added] });
}

function reward(world: NetworkWorld, worker: Hex, earns: boolean, now: number): NetworkWorld {
	const { reputation, gainedOn } = workerOf(world, worker);
	const day = Math.floor(now / DAY);
	if (!earns || reputation === FULL_REPUTATION || gainedOn === day) return world;
	return withWorker(world, worker, { reputation: reputation + 1, gainedOn: day });
}

function punish(world: NetworkWorld, worker: Hex, loss: number, now: number): NetworkWorld {
	const { reputation, wanted } = workerOf(world, worker);
	const next = withWorker(world, worker, { reputation: Math.max(0, reputation - loss) });
	return wanted ? queue(next, worker, false, now) : next;
}
