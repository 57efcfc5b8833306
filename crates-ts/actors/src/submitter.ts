import { callOf } from "@umpire/chain/action-call.ts";
import { gameReader, publishedChildren } from "@umpire/chain/game-state.ts";
import { chainTime } from "@umpire/chain/time.ts";
import { type Hex, LEAF_ELEMENTS } from "@umpire/commitment/constants.ts";
import { packLeaf } from "@umpire/commitment/leaf.ts";
import type { Action, OutputOpening } from "@umpire/game/move.ts";
import { CLAIM_STATUS, type Claim, type GameState, PHASE, type Request, SIDE } from "@umpire/game/state.ts";
import { honestSubmitter } from "@umpire/game/submitter.ts";
import { openSession, type ProgramSession } from "@umpire/runtime/executable.ts";
import { recordTrace, type Trace } from "@umpire/runtime/trace.ts";
import { getTrace, putTrace } from "@umpire/store/traces.ts";
import type { Actor } from "./actor.ts";
import { Cache } from "./cache.ts";
import { type Place, parseDefect, placeText } from "./defect.ts";
import { openDefectiveSession } from "./defective-session.ts";
import type { Evidence } from "./evidence.ts";
import { sameAccount, withdrawOwed } from "./money.ts";
import { type OpenDispute, openDispute } from "./open-dispute.ts";
import { drawSeed, seededRandom } from "./random.ts";
import { type InputFinder, inputFinder, loadServed, type Served } from "./served.ts";
import { canAnswer, submittersView } from "./trace-view.ts";
import { act, type World } from "./world.ts";

export interface SubmitterOptions {
	/** [STEP/]OPERATOR[:ELEMENT] or "random": falsify one number. */
	readonly defect?: string | undefined;
	readonly seed?: number | undefined;
	readonly progress: (line: string) => void;
}

/** Traces that are kept in memory; others are read from the store when they are needed. */
const TRACES = 4;

/**
 * Answers the requests of one program: computes, claims, answers what disputes demand, finalises
 * and withdraws. It claims each request once.
 */
export async function submitter(world: World, id: string, options: SubmitterOptions): Promise<Actor> {
	const served = await loadServed(world, id);
	const say = options.progress;
	const place =
		options.defect === undefined
			? undefined
			: parseDefect(options.defect, served.program, seededRandom(options.seed ?? drawSeed()));
	const session =
		place === undefined
			? await openSession(served.program, { record: "trace" })
			: await openDefectiveSession(served.program, place);
	say(
		`Serving program ${served.number} (${served.program.name}) as ${world.signer.account.address}${lie(place, served)}.`,
	);
	return new Submitter(world, served, session, say);
}

const lie = (place: Place | undefined, { program }: Served): string =>
	place === undefined ? "" : `, with a wrong number in ${placeText(place, program.steps)}`;

class Submitter implements Actor {
	readonly name = "submitter";
	readonly #world: World;
	readonly #served: Served;
	readonly #session: ProgramSession;
	readonly #say: (line: string) => void;
	readonly #read: () => Promise<GameState>;
	readonly #published: ReturnType<typeof publishedChildren>;
	readonly #traces = new Cache<string, Trace>(TRACES);
	readonly #findInputs: InputFinder;

	constructor(world: World, served: Served, session: ProgramSession, say: (line: string) => void) {
		this.#world = world;
		this.#served = served;
		this.#session = session;
		this.#say = say;
		this.#read = gameReader(world.contracts, world.feed, world.signer.account.address);
		this.#published = publishedChildren(world.feed);
		this.#findInputs = inputFinder(world, served.program, say);
	}

	async tick(): Promise<boolean> {
		const state = await this.#read();
		const now = await chainTime(this.#world.contracts.connection);
		let acted = false;
		for (const [index, request] of state.requests.entries()) {
			if (request.program === this.#served.root && (await this.#claim(state, index + 1, request, now))) {
				acted = true;
			}
		}
		for (const [index, claim] of state.claims.entries()) {
			if (this.#isMine(state, claim) && (await this.#guard(state, index + 1, claim, now))) acted = true;
		}
		if (await withdrawOwed(this.#world, state, this.#say)) acted = true;
		return acted;
	}

	#isMine(state: GameState, claim: Claim): boolean {
		const { account } = this.#world.signer;
		const { program } = state.requests[claim.request - 1];
		return program === this.#served.root && sameAccount(claim.submitter, account.address);
	}

	async #claim(state: GameState, id: number, request: Request, now: bigint): Promise<boolean> {
		const { address } = this.#world.signer.account;
		const tried = state.claims.some((claim) => claim.request === id && sameAccount(claim.submitter, address));
		if (request.closed || request.liveClaim !== 0 || tried || now >= BigInt(request.deadline)) return false;
		const trace = await this.#compute(id, request.inputsRoot);
		if (trace === undefined) return false;
		const sent = await this.#send(`claim:${id}`, {
			type: "claim",
			value: state.parameters.submitterBond,
			request: id,
			traceRoot: trace.traceRoot,
			opening: this.#openOutput(trace),
		});
		if (sent) this.#say(`Claimed request ${id} with trace ${trace.traceRoot}.`);
		return sent;
	}

