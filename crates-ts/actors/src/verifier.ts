import { callOf } from "@umpire/chain/action-call.ts";
import { ChainError, RevertError } from "@umpire/chain/errors.ts";
import { gameReader, publishedChildren } from "@umpire/chain/game-state.ts";
import { chainTime } from "@umpire/chain/time.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { entryOf, honestChallenger, type ProvePlan } from "@umpire/game/challenger.ts";
import { boundTrace, isUnbound } from "@umpire/game/dispute.ts";
import { challengeEnd } from "@umpire/game/input-demands.ts";
import type { Action } from "@umpire/game/move.ts";
import { CLAIM_STATUS, type Claim, type GameState, PHASE, SIDE } from "@umpire/game/state.ts";
import type { Actor } from "./actor.ts";
import { rememberLimits } from "./budget.ts";
import { describeMove, publishedElement } from "./challenger-words.ts";
import { claimOfTrace } from "./claim-content.ts";
import { disputedPaths } from "./claimed-trees.ts";
import { type InputDemander, inputDemander } from "./demand-inputs.ts";
import type { Mode } from "./direct-challenge.ts";
import type { Evidence } from "./evidence.ts";
import { describeFinding, type Finding, findingOf } from "./finding.ts";
import { inputFinder, type LoadedProgram, loadRegistered, NoInputs } from "./loaded-program.ts";
import { sameAccount, withdrawOwed } from "./money.ts";
import { type OpenDispute, openDispute } from "./open-dispute.ts";
import { outputAgrees, type StatedOutput } from "./output-agreement.ts";
import { type Due, makeInOrder, playRounds } from "./round.ts";
import { unsettled } from "./settled.ts";
import { prepareSettlement, proveSettlement } from "./settlement.ts";
import { traceView } from "./trace-view.ts";
import { Troubles } from "./troubles.ts";
import { VerifierComputing } from "./verifier-computing.ts";
import { Workbench } from "./workbench.ts";
import { act, type World } from "./world.ts";

export interface VerifierOptions {
	/** What a claim must agree with: the whole trace, or only the output (cheap). */
	readonly compare: "trace" | "output";
	/** Chunks of inputs that are nowhere to be had, demanded on chain and paid for per claim; none by default. */
	readonly demandInputs?: number | undefined;
	/** Such chunks over all claims of the program, whenever they were demanded; ten times as many by default. */
	readonly demandInputsTotal?: number | undefined;
	/**
	 * How a wrong claim is brought down: by bisecting the trace in a dispute; directly, in one transaction, if the
	 * claimed trace is to be had; or whichever costs less.
	 */
	readonly mode?: Mode | undefined;
	readonly progress: (line: string) => void;
	/** Told of the wrong number when it is proved, with the proving time in seconds. */
	readonly onFinding?: (finding: Finding, provingSeconds: number) => void;
}

/**
 * Guards one program: computes every claim anew, challenges those that differ, and plays each
 * dispute to its end.
 */
export async function verifier(world: World, id: string, options: VerifierOptions): Promise<Actor> {
	const loaded = await loadRegistered(world, id);
	options.progress(
		`Guarding program ${loaded.number} (${loaded.program.name}) as ${world.signer.account.address}, comparing the ${comparedIn(loaded, options)}.`,
	);
	await rememberLimits(world, { ...options, role: "verifier", size: loaded.commitment.header });
	return new Verifier(world, loaded, options);
}

/** A lazy claim states nothing but its output. */
const comparedIn = ({ program }: LoadedProgram, { compare }: VerifierOptions): VerifierOptions["compare"] =>
	program.lazy ? "output" : compare;

class Verifier implements Actor {
	readonly name = "verifier";
	readonly #world: World;
	readonly #loaded: LoadedProgram;
	readonly #options: VerifierOptions;
	readonly #read: () => Promise<GameState>;
	readonly #published: ReturnType<typeof publishedChildren>;
	readonly #bench = new Workbench();
	readonly #troubles: Troubles;
	readonly #computing: VerifierComputing;
	readonly #demander: InputDemander;
	/** Claims that agree, by number and content: a reorganisation can give a number to another claim. */
	readonly #agreed = new Set<string>();
	/** Claims that are wrong, likewise. */
	readonly #wrong = new Set<string>();
	/** Claims that cannot be settled directly, likewise. */
	readonly #refused = new Set<string>();

