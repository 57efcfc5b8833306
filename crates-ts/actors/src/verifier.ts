import { callOf } from "@umpire/chain/action-call.ts";
import { ChainError } from "@umpire/chain/errors.ts";
import { gameReader } from "@umpire/chain/game-state.ts";
import { chainTime } from "@umpire/chain/time.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { entryOf } from "@umpire/game/challenger.ts";
import { boundTrace, isUnbound } from "@umpire/game/dispute.ts";
import { challengeEnd } from "@umpire/game/input-demands.ts";
import type { Action } from "@umpire/game/move.ts";
import { CLAIM_STATUS, type Claim, type GameState, PHASE } from "@umpire/game/state.ts";
import { claimOfTrace } from "@umpire/sdk/claim-content.ts";
import type { Actor } from "./actor.ts";
import { rememberLimits } from "./budget.ts";
import { type InputDemander, inputDemander } from "./demand-inputs.ts";
import { Alarms } from "./farm/alarms.ts";
import {
	inputFinder,
	inputsVersion,
	type LoadedProgram,
	loadRegistered,
	NoInputs,
} from "./loaded-program.ts";
import { sameAccount, withdrawOwed } from "./money.ts";
import { outputAgrees, type StatedOutput } from "./output-agreement.ts";
import { type Due, makeInOrder, playRounds } from "./round.ts";
import { unsettled } from "./settled.ts";
import { about, claimSubject, disputeSubject } from "./subject.ts";
import { traceView } from "./trace-view.ts";
import { Troubles } from "./troubles.ts";
import { VerifierComputing } from "./verifier-computing.ts";
import { judgedKey, statedBy, VerifierDisputes } from "./verifier-disputes.ts";
import type { VerifierOptions } from "./verifier-options.ts";
import { Workbench } from "./workbench.ts";
import { act, type World } from "./world.ts";

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
	readonly #bench = new Workbench();
	readonly #troubles: Troubles;
	readonly #computing: VerifierComputing;
	readonly #disputes: VerifierDisputes;
	readonly #demander: InputDemander;
	/** What a farm says of claims. */
	readonly #alarms: Alarms | undefined;
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
			warn: (line, item) => about(item, () => options.progress(line)),
		});
		this.#troubles = new Troubles(options.progress);
		const findInputs = inputFinder(world, loaded.program, (line) => this.#troubles.tell(line));
		this.#computing = new VerifierComputing(this.#bench, world, loaded, findInputs);
		this.#disputes = new VerifierDisputes({
			world,
			loaded,
			options,
			bench: this.#bench,
			computing: this.#computing,
		});
		this.#alarms = world.farm && new Alarms(world.farm, loaded);
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
		this.#forgetAllBut(new Set(claims.map(({ id, claim }) => judgedKey(id, claim))));
		const due: Due[] = [];
		for (const { id, claim, end } of claims) {
			if (!this.#wrong.has(judgedKey(id, claim)) || this.#hasChallenged(state, id)) continue;
			const subject = claimSubject(state, id);
			due.push({
				item: `claim ${id}`,
				subject,
				until: end,
				make: () => this.#bringDown(state, id, claim, end, now),
			});
		}
		for (const [index, dispute] of state.disputes.entries()) {
			if (!this.#isMine(dispute.challenger) || dispute.phase === PHASE.closed) continue;
			const id = index + 1;
			const until = this.#disputes.deadline(state, id, now);
			const subject = disputeSubject(state, id);
			due.push({ item: `dispute ${id}`, subject, until, make: () => this.#disputes.play(state, id, now) });
		}
		const items = this.#troubles;
		const moved = await makeInOrder(due, items);
		const reclaimed = await items.attempt("bonds of demands", () => this.#demander.reclaim(state));
		const withdrew = await items.attempt("withdrawing", () =>
			withdrawOwed(this.#world, state, this.#options.progress),
		);
		let acted = moved || reclaimed || withdrew;
		for (const { id, claim, end } of claims) {
			const judge = () => this.#judge(state, id, claim, end, now);
			if (await items.look(`claim ${id}`, judge, claimSubject(state, id))) acted = true;
		}
		return acted;
	}

	/** What was decided is not judged again; who guards for years does not remember every claim. */
	#forgetAllBut(live: ReadonlySet<string>): void {
		for (const known of [this.#agreed, this.#wrong, this.#refused]) {
			for (const judged of known) if (!live.has(judged)) known.delete(judged);
		}
	}

	#isMine(account: string): boolean {
		return sameAccount(account, this.#world.signer.account.address);
	}

	#hasChallenged(state: GameState, claim: number): boolean {
		return state.disputes.some((dispute) => dispute.claim === claim && this.#isMine(dispute.challenger));
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
			this.#alarms?.agreed(judged);
			this.#options.progress(`Claim ${id} agrees.`);
			return false;
		}
		this.#wrong.add(judged);
		return this.#bringDown(state, id, claim, end, now);
	}

	async #agrees(id: number, claim: Claim, root: Hex, end: number): Promise<boolean | undefined> {
		if (comparedIn(this.#loaded, this.#options) === "trace") {
			const lane = await this.#laneOf(id, claim, root, undefined);
			const own = await this.#computing.traceRoot(lane, root, end);
			return own === undefined ? undefined : own === claim.traceRoot;
		}
		const stated = statedBy(this.#world, id);
		if (stated === undefined) {
			throw new ChainError(`The event of claim ${id} is missing: it is not judged.`, { retryable: true });
		}
		const lane = await this.#laneOf(id, claim, root, stated);
		const output = await this.#computing.output(lane, root, end);
		return output && outputAgrees(this.#loaded.program, output.elements, stated);
	}

	/** A claim that a farm calls wrong does not wait for its turn. */
	async #laneOf(
		id: number,
		claim: Claim,
		inputsRoot: Hex,
		stated: StatedOutput | undefined,
	): Promise<"alarm" | "background"> {
		if (this.#alarms === undefined) return "background";
		if ((await inputsVersion(this.#world, this.#loaded.program, inputsRoot)) === "missing")
			return "background";
		const { traceRoot } = claim;
		const asked = { judged: judgedKey(id, claim), inputsRoot, traceRoot, stated };
		return this.#alarms.isRaised(asked) ? "alarm" : "background";
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
		const direct = await this.#disputes.settleDirectly(id, claim, evidence, end);
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

	async #send(name: string, action: Action, until?: number): Promise<boolean> {
		return (await act(this.#world, name, callOf(this.#world.contracts, action), until)) !== undefined;
	}
}
