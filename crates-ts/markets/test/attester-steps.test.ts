import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { OPERATOR_STATUS, RECORD_STATUS } from "@umpire/markets/attester-state.ts";
import {
	bundlesOf,
	nextAttesterTime,
	type SeenAttesters,
	type SeenClaim,
	type SeenOperator,
	type SeenRecord,
	stepsForAnyone,
	stepsOfOperator,
	type Verdict,
} from "@umpire/markets/attester-steps.ts";
import { expect, test } from "vitest";

const [PROGRAM, INPUTS, RIGHT, WRONG] = [1n, 2n, 3n, 4n].map(wordHex);
const ME: Hex = "0x1000000000000000000000000000000000000001";
const OTHER: Hex = "0x2000000000000000000000000000000000000002";
const NOW = 250;

const claim = (id: number, change: Partial<SeenClaim> = {}): SeenClaim => ({
	...{ id, request: id, program: PROGRAM, inputsRoot: INPUTS, outputRoot: RIGHT },
	...{ status: CLAIM_STATUS.live, challengeableUntil: 400, ...change },
});
const record = (id: number, change: Partial<SeenRecord> = {}): SeenRecord => ({
	...{ id, claim: id, claimStatus: CLAIM_STATUS.live, request: id, program: PROGRAM, inputsRoot: INPUTS },
	...{ outputRoot: RIGHT, epoch: 3, status: RECORD_STATUS.attested, softAt: 0, endedAt: 0, accusations: 0 },
	...{ closed: false, signers: 0n, weight: 0n, premium: 0n, shared: 0n, bond: 5n, ...change },
});
/** Epochs of a hundred seconds: it is the third. */
const seen = (change: Partial<SeenAttesters> = {}): SeenAttesters => ({
	...{ genesis: 0, epochSeconds: 100, accusationSeconds: 50, claims: [], records: [], accusations: [] },
	sets: [
		{ epoch: 3, stake: 300n, members: 0b111n },
		{ epoch: 2, stake: 300n, members: 0b111n },
	],
	...{ waiting: new Set<number>(), head: 1, count: 0, ...change },
});
const me = (change: Partial<SeenOperator> = {}): SeenOperator => ({
	...{ account: ME, number: 0, status: OPERATOR_STATUS.active, stake: 100n, exitFrom: 0, lastEpoch: 0 },
	...change,
});
const judged = ({ outputRoot }: { readonly outputRoot: string }): Verdict =>
	outputRoot === RIGHT ? "agrees" : outputRoot === WRONG ? "differs" : undefined;
const own = (
	what: SeenAttesters,
	who = me(),
	signed: readonly string[] = [],
	aim: "stay" | "leave" = "stay",
) => stepsOfOperator(what, who, judged, new Set(signed), aim, NOW);

test("A11: signs what it has computed and agrees with, once an epoch, and nothing else", () => {
	const claims = [
		claim(1),
		claim(2, { outputRoot: WRONG }),
		claim(3, { outputRoot: wordHex(9n) }),
		claim(4, { status: CLAIM_STATUS.final }),
	];
	expect(own(seen({ claims }))).toEqual([{ type: "sign", claim: claims[0], epoch: 3 }]);
	expect(own(seen({ claims }), me(), ["1 3"])).toEqual([]);
	expect(own(seen({ claims }), me(), ["1 2"])).toHaveLength(1);
	// not before it belongs to the set, nor while it leaves
	expect(own(seen({ claims }), me({ number: 5 }))).toEqual([]);
	expect(own(seen({ claims }), me(), [], "leave")).toEqual([{ type: "leave" }]);
	expect(own(seen(), me({ number: undefined, status: OPERATOR_STATUS.none }))).toEqual([
		{ type: "register" },
	]);
	const leaving = { status: OPERATOR_STATUS.leaving, exitFrom: NOW } as const;
	expect(own(seen(), me(leaving), [], "leave")).toEqual([{ type: "exit", operator: 0 }]);
	expect(own(seen(), me({ ...leaving, exitFrom: NOW + 1 }), [], "leave")).toEqual([]);
});

test("A2: accuses what it disagrees with, not its own, not twice, and not too late", () => {
	const open = { status: RECORD_STATUS.open, endedAt: 200, outputRoot: WRONG } as const;
	const accuse = { type: "accuse", record: 1, bond: 5n, until: 250 };
	expect(own(seen({ records: [record(1, open)] }))).toEqual([accuse]);
	expect(own(seen({ records: [record(1, { ...open, endedAt: 199 })] }))).toEqual([]);
	expect(own(seen({ records: [record(1, { ...open, outputRoot: RIGHT })] }))).toEqual([]);
	expect(own(seen({ records: [record(1, { ...open, signers: 1n })] }))).toEqual([]);
	const fallen = { outputRoot: WRONG, claimStatus: CLAIM_STATUS.rejected } as const;
	expect(own(seen({ records: [record(1, fallen)] }))).toHaveLength(1);
	const accusation = {
		...{ id: 1, record: 1, program: PROGRAM, accuser: ME, request: 9, until: 300, closed: false },
		claim: undefined,
	} as const;
	const records = [record(1, open)];
	expect(own(seen({ records, accusations: [accusation] }))).toEqual([]);
	expect(own(seen({ records, accusations: [{ ...accusation, accuser: OTHER }] }))).toHaveLength(1);
	const claimed = { ...accusation, accuser: OTHER, claim: { id: 7, status: CLAIM_STATUS.live } } as const;
	expect(own(seen({ records, accusations: [claimed] }))).toEqual([]);
});

