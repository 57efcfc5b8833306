import type { Hex } from "@umpire/commitment/constants.ts";
import type { Arbiter } from "@umpire/game/arbiter.ts";
import { GameError } from "@umpire/game/errors.ts";
import { apply } from "@umpire/game/moves.ts";
import { CLAIM_STATUS, type Claim } from "@umpire/game/state.ts";
import {
	type Accusation,
	type Aggregate,
	type AttestationRecord,
	type AttesterWorld,
	accusationBond,
	accuserFee,
	bitOf,
	epochAt,
	NEW_RECORD,
	numbersOf,
	RECORD_STATUS,
	recordAt,
	recordIn,
	setOf,
	weightOf,
	withLedger,
	withOperator,
	withRecord,
} from "./attester-state.ts";
import { isClaimed } from "./grid-state.ts";
import { slash } from "./operator-moves.ts";
import { atMost, burnExcess, endCover, payFromPot, releaseCover, share } from "./slashed-money.ts";
import { burn, credit, ETHER, forfeit, takeEther } from "./token-ledger.ts";

/** @property valid whether the signature is that of `signers`, of the statement and the epoch */
export type AttestMove = {
	type: "attest";
	claim: number;
	epoch: number;
	signers: bigint;
	aggregate: Aggregate;
	valid: boolean;
};
export type SyncRecordMove = { type: "syncRecord"; record: number };
export type AccuseMove = { type: "accuse"; record: number; value: bigint };
export type JudgeMove = { type: "judge"; accusation: number; claim: number };
export type LapseAccusationMove = { type: "lapseAccusation"; accusation: number };
export type AcquitMove = { type: "acquit"; record: number };
export interface Vote {
	readonly epoch: number;
	readonly outputRoot: Hex;
	readonly signers: bigint;
	readonly aggregate: Aggregate;
	readonly valid: boolean;
}
export type EquivocationMove = {
	type: "equivocation";
	program: Hex;
	inputsRoot: Hex;
	one: Vote;
	other: Vote;
};
type Sent<T> = T & { readonly sender: Hex };

const FOREVER = 2 ** 32 - 1;
const NOBODY: Hex = `0x${"00".repeat(20)}`;

export function claimAt({ game }: Pick<AttesterWorld, "game">, id: number): Claim {
	const claim = game.claims[id - 1];
	if (claim === undefined) {
		throw new GameError("WrongClaimStatus", id, CLAIM_STATUS.none, CLAIM_STATUS.live);
	}
	return claim;
}

export function requireLive(id: number, { status }: Pick<Claim, "status">): void {
	if (status !== CLAIM_STATUS.live) throw new GameError("WrongClaimStatus", id, status, CLAIM_STATUS.live);
}

export function attest(
	world: AttesterWorld,
	{ claim: claimId, epoch, signers, valid }: AttestMove,
	now: number,
): AttesterWorld {
	const made = claimAt(world, claimId);
	requireLive(claimId, made);
	const current = epochAt(world, now);
	if (epoch !== current && epoch + 1 !== current) throw new GameError("WrongEpoch", epoch, current);
	const known = world.records.findIndex((one) => one.claim === claimId && one.epoch === epoch);
	const { program, inputsRoot } = world.game.requests[made.request - 1];
	const fresh = { ...NEW_RECORD, program, inputsRoot, outputRoot: made.outputRoot };
	const records =
		known >= 0 ? world.records : [...world.records, { ...fresh, claim: claimId, epoch, madeIn: current }];
	const id = known >= 0 ? known + 1 : records.length;
	const before = records[id - 1];
	const again = before.signers & signers;
	if (again !== 0n) throw new GameError("AlreadySigned", id, again);
	const strangers = signers & ~setOf(world, epoch).members;
	if (strangers !== 0n) throw new GameError("NotMembers", epoch, strangers);
	requireSignature(signers, valid);
	const all = before.signers | signers;
	const { weight, stake } = weightOf(world, epoch, all);
	const isSoft = 3n * weight > 2n * stake;
	const softAt = before.softAt === 0 && isSoft ? now : before.softAt;
	return withRecord({ ...world, records }, id, { signers: all, weight, softAt });
}

