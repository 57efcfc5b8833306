import type { Evidence } from "@umpire/actors/evidence.ts";
import { sameAccount } from "@umpire/actors/money.ts";
import { openDispute } from "@umpire/actors/open-dispute.ts";
import type { StatedOutput } from "@umpire/actors/output-agreement.ts";
import { canAnswer, submittersView, traceView } from "@umpire/actors/trace-view.ts";
import { callOf } from "@umpire/chain/action-call.ts";
import { type EventFeed, eventFeed } from "@umpire/chain/events.ts";
import { gameReader } from "@umpire/chain/game-state.ts";
import { publishedChildren } from "@umpire/chain/published-children.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { entryOf, honestChallenger } from "@umpire/game/challenger.ts";
import { boundTrace } from "@umpire/game/dispute.ts";
import { inputAnswer } from "@umpire/game/input-answer.ts";
import { answeredAt, challengeEnd } from "@umpire/game/input-demands.ts";
import type { Action } from "@umpire/game/move.ts";
import { CLAIM_STATUS, type GameState, PHASE, type Request, SIDE } from "@umpire/game/state.ts";
import { honestSubmitter } from "@umpire/game/submitter.ts";
import { commitInputs, inputTreeOf } from "@umpire/runtime/trace.ts";
import type { ClaimContent } from "@umpire/sdk/claim-content.ts";
import { claimOfOutput, claimOfTrace } from "@umpire/sdk/claim-content.ts";
import { parseEther } from "viem";
import { accountAt, SEATS } from "./accounts.ts";
import type { PlayedChain } from "./chain.ts";
import { putSpoiled } from "./files.ts";
import type { Fixture, Guarded } from "./fixture.ts";
import { inputDemand } from "./input-demand.ts";
import { junkAction } from "./junk.ts";
import { contentOf, inventedContent } from "./lies.ts";
import type { CampaignMove } from "./moves.ts";
import { pokedAction } from "./pokes.ts";
import { sendTipped } from "./tipped.ts";

type Move<T extends CampaignMove["type"]> = Extract<CampaignMove, { type: T }>;

/** A lie that was claimed, or a challenge: what it is played with, and for how many moves yet. */
interface Plan {
	readonly evidence: Evidence | undefined;
	left: number;
}

/** A request of a guarded program that can be claimed. */
interface OpenRequest {
	readonly id: number;
	readonly request: Request;
	readonly guarded: Guarded;
	readonly inputs: readonly Elements[];
}

const LIAR = accountAt(SEATS.adversary).address;
const ACCOMPLICE = accountAt(SEATS.accomplice).address;
const NO_DEADLINE = 4_294_967_295;

/** The adversary: two accounts whose moves the node signs. What the contracts would refuse is not sent. */
export class Adversary {
	/** Moves that were sent, by kind. */
	readonly made = new Map<string, number>();
	readonly #fixture: Fixture;
	readonly #chain: PlayedChain;
	readonly #feed: EventFeed;
	readonly #read: () => Promise<GameState>;
	readonly #published: ReturnType<typeof publishedChildren>;
	/** By what a claim states. */
	readonly #lies = new Map<string, Plan>();
	/** By claim. */
	readonly #attacks = new Map<number, Plan>();
	#moved = false;

	constructor(fixture: Fixture, chain: PlayedChain) {
		this.#fixture = fixture;
		this.#chain = chain;
		this.#feed = eventFeed(fixture.contracts);
		this.#read = gameReader(fixture.contracts, this.#feed, LIAR);
		this.#published = publishedChildren(this.#feed);
	}

	/** All that stands on the chain; undefined if it changed while it was read. */
	async state(): Promise<GameState | undefined> {
		return this.#read().catch(() => undefined);
	}

	/** What the event of a claim says, as of the last look. */
	stated(claim: number): StatedOutput | undefined {
		for (const event of this.#feed.events) {
			if (event.name === "Claimed" && event.args.claim === BigInt(claim)) return event.args;
		}
		return undefined;
	}

