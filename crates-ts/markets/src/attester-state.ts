import type { Hex } from "@umpire/commitment/constants.ts";
import { NOBODY } from "@umpire/game/commitment.ts";
import { GameError } from "@umpire/game/errors.ts";
import type { GameState } from "@umpire/game/state.ts";
import type { AttesterParameters } from "./attester-parameters.ts";
import { EMPTY_LEDGER, type TokenLedger } from "./token-ledger.ts";

/** Numbers of the contracts' enums (contracts/interfaces/IOperators.sol, IAttestations.sol). */
export const OPERATOR_STATUS = { none: 0, active: 1, leaving: 2 } as const;
export type OperatorStatus = (typeof OPERATOR_STATUS)[keyof typeof OPERATOR_STATUS];
export const RECORD_STATUS = {
	none: 0,
	attested: 1,
	confirmed: 2,
	open: 3,
	convicted: 4,
	acquitted: 5,
} as const;
export type RecordStatus = (typeof RECORD_STATUS)[keyof typeof RECORD_STATUS];
export const COVER_STATUS = { none: 0, waiting: 1, bound: 2, ended: 3 } as const;
export type CoverStatus = (typeof COVER_STATUS)[keyof typeof COVER_STATUS];

/** Numbers that operators can have. */
export const MOST_OPERATORS = 256;
/** The last epoch of an operator that has not left. */
export const NEVER = 2 ** 32 - 1;
/** Owed as a witness is a tensor of the last part of the operators. */
export const LAST_PART = 4;

/** A point of G1: the affine coordinates, (0, 0) for infinity. */
export type Point = readonly [bigint, bigint];
/** A point of G2: imaginary part of x, real part of x, then of y. */
export type TwistPoint = readonly [bigint, bigint, bigint, bigint];

/** A signature, or the sum of several, and the sum of the keys. */
export interface Aggregate {
	readonly signature: Point;
	readonly key: TwistPoint;
}

export interface Operator {
	readonly account: Hex;
	readonly status: OperatorStatus;
	/** the first and the last epoch whose set it is in */
	readonly firstEpoch: number;
	readonly lastEpoch: number;
	/** what it registered with, and what is left: 0 once it was slashed */
	readonly staked: bigint;
	readonly stake: bigint;
	readonly leftAt: number;
	/** witnesses of it that are not decided about */
	readonly holds: number;
	readonly twin: Point;
}

/** What operators have signed; a witness has claim 0. */
export interface AttestationRecord {
	readonly program: Hex;
	readonly inputsRoot: Hex;
	readonly outputRoot: Hex;
	readonly claim: number;
	readonly epoch: number;
	/** the epoch in which it was made */
	readonly madeIn: number;
	readonly status: RecordStatus;
	readonly softAt: number;
	readonly endedAt: number;
	/** accusations that are not decided */
	readonly accusations: number;
	/** its premium was dealt with */
	readonly closed: boolean;
	/** numbers of operators, a bit each */
	readonly signers: bigint;
	readonly weight: bigint;
	/** the request whose cover it bears; 0 if it bears none */
	readonly covers: number;
	readonly premium: bigint;
	/** what of the premium went to witnesses, and who has shown its own */
	readonly shared: bigint;
	readonly shown: bigint;
	readonly winner: Hex;
}

export const NEW_RECORD: Omit<
	AttestationRecord,
	"program" | "inputsRoot" | "outputRoot" | "epoch" | "madeIn"
> = {
	claim: 0,
	status: RECORD_STATUS.attested,
	softAt: 0,
	endedAt: 0,
	accusations: 0,
	closed: false,
	signers: 0n,
	weight: 0n,
	covers: 0,
	premium: 0n,
	shared: 0n,
	shown: 0n,
	winner: NOBODY,
};

export interface Cover {
	readonly value: bigint;
	readonly premium: bigint;
	readonly status: CoverStatus;
	readonly record: number;
}

export const NO_COVER: Cover = { value: 0n, premium: 0n, status: COVER_STATUS.none, record: 0 };

export interface Accusation {
	readonly accuser: Hex;
	readonly record: number;
	readonly request: number;
	/** last second of the accuser's time to claim */
	readonly until: number;
	readonly bond: bigint;
	readonly closed: boolean;
}

/** Operators, their attestations, and the market whose claims they sign. */
export interface AttesterWorld {
	readonly game: GameState;
	readonly addresses: { readonly operators: Hex; readonly attestations: Hex };
	readonly parameters: AttesterParameters;
	readonly genesis: number;
	/** by number */
	readonly operators: ReadonlyMap<number, Operator>;
	/** keys that were ever registered */
	readonly usedKeys: ReadonlySet<string>;
	readonly records: readonly AttestationRecord[];
	readonly accusations: readonly Accusation[];
	/** by request */
	readonly covers: ReadonlyMap<number, Cover>;
	/** when accounts posted roots of witnesses */
	readonly posted: ReadonlyMap<string, number>;
	readonly reserved: bigint;
	readonly leastStake: bigint;
	readonly pot: bigint;
	/** records before it are decided about */
	readonly head: number;
	readonly ledgers: { readonly operators: TokenLedger; readonly attestations: TokenLedger };
}

