import { balanceOf } from "@umpire/chain/connection.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import type { TensorCommitment } from "@umpire/commitment/tensor.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { commitmentOf } from "@umpire/markets/bounty-entries.ts";
import { CANDIDATE_STATUS } from "@umpire/markets/bounty-state.ts";
import {
	type ContributorStep,
	roundToEnter,
	type SeenBounty,
	type SeenCandidate,
	stepsOfContributor,
} from "@umpire/markets/bounty-steps.ts";
import { seedStates } from "@umpire/markets/seed.ts";
import { PART, shownLeaves } from "@umpire/markets/shown-weights.ts";
import type { Tensor } from "@umpire/onnx/model.ts";
import { quantiseInput } from "@umpire/runtime/quantise.ts";
import { commitInputs } from "@umpire/runtime/trace.ts";
import { formatEther, keccak256, toHex } from "viem";
import { neededFor } from "../purse.ts";
import { drawSeed } from "../random.ts";
import type { World } from "../world.ts";
import type { BountyContracts } from "./bounty-contracts.ts";
import { BountyKeeper, candidateSubject, type KeeperOptions } from "./bounty-keeper.ts";
import { scoresOf } from "./evaluation.ts";

export interface ContributorOptions extends KeeperOptions {
	/** the weights that it enters, as floats, for a bounty whose candidates have so many */
	readonly weights: (count: number) => Tensor;
	/** enters weights that are not expected to be better enough */
	readonly force?: boolean | undefined;
	readonly warn: (line: string) => void;
}

/** What weights are expected to gain, in the program's units, on data that was drawn for it. */
export interface Expected {
	readonly gain: number;
	readonly minGain: number;
}

/**
 * Enters weights into a bounty and follows them: commits, reveals, claims the score, defends it, is paid. What it does
 * follows from the chain and the weights: it can be stopped at any time and started again with the same ones.
 */
export class Contributor extends BountyKeeper {
	override readonly name = "contributor";
	readonly #options: ContributorOptions;
	#entry: { readonly elements: Elements; readonly tensor: TensorCommitment } | undefined;
	/** by round */
	readonly #salts = new Map<number, Hex>();
	#mine: SeenCandidate | undefined;
	#waiting: string | undefined;

	constructor(world: World, contracts: BountyContracts, options: ContributorOptions) {
		super(world, contracts, options);
		this.#options = options;
	}

	/** Its candidate, once it is on chain. */
	get candidate(): SeenCandidate | undefined {
		return this.#mine;
	}

