import { createHash } from "node:crypto";
import { callOf } from "@umpire/chain/action-call.ts";
import { RevertError } from "@umpire/chain/errors.ts";
import { gameReader } from "@umpire/chain/game-state.ts";
import { publishedChildren } from "@umpire/chain/published-children.ts";
import { chainTime } from "@umpire/chain/time.ts";
import { challengeEnd, lastSecondToAnswer } from "@umpire/game/input-demands.ts";
import type { Action } from "@umpire/game/move.ts";
import { CLAIM_STATUS, type Claim, type GameState, PHASE, type Request, SIDE } from "@umpire/game/state.ts";
import { honestSubmitter } from "@umpire/game/submitter.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import type { Recording } from "@umpire/runtime/program-model.ts";
import { formatEther, zeroAddress } from "viem";
import type { Actor } from "./actor.ts";
import { DemandAnswers } from "./answer-demands.ts";
import { rememberLimits, type SubmitterLimits, submitterBudget, weiOf } from "./budget.ts";
import { lossOf } from "./claim-loss.ts";
import { type Place, parseDefect, placeText } from "./defect.ts";
import { openDefectiveSession } from "./defective-session.ts";
import { inputFinder, type LoadedProgram, loadRegistered } from "./loaded-program.ts";
import { sameAccount, withdrawOwed } from "./money.ts";
import { type OpenDispute, openDispute } from "./open-dispute.ts";
import { committedSalt, mayClaim } from "./open-requests.ts";
import { drawSeed, seededRandom } from "./random.ts";
import { type Due, makeInOrder, playRounds } from "./round.ts";
import { Sessions } from "./sessions.ts";
import { mayBeAnothers, unsettled } from "./settled.ts";
import { about, claimSubject, disputeSubject } from "./subject.ts";
import { SubmitterComputing } from "./submitter-computing.ts";
import { ANSWERS, bondsText, lostText, slowCommitment } from "./submitter-words.ts";
import { canAnswer, submittersView } from "./trace-view.ts";
import { Troubles } from "./troubles.ts";
import { Workbench } from "./workbench.ts";
import { act, isDevelopment, type World } from "./world.ts";

export interface SubmitterOptions extends SubmitterLimits {
	/** [STEP/]OPERATOR[:ELEMENT] or "random": falsify one number. */
	readonly defect?: string | undefined;
	readonly seed?: number | undefined;
	/** Puts traces into the content store, so that a wrong number can be settled without a search. */
	readonly publishTrace?: boolean | undefined;
	/** Which requests it answers; all by default. Whatever it has claimed it defends. */
	readonly serves?: ((request: number) => boolean) | undefined;
	readonly progress: (line: string) => void;
}

/**
 * Answers the requests of one program: computes, claims, answers what disputes demand, finalises
 * and withdraws. It claims each request once.
 *
 * @throws UmpireError if the program cannot be served, or an option is none
 */
export async function submitter(world: World, id: string, options: SubmitterOptions): Promise<Actor> {
	weiOf(options);
	const loaded = await loadRegistered(world, id);
	const say = options.progress;
	const place =
		options.defect === undefined
			? undefined
			: parseDefect(options.defect, loaded.program, seededRandom(options.seed ?? drawSeed()));
	const { program } = loaded;
	const open = (record: Recording) =>
		place === undefined ? openSession(program, { record }) : openDefectiveSession(program, place);
	say(
		`Serving program ${loaded.number} (${loaded.program.name}) as ${world.signer.account.address}${lie(place, loaded)}.`,
	);
	const sessions = new Sessions(open);
	await sessions.get(program.lazy ? "outputs" : "trace");
	await rememberLimits(world, { ...options, role: "submitter", size: loaded.commitment.header });
	return new Submitter(world, loaded, sessions, options);
}

const lie = (place: Place | undefined, { program }: LoadedProgram): string =>
	place === undefined ? "" : `, with a wrong number in ${placeText(place, program.steps)}`;