export function initialAttesters(
	game: GameState,
	at: Pick<AttesterWorld, "addresses" | "parameters" | "genesis">,
): AttesterWorld {
	return {
		game,
		...at,
		operators: new Map(),
		usedKeys: new Set(),
		records: [],
		accusations: [],
		covers: new Map(),
		posted: new Map(),
		reserved: 0n,
		leastStake: 0n,
		pot: 0n,
		head: 1,
		ledgers: { operators: EMPTY_LEDGER, attestations: EMPTY_LEDGER },
	};
}

type Clock = Pick<AttesterWorld, "genesis"> & { readonly parameters: { readonly epochSeconds: number } };

/** The epoch that a time belongs to; the first is 1. */
export function epochAt({ genesis, parameters }: Clock, now: number): number {
	return 1 + Math.floor((now - genesis) / parameters.epochSeconds);
}

/** The first second of an epoch. */
export function startOf({ genesis, parameters }: Clock, epoch: number): number {
	return genesis + (epoch - 1) * parameters.epochSeconds;
}

/** The numbers of a set, a bit each, in order. */
export function numbersOf(set: bigint): number[] {
	const numbers: number[] = [];
	for (let number = 0, left = set; left > 0n; number++, left >>= 1n) if (left & 1n) numbers.push(number);
	return numbers;
}

export const bitOf = (number: number): bigint => 1n << BigInt(number);

/**
 * The operators of an epoch: what they had at stake as it began, what those have who can sign, and who that is. It follows
 * from who registered, left and was slashed when; the contract keeps it up to date move by move.
 */
export function setOf({ operators }: Pick<AttesterWorld, "operators">, epoch: number) {
	let [stake, live, members] = [0n, 0n, 0n];
	for (const [number, one] of operators) {
		if (epoch < one.firstEpoch || epoch > one.lastEpoch) continue;
		stake += one.staked;
		live += one.stake;
		if (one.stake > 0n) members |= bitOf(number);
	}
	return { stake, live, members };
}

/** What those of `signers` have at stake who can sign in an epoch, and what the epoch's set had as it began. */
export function weightOf(world: AttesterWorld, epoch: number, signers: bigint) {
	const { stake, members } = setOf(world, epoch);
	const present = numbersOf(signers & members);
	const weight = present.reduce((sum, number) => sum + world.operators.get(number)!.stake, 0n);
	return { weight, stake };
}

export function numberOf({ operators }: Pick<AttesterWorld, "operators">, account: Hex): number | undefined {
	return [...operators].find(([, one]) => one.account === account)?.[0];
}

export function withOperator(world: AttesterWorld, number: number, change: Partial<Operator>): AttesterWorld {
	const next = { ...world.operators.get(number)!, ...change };
	return { ...world, operators: new Map(world.operators).set(number, next) };
}

export function recordAt({ records }: Pick<AttesterWorld, "records">, id: number): AttestationRecord {
	const record = records[id - 1];
	if (record === undefined) throw new GameError("UnknownRecord", id);
	return record;
}

export function recordIn(world: AttesterWorld, id: number, expected: RecordStatus): AttestationRecord {
	const record = recordAt(world, id);
	if (record.status !== expected) throw new GameError("WrongRecordStatus", id, record.status, expected);
	return record;
}

export function withRecord(
	world: AttesterWorld,
	id: number,
	change: Partial<AttestationRecord>,
): AttesterWorld {
	return { ...world, records: world.records.with(id - 1, { ...world.records[id - 1], ...change }) };
}

export function withCover(world: AttesterWorld, request: number, change: Partial<Cover>): AttesterWorld {
	const next = { ...(world.covers.get(request) ?? NO_COVER), ...change };
	return { ...world, covers: new Map(world.covers).set(request, next) };
}

export function withLedger(
	world: AttesterWorld,
	whose: "operators" | "attestations",
	change: (ledger: TokenLedger) => TokenLedger,
): AttesterWorld {
	return { ...world, ledgers: { ...world.ledgers, [whose]: change(world.ledgers[whose]) } };
}

/** What an accuser is paid beside the reward. */
export const accuserFee = ({ game }: Pick<AttesterWorld, "game">): bigint =>
	2n * game.parameters.submitterBond;

/** What can be relied on where a set has so much at stake: a quorum of it, less whoever is paid first. */
export function capacityOf(rewardPermille: number, stake: bigint): bigint {
	return (BigInt(1000 - rewardPermille) * 2n * stake) / 3000n;
}

/** The bond of whoever accuses a record. */
export function accusationBond(world: AttesterWorld, { weight }: Pick<AttestationRecord, "weight">): bigint {
	const { rewardPermille, bondPermille } = world.parameters;
	const reward = (weight * BigInt(rewardPermille)) / 1000n + accuserFee(world);
	return (reward * BigInt(bondPermille) + 999n) / 1000n;
}

/** Whether a record is decided about. */
export const isDecided = (status: RecordStatus): boolean =>
	status !== RECORD_STATUS.attested && status !== RECORD_STATUS.open;