	/** Runs the program on a request's inputs, and keeps the trace before anything is claimed. */
	async #compute(id: number, inputsRoot: Hex): Promise<Trace | undefined> {
		const { program, commitment } = this.#served;
		const inputs = await this.#findInputs(inputsRoot);
		if (inputs === undefined) return undefined;
		this.#say(`Computing request ${id}...`);
		const trace = await recordTrace(this.#session, commitment, inputs);
		await putTrace(this.#world.home.content, program, trace);
		return trace;
	}

	#openOutput(trace: Trace): OutputOpening {
		const { header } = this.#served.commitment;
		const last = header.steps - 1;
		const output = trace.operators[last][header.outputOperator];
		const single = output.elements.length <= LEAF_ELEMENTS[output.width];
		return {
			root: output.root,
			operatorPath: trace.stepTrees[last].path(header.outputOperator),
			stepPath: trace.traceTree.path(last),
			words: single ? packLeaf(output.elements, output.width) : [0n, 0n, 0n, 0n, 0n],
		};
	}

	/** Defends a claim; makes it final when its challenge period is over. */
	async #guard(state: GameState, id: number, claim: Claim, now: bigint): Promise<boolean> {
		if (claim.status !== CLAIM_STATUS.live) return false;
		let acted = false;
		for (const [index, dispute] of state.disputes.entries()) {
			if (dispute.claim !== id || dispute.phase === PHASE.closed) continue;
			if (await this.#answer(state, index + 1, claim, now)) acted = true;
		}
		const due = now >= BigInt(claim.claimedAt + state.parameters.challengePeriod);
		if (claim.openDisputes === 0 && due) {
			const sent = await this.#send(`finalise:${id}`, { type: "finalise", claim: id });
			if (sent) this.#say(`Claim ${id} is final.`);
			return sent || acted;
		}
		return acted;
	}

	async #answer(state: GameState, id: number, claim: Claim, now: bigint): Promise<boolean> {
		const open = openDispute(state, id, now, this.#published);
		if (open === undefined) return false;
		if (open.side === SIDE.challenger) {
			if (!open.expired) return false;
			return this.#answerWith(open, { type: "timeout", dispute: id });
		}
		const evidence = await this.#evidence(claim, state.requests[claim.request - 1].inputsRoot);
		if (evidence === undefined || !canAnswer(open.view, evidence)) return false;
		const action = honestSubmitter(open.view, submittersView(evidence));
		return action ? this.#answerWith(open, action) : false;
	}

	async #answerWith({ view, key }: OpenDispute, action: Action): Promise<boolean> {
		const sent = await this.#send(`${action.type}:${key}`, action);
		if (sent) this.#say(`Dispute ${view.id}: ${ANSWERS[action.type] ?? action.type}.`);
		return sent;
	}

	/** The trace that was claimed, from memory, from the store, or computed again. */
	async #evidence({ traceRoot }: Claim, inputsRoot: Hex): Promise<Evidence | undefined> {
		const { program, commitment } = this.#served;
		const inputs = await this.#findInputs(inputsRoot);
		if (inputs === undefined) return undefined;
		const trace = await this.#traces.get(traceRoot, async () => {
			const stored = await getTrace(this.#world.home.content, program, commitment, inputs, traceRoot);
			return stored ?? (await recordTrace(this.#session, commitment, inputs));
		});
		return { program, commitment, trace };
	}

	async #send(name: string, action: Action): Promise<boolean> {
		return (await act(this.#world, name, callOf(this.#world.contracts, action))) !== undefined;
	}
}

const ANSWERS: Readonly<Record<string, string>> = {
	open: "opened the demanded node",
	publishLeaf: "published the words of the demanded leaf",
	publishPartials: "published the partial results of the named element",
	timeout: "the challenger ran out of time",
};
