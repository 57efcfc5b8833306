import { lastSecond, turnOf } from "@umpire/game/clock.ts";
import { publishedAt } from "@umpire/game/dispute.ts";
import { type Action, NO_DESCRIPTOR } from "@umpire/game/move.ts";
import { type Dispute, PHASE, SIDE } from "@umpire/game/state.ts";
import type { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import type { ToyTrace } from "@umpire/testing/game/toy-program.ts";
import { descentTowards, type Place } from "./false-challenger.ts";
import { HonestParty } from "./honest-party.ts";

/** Whether a challenger without a case can draw its dispute out further. */
function canGoOn({ phase, operator }: Dispute, { element }: Place, trace: ToyTrace): boolean {
	if (phase === PHASE.leaf) return trace.partCount(operator, element) > 1;
	return phase === PHASE.root || phase === PHASE.search;
}

function nextMove(driver: ChainDriver, id: number, place: Place, trace: ToyTrace): Action {
	const view = driver.game.view(id);
	const { phase, operator } = view.dispute;
	if (phase === PHASE.root) return { type: "enter", dispute: id, entry: NO_DESCRIPTOR };
	if (phase === PHASE.search) return descentTowards(place, view, trace);
	return { type: "name", dispute: id, element: place.element, operator: trace.descriptor(operator) };
}

/**
 * N challengers without a case come at the end of the challenge period and make every move in its last second; the
 * submitter uses all of its time too. Challenger i leads its dispute to place i. Returns when the last dispute ended.
 */
export async function crowd(
	driver: ChainDriver,
	trace: ToyTrace,
	claim: number,
	count: number,
	places: readonly Place[],
): Promise<number> {
	const { parameters } = driver.game.state;
	const end = driver.game.state.claims[claim - 1].claimedAt + parameters.challengePeriod;
	const pace = { delay: Number.POSITIVE_INFINITY, outage: 0 };
	const party = new HonestParty(driver, driver.submitter, trace, pace);
	const accounts = driver.chain.accounts.slice(4, 19);
	const identities = Array.from({ length: count }, (_, i) => accounts[i % accounts.length]);
	// every transaction has a second of its own, also the answers and moves that are due while others still come
	const first = end - 1 - 3 * (count - 1);
	for (let joined = 0; ; ) {
		const { disputes } = driver.game.state;
		if (joined === count && disputes.every(({ phase }) => phase === PHASE.closed)) return driver.game.now;
		const moves = disputes.flatMap((d, i) => {
			if (d.phase === PHASE.closed || !canGoOn(d, places[i % places.length], trace)) return [];
			const turn = turnOf(d, publishedAt(driver.game.state, d), parameters);
			// the reserve is left for the last turn, which is never taken
			const time = lastSecond({ ...turn, reserve: 0 });
			return turn.side === SIDE.challenger ? [{ time, id: i + 1 }] : [];
		});
		if (joined < count) moves.push({ time: first + joined, id: joined + 1 });
		const sorted = moves.toSorted((a, b) => a.time - b.time);
		if (sorted.length === 0) {
			// everybody waits for the submitter or for a timeout
			await party.passTo(party.due ?? driver.game.now + 1);
			continue;
		}
		await party.passTo(Math.min(...sorted.map(({ time }, i) => time - i)));
		const [{ id }] = sorted;
		if (id > joined) joined = await driver.challengeToy(trace, claim, identities[id - 1]);
		// the submitter may have timed it out: where all move at once, seconds are short for the first that came
		else if (driver.game.state.disputes[id - 1].phase !== PHASE.closed)
			await driver.play(identities[id - 1], nextMove(driver, id, places[(id - 1) % places.length], trace));
	}
}
