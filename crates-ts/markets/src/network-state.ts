import type { Hex } from "@umpire/commitment/constants.ts";
import { NOBODY } from "@umpire/game/commitment.ts";
import { GameError } from "@umpire/game/errors.ts";
import type { GameState } from "@umpire/game/state.ts";
import { type BeaconState, initialBeacon } from "./beacon-state.ts";
import type { JobsParameters, WorkersParameters } from "./network-parameters.ts";
import { EMPTY_LEDGER, type TokenLedger } from "./token-ledger.ts";

/** Numbers of the contracts' enums (contracts/interfaces/IWorkers.sol, IJobs.sol). */
export const WORKER_STATUS = { none: 0, active: 1, leaving: 2, gone: 3 } as const;
export type WorkerStatus = (typeof WORKER_STATUS)[keyof typeof WORKER_STATUS];
export const JOB_STATUS = {
	none: 0,
	pending: 1,
	offered: 2,
	assigned: 3,
	completed: 4,
	verified: 5,
	failed: 6,
	cancelled: 7,
} as const;
export type JobStatus = (typeof JOB_STATUS)[keyof typeof JOB_STATUS];

export const MOST_SLOTS = 64;
export const MOST_TOKENS = 8;
export const MOST_PROGRAMS = 16;
export const MOST_TRIES = 8;
/** Draws of one try. */
export const DRAWS = 3;
/** Slots that one draw looks at. */
export const LOOKS = 16;
/** The slot of an attempt that has none. */
export const NO_SLOT = 2 ** 16 - 1;
export const FULL_REPUTATION = 100;

/** What a worker is offered: amounts in wei or the token's units. */
export interface WorkerTerms {
	readonly capacity: number;
	readonly leastReward: bigint;
	readonly tokens: readonly { readonly token: Hex; readonly least: bigint }[];
	/** none: any */
	readonly programs: readonly Hex[];
	/** a label */
	readonly gpu: Hex;
}

export interface Worker {
	readonly status: WorkerStatus;
	readonly reputation: number;
	/** the reputation that draws read */
	readonly weight: number;
	/** whether it is in the list when all queued changes are applied */
	readonly wanted: boolean;
	readonly terms: WorkerTerms;
	/** slots that it has by its last change into the list, those that are there, and changes that wait */
	readonly slots: number;
	readonly listed: number;
	readonly queued: number;
	readonly unresolved: number;
	readonly gainedOn: number;
	readonly leftAt: number;
	readonly stake: bigint;
	readonly exposure: bigint;
	/** by round, in order: all that had ceased to be bound at its end */
	readonly releases: readonly { readonly round: number; readonly total: bigint }[];
}

export const NEW_WORKER: Worker = {
	status: WORKER_STATUS.none,
	reputation: 0,
	weight: 0,
	wanted: false,
	terms: { capacity: 0, leastReward: 0n, tokens: [], programs: [], gpu: `0x${"00".repeat(32)}` },
	slots: 0,
	listed: 0,
	queued: 0,
	unresolved: 0,
	gainedOn: 0,
	leftAt: 0,
	stake: 0n,
	exposure: 0n,
	releases: [],
};

export interface Slot {
	readonly busy: boolean;
	/** the round in which it was last given back */
	readonly freedIn: number;
}

export interface Entry {
	readonly worker: Hex;
	readonly slot: number;
}

/** Slots that go into the list, or out of it. */
export interface Change {
	readonly worker: Hex;
	readonly round: number;
	readonly joins: boolean;
}

/** What a client asks for and pays: amounts in wei or the token's units, times in seconds. */
export interface JobTerms {
	readonly program: Hex;
	readonly inputsRoot: Hex;
	readonly token: Hex;
	readonly reward: bigint;
	readonly exposure: bigint;
	readonly workSeconds: number;
	readonly tries: number;
}

export interface Job {
	readonly client: Hex;
	readonly status: JobStatus;
	readonly terms: JobTerms;
	/** tries that are left after this one, draws of this one, draws of all */
	readonly tries: number;
	readonly draws: number;
	readonly drawn: number;
	/** pending: the round that it waits in; 0: any worker may take it */
	readonly round: number;
	readonly until: number;
	/** what is left of this try's fee */
	readonly budget: bigint;
	readonly worker: Hex;
	readonly slot: number;
	readonly request: number;
	readonly claim: number;
}

export const NEW_JOB: Omit<Job, "client" | "terms" | "tries" | "budget"> = {
	status: JOB_STATUS.none,
	draws: 0,
	drawn: 0,
	round: 0,
	until: 0,
	worker: NOBODY,
	slot: 0,
	request: 0,
	claim: 0,
};