	/** Whose accounts are to move in a dispute, on either side. */
	toMove(state: GameState, dispute: number): Hex | undefined {
		const open = openDispute(state, dispute, BigInt(this.#chain.time), this.#published);
		if (open === undefined) return undefined;
		const { challenger, claim } = open.view.dispute;
		return open.side === SIDE.challenger ? challenger : state.claims[claim - 1].submitter;
	}

	/** Whether anything was sent since this was last asked. */
	hasMoved(): boolean {
		const moved = this.#moved;
		this.#moved = false;
		return moved;
	}

	/** Makes a drawn move. */
	async make(state: GameState, move: CampaignMove): Promise<void> {
		switch (move.type) {
			case "request":
				return this.#request(move);
			case "lie": {
				const found = pick(this.#open(state), move.request);
				return found && this.#lie(state, found, move);
			}
			case "attack":
				return this.#attack(state, move);
			case "meddle":
				return this.#meddle(state, move);
			case "demand":
				return this.#demand(state, move);
			case "answer": {
				const open = state.inputDemands.flatMap((d, i) =>
					d.open && answeredAt(state, d) === 0 ? [i + 1] : [],
				);
				const demand = pick(open, move.demand);
				if (demand !== undefined) await this.#answerDemand(state, demand);
				return;
			}
			case "junk": {
				const action = junkAction(state, move.kind, move.number, this.#chain.time);
				return action && this.#send(`junk ${move.kind}`, action);
			}
			case "poke":
				return this.#poke(state, move);
			case "file":
				return this.#file(state, move);
			default:
				return;
		}
	}

	/** Goes on with lies and challenges that were begun, and makes its claims final as soon as it can. */
	async play(state: GameState): Promise<void> {
		const now = BigInt(this.#chain.time);
		for (const [index, claim] of state.claims.entries()) {
			if (claim.status !== CLAIM_STATUS.live || !sameAccount(claim.submitter, LIAR)) continue;
			if (claim.openDisputes > 0 || Number(now) < challengeEnd(state, index + 1)) continue;
			await this.#send("make a lie final", { type: "finalise", claim: index + 1 });
		}
		for (const index of state.disputes.keys()) {
			const open = openDispute(state, index + 1, now, this.#published);
			if (open === undefined) continue;
			const { dispute } = open.view;
			const claim = state.claims[dispute.claim - 1];
			if (sameAccount(claim.submitter, LIAR) && open.side === SIDE.submitter) {
				const plan = this.#lies.get(contentOf(claim));
				if (plan?.evidence === undefined || plan.left <= 0 || !canAnswer(open.view, plan.evidence)) continue;
				const action = honestSubmitter(open.view, submittersView(plan.evidence));
				if (action === null) continue;
				plan.left--;
				await this.#send("defend a lie", action);
			}
			if (sameAccount(dispute.challenger, ACCOMPLICE)) {
				const plan = this.#attacks.get(dispute.claim);
				if (open.side === SIDE.submitter && open.expired) {
					await this.#send("time out", { type: "timeout", dispute: index + 1 }, ACCOMPLICE);
				}
				if (plan?.evidence === undefined || plan.left <= 0 || open.side !== SIDE.challenger) continue;
				const action = honestChallenger(open.view, traceView(plan.evidence));
				if (action === null || action.type === "prove") continue;
				plan.left--;
				await this.#send("search a true claim", action, ACCOMPLICE);
			}
		}
		for (const [index, demand] of state.inputDemands.entries()) {
			const claim = state.claims[demand.claim - 1];
			if (!demand.open || claim.status !== CLAIM_STATUS.live || !sameAccount(claim.submitter, LIAR)) continue;
			// Half of what is demanded of it is never answered.
			if (index % 2 === 0 && answeredAt(state, demand) === 0) await this.#answerDemand(state, index + 1);
		}
	}

	async #request(move: Move<"request">): Promise<void> {
		const { guarded, home, known, consumers } = this.#fixture;
		const { root: program, played } = pick(guarded, move.program)!;
		const inputs = played.inputs(2 + move.seed + 10 * ["stored", "hidden", "spoiled"].indexOf(move.inputs));
		const { root: inputsRoot } = inputTreeOf(await commitInputs(played.program, inputs));
		known.set(inputsRoot, inputs);
		if (move.inputs !== "hidden") {
			await putSpoiled(home, "inputs", inputsRoot, inputs, move.inputs === "stored" ? undefined : move.spoil);
		}
		const deadline = move.soon ? this.#chain.time + 60 : NO_DEADLINE;
		const value = move.pays ? parseEther("0.01") : 0n;
		const consumer = pick(consumers, move.consumer)!;
		await this.#send("request", { type: "request", value, program, inputsRoot, deadline, consumer });
	}

	/** Claims what is false of this request, if it is open. */
	async lieOf(state: GameState, request: number, move: Omit<Move<"lie">, "type" | "request">): Promise<void> {
		const found = this.#open(state).find(({ id }) => id === request);
		if (found !== undefined) await this.#lie(state, found, move);
	}

	/** Requests of guarded programs that can be claimed. */
	#open(state: GameState): OpenRequest[] {
		return [...state.requests.entries()].flatMap(([index, request]) => {
			const isOpen = !request.closed && request.liveClaim === 0 && this.#chain.time < request.deadline;
			const guarded = this.#guarded(request.program);
			const inputs = this.#fixture.known.get(request.inputsRoot);
			return isOpen && guarded && inputs ? [{ id: index + 1, request, guarded, inputs }] : [];
		});
	}

	async #lie(
		state: GameState,
		found: OpenRequest,
		move: Omit<Move<"lie">, "type" | "request">,
	): Promise<void> {
		const { guarded, inputs, request } = found;
		const { played } = guarded;
		let evidence: Evidence | undefined;
		let content: ClaimContent;
		if (move.lie === "number") {
			evidence = await played.wrong(request.inputsRoot, inputs, move.seed);
			content = played.program.lazy
				? await claimOfOutput(played.program, evidence.trace.outputs[0])
				: claimOfTrace(played.commitment, evidence.trace);
		} else {
			const right = await played.right(request.inputsRoot, inputs);
			content = inventedContent(right, move.lie === "zero nodes" ? undefined : move.seed);
		}
		this.#lies.set(contentOf({ traceRoot: content.traceRoot, outputRoot: content.opening.root }), {
			evidence,
			left: move.diligence,
		});
		const value = state.parameters.submitterBond;
		await this.#send(`lie: ${move.lie}`, { type: "claim", value, request: found.id, ...content });
	}

	async #attack(state: GameState, move: Move<"attack">): Promise<void> {
		const live = this.#liveClaims(state).filter(
			({ id }) => !state.disputes.some((d) => d.claim === id && sameAccount(d.challenger, ACCOMPLICE)),
		);
		const found = pick(live, move.claim);
		if (found === undefined) return;
		const { id, claim, guarded, inputs, inputsRoot } = found;
		const evidence = await guarded.played.wrong(inputsRoot, inputs, move.seed);
		const { header } = guarded.played.commitment;
		const entry = entryOf(header, traceView(evidence), (segment) => {
			return boundTrace(claim, header, segment) !== undefined;
		});
		this.#attacks.set(id, { evidence, left: move.diligence });
		const value = state.parameters.challengerBond;
		await this.#send("attack", { type: "challenge", value, claim: id, entry }, ACCOMPLICE);
	}

	async #meddle(state: GameState, move: Move<"meddle">): Promise<void> {
		const now = BigInt(this.#chain.time);
		const open = [...state.disputes.keys()].flatMap((index) => {
			const found = openDispute(state, index + 1, now, this.#published);
			return found?.side === SIDE.submitter ? [found] : [];
		});
		const found = pick(open, move.dispute);
		if (found === undefined) return;
		const claim = this.#liveClaims(state).find(({ id }) => id === found.view.dispute.claim);
		if (claim === undefined) return;
		const { guarded, inputs, inputsRoot } = claim;
		const evidence = move.wrong
			? await guarded.played.wrong(inputsRoot, inputs, move.dispute)
			: await guarded.played.right(inputsRoot, inputs);
		if (found.view.dispute.phase === PHASE.partials) return;
		const action = honestSubmitter(found.view, submittersView(evidence));
		if (action !== null) await this.#send("meddle", action, ACCOMPLICE);
	}

	async #demand(state: GameState, move: Move<"demand">): Promise<void> {
		const found = pick(this.#liveClaims(state), move.claim);
		if (found === undefined) return;
		const { played } = found.guarded;
		for (let i = 0; i < move.chunks; i++) {
			await this.#send("demand", inputDemand(played, found.id, i, state.parameters.demandBond), ACCOMPLICE);
		}
	}

	async #answerDemand(state: GameState, id: number): Promise<void> {
		const demand = state.inputDemands[id - 1];
		const found = this.#liveClaims(state).find((claim) => claim.id === demand.claim);
		if (found === undefined) return;
		const inputs = await commitInputs(found.guarded.played.program, found.inputs);
		await this.#send("answer a demand", inputAnswer(id, demand, { inputs, inputTree: inputTreeOf(inputs) }));
	}

	async #poke(state: GameState, move: Move<"poke">): Promise<void> {
		const { kind, number } = move;
		await this.#send(`poke: ${kind}`, pokedAction(state, move), number % 2 === 0 ? LIAR : ACCOMPLICE);
	}

	/** Junk in the place of traces of its own claims, and of programs that nobody has. */
	async #file(state: GameState, { kind, spoil }: Move<"file">): Promise<void> {
		const { home, guarded } = this.#fixture;
		const foreign = [...state.programs.keys()].filter((root) => this.#guarded(root) === undefined);
		const own = state.claims.filter(({ submitter }) => sameAccount(submitter, LIAR)).map((c) => c.traceRoot);
		const root = pick(kind === "programs" ? foreign : own, spoil);
		if (root === undefined || BigInt(root) === 0n) return;
		await putSpoiled(home, kind, root, guarded[0].played.inputs(1), spoil);
		this.#count(`file: ${kind}`);
	}

	/** Live claims of guarded programs on inputs that are known here. */
	#liveClaims(state: GameState) {
		return [...state.claims.entries()].flatMap(([index, claim]) => {
			const { program, inputsRoot } = state.requests[claim.request - 1];
			const guarded = this.#guarded(program);
			const inputs = this.#fixture.known.get(inputsRoot);
			const isLive = claim.status === CLAIM_STATUS.live;
			return isLive && guarded && inputs ? [{ id: index + 1, claim, guarded, inputs, inputsRoot }] : [];
		});
	}

	#guarded(root: Hex): Guarded | undefined {
		return this.#fixture.guarded.find((guarded) => guarded.root === root);
	}

	#count(kind: string): void {
		this.made.set(kind, (this.made.get(kind) ?? 0) + 1);
	}

	async #send(kind: string, action: Action, from: Hex = LIAR): Promise<void> {
		if (!(await sendTipped(this.#chain.connection, callOf(this.#fixture.contracts, action), from))) {
			this.#count("refused by the contracts");
			return;
		}
		this.#moved = true;
		this.#count(kind);
	}
}

function pick<T>(list: readonly T[], number: number): T | undefined {
	return list.length === 0 ? undefined : list[number % list.length];
}