class Submitter implements Actor {
	readonly name = "submitter";
	readonly #world: World;
	readonly #loaded: LoadedProgram;
	readonly #say: (line: string) => void;
	readonly #read: () => Promise<GameState>;
	readonly #published: ReturnType<typeof publishedChildren>;
	readonly #bench = new Workbench();
	readonly #troubles: Troubles;
	readonly #demandAnswers: DemandAnswers;
	readonly #computing: SubmitterComputing;
	readonly #limits: SubmitterLimits;
	readonly #serves: (request: number) => boolean;
	/** Claims that were live at some look. */
	readonly #live = new Set<number>();
	/** Claims whose loss was told. */
	readonly #lost = new Set<number>();

	constructor(world: World, loaded: LoadedProgram, sessions: Sessions, options: SubmitterOptions) {
		const { progress: say, publishTrace = false } = options;
		this.#world = world;
		this.#loaded = loaded;
		this.#say = say;
		this.#read = gameReader(world.contracts, world.feed, world.signer.account.address, {
			programs: new Set([loaded.root]),
			warn: (line, item) => about(item, () => say(line)),
		});
		this.#published = publishedChildren(world.feed);
		this.#troubles = new Troubles(say);
		const tell = (line: string) => this.#troubles.tell(line);
		const findInputs = inputFinder(world, loaded.program, tell);
		const parts = { world, loaded, sessions, findInputs, publishTrace, say, tell };
		this.#demandAnswers = new DemandAnswers(parts);
		this.#computing = new SubmitterComputing(this.#bench, parts);
		this.#limits = options;
		this.#serves = options.serves ?? (() => true);
	}

	tick(): Promise<boolean> {
		return playRounds(this.#bench, this.#world, this.#say, () => this.#round());
	}

	/** What has a deadline; what is owed; new requests. */
	async #round(): Promise<boolean> {
		const state = await this.#read();
		const now = await chainTime(this.#world.contracts.connection, this.#world.feed.head);
		const items = this.#troubles;
		this.#tellSlowCommitment(state);
		const moved = await makeInOrder(this.#due(state, now), items);
		const withdrew = await items.attempt("withdrawing", () => withdrawOwed(this.#world, state, this.#say));
		let acted = moved || withdrew;
		for (const [index, claim] of state.claims.entries()) {
			if (!this.#isMine(state, claim)) continue;
			const id = index + 1;
			if (claim.status === CLAIM_STATUS.live) this.#live.add(id);
			const subject = claimSubject(state, id);
			if (claim.status === CLAIM_STATUS.rejected) this.#tellLost(state, id, claim, now);
			if (await items.attempt(`claim ${id}`, () => this.#finalise(state, id, claim, now), subject))
				acted = true;
		}
		if (await items.attempt("new requests", () => this.#serve(state, now))) acted = true;
		return acted;
	}

	/** Whoever cannot hash what a challenge demands in time loses its bond for a true claim. */
	#tellSlowCommitment({ parameters }: GameState): void {
		const line = slowCommitment(this.#loaded.program, parameters);
		if (line !== undefined) this.#troubles.tell("commit allowance", line);
	}

	/** Whatever has a clock. */
	#due(state: GameState, now: bigint): Due[] {
		const due: Due[] = [];
		for (const [index, dispute] of state.disputes.entries()) {
			const claim = state.claims[dispute.claim - 1];
			if (dispute.phase === PHASE.closed || claim === undefined || !this.#isMine(state, claim)) continue;
			if (claim.status !== CLAIM_STATUS.live) continue;
			const id = index + 1;
			const until = openDispute(state, id, now, this.#published)?.until ?? Number.POSITIVE_INFINITY;
			const subject = disputeSubject(state, id);
			due.push({ item: `dispute ${id}`, subject, until, make: () => this.#answer(state, id, claim, now) });
		}
		const demands = state.inputDemands.filter(
			({ open, claim }) => open && this.#isMine(state, state.claims[claim - 1]),
		);
		if (demands.length > 0) {
			due.push({
				item: "demanded inputs",
				until: Math.min(...demands.map((demand) => lastSecondToAnswer(state, demand))),
				make: () => this.#demandAnswers.send(state),
			});
		}
		return due;
	}

	#isMine(state: GameState, claim: Claim): boolean {
		const { account } = this.#world.signer;
		const program = state.requests[claim.request - 1]?.program;
		return program === this.#loaded.root && sameAccount(claim.submitter, account.address);
	}

	/** Computes and claims what pays, the highest fee first, as far as the account and its bounds go. */
	async #serve(state: GameState, now: bigint): Promise<boolean> {
		const { address } = this.#world.signer.account;
		const claimed = new Set(
			state.claims.flatMap((c) => (sameAccount(c.submitter, address) ? [c.request] : [])),
		);
		const open = [...state.requests.entries()]
			.map(([index, request]) => ({ id: index + 1, request }))
			.filter(({ id, request }) => {
				const isOwn = request.program === this.#loaded.root;
				return isOwn && !claimed.has(id) && mayClaim(request, address, now) && this.#serves(id);
			})
			.toSorted((a, b) => compareRequests(a.request, b.request));
		if (open.length === 0) return false;
		const { submitterBond: bond } = state.parameters;
		const budget = await submitterBudget(this.#world, this.#loaded.commitment.header, state, this.#limits);
		let acted = false;
		let bonds = budget.locked;
		const underpaid: Underpaid[] = [];
		for (const [order, { id, request }] of open.entries()) {
			const plain = request.consumer === zeroAddress ? budget.leastFee : budget.leastFeeWithConsumer;
			const least = plain + (request.isSealed ? budget.leastFeeOfSealing : 0n);
			if (request.fee < least) {
				underpaid.push({ id, fee: request.fee, least });
				continue;
			}
			if (bonds + bond > budget.mostBonds) {
				this.#troubles.tell("most bonds", bondsText(bond, bonds, budget.mostBonds, address));
				break;
			}
			// Only what is claimed or being computed takes of the bound: what cannot be answered keeps no other back.
			const answer = async (): Promise<boolean> => {
				const sent = await this.#claim(state, id, request, order, now);
				if (sent !== undefined) bonds += bond;
				return sent === true;
			};
			if (await this.#troubles.attempt(`request ${id}`, answer, { request: id })) acted = true;
		}
		this.#tellUnderpaid(underpaid);
		return acted;
	}

	/** Says once that a claim was lost: one that was live a moment ago, or one whose request could be answered by others. */
	#tellLost(state: GameState, id: number, { request }: Claim, now: bigint): void {
		const { closed, deadline, liveClaim } = state.requests[request - 1];
		const canBeAnswered = !closed && liveClaim === 0 && now < BigInt(deadline);
		if (this.#lost.has(id) || !(this.#live.has(id) || canBeAnswered)) return;
		this.#lost.add(id);
		const loss = lossOf(this.#world.feed.events, id, this.#loaded.program);
		const { submitterBond } = state.parameters;
		const isLocal = isDevelopment(this.#world.contracts.connection);
		const subject = loss === undefined || loss.dispute === 0 ? {} : { dispute: loss.dispute };
		about({ ...claimSubject(state, id), ...subject }, () =>
			this.#say(lostText(id, submitterBond, loss, canBeAnswered ? { request, isLocal } : undefined)),
		);
	}

	/** One line however many there are: the one that pays most, which comes first. */
	#tellUnderpaid([first, ...others]: readonly Underpaid[]): void {
		if (first === undefined) return;
		const { id, fee, least } = first;
		const more = others.length === 0 ? "" : ` ${others.length} others pay too little as well.`;
		about({ request: id }, () =>
			this.#troubles.tell(
				`fee of request ${id}`,
				`Request ${id} pays ${formatEther(fee)} ETH: the least fee is ${formatEther(least)} ETH (--least-fee) at the present price of gas.${more}`,
			),
		);
	}

	/** Whether a claim was sent; undefined if the request cannot be answered as its inputs are not to be had. */
	async #claim(
		state: GameState,
		id: number,
		request: Request,
		order: number,
		now: bigint,
	): Promise<boolean | undefined> {
		const content = await this.#computing.claim(id, request.inputsRoot, order);
		if (content === "no inputs") return undefined;
		if (content === "computing") return false;
		if (unsettled(this.#world, "Requested").has(id)) return false;
		const value = state.parameters.submitterBond;
		const sealed = request.isSealed ? await committedSalt(this.#world, state, id, content, now) : {};
		if (sealed === "waiting") return false;
		if (sealed === "committing") {
			this.#say(`Committed to a claim on the sealed request ${id}.`);
			return true;
		}
		const move = { type: "claim", value, request: id, ...content, ...sealed } as const;
		const sent = await this.#send(`claim:${id}`, move, request.deadline).catch((error: unknown) => {
			if (!(error instanceof RevertError && /AlreadyClaimed/.test(error.message))) throw error;
			this.#troubles.tell(`Request ${id}: another submitter was faster.`);
			return false;
		});
		const { traceRoot, opening } = content;
		const what = this.#loaded.program.lazy ? `output ${opening.root}` : `trace ${traceRoot}`;
		if (sent) this.#say(`Claimed request ${id} with ${what}.`);
		return sent;
	}

	/** Makes a claim final when its challenge period is over. */
	async #finalise(state: GameState, id: number, claim: Claim, now: bigint): Promise<boolean> {
		if (claim.status !== CLAIM_STATUS.live || claim.openDisputes !== 0) return false;
		if (Number(now) < challengeEnd(state, id)) return false;
		const sent = await this.#send(`finalise:${id}`, { type: "finalise", claim: id });
		if (sent) this.#say(`Claim ${id} is final.`);
		return sent;
	}

	async #answer(state: GameState, id: number, claim: Claim, now: bigint): Promise<boolean> {
		const open = openDispute(state, id, now, this.#published);
		if (open === undefined) return false;
		const { inputsRoot } = state.requests[claim.request - 1];
		if (open.side === SIDE.challenger) {
			if (open.expired) return this.#answerWith(open, { type: "timeout", dispute: id });
			// What the next answer is made from is kept, or read and computed meanwhile.
			await this.#computing.disputed(open.view, claim, inputsRoot, open.until);
			return false;
		}
		const evidence = await this.#computing.disputed(open.view, claim, inputsRoot, open.until);
		if (evidence === undefined || !canAnswer(open.view, evidence)) return false;
		const action = honestSubmitter(open.view, submittersView(evidence));
		if (action === null) return false;
		const hasTime = open.until - Number(now) > state.parameters.increment / 2;
		if (hasTime && mayBeAnothers(this.#world, open, action)) return false;
		return this.#answerWith(open, action);
	}

	async #answerWith({ view, key, until }: OpenDispute, action: Action): Promise<boolean> {
		const sent = await this.#send(`${action.type}:${sharedKey(action) ?? key}`, action, until);
		if (sent) this.#say(`Dispute ${view.id}: ${ANSWERS[action.type] ?? action.type}.`);
		return sent;
	}

	async #send(name: string, action: Action, until?: number): Promise<boolean> {
		return (await act(this.#world, name, callOf(this.#world.contracts, action), until)) !== undefined;
	}
}

/** A request that costs more than it pays, in wei. */
interface Underpaid {
	readonly id: number;
	readonly fee: bigint;
	readonly least: bigint;
}

/** The highest fee first; of equal ones the earliest deadline. */
function compareRequests(one: Request, other: Request): number {
	if (one.fee !== other.fee) return one.fee > other.fee ? -1 : 1;
	return one.deadline - other.deadline;
}

/** What serves all disputes that demand it is named by its content, so that it is sent (and paid for) once. */
function sharedKey(action: Action): string | undefined {
	if (action.type !== "open" && action.type !== "publishLeaf") return undefined;
	const content = JSON.stringify(action, (_, value) => (typeof value === "bigint" ? `${value}` : value));
	return createHash("sha256").update(content).digest("hex");
}