	constructor(world: World, loaded: LoadedProgram, options: VerifierOptions) {
		this.#world = world;
		this.#loaded = loaded;
		this.#options = options;
		this.#read = gameReader(world.contracts, world.feed, world.signer.account.address, {
			programs: new Set([loaded.root]),
			warn: options.progress,
		});
		this.#published = publishedChildren(world.feed);
		this.#troubles = new Troubles(options.progress);
		const findInputs = inputFinder(world, loaded.program, (line) => this.#troubles.tell(line));
		this.#computing = new VerifierComputing(this.#bench, world, loaded, findInputs);
		this.#demander = inputDemander(world, loaded, options, options.progress);
	}

	tick(): Promise<boolean> {
		return playRounds(this.#bench, this.#world, this.#options.progress, () => this.#round());
	}

	/** What has a deadline; what is owed; new claims. */
	async #round(): Promise<boolean> {
		const state = await this.#read();
		const now = await chainTime(this.#world.contracts.connection, this.#world.feed.head);
		const claims = [...state.claims.entries()]
			.filter(([, { request }]) => state.requests[request - 1]?.program === this.#loaded.root)
			.map(([index, claim]) => ({ id: index + 1, claim, end: challengeEnd(state, index + 1) }))
			.filter(({ claim, end }) => claim.status === CLAIM_STATUS.live && Number(now) < end)
			.toSorted((a, b) => (a.end === b.end ? 0 : a.end < b.end ? -1 : 1));
		const due: Due[] = [];
		for (const { id, claim, end } of claims) {
			if (!this.#wrong.has(judgedKey(id, claim)) || this.#hasChallenged(state, id)) continue;
			due.push({ item: `claim ${id}`, until: end, make: () => this.#bringDown(state, id, claim, end, now) });
		}
		for (const [index, dispute] of state.disputes.entries()) {
			if (!this.#isMine(dispute.challenger) || dispute.phase === PHASE.closed) continue;
			const id = index + 1;
			const until = this.#deadline(state, id, now);
			due.push({ item: `dispute ${id}`, until, make: () => this.#play(state, id, now) });
		}
		const items = this.#troubles;
		const moved = await makeInOrder(due, items);
		const reclaimed = await items.attempt("bonds of demands", () => this.#demander.reclaim(state));
		const withdrew = await items.attempt("withdrawing", () =>
			withdrawOwed(this.#world, state, this.#options.progress),
		);
		let acted = moved || reclaimed || withdrew;
		for (const { id, claim, end } of claims) {
			if (await items.look(`claim ${id}`, () => this.#judge(state, id, claim, end, now))) acted = true;
		}
		return acted;
	}

	#isMine(account: string): boolean {
		return sameAccount(account, this.#world.signer.account.address);
	}

	#hasChallenged(state: GameState, claim: number): boolean {
		return state.disputes.some((dispute) => dispute.claim === claim && this.#isMine(dispute.challenger));
	}

	/** When a dispute must have been looked after; a submitter that is late may still answer, so that is urgent too. */
	#deadline(state: GameState, id: number, now: bigint): number {
		const open = openDispute(state, id, now, this.#published);
		return open?.until ?? Number.POSITIVE_INFINITY;
	}

	/** Computes a live claim, and brings it down if it is wrong. Whether anything was sent or stored. */
	async #judge(state: GameState, id: number, claim: Claim, end: number, now: bigint): Promise<boolean> {
		const judged = judgedKey(id, claim);
		if (this.#agreed.has(judged) || this.#wrong.has(judged) || this.#refused.has(judged)) return false;
		if (this.#hasChallenged(state, id)) return false;
		const { inputsRoot } = state.requests[claim.request - 1];
		let agrees: boolean | undefined;
		try {
			agrees = await this.#agrees(id, claim, inputsRoot, end);
		} catch (error) {
			if (error instanceof NoInputs) {
				return this.#mayPassOn(state, id, claim, now) ? false : this.#demander.pursue(state, id, now);
			}
			throw error;
		}
		if (agrees === undefined) return false;
		if (agrees) {
			this.#agreed.add(judged);
			this.#options.progress(`Claim ${id} agrees.`);
			return false;
		}
		this.#wrong.add(judged);
		return this.#bringDown(state, id, claim, end, now);
	}

	async #agrees(id: number, claim: Claim, root: Hex, end: number): Promise<boolean | undefined> {
		if (comparedIn(this.#loaded, this.#options) === "trace") {
			const own = await this.#computing.traceRoot("background", root, end);
			return own === undefined ? undefined : own === claim.traceRoot;
		}
		const stated = this.#statedBy(id);
		if (stated === undefined) {
			throw new ChainError(`The event of claim ${id} is missing: it is not judged.`, { retryable: true });
		}
		const output = await this.#computing.output(root, end);
		return output && outputAgrees(this.#loaded.program, output.elements, stated);
	}

	#statedBy(claim: number): StatedOutput | undefined {
		const stated = this.#world.feed.events.find(
			(event) => event.name === "Claimed" && Number(event.args.claim) === claim,
		);
		return stated?.name === "Claimed" ? stated.args : undefined;
	}

	/** Settles a wrong claim directly or challenges it. */
	async #bringDown(state: GameState, id: number, claim: Claim, end: number, now: bigint): Promise<boolean> {
		const judged = judgedKey(id, claim);
		if (this.#refused.has(judged)) return false;
		const say = this.#options.progress;
		const { inputsRoot } = state.requests[claim.request - 1];
		const evidence = await this.#computing.evidence(inputsRoot, end);
		if (evidence === undefined) return false;
		const unbound = isUnbound(claim, evidence.commitment.header);
		const { trace } = evidence;
		this.#troubles.tell(
			unbound
				? `Claim ${id} is wrong: its output is ${claim.outputRoot}, mine ${claimOfTrace(evidence.commitment, trace).opening.root}.`
				: `Claim ${id} is wrong: its trace is ${claim.traceRoot}, mine ${trace.traceRoot}.`,
		);
		const direct = await this.#settleDirectly(id, claim, evidence, end);
		if (direct === "computing") return false;
		if (direct === "sent") return true;
		if (this.#options.mode === "direct") {
			this.#refused.add(judged);
			say(`Claim ${id} is left alone: it cannot be settled directly, ${direct.reason}.`);
			return false;
		}
		if (this.#mayPassOn(state, id, claim, now)) return false;
		const { header } = evidence.commitment;
		const entry = entryOf(header, traceView(evidence), (segment) => {
			return boundTrace(claim, header, segment) !== undefined;
		});
		const value = state.parameters.challengerBond;
		const sent = await this.#send(`challenge:${id}`, { type: "challenge", value, claim: id, entry }, end - 1);
		if (sent) say(`Challenged claim ${id}.`);
		return sent;
	}

	/** Whether a claim is so young that its number may pass to another one, and there is time to wait until it is not. */
	#mayPassOn({ parameters }: GameState, id: number, { claimedAt }: Claim, now: bigint): boolean {
		if (Number(now) >= claimedAt + parameters.challengePeriod / 10) return false;
		return unsettled(this.#world, "Claimed").has(id);
	}

	/** Rejects a wrong claim in one transaction, if one can be made; says why if not. */
	async #settleDirectly(
		id: number,
		claim: Claim,
		evidence: Evidence,
		until: number,
	): Promise<"computing" | "sent" | { readonly reason: string }> {
		const { mode = "auto", onFinding, progress: say } = this.#options;
		const direct = this.#computing.direct(until, evidence, judgedKey(id, claim), {
			id,
			claim,
			stated: this.#statedBy(id),
			store: this.#world.home.content,
			beneficiary: this.#world.signer.account.address,
			mode,
			say,
		});
		if (direct === undefined) return "computing";
		if (direct.move === undefined) return direct;
		try {
			if (!(await this.#send(`settleDirectly:${id}`, direct.move, until))) return "computing";
		} catch (error) {
			// Whatever is wrong with it must not keep a wrong claim from being challenged.
			if (error instanceof RevertError) return { reason: error.message };
			throw error;
		}
		say(`Claim ${id}: proved in ${direct.provingSeconds.toFixed(1)} s; the claim is rejected.`);
		onFinding?.(direct.finding, direct.provingSeconds);
		return "sent";
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
		// While the other side moves there is time to compute one's own trace, and what is there is kept.
		const { inputsRoot } = state.requests[claim.request - 1];
		const evidence = await this.#computing.disputed(open.view, inputsRoot, open.until);
		if (submittersTurn || evidence === undefined) return false;
		if (open.view.dispute.phase === PHASE.root) {
			const direct = await this.#settleDirectly(open.view.dispute.claim, claim, evidence, open.until);
			if (direct === "sent") return true;
			// Nothing that takes long may use up the clock.
			const isShort = open.until - Number(now) < state.parameters.increment / 2;
			if (direct === "computing" && !isShort) return false;
		}
		const step = honestChallenger(open.view, traceView(evidence));
		if (step === null) return false;
		return step.type === "prove" ? this.#settle(open, step, evidence, state) : this.#move(open, step);
	}

	async #move({ view, key, until }: OpenDispute, action: Action): Promise<boolean> {
		const sent = await this.#send(`${action.type}:${key}`, action, until);
		if (sent) this.#options.progress(`Dispute ${view.id}: ${describeMove(action)}.`);
		return sent;
	}

	/** Proves the wrong number, and settles as soon as that is done. */
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
		const claimed = publishedElement(dispute, words, plan.element);
		const finding = findingOf(this.#loaded.program, plan, plan.element, claimed, right);
		const proved = this.#bench.ask("urgent", {
			key: `settle ${key} ${plan.element} ${plan.part}`,
			order: until,
			work: async () => {
				say(`Dispute ${id}: ${describeFinding(finding)}; proving...`);
				const started = performance.now();
				const paths = disputedPaths(evidence.trace, id, {
					feed: this.#world.feed,
					state,
					header: view.header,
					published: this.#published,
				});
				const disputed = { ...plan, words, partials: dispute.partials };
				const prepared = await prepareSettlement(
					evidence,
					disputed,
					this.#world.signer.account.address,
					paths,
				);
				const settlement = await proveSettlement(prepared);
				return { settlement, seconds: (performance.now() - started) / 1000 };
			},
		});
		if (proved === undefined) return false;
		const { settlement, seconds } = proved;
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