test("A10: puts on chain what makes a claim softly final at once, and the rest when there is little time left", () => {
	const claims = [claim(1)];
	const votes = [0, 1, 2].map((operator) => ({ claim: 1, epoch: 3, operator }));
	const stakeOf = () => 100n;
	const bundles = (what: SeenAttesters, some: typeof votes, margin = 0, now = NOW) =>
		bundlesOf(what, some, stakeOf, margin, now).map(({ operators }) => operators);
	expect(bundles(seen({ claims }), votes)).toEqual([[0, 1, 2]]);
	// exactly two thirds are no quorum
	expect(bundles(seen({ claims }), votes.slice(1))).toEqual([]);
	expect(bundles(seen({ claims }), votes.slice(1), 150)).toEqual([[1, 2]]);
	expect(bundles(seen({ claims }), votes.slice(1), 149)).toEqual([]);
	const records = [record(1, { signers: 0b11n, weight: 200n })];
	expect(bundles(seen({ claims, records }), votes)).toEqual([[2]]);
	expect(bundles(seen({ claims, records: [record(1, { ...records[0], softAt: 7 })] }), votes)).toEqual([]);
	// strangers, ended claims and old epochs
	expect(bundles(seen({ claims }), [{ claim: 1, epoch: 3, operator: 9 }], 999)).toEqual([]);
	expect(bundles(seen({ claims: [claim(1, { status: CLAIM_STATUS.final })] }), votes)).toEqual([]);
	expect(bundles(seen({ claims }), votes, 999, 400)).toEqual([]);
});

test("whoever looks does what is due, from the second on at which the contract lets it", () => {
	const ended = record(1, { claimStatus: CLAIM_STATUS.final });
	const steps = (what: Partial<SeenAttesters>, now = NOW) => stepsForAnyone(seen({ head: 9, ...what }), now);
	expect(steps({ records: [ended] })).toEqual([{ type: "sync", record: 1, claim: 1 }]);
	expect(steps({ records: [record(1)] })).toEqual([]);
	const soft = record(1, { softAt: 9 });
	const bind = { type: "bindCover", request: 1, record: 1 };
	expect(steps({ records: [soft], waiting: new Set([1]) })).toEqual([bind]);
	expect(steps({ records: [soft] })).toEqual([]);
	expect(steps({ records: [record(1, { softAt: 9, epoch: 1 })], waiting: new Set([1]) })).toEqual([]);
	const open = { status: RECORD_STATUS.open, endedAt: 199 } as const;
	expect(steps({ records: [record(1, open)] })).toEqual([{ type: "acquit", record: 1 }]);
	expect(steps({ records: [record(1, { ...open, endedAt: 200 })] })).toEqual([]);
	expect(steps({ records: [record(1, { ...open, accusations: 1 })] })).toEqual([]);
	const paid = { status: RECORD_STATUS.confirmed, endedAt: 199, premium: 9n, shared: 4n } as const;
	expect(steps({ records: [record(1, paid)] })).toEqual([{ type: "closePremium", record: 1 }]);
	expect(steps({ records: [record(1, { ...paid, shared: 9n })] })).toEqual([]);
	const accusation = {
		...{ id: 3, record: 1, program: PROGRAM, accuser: ME, request: 9, until: 249, closed: false },
		claim: undefined,
	} as const;
	expect(steps({ accusations: [accusation] })).toEqual([{ type: "lapse", accusation: 3 }]);
	expect(steps({ accusations: [{ ...accusation, until: NOW }] })).toEqual([]);
	const final = { ...accusation, claim: { id: 7, status: CLAIM_STATUS.final } } as const;
	expect(steps({ accusations: [final] })).toEqual([{ type: "judge", accusation: 3, claim: 7 }]);
	expect(steps({ records: [record(1, { status: RECORD_STATUS.acquitted })], head: 1, count: 1 })).toEqual([
		{ type: "advance", head: 1 },
	]);
	expect(nextAttesterTime(seen({ records: [record(1, { ...open, endedAt: 220 })] }), NOW)).toBe(271);
	expect(nextAttesterTime(seen(), NOW)).toBe(undefined);
});
