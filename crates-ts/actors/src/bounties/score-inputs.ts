import { read } from "@umpire/chain/send.ts";
import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { BountyTerms } from "@umpire/markets/bounty-state.ts";
import { seedStates } from "@umpire/markets/seed.ts";
import { putInputs } from "@umpire/store/inputs.ts";
import { inputFinder, type LoadedProgram, loadRegistered } from "../loaded-program.ts";
import type { World } from "../world.ts";
import type { BountyContracts } from "./bounty-contracts.ts";
import { elementsOf, openedWith, shownBy } from "./shown.ts";

/** What a bounty scores with, and on what: its program, the inputs that it was opened with, and the weights of both sides. */
export class ScoreInputs {
	readonly loaded: LoadedProgram;
	readonly terms: BountyTerms;
	/** Those that it was opened with. */
	readonly opened: readonly Elements[];
	readonly #world: World;
	readonly #contracts: BountyContracts;

	private constructor(
		world: World,
		contracts: BountyContracts,
		of: { readonly loaded: LoadedProgram; readonly terms: BountyTerms; readonly opened: readonly Elements[] },
	) {
		this.#world = world;
		this.#contracts = contracts;
		this.loaded = of.loaded;
		this.terms = of.terms;
		this.opened = of.opened;
	}

	/**
	 * Loads a bounty's program and the inputs that it was opened with, from the store or what it may fetch from.
	 *
	 * @throws UmpireError if they are not to be had
	 */
	static async of(world: World, contracts: BountyContracts, bounty: number): Promise<ScoreInputs> {
		const terms = await openedWith(world, contracts, bounty);
		const loaded = await loadRegistered(world, terms.program);
		const { root } = MerkleTree.of(terms.inputRoots, TAG.inputs);
		const opened = await inputFinder(world, loaded.program, () => {})(root);
		if (opened === undefined) {
			throw new UmpireError("NOT_FOUND", `The inputs ${root} of bounty ${bounty} are not to be had`, {
				advice: `ask the owner for them, or name with --fetch where they may be had; they belong into ${world.home.content.place}.`,
			});
		}
		return new ScoreInputs(world, contracts, { loaded, terms, opened });
	}

	/** The spec of the input that candidates take the place of. */
	get spec() {
		return this.loaded.program.inputs[this.terms.candidateInput];
	}

	/** The weights with some root: the first ones, or what a candidate has shown. */
	async weights(root: Hex): Promise<Elements> {
		const { inputRoots, baselineInput } = this.terms;
		if (inputRoots[baselineInput] === root) return this.opened[baselineInput];
		const { bounties } = this.#contracts;
		const count = Number(await read(this.#world.contracts, bounties, "candidateCount", []));
		for (let id = count; id >= 1; id--) {
			const found = await read(this.#world.contracts, bounties, "getCandidate", [BigInt(id)]);
			if (found.weightsRoot !== root) continue;
			return elementsOf(await shownBy(this.#world, this.#contracts, id, found.contentRoot), this.spec);
		}
		throw new UmpireError("NOT_FOUND", `No candidate has shown the weights ${root}.`);
	}

	/** A program's inputs for weights of both sides and states. */
	with(baseline: Elements, candidate: Elements, states: Int32Array): Elements[] {
		const { baselineInput, candidateInput, statesInput } = this.terms;
		return this.opened.map((elements, input) => {
			if (input === baselineInput) return baseline;
			if (input === candidateInput) return candidate;
			return input === statesInput ? states : elements;
		});
	}

	/**
	 * Puts what a candidate's score is computed from where submitters and verifiers find it.
	 *
	 * @returns the root of those inputs, which the contract has asked about
	 */
	async keep(baseline: Hex, candidate: Hex, beaconRound: bigint): Promise<Hex> {
		const value = await read(this.#world.contracts, this.#contracts.beacon, "valueOf", [beaconRound]);
		const sides = [await this.weights(baseline), await this.weights(candidate)] as const;
		const inputs = this.with(...sides, seedStates(value));
		return putInputs(this.#world.home.content, this.loaded.program, inputs);
	}
}
