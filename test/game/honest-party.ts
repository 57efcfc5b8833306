import type { Hex } from "@umpire/commitment/constants.ts";
import { honestChallenger } from "@umpire/game/challenger.ts";
import { lastSecond, turnOf } from "@umpire/game/clock.ts";
import { publishedAt } from "@umpire/game/dispute.ts";
import { answeredAt, lastSecondToAnswer } from "@umpire/game/input-demands.ts";
import type { Action } from "@umpire/game/move.ts";
import { CLAIM_STATUS, owedTo, PHASE, SIDE } from "@umpire/game/state.ts";
import { honestSubmitter } from "@umpire/game/submitter.ts";
import type { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import { settlementOf, type ToyTrace, toyAnswer } from "@umpire/testing/game/toy-program.ts";

/** How an honest party uses its time. */
export interface Pace {
	/** seconds that it takes for a move, as far as increment, crowding and allowance reach */
	readonly delay: number;
	/** the move before which it is away for as long as its clock lets it, once */
	readonly outage: number | undefined;
}

/** A move of an honest party, and its time: the last second that it wants for it or, of a claim on others, the first. */
interface Duty {
	readonly time: number;
	/** what it must do, or loses; the rest it may do whenever it has time */
	readonly urgent: boolean;
	readonly action: () => Action;
}

/** A party that follows the honest strategies in every dispute and demand of its seat, at its own pace. */
export class HonestParty {
	readonly account: Hex;
	readonly #driver: ChainDriver;
	readonly #trace: ToyTrace;
	readonly #delay: number;
	#outage: number | undefined;
	#answers = 0;

	constructor(driver: ChainDriver, account: Hex, trace: ToyTrace, pace: Pace) {
		this.#driver = driver;
		this.account = account;
		this.#trace = trace;
		this.#delay = pace.delay;
		this.#outage = pace.outage;
	}

	/** Lets time pass up to `time`; the party makes all moves that it wants to have made by then. */
	async passTo(time: number): Promise<void> {
		const { game } = this.#driver;
		for (;;) {
			const next = this.#next();
			if (next === undefined || next.time > Math.max(time, game.now + 1)) break;
			game.now = Math.max(game.now, next.time - 1);
			const away = this.#isAway();
			await this.#driver.play(this.account, next.action());
			if (!next.urgent) continue;
			this.#answers++;
			if (away) this.#outage = undefined;
		}
		game.now = Math.max(game.now, time - 1);
	}

	/** When the party makes its next move, undefined if it has none to make. */
	get due(): number | undefined {
		return this.#next()?.time;
	}

	/** The next move, and when to start with it so that all urgent ones can be made, a second each. */
	#next(): Duty | undefined {
		const duties = [...this.#inDisputes(), ...this.#inDemands()].toSorted((a, b) => a.time - b.time);
		const urgent = duties.filter((duty) => duty.urgent);
		const start = Math.min(...urgent.map(({ time }, i) => time - i));
		const other = duties.find((duty) => !duty.urgent);
		if (other !== undefined && Math.max(other.time, this.#driver.game.now + 1) < start) return other;
		return urgent.length === 0 ? undefined : { ...urgent[0], time: start };
	}

	*#inDisputes(): Generator<Duty> {
		const { state } = this.#driver.game;
		for (const [i, d] of state.disputes.entries()) {
			if (d.phase === PHASE.closed) continue;
			const dispute = i + 1;
			const { status, submitter } = state.claims[d.claim - 1];
			if (status !== CLAIM_STATUS.live) {
				if (d.challenger === this.account) {
					yield { time: 0, urgent: false, action: () => ({ type: "reclaim", dispute }) };
				}
				continue;
			}
			const turn = turnOf(d, publishedAt(state, d), state.parameters);
			const last = lastSecond(turn);
			if (this.account === (turn.side === SIDE.submitter ? submitter : d.challenger)) {
				const time = this.#isAway() ? last : turn.since + Math.min(this.#delay, turn.allowed);
				yield { time, urgent: true, action: () => this.#moveIn(dispute) };
			} else if (submitter === this.account || d.challenger === this.account) {
				yield { time: last + 1, urgent: false, action: () => ({ type: "timeout", dispute }) };
			}
		}
	}

	*#inDemands(): Generator<Duty> {
		const { state } = this.#driver.game;
		for (const [i, d] of state.inputDemands.entries()) {
			const { status, submitter } = state.claims[d.claim - 1];
			if (!d.open || submitter !== this.account || status !== CLAIM_STATUS.live) continue;
			const demand = i + 1;
			if (answeredAt(state, d) === 0) {
				const time = lastSecondToAnswer(state, d);
				yield { time, urgent: true, action: () => toyAnswer(demand, d) };
			} else {
				yield { time: 0, urgent: false, action: () => ({ type: "collectAnswered", demand }) };
			}
		}
	}

	#isAway(): boolean {
		return this.#outage !== undefined && this.#answers >= this.#outage;
	}

	#moveIn(id: number): Action {
		const view = this.#driver.game.view(id);
		const move = honestSubmitter(view, this.#trace) ?? honestChallenger(view, this.#trace);
		if (move === null) throw new Error(`The honest party has nothing to say in dispute ${id}`);
		return move.type === "prove" ? settlementMove(this.#driver, id, this.#trace, move) : move;
	}
}

/** The settlement that a plan asks for; a toy element needs no proof. */
export function settlementMove(
	driver: ChainDriver,
	id: number,
	trace: ToyTrace,
	{ element, part }: { element: number; part: number },
): Action {
	const { dispute, words } = driver.game.view(id);
	const operator = trace.descriptor(dispute.operator);
	const settlement = settlementOf(operator, words!, element, part, dispute.partials);
	return { type: "settle", dispute: id, settlement };
}

/** Ends all disputes, demands, claims and requests that are open, by whatever the others let run out. */
export async function endAll(driver: ChainDriver, anyone: Hex): Promise<void> {
	const { game } = driver;
	const after = (time: number): void => {
		game.now = Math.max(game.now, time);
	};
	for (const [i, demand] of game.state.inputDemands.entries()) {
		if (!game.state.inputDemands[i].open) continue;
		const { status } = game.state.claims[demand.claim - 1];
		after(lastSecondToAnswer(game.state, demand));
		const live = answeredAt(game.state, demand) === 0 ? "timeoutInput" : "collectAnswered";
		const type = status === CLAIM_STATUS.rejected ? "reclaimInput" : live;
		await driver.play(anyone, { type, demand: i + 1 });
	}
	for (const [i] of game.state.disputes.entries()) {
		const d = game.state.disputes[i];
		if (d.phase === PHASE.closed) continue;
		const live = game.state.claims[d.claim - 1].status === CLAIM_STATUS.live;
		if (live) after(lastSecond(turnOf(d, publishedAt(game.state, d), game.state.parameters)));
		await driver.play(anyone, { type: live ? "timeout" : "reclaim", dispute: i + 1 });
	}
	for (const [i] of game.state.inputDemands.entries()) {
		if (game.state.inputDemands[i].open) await driver.play(anyone, { type: "reclaimInput", demand: i + 1 });
	}
	after(game.now + game.state.parameters.challengePeriod + game.state.parameters.computeAllowance);
	for (const [i, { status }] of game.state.claims.entries()) {
		if (status === CLAIM_STATUS.live) await driver.play(anyone, { type: "finalise", claim: i + 1 });
	}
	for (const [i, { closed, deadline }] of game.state.requests.entries()) {
		if (closed) continue;
		after(deadline);
		await driver.play(anyone, { type: "refund", request: i + 1 });
	}
}

/** Pays everybody out; returns what is left in the contracts, in wei. */
export async function payOut(driver: ChainDriver, people: readonly Hex[]): Promise<bigint> {
	const { game, chain } = driver;
	for (const person of people) {
		if (owedTo(game.state, person) > 0n) await driver.withdraw(person);
	}
	return (await chain.balance(chain.market)) + (await chain.balance(chain.court));
}