export function syncRecord(world: AttesterWorld, { record: id }: SyncRecordMove): AttesterWorld {
	recordIn(world, id, RECORD_STATUS.attested);
	return readEnding(world, id);
}

export function accuse(
	world: AttesterWorld,
	{ sender, record: id, value }: Sent<AccuseMove>,
	now: number,
	arbiter: Arbiter,
): AttesterWorld {
	const { status } = recordAt(world, id);
	let next = status === RECORD_STATUS.attested ? readEnding(world, id) : world;
	const record = recordIn(next, id, RECORD_STATUS.open);
	const { accusationSeconds, claimSeconds } = next.parameters;
	const end = record.endedAt + accusationSeconds;
	if (now > end) throw new GameError("AccusationTooLate", id, now, end);
	const bond = accusationBond(next, record);
	next = withLedger(next, "attestations", (ledger) => takeEther(ledger, value, bond));
	const { program, inputsRoot } = record;
	const question = {
		type: "request",
		...{ value: 0n, program, inputsRoot, deadline: FOREVER, consumer: NOBODY },
		...{ submitter: sender, exclusiveUntil: FOREVER },
	} as const;
	const { attestations } = next.addresses;
	const game = apply(next.game, { ...question, sender: attestations }, now, arbiter);
	if (game instanceof GameError) throw game;
	const added: Accusation = {
		...{ accuser: sender, record: id, request: game.requests.length },
		...{ until: now + claimSeconds, bond, closed: false },
	};
	next = { ...next, game, accusations: [...next.accusations, added] };
	return withRecord(next, id, { accusations: record.accusations + 1 });
}

export function judge(
	world: AttesterWorld,
	{ accusation: id, claim: claimId }: JudgeMove,
	now: number,
): AttesterWorld {
	const { accuser, record: recordId, request, bond } = openAccusation(world, id);
	const made = claimAt(world, claimId);
	if (made.request !== request) throw new GameError("NotTheClaim", claimId, made.request, request);
	if (made.status === CLAIM_STATUS.live) throw new GameError("ClaimLive", claimId);
	const closed = close(world, id);
	const { burnPermille } = world.game.parameters;
	if (made.status === CLAIM_STATUS.rejected) {
		return withLedger(closed, "attestations", (ledger) => forfeit(ledger, bond, burnPermille, made.winner));
	}
	const { outputRoot, status } = recordAt(world, recordId);
	if (made.outputRoot === outputRoot) {
		return withLedger(closed, "attestations", (ledger) => burn(ledger, bond));
	}
	const paid = withLedger(closed, "attestations", (ledger) => credit(ledger, ETHER, accuser, bond));
	return status === RECORD_STATUS.open ? convict(paid, recordId, accuser, now) : paid;
}

export function lapseAccusation(
	world: AttesterWorld,
	{ accusation: id }: LapseAccusationMove,
	now: number,
): AttesterWorld {
	const { accuser, record, request, until, bond } = openAccusation(world, id);
	if (now <= until) throw new GameError("AccusationRunning", id, now, until);
	if (isClaimed(world.game, request)) throw new GameError("ClaimMade", id, request);
	const returned = recordAt(world, record).status === RECORD_STATUS.convicted;
	return withLedger(close(world, id), "attestations", (ledger) =>
		returned ? credit(ledger, ETHER, accuser, bond) : burn(ledger, bond),
	);
}

