import { callOf } from "@umpire/chain/action-call.ts";
import { ChainError } from "@umpire/chain/errors.ts";
import { gameReader, publishedChildren } from "@umpire/chain/game-state.ts";
import { chainTime } from "@umpire/chain/time.ts";
import { LEAF_ELEMENTS, type Width } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { elementsInLeaf, unpackLeaf } from "@umpire/commitment/leaf.ts";
import { entryOf, honestChallenger, type ProvePlan } from "@umpire/game/challenger.ts";
import { isUnbound } from "@umpire/game/dispute.ts";
import { challengeEnd } from "@umpire/game/input-demands.ts";
import { type Action, NO_DESCRIPTOR } from "@umpire/game/move.ts";
import { CLAIM_STATUS, type Claim, type Dispute, type GameState, PHASE, SIDE } from "@umpire/game/state.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { recordTrace, type Trace } from "@umpire/runtime/trace.ts";
import { type Actor, Attempts } from "./actor.ts";
import { Cache } from "./cache.ts";
import { claimOfTrace } from "./claim-content.ts";
import { disputedPaths } from "./claimed-trees.ts";
import { type InputDemander, inputDemander } from "./demand-inputs.ts";
import { type Direct, type Mode, settleDirectly } from "./direct-challenge.ts";
import type { Evidence } from "./evidence.ts";
import { describeFinding, type Finding, findingOf } from "./finding.ts";
import { sameAccount, withdrawOwed } from "./money.ts";
import { type OpenDispute, openDispute } from "./open-dispute.ts";
import { outputAgrees, type StatedOutput } from "./output-agreement.ts";
import { type InputFinder, inputFinder, loadServed, type Served } from "./served.ts";
import { prepareSettlement, proveSettlement } from "./settlement.ts";
import { traceView } from "./trace-view.ts";
import { act, type World } from "./world.ts";

export interface VerifierOptions {
	/** What a claim must agree with: the whole trace, or only the output (cheap). */
	readonly compare: "trace" | "output";
	/** Chunks of inputs that are nowhere to be had, demanded on chain and paid for per claim; none by default. */
	readonly demandInputs?: number | undefined;
	/**
	 * How a wrong claim is brought down: by bisecting the trace in a dispute; directly, in one transaction, if the
	 * claimed trace is to be had; or whichever costs less.
	 */
	readonly mode?: Mode | undefined;
	readonly progress: (line: string) => void;
	/** Told of the wrong number when it is proved, with the proving time in seconds. */
	readonly onFinding?: (finding: Finding, provingSeconds: number) => void;
}

/** Traces that are kept in memory; others are computed again when they are needed. */
const TRACES = 4;

/**
 * Guards one program: computes every claim anew, challenges those that differ, and plays each
 * dispute to its end.
 */
export async function verifier(world: World, id: string, options: VerifierOptions): Promise<Actor> {
	const served = await loadServed(world, id);
	options.progress(
		`Guarding program ${served.number} (${served.program.name}) as ${world.signer.account.address}, comparing the ${comparedIn(served, options)}.`,
	);
	return new Verifier(world, served, options);
}

/** A lazy claim states nothing but its output. */
const comparedIn = ({ program }: Served, { compare }: VerifierOptions): VerifierOptions["compare"] =>
	program.lazy ? "output" : compare;

class Verifier implements Actor {
	readonly name = "verifier";
	readonly #world: World;
	readonly #served: Served;
	readonly #options: VerifierOptions;
	readonly #read: () => Promise<GameState>;
	readonly #published: ReturnType<typeof publishedChildren>;
	readonly #traces = new Cache<string, Trace>(TRACES);
	readonly #findInputs: InputFinder;
	readonly #demander: InputDemander;
	/** Claims that agree, by number and content: a reorganisation can give a number to another claim. */
	readonly #agreed = new Set<string>();
	/** Claims that cannot be settled directly, likewise. */
	readonly #refused = new Set<string>();