/** Jobs that wait for one draw: those before `head` are drawn for. */
export interface WaitingRound {
	readonly round: number;
	readonly beaconRound: number;
	readonly jobs: readonly number[];
	readonly head: number;
}

/** A list of workers and its jobs contract, their beacon, and the market that they ask. */
export interface NetworkWorld {
	readonly game: GameState;
	readonly beacon: BeaconState;
	readonly addresses: { readonly workers: Hex; readonly jobs: Hex };
	readonly parameters: WorkersParameters & JobsParameters;
	readonly genesis: number;
	readonly workers: ReadonlyMap<Hex, Worker>;
	readonly entries: readonly Entry[];
	readonly slots: ReadonlyMap<string, Slot>;
	/** changes that wait, in order */
	readonly changes: readonly Change[];
	/** jobs that a worker is not drawn for again */
	readonly skips: ReadonlySet<string>;
	readonly jobs: readonly Job[];
	/** rounds that jobs wait in, the oldest first */
	readonly rounds: readonly WaitingRound[];
	readonly ledgers: { readonly workers: TokenLedger; readonly jobs: TokenLedger };
}

export function initialNetwork(
	game: GameState,
	at: Pick<NetworkWorld, "addresses" | "parameters" | "genesis"> & {
		readonly fee: bigint;
		readonly drift: number;
	},
): NetworkWorld {
	const { addresses, parameters, genesis, fee, drift } = at;
	return {
		game,
		beacon: initialBeacon(fee, drift),
		addresses,
		parameters,
		genesis,
		workers: new Map(),
		entries: [],
		slots: new Map(),
		changes: [],
		skips: new Set(),
		jobs: [],
		rounds: [],
		ledgers: { workers: EMPTY_LEDGER, jobs: EMPTY_LEDGER },
	};
}

/** The round that a time belongs to; the first is 1. */
export function roundAt({ genesis, parameters }: Pick<NetworkWorld, "genesis" | "parameters">, now: number) {
	return 1 + Math.floor((now - genesis) / parameters.roundSeconds);
}

/** The first second that no longer belongs to a round. */
export function endOf({ genesis, parameters }: Pick<NetworkWorld, "genesis" | "parameters">, round: number) {
	return genesis + round * parameters.roundSeconds;
}

export const slotKey = (worker: Hex, slot: number): string => `${worker} ${slot}`;
export const skipKey = (job: number, worker: Hex): string => `${job} ${worker}`;

export function workerOf({ workers }: Pick<NetworkWorld, "workers">, account: Hex): Worker {
	return workers.get(account) ?? NEW_WORKER;
}

export function withWorker(world: NetworkWorld, account: Hex, change: Partial<Worker>): NetworkWorld {
	const next = { ...workerOf(world, account), ...change };
	return { ...world, workers: new Map(world.workers).set(account, next) };
}

export function jobOf({ jobs }: Pick<NetworkWorld, "jobs">, id: number): Job {
	const job = jobs[id - 1];
	if (job === undefined) throw new GameError("UnknownJob", id);
	return job;
}

export function jobIn(world: NetworkWorld, id: number, expected: JobStatus): Job {
	const job = jobOf(world, id);
	if (job.status !== expected) throw new GameError("WrongJobStatus", id, job.status, expected);
	return job;
}

export function withJob(world: NetworkWorld, id: number, change: Partial<Job>): NetworkWorld {
	return { ...world, jobs: world.jobs.with(id - 1, { ...world.jobs[id - 1], ...change }) };
}

export function withLedger(
	world: NetworkWorld,
	whose: "workers" | "jobs",
	change: (ledger: TokenLedger) => TokenLedger,
): NetworkWorld {
	return { ...world, ledgers: { ...world.ledgers, [whose]: change(world.ledgers[whose]) } };
}

/** What a late worker loses. */
export function lateSlash(
	{ latePermille }: Pick<JobsParameters, "latePermille">,
	{ token, reward, exposure }: Pick<JobTerms, "token" | "reward" | "exposure">,
): bigint {
	return ((BigInt(token) === 0n ? reward : exposure) * BigInt(latePermille)) / 1000n;
}

export function lesser(one: bigint, other: bigint): bigint {
	// Math.min does not take bigints.
	if (one < other) return one;
	return other;
}

export function requireTerm<T extends number | bigint>(name: string, actual: T, least: T, most: T): void {
	if (actual < least || actual > most) throw new GameError("InvalidTerm", name, actual, least, most);
}