export function acquit(world: AttesterWorld, { record: id }: AcquitMove, now: number): AttesterWorld {
	const record = recordIn(world, id, RECORD_STATUS.open);
	const from = record.endedAt + world.parameters.accusationSeconds + 1;
	if (now < from) throw new GameError("TooEarly", id, now, from);
	if (record.accusations !== 0) throw new GameError("AccusationsOpen", id, record.accusations);
	const acquitted = withRecord(world, id, { status: RECORD_STATUS.acquitted });
	if (record.claim !== 0) return burnExcess(endCover(acquitted, id));
	const [number] = numbersOf(record.signers);
	const { account } = world.operators.get(number)!;
	return withLedger(release(acquitted, number), "attestations", (ledger) =>
		credit(ledger, ETHER, account, record.premium),
	);
}

export function equivocation(
	world: AttesterWorld,
	{ sender, one, other }: Sent<EquivocationMove>,
	now: number,
): AttesterWorld {
	const both = one.signers & other.signers;
	if (both === 0n || one.outputRoot === other.outputRoot) {
		throw new GameError("NoContradiction", one.outputRoot, both);
	}
	for (const { epoch, signers, valid } of [one, other]) {
		const strangers = numbersOf(signers).filter((number) => !world.operators.has(number));
		if (strangers.length > 0) throw new GameError("NotMembers", epoch, strangers);
		requireSignature(signers, valid);
	}
	const { world: next, slashed } = slash(world, both, now);
	return burnExcess(share(next, slashed, sender));
}

/** @throws GameError if nobody has signed, or others than who is named */
export function requireSignature(signers: bigint, valid: boolean): void {
	if (signers === 0n) throw new GameError("NobodySigned");
	if (!valid) throw new GameError("WrongSignature", signers);
}

export function hold(world: AttesterWorld, number: number): AttesterWorld {
	return withOperator(world, number, { holds: world.operators.get(number)!.holds + 1 });
}

/** How a record's claim has ended. */
function readEnding(world: AttesterWorld, id: number): AttesterWorld {
	const { claim: claimId, covers } = recordAt(world, id);
	const { status, endedAt, winner } = claimAt(world, claimId);
	if (status === CLAIM_STATUS.live) throw new GameError("ClaimLive", claimId);
	if (status === CLAIM_STATUS.rejected) {
		return withRecord(world, id, { status: RECORD_STATUS.open, endedAt, winner });
	}
	const confirmed = withRecord(world, id, { status: RECORD_STATUS.confirmed, endedAt });
	return covers === 0 ? confirmed : burnExcess(releaseCover(confirmed, id));
}

function convict(world: AttesterWorld, id: number, accuser: Hex, now: number): AttesterWorld {
	const record = recordAt(world, id);
	const isWitness = record.claim === 0;
	const { world: slashed, slashed: amount } = slash(world, record.signers, now);
	let next = withRecord(slashed, id, { status: RECORD_STATUS.convicted });
	next = share(next, amount, isWitness ? accuser : record.winner);
	if (isWitness) {
		next = release(next, numbersOf(record.signers)[0]);
		next = withLedger(next, "attestations", (ledger) => burn(ledger, record.premium));
	}
	let fee = accuserFee(next);
	if (record.covers !== 0) next = endCover(next, id);
	else fee = atMost(fee, next.pot > next.reserved ? next.pot - next.reserved : 0n);
	return burnExcess(payFromPot(next, accuser, atMost(fee, next.pot)));
}

function release(world: AttesterWorld, number: number): AttesterWorld {
	return withOperator(world, number, { holds: world.operators.get(number)!.holds - 1 });
}

function openAccusation({ accusations }: AttesterWorld, id: number): Accusation {
	const accusation = accusations[id - 1];
	if (accusation === undefined) throw new GameError("UnknownAccusation", id);
	if (accusation.closed) throw new GameError("AccusationClosed", id);
	return accusation;
}

function close(world: AttesterWorld, id: number): AttesterWorld {
	const accusation = world.accusations[id - 1];
	const accusations = world.accusations.with(id - 1, { ...accusation, closed: true });
	const record: AttestationRecord = recordAt(world, accusation.record);
	return withRecord({ ...world, accusations }, accusation.record, { accusations: record.accusations - 1 });
}

export const hasBit = (set: bigint, number: number): boolean => (set & bitOf(number)) !== 0n;
