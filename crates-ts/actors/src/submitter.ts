import { callOf } from "@umpire/chain/action-call.ts";
import { gameReader, publishedChildren } from "@umpire/chain/game-state.ts";
import { chainTime } from "@umpire/chain/time.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { isUnbound } from "@umpire/game/dispute.ts";
import { challengeEnd } from "@umpire/game/input-demands.ts";
import type { Action } from "@umpire/game/move.ts";
import { CLAIM_STATUS, type Claim, type GameState, PHASE, type Request, SIDE } from "@umpire/game/state.ts";
import { honestSubmitter } from "@umpire/game/submitter.ts";
import { openSession, type ProgramSession } from "@umpire/runtime/executable.ts";
import type { Recording } from "@umpire/runtime/program-model.ts";
import { recordTrace, type Trace } from "@umpire/runtime/trace.ts";
import type { ContentStore } from "@umpire/store/content-store.ts";
import { folderStore } from "@umpire/store/folder-store.ts";
import { getTrace, putTrace } from "@umpire/store/traces.ts";
import { type Actor, Attempts } from "./actor.ts";
import { answerDemands } from "./answer-demands.ts";
import { Cache } from "./cache.ts";
import { type ClaimContent, claimOfOutput, claimOfTrace } from "./claim-content.ts";
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
	/** Puts traces into the content store, so that a wrong number can be settled without a search. */
	readonly publishTrace?: boolean | undefined;
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
	const { program } = served;
	const open = (record: Recording) =>
		place === undefined ? openSession(program, { record }) : openDefectiveSession(program, place);
	say(
		`Serving program ${served.number} (${served.program.name}) as ${world.signer.account.address}${lie(place, served)}.`,
	);
	return new Submitter(world, served, await open(program.lazy ? "outputs" : "trace"), open, options);
}

const lie = (place: Place | undefined, { program }: Served): string =>
	place === undefined ? "" : `, with a wrong number in ${placeText(place, program.steps)}`;

class Submitter implements Actor {
	readonly name = "submitter";
	readonly #world: World;
	readonly #served: Served;
	/** Computes what is claimed. */
	readonly #session: ProgramSession;
	/** Opens a session that computes the trace of a lazy claim when it is challenged. */
	readonly #open: (record: Recording) => Promise<ProgramSession>;
	/** Traces that were claimed: nobody else's business unless they are published. */
	readonly #kept: ContentStore;
	readonly #publishes: boolean;
	readonly #say: (line: string) => void;
	readonly #read: () => Promise<GameState>;
	readonly #published: ReturnType<typeof publishedChildren>;
	readonly #traces = new Cache<string, Trace>(TRACES);
	readonly #findInputs: InputFinder;

