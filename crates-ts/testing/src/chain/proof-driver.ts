import { type Evidence, proofWords } from "@umpire/actors/evidence.ts";
import { type DisputedElement, prepareSettlement, withProofs } from "@umpire/actors/settlement.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { loadPoseidon } from "@umpire/commitment/poseidon.ts";
import { entryOf, honestChallenger, type ProvePlan } from "@umpire/game/challenger.ts";
import type { ProofCheck } from "@umpire/game/evidence.ts";
import type { Settlement } from "@umpire/game/move.ts";
import { operatorArbiter } from "@umpire/game/operator-arbiter.ts";
import type { Parameters } from "@umpire/game/state.ts";
import { honestSubmitter } from "@umpire/game/submitter.ts";
import { prove } from "@umpire/prover/prove.ts";
import { type ClaimContent, claimOfTrace } from "@umpire/sdk/claim-content.ts";
import { NOBODY } from "../game/game-driver.ts";
import { ChainDriver, type GasBook } from "./chain-driver.ts";
import { viewOf } from "./real-trace.ts";
import type { TestChain } from "./test-chain.ts";

const poseidon = await loadPoseidon();

/** Disputes about real traces, with real proofs. */
export class ProofDriver extends ChainDriver {
	/** Proofs that were made, with the public signals that the circuits gave them. */
	readonly #valid: Set<string>;

	constructor(chain: TestChain, parameters: Parameters, gas: GasBook = new Map()) {
		const valid = new Set<string>();
		const proves: ProofCheck = (circuit, signals, proof) => valid.has(keyOf(circuit, signals, proof));
		super(chain, parameters, operatorArbiter(poseidon, proves), gas);
		this.#valid = valid;
	}

	/** Registers, requests and claims; returns the claim's number. */
	async claim({ program, commitment, trace }: Evidence, consumer: Hex = NOBODY): Promise<number> {
		const { header, root } = commitment;
		const content = claimOfTrace(commitment, trace);
		await this.play(this.requester, { type: "register", header });
		await this.play(this.requester, {
			type: "request",
			value: 70n,
			program: root,
			inputsRoot: trace.inputsRoot,
			deadline: this.game.now + 10_000,
			consumer,
		});
		await this.play(this.submitter, {
			type: "claim",
			value: this.game.state.parameters.submitterBond,
			request: this.game.state.requests.length,
			...(program.lazy ? outputAlone(content) : content),
		});
		return this.game.state.claims.length;
	}

	/** Challenges a claim and searches until the challenger has something to prove. */
	async searchFor(
		claim: number,
		own: Evidence,
		theirs: Evidence,
		challenger = this.challenger,
	): Promise<{ id: number; plan: ProvePlan }> {
		const { game, submitter } = this;
		const entry = entryOf(own.commitment.header, viewOf(own));
		const value = game.state.parameters.challengerBond;
		await this.play(challenger, { type: "challenge", value, claim, entry });
		const id = game.state.disputes.length;
		for (;;) {
			const answer = honestSubmitter(game.view(id), viewOf(theirs));
			if (answer !== null) await this.play(submitter, answer);
			const move = honestChallenger(game.view(id), viewOf(own));
			if (move === null) throw new Error("The challenger found nothing to name");
			if (move.type === "prove") return { id, plan: move };
			const enters = move.type === "descend" && move.entry.descriptor !== "0x";
			await this.play(challenger, move, enters ? "descend into a tensor" : move.type);
		}
	}

	/** Opens and proves what a plan names; the siblings are those of the disputed trace. */
	async prove(
		theirs: Evidence,
		id: number,
		plan: ProvePlan,
		beneficiary = this.challenger,
	): Promise<Settlement> {
		const words = this.game.view(id).words!;
		const { partials } = this.game.state.disputes[id - 1];
		return this.proveElement(theirs, { ...plan, words, partials }, beneficiary);
	}

	async proveElement(theirs: Evidence, disputed: DisputedElement, beneficiary: Hex): Promise<Settlement> {
		return withProofs(await prepareSettlement(theirs, disputed, beneficiary), async ({ circuit, input }) => {
			const { proof, publicSignals } = await prove(circuit, input);
			const words = proofWords(proof);
			this.#valid.add(keyOf(circuit, publicSignals, words));
			return words;
		});
	}
}

function keyOf(circuit: string, signals: readonly bigint[], proof: readonly bigint[]): string {
	return `${circuit} ${signals.join()} ${proof.join()}`;
}

/** What a lazy claim states. */
function outputAlone({ opening }: ClaimContent): ClaimContent {
	return { traceRoot: wordHex(0n), opening: { ...opening, operatorPath: [], stepPath: [] } };
}
