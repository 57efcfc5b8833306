import type { Hex } from "@umpire/commitment/constants.ts";
import {
	CHALLENGER,
	GameDriver,
	OTHER,
	arbiter as realArbiter,
	SUBMITTER,
} from "@umpire/testing/game/game-driver.ts";
import { settlementOf, type ToyTrace, toyAnswer } from "@umpire/testing/game/toy-program.ts";
import { honestChallenger } from "../src/challenger.ts";
import { hasRunOut, lastSecond, turnOf } from "../src/clock.ts";
import { GameError } from "../src/errors.ts";
import { challengeEnd, lastSecondToAnswer } from "../src/input-demands.ts";
import type { Action, AnswerInputMove } from "../src/move.ts";
import { apply } from "../src/moves.ts";
import {
	balances,
	CLAIM_STATUS,
	type Dispute,
	type GameState,
	type InputDemand,
	liabilities,
	owedTo,
	PHASE,
	SIDE,
} from "../src/state.ts";
import { honestSubmitter } from "../src/submitter.ts";
import type { DisputeView } from "../src/trace-view.ts";
import { memoArbiter } from "./memo-arbiter.ts";
import { rivalMoves } from "./rival-moves.ts";
import { challengeEntry, type Scenario, traceOf, viewOf } from "./scenario.ts";

const arbiter = memoArbiter(realArbiter);

interface Node {
	readonly state: GameState;
	readonly now: number;
}

export interface Explored {
	readonly states: number;
	/** transitions, ticks of the clock among them */
	readonly transitions: number;
	readonly ends: number;
}

/**
 * Visits every state that a game can reach: whenever a second passes, and whenever anyone moves. The dishonest
 * side may do at any second whatever `rivalMoves` lists. The honest one does what its strategy says, at any
 * second up to the last that its increment and its reserve allow, in each of its disputes.
 *
 * @throws Error with the moves that led there, if a state breaks an invariant or an end is not the honest side's
 */
export function explore(scenario: Scenario, most = Number.POSITIVE_INFINITY): Explored {
	// a refused move is an Error, and its stack is most of what it costs
	Error.stackTraceLimit = 0;
	const table = new GameDriver(scenario.parameters);
	table.claim(scenario.claimed);
	const seen = new Set<string>();
	const stack: Node[] = [{ state: table.state, now: table.now }];
	seen.add(keyOf(stack[0]));
	let transitions = 0;
	let ends = 0;
	while (stack.length > 0) {
		const node = stack.pop()!;
		requireSolvent(node.state);
		if (node.state.claims[0].status !== CLAIM_STATUS.live) {
			requireHonestEnd(scenario, node);
			ends++;
			continue;
		}
		const next = successors(scenario, node);
		if (next.length === 0) throw new Error(`Nobody can move: ${keyOf(node)}`);
		for (const to of next) {
			transitions++;
			const key = keyOf(to);
			if (seen.has(key)) continue;
			seen.add(key);
			stack.push(to);
		}
		if (seen.size > most) throw new Error(`More than ${most} states`);
	}
	return { states: seen.size, transitions, ends };
}

function successors(scenario: Scenario, { state, now }: Node): Node[] {
	const found: Node[] = [];
	const honest = honestMoves(scenario, { state, now });
	for (const { action } of honest) {
		const sender = scenario.honest === "submitter" ? SUBMITTER : CHALLENGER;
		const next = apply(state, { ...action, sender }, now, arbiter);
		if (next instanceof GameError) {
			throw new Error(`The honest ${scenario.honest}'s ${action.type} was refused: ${next.errorName}`);
		}
		found.push({ state: next, now });
	}
	for (const { sender, action } of rivalMoves(scenario, state)) {
		const next = apply(state, { ...action, sender }, now, arbiter);
		if (!(next instanceof GameError) && next !== state) found.push({ state: next, now });
	}
	if (honest.every(({ last }) => now < last)) found.push({ state, now: now + 1 });
	return found;
}

/** What the honest side does now, each with the last second at which it does it. */
function honestMoves(scenario: Scenario, { state, now }: Node): { action: Action; last: number }[] {
	const { honest, right, late = 0 } = scenario;
	const end = challengeEnd(state, 1);
	const moves: { action: Action; last: number }[] = [];
	const mine = (d: Dispute) => honest === "submitter" || d.challenger === CHALLENGER;
	const challenged = state.disputes.some((d) => d.challenger === CHALLENGER);
	if (honest === "challenger" && !challenged) {
		const value = state.parameters.challengerBond;
		const action: Action = { type: "challenge", value, claim: 1, entry: challengeEntry(state, right) };
		moves.push({ action, last: end - 1 });
	}
	for (const [index, d] of state.disputes.entries()) {
		if (d.phase === PHASE.closed || !mine(d)) continue;
		const view = viewOf(state, index + 1, traceOf(scenario, state));
		const turn = turnOf(d, view.publishedAt, state.parameters);
		if (turn.side === (honest === "submitter" ? SIDE.challenger : SIDE.submitter)) {
			const action: Action = { type: "timeout", dispute: index + 1 };
			if (hasRunOut(turn, now)) moves.push({ action, last: lastSecond(turn) + 2 });
			continue;
		}
		const action = honest === "submitter" ? honestSubmitter(view, right) : challengerMove(view, right);
		if (action === null) throw new Error(`The honest ${honest} has no answer in phase ${d.phase}`);
		moves.push({ action, last: lastSecond(turn) + late });
	}
	for (const [index, d] of state.inputDemands.entries()) {
		if (!d.open || honest !== "submitter") continue;
		moves.push({ action: answerOf(index + 1, d), last: lastSecondToAnswer(state, d) });
	}
	if (now >= end && state.claims[0].openDisputes === 0) {
		moves.push({ action: { type: "finalise", claim: 1 }, last: now });
	}
	return moves;
}