	constructor(world: World, served: Served, options: VerifierOptions) {
		this.#world = world;
		this.#served = served;
		this.#options = options;
		this.#read = gameReader(world.contracts, world.feed, world.signer.account.address, {
			programs: new Set([served.root]),
			warn: options.progress,
		});
		this.#published = publishedChildren(world.feed);
		this.#findInputs = inputFinder(world, served.program, options.progress);
		this.#demander = inputDemander(world, served, options.demandInputs ?? 0, options.progress);
	}

	async tick(): Promise<boolean> {
		const state = await this.#read();
		const now = await chainTime(this.#world.contracts.connection, this.#world.feed.head);
		const attempts = new Attempts();
		for (const [index, claim] of state.claims.entries()) {
			const { program } = state.requests[claim.request - 1];
			if (program !== this.#served.root) continue;
			await attempts.make(() => this.#look(state, index + 1, claim, now));
		}
		for (const [index, dispute] of state.disputes.entries()) {
			if (!this.#isMine(dispute.challenger) || dispute.phase === PHASE.closed) continue;
			await attempts.make(() => this.#play(state, index + 1, now));
		}
		await attempts.make(() => this.#demander.reclaim(state));
		await attempts.make(() => withdrawOwed(this.#world, state, this.#options.progress));
		return attempts.outcome();
	}

	#isMine(account: string): boolean {
		return sameAccount(account, this.#world.signer.account.address);
	}

	/** Computes a live claim and challenges it if it is wrong. */
	async #look(state: GameState, id: number, claim: Claim, now: bigint): Promise<boolean> {
		const judged = judgedKey(id, claim);
		if (claim.status !== CLAIM_STATUS.live || this.#agreed.has(judged) || this.#refused.has(judged))
			return false;
		const challenged = state.disputes.some(
			(dispute) => dispute.claim === id && this.#isMine(dispute.challenger),
		);
		if (challenged || Number(now) >= challengeEnd(state, id)) return false;
		const say = this.#options.progress;
		const { inputsRoot } = state.requests[claim.request - 1];
		const inputs = await this.#findInputs(inputsRoot);
		if (inputs === undefined) return this.#demander.pursue(state, id, now);
		if (await this.#agrees(id, claim, inputs, inputsRoot)) {
			this.#agreed.add(judged);
			say(`Claim ${id} agrees.`);
			return false;
		}
		const evidence = await this.#evidence(inputsRoot, inputs);
		const unbound = isUnbound(claim, evidence.commitment.header);
		const { trace } = evidence;
		say(
			unbound
				? `Claim ${id} is wrong: its output is ${claim.outputRoot}, mine ${claimOfTrace(evidence.commitment, trace).opening.root}.`
				: `Claim ${id} is wrong: its trace is ${claim.traceRoot}, mine ${trace.traceRoot}.`,
		);
		const direct = await this.#settleDirectly(id, claim, evidence);
		if (direct.settled) return true;
		if (this.#options.mode === "direct") {
			this.#refused.add(judged);
			say(`Claim ${id} is left alone: it cannot be settled directly, ${direct.reason}.`);
			return false;
		}
		const sent = await this.#send(`challenge:${id}`, {
			type: "challenge",
			value: state.parameters.challengerBond,
			claim: id,
			entry: unbound ? NO_DESCRIPTOR : entryOf(evidence.commitment.header, traceView(evidence)),
		});
		if (sent) say(`Challenged claim ${id}.`);
		return sent;
	}

	async #agrees(id: number, claim: Claim, inputs: readonly Elements[], root: string): Promise<boolean> {
		if (comparedIn(this.#served, this.#options) === "trace") {
			const { trace } = await this.#evidence(root, inputs);
			return trace.traceRoot === claim.traceRoot;
		}
		const stated = this.#statedBy(id);
		if (stated === undefined) {
			throw new ChainError(`The event of claim ${id} is missing: it is not judged.`, { retry: true });
		}
		const { program } = this.#served;
		const session = await openSession(program, { record: "outputs" });
		const { outputs } = await session.run([...inputs]);
		await session.release();
		return outputAgrees(program, outputs[0], stated);
	}

	#statedBy(claim: number): StatedOutput | undefined {
		const stated = this.#world.feed.events.find(
			(event) => event.name === "Claimed" && Number(event.args.claim) === claim,
		);
		return stated?.name === "Claimed" ? stated.args : undefined;
	}

	async #evidence(inputsRoot: string, inputs: readonly Elements[]): Promise<Evidence> {
		const { program, commitment } = this.#served;
		const trace = await this.#traces.get(inputsRoot, async () => {
			const session = await openSession(program, { record: "trace" });
			try {
				return await recordTrace(session, commitment, inputs);
			} finally {
				await session.release();
			}
		});
		return { program, commitment, trace };
	}

	/** Rejects a wrong claim in one transaction; says why if it does not. */
	async #settleDirectly(id: number, claim: Claim, evidence: Evidence): Promise<Direct> {
		const { mode = "auto", progress: say } = this.#options;
		const direct = await settleDirectly(evidence, {
			id,
			claim,
			stated: this.#statedBy(id),
			store: this.#world.home.content,
			beneficiary: this.#world.signer.account.address,
			mode,
			say,
			send: (action) => this.#send(`settleDirectly:${id}`, action),
		});
		if (direct.settled) this.#options.onFinding?.(direct.finding, direct.provingSeconds);
		return direct;
	}

	/** Makes the next move of one of its disputes. */
	async #play(state: GameState, id: number, now: bigint): Promise<boolean> {
		const claim = state.claims[state.disputes[id - 1].claim - 1];
		const say = this.#options.progress;
		if (claim.status === CLAIM_STATUS.rejected) {
			const sent = await this.#send(`reclaim:${id}`, { type: "reclaim", dispute: id });
			if (sent) say(`Dispute ${id}: the claim fell elsewhere; took the bond back.`);
			return sent;
		}
		const open = openDispute(state, id, now, this.#published);
		if (open === undefined) return false;
		const submittersTurn = open.side === SIDE.submitter;
		if (submittersTurn && open.expired) return this.#move(open, { type: "timeout", dispute: id });
		// As long as no trace is bound there is time to compute one's own.
		if (submittersTurn && open.view.dispute.phase !== PHASE.root) return false;
		const { inputsRoot } = state.requests[claim.request - 1];
		const inputs = await this.#findInputs(inputsRoot);
		if (inputs === undefined) return false;
		const evidence = await this.#evidence(inputsRoot, inputs);
		if (submittersTurn) return false;
		if (open.view.dispute.phase === PHASE.root) {
			const { settled } = await this.#settleDirectly(open.view.dispute.claim, claim, evidence);
			if (settled) return true;
		}
		const step = honestChallenger(open.view, traceView(evidence));
		if (step === null) return false;
		return step.type === "prove" ? this.#settle(open, step, evidence, state) : this.#move(open, step);
	}

	async #move({ view, key, until }: OpenDispute, action: Action): Promise<boolean> {
		const sent = await this.#send(`${action.type}:${key}`, action, until);
		if (sent) this.#options.progress(`Dispute ${view.id}: ${describe(action)}.`);
		return sent;
	}

	/** Proves the wrong number and settles. */
	async #settle(
		{ view, key, until }: OpenDispute,
		plan: ProvePlan,
		evidence: Evidence,
		state: GameState,
	): Promise<boolean> {
		const { id, dispute } = view;
		const say = this.#options.progress;
		const words = view.words!;
		const right = evidence.trace.operators[plan.step][plan.operator].elements[plan.element];
		const claimed = elementOf(dispute, words, plan.element);
		const finding = findingOf(this.#served.program, plan, plan.element, claimed, right);
		say(`Dispute ${id}: ${describeFinding(finding)}; proving...`);
		const started = performance.now();
		const paths = disputedPaths(evidence.trace, id, this.#world.feed, state, view.header, this.#published);
		const matter = { ...plan, words, partials: dispute.partials };
		const prepared = await prepareSettlement(evidence, matter, this.#world.signer.account.address, paths);
		const settlement = await proveSettlement(prepared);
		const seconds = (performance.now() - started) / 1000;
		const sent = await this.#send(`settle:${key}`, { type: "settle", dispute: id, settlement }, until);
		if (sent) {
			this.#options.onFinding?.(finding, seconds);
			say(`Dispute ${id}: proved in ${seconds.toFixed(1)} s; the claim is rejected.`);
		}
		return sent;
	}

	async #send(name: string, action: Action, until?: number): Promise<boolean> {
		return (await act(this.#world, name, callOf(this.#world.contracts, action), until)) !== undefined;
	}
}

/** Names a claim by number and content. */
function judgedKey(id: number, { submitter, claimedAt, traceRoot, outputRoot }: Claim): string {
	return [id, submitter, claimedAt, traceRoot, outputRoot].join(" ");
}

/** An element of the disputed leaf, as published. */
function elementOf({ start, elements, width }: Dispute, words: readonly bigint[], element: number): number {
	const values = unpackLeaf(words, width as Width, elementsInLeaf(start, elements, width as Width));
	return values[element - start * LEAF_ELEMENTS[width as Width]];
}

function describe(action: Action): string {
	switch (action.type) {
		case "descend":
			return `the leftmost difference is below child ${action.index}`;
		case "enter":
			return "entered the trace that was bound";
		case "name":
			return `named element ${action.element}`;
		case "timeout":
			return "the submitter ran out of time";
		default:
			return action.type;
	}
}
