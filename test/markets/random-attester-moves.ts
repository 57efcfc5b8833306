import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { NOBODY } from "@umpire/game/commitment.ts";
import type { Action } from "@umpire/game/move.ts";
import { CLAIM_STATUS, PHASE } from "@umpire/game/state.ts";
import {
	type AttesterWorld,
	accusationBond,
	bitOf,
	COVER_STATUS,
	numberOf,
	numbersOf,
	OPERATOR_STATUS,
	RECORD_STATUS,
	type RecordStatus,
	setOf,
} from "@umpire/markets/attester-state.ts";
import type { AttesterAction } from "@umpire/markets/attester-world.ts";
import { leastPremium } from "@umpire/markets/cover-moves.ts";
import { exitFrom } from "@umpire/markets/operator-moves.ts";
import { owedOperator, type Witness, witnessLeaf } from "@umpire/markets/witness-tree.ts";
import { entryOf, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { ATTESTERS, type AttesterDriver } from "@umpire/testing/markets/attester-driver.ts";
import fc from "fast-check";
import { PROGRAM, traceOf, WITNESS_PROGRAMS } from "./attester-programs.ts";

const KINDS = {
	register: 6,
	leave: 1,
	exit: 6,
	request: 10,
	claim: 14,
	attest: 26,
	cover: 10,
	uncover: 1,
	bindCover: 16,
	challenge: 8,
	timeout: 11,
	finalise: 18,
	sync: 10,
	accuse: 9,
	answer: 9,
	judge: 9,
	lapse: 3,
	acquit: 4,
	equivocation: 1,
	post: 14,
	show: 16,
	close: 2,
	advance: 5,
	withdraw: 3,
} as const;

export const arbitraryAttesterTurn = fc.record({
	kind: fc.oneof(
		...Object.entries(KINDS).map(([kind, weight]) => ({
			weight,
			arbitrary: fc.constant(kind as keyof typeof KINDS),
		})),
	),
	/** makes about one move in eight wrong in some way */
	bad: fc.integer({ min: 0, max: 7 }).map((n) => n === 0),
	a: fc.nat({ max: 1 << 20 }),
	b: fc.nat({ max: 1 << 20 }),
	wait: fc.oneof(
		{ weight: 40, arbitrary: fc.integer({ min: 0, max: 2 }) },
		{ weight: 4, arbitrary: fc.integer({ min: 8, max: 30 }) },
		{ weight: 1, arbitrary: fc.integer({ min: 60, max: 160 }) },
	),
	edge: fc.option(fc.integer({ min: -1, max: 1 })),
});
export type AttesterTurn = typeof arbitraryAttesterTurn extends fc.Arbitrary<infer T> ? T : never;

type Planned = { readonly sender: Hex; readonly action: AttesterAction | Action; readonly at?: number };

/** A question about the program with the output of one of its operators. */
export function questionOf(operator = 0, consumer: Hex = NOBODY) {
	const { root: program, inputsRoot } = WITNESS_PROGRAMS[operator];
	return { type: "request", value: 50n, program, inputsRoot, deadline: 2 ** 32 - 1, consumer } as const;
}

/** What an operator owes for a record; its root is `by` from the right one. */
export function witnessOf(
	driver: AttesterDriver,
	recordId: number,
	number: number,
	by = 0,
): { readonly witness: Witness; readonly own: ReturnType<AttesterDriver["signed"]> } {
	const record = driver.world.records[recordId - 1];
	const { epoch, program, inputsRoot, outputRoot } = record;
	const statement = driver.statement(program, inputsRoot, outputRoot);
	const own = driver.signed(epoch, statement, bitOf(number));
	const operator = owedOperator(own.signature, PROGRAM.header.operatorCount);
	const { root } = traceOf(by, operator).output();
	const account = driver.world.operators.get(number)?.account ?? NOBODY;
	return { witness: { account, epoch, statement, operator, root }, own };
}

/** Shows a witness that was posted alone. */
export function showing(driver: AttesterDriver, recordId: number, number: number, by = 0) {
	const { witness, own } = witnessOf(driver, recordId, number, by);
	return {
		type: "showWitness",
		...{
			record: recordId,
			operator: number,
			own,
			valid: true,
			program: WITNESS_PROGRAMS[witness.operator].root,
		},
		...{ descriptor: PROGRAM.opening(witness.operator), tensorRoot: witness.root, path: [] },
	} as const;
}

/** The sender and the move of a turn, and when it is made if not at once; undefined if there is nothing to move about. */
export function attesterMoveOf(
	turn: AttesterTurn,
	driver: AttesterDriver,
	people: readonly Hex[],
): Planned | undefined {
	const { world } = driver;
	const { kind, a, b, bad, edge } = turn;
	const someone = people[a % people.length];
	const other = people[b % people.length];
	const soon = (time: number): { at?: number } =>
		edge === null ? {} : { at: Math.max(driver.now + 1, time + edge) };
	const recordIn = (...statuses: readonly RecordStatus[]): number | undefined => {
		if (bad) return 1 + (b % (world.records.length + 1));
		const fitting = world.records.flatMap(({ status }, i) => (statuses.includes(status) ? [i + 1] : []));
		return fitting[a % fitting.length];
	};
	switch (kind) {
		case "register": {
			const free = people.filter((account) => numberOf(world, account) === undefined);
			const sender = bad || free.length === 0 ? someone : free[a % free.length];
			const secret = BigInt(bad && b % 3 === 0 ? 1 + (a % 6) : 1000 + a);
			const value = bad && b % 3 === 1 ? 9999n : 10_000n + BigInt(b % 5) * 1000n;
			return { sender, action: driver.registration(sender, secret, value, !bad || b % 3 !== 2) };
		}
		case "leave":
			return { sender: someone, action: { type: "leaveSet" } };
		case "exit": {
			const leaving = [...world.operators].filter(([, { status }]) => status === OPERATOR_STATUS.leaving);
			const operator = bad ? a % 8 : leaving[a % leaving.length]?.[0];
			if (operator === undefined) return undefined;
			const { leftAt = 0 } = world.operators.get(operator) ?? {};
			const at = leftAt === 0 || b % 2 === 0 ? {} : soon(exitFrom(world, leftAt));
			return { sender: someone, action: { type: "exitOperator", operator }, ...at };
		}
		case "request":
			// Many open questions would keep claims, signatures and covers apart.
			if (world.game.requests.filter(({ liveClaim, closed }) => liveClaim === 0 && !closed).length > 1) {
				return undefined;
			}
			return { sender: people[a % 2], action: questionOf() };
		case "claim": {
			const open = world.game.requests.flatMap(({ liveClaim, closed, submitter }, i) =>
				liveClaim === 0 && !closed && submitter === NOBODY ? [i + 1] : [],
			);
			if (open.length === 0) return undefined;
			const made = traceOf(b % 2 === 0 ? 0 : 1 + (b % 3)).claim();
			const claim = { value: PARAMETERS.submitterBond, request: open[a % open.length], ...made };
			return { sender: someone, action: { type: "claim", ...claim } };
		}
		case "attest": {
			if (!bad && claimIn(world, CLAIM_STATUS.live, b) === undefined) return undefined;
			return { sender: someone, action: attestationOf(turn, driver) };
		}
		case "cover": {
			const uncovered = world.game.requests.flatMap(({ submitter, closed }, i) =>
				submitter === NOBODY && !closed && !world.covers.has(i + 1) ? [i + 1] : [],
			);
			const request = bad ? 1 + (b % 9) : uncovered[a % uncovered.length];
			if (request === undefined) return undefined;
			const covered = bad && a % 3 === 0 ? 0n : BigInt(1000 + (b % 4) * 4000);
			const value = leastPremium(ATTESTERS, covered) - (bad && a % 3 === 1 ? 1n : 0n) + BigInt(a % 900);
			const { requester = someone } = world.game.requests[request - 1] ?? {};
			const sender = (bad && a % 3 === 2) || !people.includes(requester) ? other : requester;
			return { sender, action: { type: "cover", request, covered, value } };
		}
		case "uncover":
		case "bindCover": {
			const waiting = [...world.covers].flatMap(([request, { status }]) =>
				status === COVER_STATUS.waiting ? [request] : [],
			);
			if (waiting.length === 0 && !bad) return undefined;
			const borne = world.records.flatMap((record, i) => {
				const { request, status } = world.game.claims[record.claim - 1] ?? {};
				const isLive = status === CLAIM_STATUS.live && record.epoch + 1 >= driver.epoch;
				const isSoft = record.softAt !== 0 && record.status === RECORD_STATUS.attested && isLive;
				return isSoft && waiting.includes(request) ? [{ record: i + 1, request }] : [];
			});
			if (kind === "bindCover" && borne.length === 0 && !bad && b % 8 !== 0) return undefined;
			if (kind === "bindCover" && borne.length > 0 && !bad) {
				return { sender: someone, action: { type: kind, ...borne[a % borne.length] } };
			}
			const request = waiting[a % waiting.length] ?? 1;
			const { requester } = world.game.requests[request - 1];
			if (kind === "uncover") return { sender: bad ? other : requester, action: { type: kind, request } };
			return {
				sender: someone,
				action: { type: kind, request, record: 1 + (b % (world.records.length + 1)) },
			};
		}
		case "challenge": {
			const claim = claimIn(world, CLAIM_STATUS.live, a);
			if (claim === undefined) return undefined;
			const late = world.game.claims[claim - 1].claimedAt + PARAMETERS.challengePeriod;
			if (driver.now >= late && !bad) return undefined;
			const value = PARAMETERS.challengerBond;
			const { program } = world.game.requests[world.game.claims[claim - 1].request - 1];
			const at = WITNESS_PROGRAMS.findIndex(({ root }) => root === program);
			const entry = entryOf(traceOf(0, at));
			return { sender: someone, action: { type: "challenge", value, claim, entry } };
		}
		case "timeout": {
			const open = world.game.disputes.flatMap(({ phase }, i) => (phase === PHASE.closed ? [] : [i + 1]));
			if (open.length === 0) return undefined;
			const dispute = open[a % open.length];
			const late = world.game.disputes[dispute - 1].demandedAt + 60;
			return { sender: someone, action: { type: "timeout", dispute }, at: Math.max(driver.now + 1, late) };
		}
		case "finalise": {
			const answers = world.accusations.flatMap(({ request, closed }) => {
				const { liveClaim } = world.game.requests[request - 1];
				return !closed && world.game.claims[liveClaim - 1]?.status === CLAIM_STATUS.live ? [liveClaim] : [];
			});
			const covered = world.records.flatMap(({ status, covers, claim: at }) =>
				status === RECORD_STATUS.attested && covers !== 0 && isSettled(world, at) ? [at] : [],
			);
			const preferred = b % 2 === 0 ? answers : covered;
			const claim = preferred[a % preferred.length] ?? claimIn(world, CLAIM_STATUS.live, a);
			if (claim === undefined) return undefined;
			const at = soon(world.game.claims[claim - 1].claimedAt + PARAMETERS.challengePeriod);
			return { sender: someone, action: { type: "finalise", claim }, ...at };
		}
		case "sync": {
			const ended = world.records.flatMap(({ claim, status }, i) => {
				const isLive = world.game.claims[claim - 1]?.status === CLAIM_STATUS.live;
				return status === RECORD_STATUS.attested && !isLive ? [i + 1] : [];
			});
			const record = bad || b % 4 === 0 ? recordIn(RECORD_STATUS.attested) : ended[a % ended.length];
			return record === undefined ? undefined : { sender: someone, action: { type: "syncRecord", record } };
		}
		case "accuse": {
			const fallen = world.records.flatMap(({ claim, status }, i) => {
				const isOpen = status === RECORD_STATUS.open;
				const hasFallen = world.game.claims[claim - 1]?.status === CLAIM_STATUS.rejected;
				return isOpen || (status === RECORD_STATUS.attested && hasFallen) ? [i + 1] : [];
			});
			const record = bad ? recordIn() : fallen[a % fallen.length];
			if (record === undefined) return undefined;
			const found = world.records[record - 1];
			const value = (found === undefined ? 0n : accusationBond(world, found)) + (bad ? 1n : 0n);
			const end = (found?.endedAt ?? 0) + ATTESTERS.accusationSeconds + 1;
			if (driver.now >= end && !bad && b % 6 !== 0) return undefined;
			const at = b % 6 === 0 ? soon(end) : {};
			return { sender: someone, action: { type: "accuse", record, value }, ...at };
		}
		case "answer": {
			const open = world.accusations.filter(
				({ closed, request }) => !closed && world.game.requests[request - 1].liveClaim === 0,
			);
			if (open.length === 0) return undefined;
			const { request, accuser } = open[a % open.length];
			const { program } = world.game.requests[request - 1];
			const at = WITNESS_PROGRAMS.findIndex(({ root }) => root === program);
			const claim = traceOf(b % 3, at).claim();
			const value = PARAMETERS.submitterBond;
			return { sender: accuser, action: { type: "claim", value, request, ...claim } };
		}
		case "judge": {
			const open = world.accusations.flatMap(({ closed }, i) => (closed ? [] : [i + 1]));
			const accusation = bad ? 1 + (b % 4) : open[a % open.length];
			if (accusation === undefined) return undefined;
			const request = world.accusations[accusation - 1]?.request;
			const made = 1 + world.game.claims.findIndex((claim) => claim.request === request);
			if (made === 0 && !bad) return undefined;
			const claim = bad && a % 2 === 0 ? a % 9 : made;
			return { sender: someone, action: { type: "judge", accusation, claim } };
		}
		case "lapse": {
			const open = world.accusations.flatMap(({ closed }, i) => (closed ? [] : [i + 1]));
			const accusation = bad ? 1 + (b % 4) : open[a % open.length];
			if (accusation === undefined) return undefined;
			const { until = 0 } = world.accusations[accusation - 1] ?? {};
			const at = until === 0 ? {} : soon(until + 1);
			return { sender: someone, action: { type: "lapseAccusation", accusation }, ...at };
		}
		case "acquit":
		case "close": {
			const status = kind === "acquit" ? RECORD_STATUS.open : RECORD_STATUS.confirmed;
			const record = recordIn(status);
			if (record === undefined) return undefined;
			const { endedAt = 0 } = world.records[record - 1] ?? {};
			const at = endedAt === 0 ? {} : soon(endedAt + ATTESTERS.accusationSeconds + 1);
			const type = kind === "acquit" ? "acquit" : "closePremium";
			return { sender: someone, action: { type, record }, ...at };
		}
		case "equivocation": {
			if (a % 3 !== 0) return undefined;
			const { root: program, inputsRoot } = PROGRAM;
			const members = setOf(world, driver.epoch).members;
			const known = numbersOf(members);
			if (known.length === 0) return undefined;
			const vote = (by: number, signers: bigint, valid: boolean) => {
				const { root: outputRoot } = traceOf(by).output();
				const statement = driver.statement(program, inputsRoot, outputRoot);
				const aggregate = driver.signed(driver.epoch, statement, signers, valid);
				return { epoch: driver.epoch, outputRoot, signers, aggregate, valid };
			};
			const culprit = bitOf(known[a % known.length]);
			const signers = bad && b % 4 === 0 ? 1n << 200n : culprit;
			const one = vote(0, signers, true);
			const second = vote(bad && b % 4 === 1 ? 0 : 1, bad && b % 4 === 2 ? 0n : members, !bad || b % 4 !== 3);
			const valid = numbersOf(signers).every((number) => world.operators.has(number));
			return {
				sender: someone,
				action: { type: "equivocation", program, inputsRoot, one: { ...one, valid }, other: second },
			};
		}
		case "post": {
			const covered = world.records.flatMap(({ status, covers }, i) =>
				status === RECORD_STATUS.attested && covers !== 0 ? [i + 1] : [],
			);
			const record = b % 4 === 1 ? recordIn(RECORD_STATUS.attested) : covered[a % covered.length];
			const signers = numbersOf(world.records[(record ?? 0) - 1]?.signers ?? 0n);
			if (record === undefined || signers.length === 0) return undefined;
			const number = signers[a % signers.length];
			const { witness } = witnessOf(driver, record, number, b % 4 === 0 ? 1 : 0);
			const sender = witness.account === NOBODY ? someone : witness.account;
			return { sender, action: { type: "postWitnesses", root: witnessLeaf(witness) } };
		}
		case "show": {
			const earning = world.records.flatMap(({ status, premium, signers, shown, endedAt }, i) => {
				const inTime = driver.now <= endedAt + ATTESTERS.accusationSeconds;
				const isOwed = status === RECORD_STATUS.confirmed && premium !== 0n && (signers & ~shown) !== 0n;
				return isOwed && inTime ? [i + 1] : [];
			});
			const record = bad && b % 2 === 0 ? recordIn() : earning[a % earning.length];
			const found = world.records[(record ?? 0) - 1];
			const owing = (found?.signers ?? 0n) & ~(found?.shown ?? 0n);
			const signers = numbersOf(owing).filter((number) => {
				if (record === undefined || !world.operators.has(number)) return false;
				if (bad) return true;
				const { witness } = witnessOf(driver, record, number, b % 4 === 0 ? 1 : 0);
				return world.posted.has(`${witness.account} ${witnessLeaf(witness)}`) || b % 5 === 0;
			});
			if (record === undefined || signers.length === 0) return undefined;
			const number = signers[a % signers.length];
			const action = showing(driver, record, number, b % 4 === 0 ? 1 : 0);
			const wrong: readonly Partial<typeof action>[] = [
				{ program: WITNESS_PROGRAMS[(b >> 3) % 8].root },
				{ program: wordHex(9n) },
				{ descriptor: PROGRAM.opening((b >> 3) % 8) },
				{ descriptor: { ...action.descriptor, path: [] } },
				{ tensorRoot: wordHex(5n) },
				{ operator: 7 },
			];
			const changed = bad ? { ...action, ...wrong[a % wrong.length] } : action;
			const at = b % 16 === 1 ? soon(found.endedAt + ATTESTERS.accusationSeconds + 1) : {};
			return { sender: someone, action: changed, ...at };
		}
		case "advance":
			return { sender: someone, action: { type: "advance", most: a % 4 } };
		case "withdraw": {
			const contract = b % 2 === 0 ? "operators" : "attestations";
			return { sender: someone, action: { type: "withdrawStake", contract } };
		}
	}
}

function attestationOf({ a, b, bad }: AttesterTurn, driver: AttesterDriver) {
	const { world, epoch: current } = driver;
	const epoch = bad && a % 4 === 0 ? current + (b % 4) - 2 : current - (a % 3 === 0 ? 1 : 0);
	const claim = bad && a % 4 === 1 ? 1 + (b % 9) : (claimIn(world, CLAIM_STATUS.live, b) ?? 1);
	const { members } = setOf(world, epoch);
	const record = world.records.find((one) => one.claim === claim && one.epoch === epoch);
	const missing = numbersOf(members & ~(record?.signers ?? 0n));
	const some = missing.filter((_, i) => a % 5 > 2 || ((b >> i) & 1) === 1);
	const signers = some.reduce((set, number) => set | bitOf(number), bad ? BigInt(b % 64) : 0n);
	return driver.attestation(claim, signers, epoch, signers !== 0n && !(bad && a % 4 === 2));
}

/** Whether a claim is live, and undisputed. */
function isSettled({ game }: AttesterWorld, claim: number): boolean {
	const { status, openDisputes } = game.claims[claim - 1];
	return status === CLAIM_STATUS.live && openDisputes === 0;
}

function claimIn({ game }: AttesterWorld, wanted: number, a: number): number | undefined {
	const found = game.claims.flatMap(({ status }, i) => (status === wanted ? [i + 1] : []));
	return found[a % found.length];
}