	/** Whether its candidate has come to its end, and its round is closed. */
	async isDone(): Promise<boolean> {
		await this.world.feed.poll();
		const bounty = await this.reader.bounty();
		this.#mine = await this.#find(bounty);
		if (this.#mine === undefined) return false;
		const { status, round } = this.#mine;
		const runs = bounty.isRunning && bounty.round?.number === round;
		return status >= CANDIDATE_STATUS.scored && !runs;
	}

	/**
	 * M9: what the weights gain over the baseline, on data that is drawn now.
	 *
	 * @throws UmpireError if that is not enough, unless it is forced
	 */
	async rehearse(): Promise<Expected> {
		await this.world.feed.poll();
		const { baseline, minGain } = await this.reader.bounty();
		const inputs = await this.inputs();
		const { elements } = await this.#entered();
		const states = seedStates(keccak256(toHex(drawSeed())));
		const all = inputs.with(await inputs.weights(baseline), elements, states);
		const [before, after] = await scoresOf(inputs.loaded.program, all);
		const gain = after - before;
		if (gain < minGain && this.#options.force !== true) {
			throw new UmpireError("OPTION", `These weights gain ${gain} on drawn data, ${minGain} are needed`, {
				advice: "they are not of the bounty's architecture, or no better; --force enters them all the same.",
			});
		}
		return { gain, minGain };
	}

	protected override async own(bounty: SeenBounty, now: number): Promise<boolean> {
		this.#mine = await this.#find(bounty);
		let acted = false;
		for (const step of stepsOfContributor(bounty, this.#mine, now)) {
			const make = () => this.#make(bounty, step, now);
			if (await this.attempt(step.type, make, candidateSubject(bounty, step))) acted = true;
		}
		if (this.#mine === undefined && roundToEnter(bounty, now) === undefined) {
			this.#say(
				bounty.pool === 0n
					? "The pool is empty: no further round begins, and nothing can be won here."
					: "Waiting for the next round: commitments of this one are over.",
			);
		}
		return acted;
	}

	protected override reserved(bounty: SeenBounty): number[] {
		const isMine = ({ status, contributor }: SeenCandidate) =>
			status === CANDIDATE_STATUS.asked && contributor === this.account;
		const mine = bounty.candidates.filter(isMine).map(({ request }) => request);
		return [...mine, ...super.reserved(bounty)];
	}

	async #entered() {
		if (this.#entry === undefined) {
			const { loaded, terms, spec, opened } = await this.inputs();
			const weights = this.#options.weights(terms.elements);
			const { elements, clipped } = quantiseInput(weights, spec);
			if (clipped > 0) {
				this.#options.warn(
					`${clipped} of ${elements.length} weights are out of the bounty's range: clipped.`,
				);
			}
			const inputs = await commitInputs(loaded.program, opened.toSpliced(terms.candidateInput, 1, elements));
			this.#entry = { elements, tensor: inputs[terms.candidateInput] };
		}
		return this.#entry;
	}

	/** Its candidate in any round: the same weights are entered once. */
	async #find({ id, round, candidates }: SeenBounty): Promise<SeenCandidate | undefined> {
		const last = round?.number ?? 0;
		const all = this.#mine === undefined ? await this.reader.candidates() : candidates;
		for (const candidate of all) {
			if (candidate.contributor !== this.account || candidate.round > last) continue;
			if (candidate.commitment === (await this.#commitment(id, candidate.round))) return candidate;
		}
		return this.#mine;
	}

	async #commitment(bounty: number, round: number): Promise<Hex> {
		const { tensor } = await this.#entered();
		const { chain } = this.world.contracts.connection;
		const at = { chainId: chain.id, address: this.contracts.bounties.address };
		const salt = await this.#salt(bounty, round);
		return commitmentOf(at, { bounty, round }, { contributor: this.account, weightsRoot: tensor.root, salt });
	}

	/** The same after a restart, and known to nobody else: a signature of what it is for. */
	async #salt(bounty: number, round: number): Promise<Hex> {
		const known = this.#salts.get(round);
		if (known !== undefined) return known;
		const { account, connection } = this.world.signer;
		if (account.signMessage === undefined) {
			throw new UmpireError("ACCOUNT", `The account ${account.address} cannot sign messages.`);
		}
		const { tensor } = await this.#entered();
		const { address } = this.contracts.bounties;
		const words = [connection.chain.id, address, bounty, round, account.address, tensor.root].join(" ");
		const message = { raw: toHex(`Umpire, salt of weights: ${words}`) };
		const salt = keccak256(await account.signMessage({ message }));
		this.#salts.set(round, salt);
		return salt;
	}

	async #make(bounty: SeenBounty, step: ContributorStep, now: number): Promise<boolean> {
		if (step.type === "commit") {
			await this.#requireMoney(bounty);
			const commitment = await this.#commitment(bounty.id, step.round);
			const call = this.call("commit", [BigInt(bounty.id), BigInt(step.round), commitment], bounty.deposit);
			const said = `Committed to weights in round ${step.round}, with a deposit of ${formatEther(bounty.deposit)} ETH.`;
			return this.send(`commit:${commitment}`, said, call);
		}
		const { tensor } = await this.#entered();
		const leaves = shownLeaves(tensor).slice(step.first, step.first + PART);
		const salt = await this.#salt(bounty.id, bounty.round!.number);
		const args = [BigInt(step.candidate), tensor.root, salt, BigInt(step.first), leaves];
		const said = `Showed leaves ${step.first} to ${step.first + leaves.length - 1} of the weights.`;
		const until = Math.max(bounty.round!.revealUntil, now);
		return this.send(`reveal:${step.candidate}:${step.first}`, said, this.call("reveal", args), until);
	}

	/** Whoever cannot pay the bond of its claim loses its deposit. */
	async #requireMoney({ deposit }: SeenBounty): Promise<void> {
		const { contracts, signer } = this.world;
		const { submitterBond } = contracts.deployment.parameters;
		const needed = deposit + (await neededFor(contracts.connection, submitterBond));
		const balance = await balanceOf(signer);
		if (balance >= needed) return;
		throw new UmpireError("ACCOUNT", `${signer.account.address} holds ${formatEther(balance)} ETH`, {
			advice: `fund it: a deposit, the bond of a claim, and the moves of its disputes need ${formatEther(needed)} ETH.`,
		});
	}

	#say(line: string): void {
		if (line !== this.#waiting) this.options.progress(line);
		this.#waiting = line;
	}
}
