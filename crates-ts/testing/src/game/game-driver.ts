import type { Hex } from "@umpire/commitment/constants.ts";
import { loadPoseidon } from "@umpire/commitment/poseidon.ts";
import type { Arbiter } from "@umpire/game/arbiter.ts";
import { entryOf as searchEntry } from "@umpire/game/challenger.ts";
import { boundTrace, publishedAt } from "@umpire/game/dispute.ts";
import { GameError } from "@umpire/game/errors.ts";
import type { Action, DescriptorOpening } from "@umpire/game/move.ts";
import { apply } from "@umpire/game/moves.ts";
import { operatorArbiter } from "@umpire/game/operator-arbiter.ts";
import { demanded } from "@umpire/game/search.ts";
import {
	type Domain,
	type GameState,
	initialState,
	openingKey,
	type Parameters,
	PHASE,
} from "@umpire/game/state.ts";
import type { DisputeView } from "@umpire/game/trace-view.ts";
import type { ToyTrace } from "./toy-program.ts";

export const REQUESTER: Hex = "0x1000000000000000000000000000000000000001";
export const SUBMITTER: Hex = "0x2000000000000000000000000000000000000002";
export const CHALLENGER: Hex = "0x3000000000000000000000000000000000000003";
export const OTHER: Hex = "0x4000000000000000000000000000000000000004";
export const NOBODY: Hex = "0x0000000000000000000000000000000000000000";

export const PARAMETERS: Parameters = {
	challengePeriod: 100,
	increment: 10,
	reserve: 15,
	provingAllowance: 20,
	commitAllowance: 30,
	crowding: 1,
	depth: 2,
	window: 3,
	burnPermille: 400,
	submitterBond: 1000n,
	challengerBond: 300n,
	computeAllowance: 25,
	demandBond: 50n,
};

/** No proof is ever right: toy programs need none. */
export const arbiter = operatorArbiter(await loadPoseidon(), () => false);

/** A game in progress: its state, its clock, and what has been published so far. */
export class GameDriver {
	state: GameState;
	now = 1000;
	readonly #children = new Map<string, readonly Hex[]>();

	readonly #arbiter: Arbiter;

	constructor(
		parameters: Partial<Parameters> = {},
		judge: Arbiter = arbiter,
		domain?: Domain,
		guardian?: Hex,
	) {
		this.#arbiter = judge;
		this.state = initialState({ ...PARAMETERS, ...parameters }, domain, guardian);
	}

	/** Makes a move, or returns the name of the error that refuses it. */
	try(sender: Hex, action: Action): string | undefined {
		const next = apply(this.state, { ...action, sender }, this.now, this.#arbiter);
		if (next instanceof GameError) return next.errorName;
		this.state = next;
		if (action.type === "open") this.#remember(action.tree, action.childLevel, action.children);
		return undefined;
	}

	/** Makes a move that the rules must accept. */
	play(sender: Hex, action: Action): void {
		const refused = this.try(sender, action);
		if (refused !== undefined) throw new Error(`${action.type} was refused: ${refused}`);
	}

	/** Registers, requests and claims; the claim is number 1. */
	claim(trace: ToyTrace): void {
		const { header, root, inputsRoot } = trace.program;
		this.play(REQUESTER, { type: "register", header });
		this.play(REQUESTER, {
			type: "request",
			value: 50n,
			program: root,
			inputsRoot,
			deadline: this.now + 1000,
			consumer: NOBODY,
		});
		this.play(SUBMITTER, {
			type: "claim",
			value: this.state.parameters.submitterBond,
			request: 1,
			...trace.claim(),
		});
	}

	/** Challenges claim 1; returns the dispute's number. */
	challenge(sender: Hex, trace: ToyTrace): number {
		const { challengerBond } = this.state.parameters;
		this.play(sender, { type: "challenge", value: challengerBond, claim: 1, entry: entryOf(trace) });
		return this.state.disputes.length;
	}

	/** What anyone sees of a dispute. */
	view(id: number): DisputeView {
		const dispute = this.state.disputes[id - 1];
		const claim = this.state.claims[dispute.claim - 1];
		const { program } = this.state.requests[claim.request - 1];
		const header = this.state.programs.get(program)!;
		const { parameters } = this.state;
		const words = this.state.leaves.get(dispute.node)?.words;
		const base = {
			id,
			dispute,
			header,
			parameters,
			publishedAt: dispute.phase === PHASE.closed ? 0 : publishedAt(this.state, dispute),
			isBound: (segment: number) => boundTrace(claim, header, segment) !== undefined,
			...(words === undefined ? {} : { words }),
		};
		if (dispute.phase !== PHASE.search) return base;
		const { childLevel, children } = demanded(dispute, header, parameters);
		const known = this.#children.get(openingKey(dispute.node, dispute.tree, childLevel, children));
		return known === undefined ? base : { ...base, children: known };
	}

	#remember(tree: number, childLevel: number, children: readonly Hex[]): void {
		for (const key of this.state.openings.keys()) {
			if (!this.#children.has(key) && key.endsWith(` ${tree} ${childLevel} ${children.length}`)) {
				this.#children.set(key, children);
			}
		}
	}
}

/** What a challenge brings before anything is bound: the descriptor if the claim carries the root of a single tensor. */
export function entryOf(trace: ToyTrace): DescriptorOpening {
	return searchEntry(trace.program.header, trace);
}
