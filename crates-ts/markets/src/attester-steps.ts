import type { Hex } from "@umpire/commitment/constants.ts";
import { CLAIM_STATUS, type ClaimStatus } from "@umpire/game/state.ts";
import {
	bitOf,
	isDecided,
	OPERATOR_STATUS,
	type OperatorStatus,
	RECORD_STATUS,
	type RecordStatus,
} from "./attester-state.ts";

/** A claim as the chain shows it. */
export interface SeenClaim {
	readonly id: number;
	readonly request: number;
	readonly program: Hex;
	readonly inputsRoot: Hex;
	readonly outputRoot: Hex;
	readonly status: ClaimStatus;
	/** last second at which it can be challenged */
	readonly challengeableUntil: number;
}

/** A record as the chain shows it; a witness has claim 0. */
export interface SeenRecord {
	readonly id: number;
	readonly claim: number;
	readonly claimStatus: ClaimStatus;
	readonly request: number;
	readonly program: Hex;
	readonly inputsRoot: Hex;
	readonly outputRoot: Hex;
	readonly epoch: number;
	readonly status: RecordStatus;
	readonly softAt: number;
	readonly endedAt: number;
	readonly accusations: number;
	readonly closed: boolean;
	readonly signers: bigint;
	readonly weight: bigint;
	readonly premium: bigint;
	readonly shared: bigint;
	/** what an accuser has to bring */
	readonly bond: bigint;
}

export interface SeenAccusation {
	readonly id: number;
	readonly record: number;
	/** what its request is about */
	readonly program: Hex;
	readonly accuser: Hex;
	readonly request: number;
	readonly until: number;
	readonly closed: boolean;
	/** what its accuser has claimed; undefined before */
	readonly claim: { readonly id: number; readonly status: ClaimStatus } | undefined;
}

export interface SeenSet {
	readonly epoch: number;
	readonly stake: bigint;
	readonly members: bigint;
}

/** Operators and attestations as the chain shows them. */
export interface SeenAttesters {
	readonly genesis: number;
	readonly epochSeconds: number;
	readonly accusationSeconds: number;
	/** the present epoch's set, and that of the one before */
	readonly sets: readonly SeenSet[];
	readonly claims: readonly SeenClaim[];
	readonly records: readonly SeenRecord[];
	readonly accusations: readonly SeenAccusation[];
	/** requests whose covers no record bears */
	readonly waiting: ReadonlySet<number>;
	/** records before it are decided, as the contract knows; how many there are */
	readonly head: number;
	readonly count: number;
}

/** An account's operator as the chain shows it. */
export interface SeenOperator {
	readonly account: Hex;
	readonly number: number | undefined;
	readonly status: OperatorStatus;
	readonly stake: bigint;
	/** from when on its stake can be paid out, if it is leaving */
	readonly exitFrom: number;
	readonly lastEpoch: number;
}

export type AnyonesStep =
	| { readonly type: "sync"; readonly record: number; readonly claim: number }
	| { readonly type: "bindCover"; readonly request: number; readonly record: number }
	| { readonly type: "judge"; readonly accusation: number; readonly claim: number }
	| { readonly type: "lapse"; readonly accusation: number }
	| { readonly type: "acquit"; readonly record: number }
	| { readonly type: "closePremium"; readonly record: number }
	| { readonly type: "advance"; readonly head: number };

export type OperatorStep =
	| { readonly type: "register" }
	| { readonly type: "sign"; readonly claim: SeenClaim; readonly epoch: number }
	| { readonly type: "accuse"; readonly record: number; readonly bond: bigint; readonly until: number }
	| { readonly type: "leave" }
	| { readonly type: "exit"; readonly operator: number };

/** What somebody who ran a program says of an output that was stated; undefined as long as it has not. */
export type Verdict = "agrees" | "differs" | undefined;

export const epochOf = (
	{ genesis, epochSeconds }: Pick<SeenAttesters, "genesis" | "epochSeconds">,
	now: number,
) => 1 + Math.floor((now - genesis) / epochSeconds);

/** What anybody can do at time `now`: several who do it are harmless, the contract takes each step once. */
export function stepsForAnyone(seen: SeenAttesters, now: number): AnyonesStep[] {
	const steps: AnyonesStep[] = [];
	const { accusationSeconds, waiting, head } = seen;
	const current = epochOf(seen, now);
	for (const record of seen.records) {
		const { id, claim, claimStatus, status, request, endedAt } = record;
		const isLive = claimStatus === CLAIM_STATUS.live;
		if (status === RECORD_STATUS.attested && !isLive) steps.push({ type: "sync", record: id, claim });
		const isSoft = record.softAt !== 0 && status === RECORD_STATUS.attested && isLive;
		if (isSoft && waiting.has(request) && record.epoch + 1 >= current) {
			steps.push({ type: "bindCover", request, record: id });
		}
		const isLate = now > endedAt + accusationSeconds;
		if (status === RECORD_STATUS.open && isLate && record.accusations === 0) {
			steps.push({ type: "acquit", record: id });
		}
		const unshared = record.premium - record.shared;
		if (status === RECORD_STATUS.confirmed && claim !== 0 && isLate && !record.closed && unshared > 0n) {
			steps.push({ type: "closePremium", record: id });
		}
	}
	for (const { id, closed, claim, until } of seen.accusations) {
		if (closed) continue;
		if (claim === undefined) {
			if (now > until) steps.push({ type: "lapse", accusation: id });
		} else if (claim.status !== CLAIM_STATUS.live)
			steps.push({ type: "judge", accusation: id, claim: claim.id });
	}
	// What is not seen any more was decided long ago.
	const oldest = seen.records.find(({ id }) => id === head);
	if (head <= seen.count && (oldest === undefined || isDecided(oldest.status))) {
		steps.push({ type: "advance", head });
	}
	return steps;
}