const answers = new Map<string, AnswerInputMove>();

function answerOf(id: number, d: InputDemand): AnswerInputMove {
	const key = `${id} ${d.input} ${d.chunk}`;
	const answer = answers.get(key) ?? toyAnswer(id, d);
	answers.set(key, answer);
	return answer;
}

function challengerMove(view: DisputeView, right: ToyTrace): Action | null {
	const move = honestChallenger(view, right);
	if (move?.type !== "prove") return move;
	const { operator, element, part } = move;
	const { partials } = view.dispute;
	const settlement = settlementOf(right.descriptor(operator), view.words!, element, part, partials);
	return { type: "settle", dispute: view.id, settlement };
}

function requireSolvent(state: GameState): void {
	const [held, owed] = [balances(state), liabilities(state)];
	for (const holder of ["market", "court"] as const) {
		if (held[holder] !== owed[holder]) {
			throw new Error(`The ${holder} holds ${held[holder]} and owes ${owed[holder]}`);
		}
	}
}

/** The honest side has its bond back and what it won; nothing but bonds to be reclaimed is left. */
function requireHonestEnd({ honest }: Scenario, { state, now }: Node): void {
	const { submitterBond, challengerBond } = state.parameters;
	const wanted = honest === "submitter" ? CLAIM_STATUS.final : CLAIM_STATUS.rejected;
	if (state.claims[0].status !== wanted) throw new Error(`The claim ended as ${state.claims[0].status}`);
	let ended = state;
	for (const [index, { phase }] of state.disputes.entries()) {
		if (phase === PHASE.closed) continue;
		const next = apply(ended, { type: "reclaim", dispute: index + 1, sender: OTHER }, now, arbiter);
		if (next instanceof GameError) throw new Error(`A bond is stuck: ${next.errorName}`);
		ended = next;
	}
	for (const [index, { open }] of state.inputDemands.entries()) {
		if (!open) continue;
		const next = apply(ended, { type: "reclaimInput", demand: index + 1, sender: OTHER }, now, arbiter);
		if (next instanceof GameError) throw new Error(`A demand's bond is stuck: ${next.errorName}`);
		ended = next;
	}
	const challenged = state.disputes.some(({ challenger }) => challenger === CHALLENGER);
	const least =
		honest === "submitter" ? state.requests[0].fee + submitterBond : challenged ? challengerBond : 0n;
	const got = owedTo(ended, honest === "submitter" ? SUBMITTER : CHALLENGER);
	if (got < least) throw new Error(`The honest ${honest} is owed ${got} of ${least}`);
	requireSolvent(ended);
}

/**
 * All that can matter later, with times relative to now: two states with the same key have the same future.
 * A publication that is older than every open demand for it is as old as any other.
 */
function keyOf({ state, now }: Node): string {
	const claim = state.claims[0];
	const parts: (number | string)[] = [claim.status, now - claim.claimedAt, shortly(claim.traceRoot)];
	parts.push(claim.boundAt === 0 ? "-" : now - claim.boundAt);
	const times = new Map<string, number>();
	const demands = new Map<number, number>();
	for (const d of state.disputes) {
		parts.push(d.phase);
		if (d.phase === PHASE.closed) continue;
		const { challenger, tree, step, operator, start, level, element, crowding } = d;
		parts.push(challenger.slice(2, 3), tree, step, operator, start, level, element, crowding);
		parts.push(now - d.demandedAt, d.submitterReserve, d.challengerReserve, d.partials.join(":"));
		parts.push(d.partialsAt === 0 ? "-" : now - d.partialsAt);
		const oldest = times.get(d.node) ?? d.demandedAt;
		times.set(d.node, Math.min(oldest, d.demandedAt));
		if (d.phase !== PHASE.root) continue;
		demands.set(d.start, Math.min(demands.get(d.start) ?? d.demandedAt, d.demandedAt));
	}
	// a segment that was bound before anybody demanded it is as good as one that was bound at any other time
	for (const [segment, { boundAt, traceRoot }] of [...claim.segments].sort(([a], [b]) => a - b)) {
		parts.push(`s${segment}`, age(boundAt, demands.get(segment), now), shortly(traceRoot));
	}
	for (const d of state.inputDemands) parts.push(d.chunk, String(d.open), now - d.demandedAt, d.crowding);
	for (const [key, { time }] of state.inputAnswers) parts.push(key.slice(-3), now - time);
	for (const [key, time] of state.openings) parts.push(shortly(key), age(time, times.get(nodeOf(key)), now));
	for (const [node, { time }] of state.leaves) parts.push(shortly(node), age(time, times.get(node), now));
	for (const account of new Set([...state.ledgers.market.owed.keys(), ...state.ledgers.court.owed.keys()])) {
		parts.push(account.slice(2, 3), String(owedTo(state, account)));
	}
	return parts.join();
}

function age(time: number, demandedAt: number | undefined, now: number): string {
	return demandedAt === undefined || time <= demandedAt ? "o" : String(now - time);
}

function nodeOf(openingKeyText: string): Hex {
	return openingKeyText.slice(0, 66) as Hex;
}

function shortly(hash: string): string {
	return hash.slice(2, 8);
}
