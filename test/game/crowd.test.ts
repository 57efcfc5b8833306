import { lastSecond, turnOf } from "@umpire/game/clock.ts";
import { publishedAt } from "@umpire/game/dispute.ts";
import type { Action } from "@umpire/game/move.ts";
import { longestDispute, predictedRounds } from "@umpire/game/search.ts";
import { CLAIM_STATUS, PHASE, SIDE } from "@umpire/game/state.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PARAMETERS } from "../../crates-ts/game/test/table.ts";
import { ToyProgram, ToyTrace } from "../../crates-ts/game/test/toy-program.ts";
import { Bench } from "./bench.ts";
import { Court } from "./court.ts";
import { descentTowards, type Place } from "./false-challenger.ts";
import { endAll, HonestParty, payOut } from "./honest-party.ts";

/** Long enough for 100 challenges, one a second, at the end of the period. */
const parameters = { ...PARAMETERS, challengePeriod: 300 };
const { challengePeriod, submitterBond, challengerBond, burnPermille } = parameters;
const KEPT = (challengerBond * BigInt(1000 - burnPermille)) / 1000n;
const FEE = 70n;
const LEAVES = 10;
const operator = { width: 16, elements: 75 * LEAVES, outside: -3 } as const;
const operators = Array.from({ length: 9 }, (_, i) => ({ ...operator, parts: i === 0 ? 3 : 1 }));
const eager = new ToyTrace(new ToyProgram(operators, 2, 1));
const lazy = new ToyTrace(new ToyProgram(operators, 2, 1, true));
/** A cone in parts, and ten places in as many leaves of as many tensors. */
const PARTS: Place = { step: 0, operator: 0, element: 0 };
const PLACES = Array.from({ length: 10 }, (_, i) => ({
	step: i % 2,
	operator: 1 + (i >> 1),
	element: 75 * i,
}));

let court: Court;
beforeAll(async () => {
	court = await Court.open(parameters);
});
afterAll(() => court.close());

/** Where dispute `id` goes next, `undefined` if its challenger has fallen silent. */
function nextMove(bench: Bench, id: number, place: Place, trace: ToyTrace): Action | undefined {
	const view = bench.table.view(id);
	const { phase, operator: at } = view.dispute;
	if (phase === PHASE.root) {
		return { type: "enter", dispute: id, entry: { descriptor: "0x", path: [] } };
	}
	if (phase === PHASE.search) return descentTowards(place, view, trace);
	if (phase !== PHASE.leaf || trace.partCount(at, place.element) === 1) return undefined;
	return { type: "name", dispute: id, element: place.element, operator: trace.descriptor(at) };
}

/**
 * N challengers without a case come at the end of the challenge period and make every move in its last second; the
 * submitter uses all of its time too. Returns when the last dispute ended.
 */
async function crowd(
	bench: Bench,
	trace: ToyTrace,
	count: number,
	places: readonly Place[],
): Promise<number> {
	await bench.sync();
	const claim = await bench.claimToy(trace);
	const end = bench.table.state.claims[claim - 1].claimedAt + challengePeriod;
	const party = new HonestParty(bench, bench.submitter, trace, {
		delay: Number.POSITIVE_INFINITY,
		outage: 0,
	});
	const accounts = court.accounts.slice(4, 19);
	const identities = Array.from({ length: count }, (_, i) => accounts[i % accounts.length]);
	for (const [i, identity] of identities.entries()) {
		await party.passTo(end - count + i);
		await bench.challengeToy(trace, claim, identity);
	}
	for (;;) {
		const { state } = bench.table;
		const moves = state.disputes.flatMap((d, i) => {
			if (d.phase === PHASE.closed) return [];
			const turn = turnOf(d, publishedAt(state, d), parameters);
			if (turn.side !== SIDE.challenger) return [];
			const place = places[i % places.length];
			const move = nextMove(bench, i + 1, place, trace);
			// the reserve is left for the last turn, which is never taken
			const time = lastSecond({ ...turn, reserve: 0 });
			return move === undefined ? [] : [{ time, id: i + 1, place }];
		});
		const sorted = moves.toSorted((a, b) => a.time - b.time);
		const start = Math.min(...sorted.map(({ time }, i) => time - i));
		const open = state.disputes.some(({ phase }) => phase !== PHASE.closed);
		if (!open) return bench.table.now;
		if (sorted.length === 0) {
			// everybody waits for the submitter or for a timeout
			await party.passTo(bench.table.now + 1);
			continue;
		}
		await party.passTo(start);
		const { id, place } = sorted[0];
		const move = nextMove(bench, id, place, trace);
		if (move !== undefined) await bench.play(identities[id - 1], move);
	}
}

const CROWDS = [1, 10, 100] as const;

describe("a true claim is final after the challenge period and the longest dispute of a crowd", () => {
	const cases = CROWDS.flatMap((count) => [[count, "eager", eager] as const, [count, "lazy", lazy] as const]);
	test.each(cases)("of %i, %s", async (count, _, trace) => {
		const snapshot = await court.snapshot();
		const bench = new Bench(court, parameters);
		const ended = await crowd(bench, trace, count, [PARTS]);
		const [{ claimedAt, status }] = bench.table.state.claims;
		expect(status).toBe(CLAIM_STATUS.live);
		const most = longestDispute(trace.program.header, LEAVES, parameters, count);
		const bound = claimedAt + challengePeriod + most;
		if (count === 1) expect(ended).toBe(bound);
		// here every transaction has a second of its own, also the timeouts
		else expect(ended).toBeLessThanOrEqual(bound + count);
		await bench.play(bench.stranger, { type: "finalise", claim: 1 });
		expect(bench.table.state.owed.get(bench.submitter)).toBe(submitterBond + FEE + BigInt(count) * KEPT);
		await endAll(bench, bench.stranger);
		expect(await payOut(bench, court.accounts)).toBe(0n);
		await court.restore(snapshot);
	});
});

describe("what is published serves all disputes", () => {
	const gasOf = async (count: number, places: readonly Place[]): Promise<{ sent: number; gas: number }> => {
		const snapshot = await court.snapshot();
		const bench = new Bench(court, parameters);
		await crowd(bench, eager, count, places);
		const { openings, leaves } = bench.table.state;
		const gas = bench.spentOn.get("open")! + bench.spentOn.get("publishLeaf")!;
		await court.restore(snapshot);
		return { sent: openings.size + leaves.size, gas };
	};

	test("the submitter's gas grows with what is demanded, not with the challengers", async () => {
		const [first] = PLACES;
		const one = await gasOf(1, [first]);
		const rounds = predictedRounds(eager.program.header, LEAVES, parameters);
		expect(one.sent).toBe(rounds);
		expect(await gasOf(10, [first])).toEqual(one);
		expect(await gasOf(100, [first])).toEqual(one);
		const ten = await gasOf(10, PLACES);
		expect(ten.sent).toBeGreaterThan(2 * one.sent);
		expect(await gasOf(100, PLACES)).toEqual(ten);
	});
});