/**
 * What an operator does beside that.
 *
 * @param judged what it says of the output of a claim or a record, by program, inputs and output
 * @param signed claims that it has signed, as `claim epoch`
 * @param aim whether it is to stay, or to leave and be paid
 */
export function stepsOfOperator(
	seen: SeenAttesters,
	me: SeenOperator,
	judged: (stated: Pick<SeenClaim, "program" | "inputsRoot" | "outputRoot">) => Verdict,
	signed: ReadonlySet<string>,
	aim: "stay" | "leave",
	now: number,
): OperatorStep[] {
	const steps: OperatorStep[] = [];
	const { account, number, status } = me;
	if (number === undefined) {
		if (aim === "stay") steps.push({ type: "register" });
	} else if (aim === "leave") {
		if (status === OPERATOR_STATUS.active) steps.push({ type: "leave" });
		if (status === OPERATOR_STATUS.leaving && now >= me.exitFrom)
			steps.push({ type: "exit", operator: number });
	}
	const epoch = epochOf(seen, now);
	const set = seen.sets.find((one) => one.epoch === epoch);
	const mayStillSign = number !== undefined && set !== undefined && (set.members & bitOf(number)) !== 0n;
	if (mayStillSign && aim === "stay") {
		for (const claim of seen.claims) {
			if (claim.status !== CLAIM_STATUS.live || signed.has(signedKey(claim.id, epoch))) continue;
			if (judged(claim) === "agrees") steps.push({ type: "sign", claim, epoch });
		}
	}
	for (const record of seen.records) {
		const hasFallen =
			record.status === RECORD_STATUS.attested && record.claimStatus === CLAIM_STATUS.rejected;
		if (record.status !== RECORD_STATUS.open && !hasFallen) continue;
		const until = record.endedAt + seen.accusationSeconds;
		// Of a record that nobody has synchronised the end is not known; the contract looks.
		if (record.status === RECORD_STATUS.open && now > until) continue;
		const isOwn = number !== undefined && (record.signers & bitOf(number)) !== 0n;
		const isAccused = seen.accusations.some(
			(one) =>
				one.record === record.id && !one.closed && (one.accuser === account || one.claim !== undefined),
		);
		if (isOwn || isAccused || judged(record) !== "differs") continue;
		steps.push({ type: "accuse", record: record.id, bond: record.bond, until });
	}
	return steps;
}

export const signedKey = (claim: number, epoch: number): string => `${claim} ${epoch}`;

/** A signature of one operator that was checked, for an aggregator. */
export interface Collected {
	readonly claim: number;
	readonly epoch: number;
	readonly operator: number;
}

/** Signatures that are put on chain together. */
export interface Bundle {
	readonly claim: number;
	readonly epoch: number;
	readonly operators: readonly number[];
}

/**
 * What an aggregator puts on chain: what makes a claim softly final, at once; the rest when there is little time left.
 *
 * @param stakeOf by an operator's number
 * @param margin seconds before the end of a claim's period, or of the time for an epoch's signatures
 */
export function bundlesOf(
	seen: SeenAttesters,
	collected: readonly Collected[],
	stakeOf: (operator: number) => bigint,
	margin: number,
	now: number,
): Bundle[] {
	const bundles: Bundle[] = [];
	const current = epochOf(seen, now);
	const groups = Map.groupBy(collected, ({ claim, epoch }) => signedKey(claim, epoch));
	for (const group of groups.values()) {
		const [{ claim: id, epoch }] = group;
		const claim = seen.claims.find((one) => one.id === id);
		const set = seen.sets.find((one) => one.epoch === epoch);
		if (claim?.status !== CLAIM_STATUS.live || set === undefined || epoch + 1 < current) continue;
		const record = seen.records.find((one) => one.claim === id && one.epoch === epoch);
		const signers = record?.signers ?? 0n;
		const fresh = new Set(group.map(({ operator }) => operator));
		const operators = [...fresh].filter(
			(operator) => (set.members & bitOf(operator)) !== 0n && (signers & bitOf(operator)) === 0n,
		);
		if (operators.length === 0) continue;
		const added = operators.reduce((sum, operator) => sum + stakeOf(operator), 0n);
		const makesSoft =
			record?.softAt !== undefined && record.softAt !== 0 ? false : isSoft(record, added, set);
		const end = Math.min(claim.challengeableUntil, seen.genesis + (epoch + 1) * seen.epochSeconds);
		if (makesSoft || now >= end - margin)
			bundles.push({ claim: id, epoch, operators: operators.sort((a, b) => a - b) });
	}
	return bundles;
}

function isSoft(record: SeenRecord | undefined, added: bigint, { stake }: SeenSet): boolean {
	return 3n * ((record?.weight ?? 0n) + added) > 2n * stake;
}

/** The next second at which time alone gives somebody something to do; undefined if it does not. */
export function nextAttesterTime(seen: SeenAttesters, now: number): number | undefined {
	const times = [
		...seen.records.flatMap(({ status, endedAt }) =>
			status === RECORD_STATUS.open || status === RECORD_STATUS.confirmed
				? [endedAt + seen.accusationSeconds + 1]
				: [],
		),
		...seen.accusations.flatMap(({ closed, until, claim }) =>
			closed || claim !== undefined ? [] : [until + 1],
		),
	].filter((time) => time > now);
	return times.length === 0 ? undefined : Math.min(...times);
}
