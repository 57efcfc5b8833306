import { callOf } from "@umpire/chain/action-call.ts";
import { RevertError } from "@umpire/chain/errors.ts";
import { publishedChildren } from "@umpire/chain/published-children.ts";
import { honestChallenger, type ProvePlan } from "@umpire/game/challenger.ts";
import type { Action } from "@umpire/game/move.ts";
import { CLAIM_STATUS, type Claim, type GameState, PHASE, SIDE } from "@umpire/game/state.ts";
import { describeMove, publishedElement } from "./challenger-words.ts";
import { disputedPaths } from "./claimed-trees.ts";
import type { Evidence } from "./evidence.ts";
import { SharedProofs } from "./farm/shared-proofs.ts";
import { describeFinding, findingOf } from "./finding.ts";
import type { LoadedProgram } from "./loaded-program.ts";
import { type OpenDispute, openDispute } from "./open-dispute.ts";
import type { StatedOutput } from "./output-agreement.ts";
import { prepareSettlement, proveSettlement } from "./settlement.ts";
import { traceView } from "./trace-view.ts";
import type { VerifierComputing } from "./verifier-computing.ts";
import type { VerifierOptions } from "./verifier-options.ts";
import type { Workbench } from "./workbench.ts";
import { act, type World } from "./world.ts";

/** What a verifier does in disputes, and in place of one, with a claim that it knows to be wrong. */
export class VerifierDisputes {
	readonly #world: World;
	readonly #loaded: LoadedProgram;
	readonly #options: VerifierOptions;
	readonly #bench: Workbench;
	readonly #computing: VerifierComputing;
	readonly #published: ReturnType<typeof publishedChildren>;
	readonly #proofs: SharedProofs | undefined;

	constructor(of: {
		readonly world: World;
		readonly loaded: LoadedProgram;
		readonly options: VerifierOptions;
		readonly bench: Workbench;
		readonly computing: VerifierComputing;
	}) {
		this.#world = of.world;
		this.#loaded = of.loaded;
		this.#options = of.options;
		this.#bench = of.bench;
		this.#computing = of.computing;
		this.#proofs = of.world.farm && new SharedProofs(of.world.farm);
		this.#published = publishedChildren(of.world.feed);
	}

	/** When a dispute must have been looked after; a submitter that is late may still answer, so that is urgent too. */
	deadline(state: GameState, id: number, now: bigint): number {
		const open = openDispute(state, id, now, this.#published);
		return open?.until ?? Number.POSITIVE_INFINITY;
	}

	/** Rejects a wrong claim in one transaction, if one can be made; says why if not. */
	async settleDirectly(
		id: number,
		claim: Claim,
		evidence: Evidence,
		until: number,
	): Promise<"computing" | "sent" | { readonly reason: string }> {
		const { mode = "auto", onFinding, progress: say } = this.#options;
		const direct = this.#computing.direct(until, evidence, judgedKey(id, claim), {
			id,
			claim,
			stated: statedBy(this.#world, id),
			store: this.#world.home.content,
			beneficiary: this.#world.signer.account.address,
			mode,
			sharing: this.#proofs && { proofs: this.#proofs, until },
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
	async play(state: GameState, id: number, now: bigint): Promise<boolean> {
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
			const direct = await this.settleDirectly(open.view.dispute.claim, claim, evidence, open.until);
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
		const sharing = this.#proofs && { proofs: this.#proofs, until };
		const proved = this.#bench.ask(sharing === undefined ? "urgent" : "proofs", {
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
				const settlement = await proveSettlement(prepared, sharing);
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

/** What a claim states of its output, which its event alone tells; undefined if the event is missing. */
export function statedBy({ feed }: World, claim: number): StatedOutput | undefined {
	const stated = feed.events.find((event) => event.name === "Claimed" && Number(event.args.claim) === claim);
	return stated?.name === "Claimed" ? stated.args : undefined;
}

/** Names a claim by number and content. */
export function judgedKey(id: number, { submitter, claimedAt, traceRoot, outputRoot }: Claim): string {
	return [id, submitter, claimedAt, traceRoot, outputRoot].join(" ");
}