	constructor(
		world: World,
		served: Served,
		session: ProgramSession,
		open: (record: Recording) => Promise<ProgramSession>,
		{ progress: say, publishTrace = false }: SubmitterOptions,
	) {
		this.#world = world;
		this.#served = served;
		this.#session = session;
		this.#open = open;
		this.#kept = folderStore(world.home.path("claimed"));
		this.#publishes = publishTrace;
		this.#say = say;
		this.#read = gameReader(world.contracts, world.feed, world.signer.account.address, {
			programs: new Set([served.root]),
			warn: say,
		});
		this.#published = publishedChildren(world.feed);
		this.#findInputs = inputFinder(world, served.program, say);
	}

	async tick(): Promise<boolean> {
		const state = await this.#read();
		const now = await chainTime(this.#world.contracts.connection, this.#world.feed.head);
		const attempts = new Attempts();
		for (const [index, request] of state.requests.entries()) {
			if (request.program !== this.#served.root) continue;
			await attempts.make(() => this.#claim(state, index + 1, request, now));
		}
		for (const [index, claim] of state.claims.entries()) {
			if (!this.#isMine(state, claim)) continue;
			await attempts.make(() => this.#guard(state, index + 1, claim, now));
		}
		await attempts.make(() => answerDemands(this.#world, this.#served, state, this.#findInputs, this.#say));
		await attempts.make(() => withdrawOwed(this.#world, state, this.#say));
		return attempts.outcome();
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
		const content = await this.#compute(id, request.inputsRoot);
		if (content === undefined) return false;
		const value = state.parameters.submitterBond;
		const sent = await this.#send(`claim:${id}`, { type: "claim", value, request: id, ...content });
		const { traceRoot, opening } = content;
		const what = this.#served.program.lazy ? `output ${opening.root}` : `trace ${traceRoot}`;
		if (sent) this.#say(`Claimed request ${id} with ${what}.`);
		return sent;
	}

	/** Runs the program on a request's inputs, and keeps the trace, if it is claimed, before it is claimed. */
	async #compute(id: number, inputsRoot: Hex): Promise<ClaimContent | undefined> {
		const { program, commitment } = this.#served;
		const inputs = await this.#findInputs(inputsRoot);
		if (inputs === undefined) return undefined;
		this.#say(`Computing request ${id}...`);
		if (program.lazy) return claimOfOutput(program, (await this.#session.run(inputs)).outputs[0]);
		return claimOfTrace(commitment, await this.#record(this.#session, inputs));
	}

	/** Computes a trace and keeps it, so that whoever is stopped need not compute it again. */
	async #record(session: ProgramSession, inputs: readonly Elements[]): Promise<Trace> {
		const { program, commitment } = this.#served;
		const trace = await recordTrace(session, commitment, inputs);
		await putTrace(this.#kept, program, trace);
		if (this.#publishes) await putTrace(this.#world.home.content, program, trace);
		return this.#traces.get(trace.traceRoot, async () => trace);
	}

	/** Defends a claim; makes it final when its challenge period is over. */
	async #guard(state: GameState, id: number, claim: Claim, now: bigint): Promise<boolean> {
		if (claim.status !== CLAIM_STATUS.live) return false;
		const attempts = new Attempts();
		for (const [index, dispute] of state.disputes.entries()) {
			if (dispute.claim !== id || dispute.phase === PHASE.closed) continue;
			await attempts.make(() => this.#answer(state, index + 1, claim, now));
		}
		const acted = attempts.outcome();
		const due = Number(now) >= challengeEnd(state, id);
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

	async #answerWith({ view, key, until }: OpenDispute, action: Action): Promise<boolean> {
		const sent = await this.#send(`${action.type}:${key}`, action, until);
		if (sent) this.#say(`Dispute ${view.id}: ${ANSWERS[action.type] ?? action.type}.`);
		return sent;
	}

	/** The trace that was claimed or is to be bound, from memory, from the store, or computed again. */
	async #evidence(claim: Claim, inputsRoot: Hex): Promise<Evidence | undefined> {
		const { program, commitment } = this.#served;
		const inputs = await this.#findInputs(inputsRoot);
		if (inputs === undefined) return undefined;
		const unbound = isUnbound(claim, commitment.header);
		const { traceRoot } = claim;
		const trace = await this.#traces.get(unbound ? inputsRoot : traceRoot, async () => {
			const stored = unbound ? null : await getTrace(this.#kept, program, commitment, inputs, traceRoot);
			return stored ?? this.#recordAgain(inputs);
		});
		return { program, commitment, trace };
	}

	async #recordAgain(inputs: readonly Elements[]): Promise<Trace> {
		if (!this.#served.program.lazy) return this.#record(this.#session, inputs);
		this.#say("Computing the trace of a challenged claim...");
		const session = await this.#open("trace");
		try {
			return await this.#record(session, inputs);
		} finally {
			await session.release();
		}
	}

	async #send(name: string, action: Action, until?: number): Promise<boolean> {
		return (await act(this.#world, name, callOf(this.#world.contracts, action), until)) !== undefined;
	}
}

const ANSWERS: Readonly<Record<string, string>> = {
	bindTrace: "committed to the trace",
	open: "opened the demanded node",
	publishLeaf: "published the words of the demanded leaf",
	publishPartials: "published the partial results of the named element",
	timeout: "the challenger ran out of time",
};
