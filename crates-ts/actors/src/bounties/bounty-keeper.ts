import { ledgerAbi } from "@umpire/abi/ledger.ts";
import { tokenLedgerAbi } from "@umpire/abi/token-ledger.ts";
import { type Call, read } from "@umpire/chain/send.ts";
import { chainTime, mineBlock } from "@umpire/chain/time.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { CANDIDATE_STATUS } from "@umpire/markets/bounty-state.ts";
import {
	type BountyStep,
	type ContributorStep,
	type SeenBounty,
	stepsForBounty,
} from "@umpire/markets/bounty-steps.ts";
import { contentTree } from "@umpire/markets/shown-weights.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import type { Program } from "@umpire/operators/program.ts";
import { formatEther } from "viem";
import type { Actor } from "../actor.ts";
import { ALL } from "../grid/claimant.ts";
import { sayOnce } from "../say-once.ts";
import { about, type Subject } from "../subject.ts";
import { submitter } from "../submitter.ts";
import { Troubles } from "../troubles.ts";
import { act, isDevelopment, landAll, type World } from "../world.ts";
import type { BountyContracts } from "./bounty-contracts.ts";
import { BountyReader } from "./read-bounty.ts";
import { ScoreInputs } from "./score-inputs.ts";
import { shownBy } from "./shown.ts";
import { waitsFor } from "./waiting.ts";

export interface KeeperOptions {
	readonly bounty: number;
	readonly progress: (line: string) => void;
	/** told what it waits for, if that is wanted */
	readonly waiting?: ((line: string) => void) | undefined;
	/** which of the steps that are anybody's it makes; all by default */
	readonly only?: readonly BountyStep["type"][] | undefined;
	/** the wrong number that it puts into claims; none by default */
	readonly defectOf?: ((program: Program) => string | undefined) | undefined;
	/** whether it scores candidates that anybody may score, for the fee */
	readonly scores?: boolean | undefined;
}

/**
 * Does for a bounty what is anybody's: shows mismatches, brings values, asks for scores, reads claims, ends what is over,
 * closes rounds. What it does follows from the chain alone, so that several at once are harmless.
 */
export class BountyKeeper implements Actor {
	readonly name: string = "bounty keeper";
	protected readonly world: World;
	protected readonly contracts: BountyContracts;
	protected readonly reader: BountyReader;
	protected readonly account: Hex;
	protected readonly options: KeeperOptions;
	readonly #troubles: Troubles;
	readonly #sayWaiting: (line: string | undefined) => void;
	/** requests whose inputs were put into the store */
	readonly #kept = new Set<number>();
	#inputs: ScoreInputs | undefined;
	#serving: Actor | undefined;
	#reserved: ReadonlySet<number> = new Set();

	constructor(world: World, contracts: BountyContracts, options: KeeperOptions) {
		this.world = world;
		this.contracts = contracts;
		this.options = options;
		this.reader = new BountyReader(world, contracts, options.bounty);
		this.account = world.signer.account.address.toLowerCase() as Hex;
		this.#troubles = new Troubles(options.progress);
		this.#sayWaiting = sayOnce(options.waiting ?? (() => {}));
	}

	tick(): Promise<boolean> {
		return about({ bounty: this.options.bounty }, () => this.#look());
	}

	async #look(): Promise<boolean> {
		const { contracts, feed } = this.world;
		await feed.poll();
		const bounty = await this.reader.bounty();
		const now = Number(await chainTime(contracts.connection, feed.head));
		let acted = await this.own(bounty, now);
		for (const step of stepsForBounty(bounty, now)) {
			if (this.options.only?.includes(step.type) === false) continue;
			// One candidate's trouble is none of another's.
			const item = "candidate" in step ? `${step.type} of candidate ${step.candidate}` : step.type;
			const make = () => this.#make(bounty, step);
			if (await this.#troubles.race(item, feed.head?.hash, make, candidateSubject(bounty, step)))
				acted = true;
		}
		if (await this.#score(bounty)) acted = true;
		if (!acted && (await this.#makeBlock(bounty, now))) acted = true;
		if (await this.attempt("withdrawing", () => this.#withdraw(bounty))) acted = true;
		await landAll(this.world, this.options.progress);
		if (!acted) this.#sayWaiting(waitsFor(bounty, now));
		return acted;
	}

	/** Whether the next look shows what became of a move: another may have been faster, or the contract refuses it. */
	get awaitsLook(): boolean {
		return this.#troubles.awaitsLook;
	}

	/** The bounty as the chain shows it now. */
	async seen(): Promise<SeenBounty> {
		await this.world.feed.poll();
		return this.reader.bounty();
	}

	/** The program, and what candidates are scored on. */
	protected async inputs(): Promise<ScoreInputs> {
		this.#inputs ??= await ScoreInputs.of(this.world, this.contracts, this.options.bounty);
		return this.#inputs;
	}

	/** What somebody does who is more than a keeper. */
	protected async own(_bounty: SeenBounty, _now: number): Promise<boolean> {
		return false;
	}

	/** Requests that this account is to claim on. */
	protected reserved({ candidates }: SeenBounty): number[] {
		if (this.options.scores !== true) return [];
		const open = candidates.filter(({ status }) => status === CANDIDATE_STATUS.open);
		return open.map(({ request }) => request);
	}

	protected attempt(item: string, make: () => Promise<boolean>, subject?: Subject): Promise<boolean> {
		return this.#troubles.attempt(item, make, subject);
	}

	protected async send(name: string, said: string, call: Call, until?: number): Promise<boolean> {
		const sent = await act(this.world, `bounty:${this.options.bounty}:${name}`, call, until);
		if (sent !== undefined) this.options.progress(said);
		return sent !== undefined;
	}

	protected call(functionName: string, args: readonly unknown[], value = 0n): Call {
		return { contract: this.contracts.bounties, functionName, args, value };
	}

	async #make(bounty: SeenBounty, step: BountyStep): Promise<boolean> {
		const id = BigInt(bounty.id);
		switch (step.type) {
			case "bring": {
				const { beaconRound } = await read(this.world.contracts, this.contracts.bounties, "getRound", [
					id,
					BigInt(step.round),
				]);
				const said = `Brought the value of round ${step.round}: block ${beaconRound}.`;
				const call = { contract: this.contracts.beacon, functionName: "bring", args: [beaconRound] };
				return this.send(`beacon:${beaconRound}`, said, call);
			}
			case "begin":
				return this.send(`begin:${step.round}`, `Scores are asked for.`, this.call("begin", [id]));
			case "close":
				return this.send(`close:${step.round}`, `Closed round ${step.round}.`, this.call("close", [id]));
			case "mismatch":
				return this.#show(step.candidate, step.leaf);
			case "sync": {
				const said = `Candidate ${step.candidate}: claim ${step.claim} has ended.`;
				const call = this.call("sync", [BigInt(step.candidate), BigInt(step.claim)]);
				return this.send(`sync:${step.claim}`, said, call);
			}
			default: {
				const said = `Candidate ${step.candidate}: ${WORDS[step.type]}.`;
				const call = this.call(step.type, [BigInt(step.candidate)]);
				return this.send(`${step.type}:${step.candidate}`, said, call);
			}
		}
	}

	/** Shows a leaf whose words have another digest. */
	async #show(candidate: number, leaf: number): Promise<boolean> {
		const { bounties } = this.contracts;
		const found = await read(this.world.contracts, bounties, "getCandidate", [BigInt(candidate)]);
		const leaves = await shownBy(this.world, this.contracts, candidate, found.contentRoot);
		const args = [BigInt(candidate), BigInt(leaf), leaves[leaf], contentTree(leaves).path(leaf)];
		const said = `Candidate ${candidate}: leaf ${leaf} of its weights has another digest than was shown.`;
		return this.send(`mismatch:${candidate}`, said, this.call("mismatch", args));
	}

	/** Keeps what scores follow from, and claims those that are this account's to claim. */
	async #score(bounty: SeenBounty): Promise<boolean> {
		const { asked, open } = CANDIDATE_STATUS;
		const unscored = bounty.candidates.filter(({ status }) => status === asked || status === open);
		for (const candidate of unscored) {
			if (this.#kept.has(candidate.request)) continue;
			await this.attempt(`inputs of candidate ${candidate.id}`, async () => {
				const inputs = await this.inputs();
				const args = [BigInt(bounty.id), BigInt(candidate.round)] as const;
				const round = await read(this.world.contracts, this.contracts.bounties, "getRound", args);
				await inputs.keep(bounty.baseline, candidate.weightsRoot, round.beaconRound);
				this.#kept.add(candidate.request);
				return false;
			});
		}
		const mine = this.reserved(bounty).filter((request) => this.#kept.has(request));
		this.#reserved = new Set(mine);
		if (this.#serving === undefined && mine.length > 0) {
			await this.attempt(`program ${bounty.program}`, async () => {
				const options = {
					leastFee: "0",
					mostBonds: ALL,
					serves: (request: number) => this.#reserved.has(request),
					defect: this.options.defectOf?.((await this.inputs()).loaded.program),
					progress: this.options.progress,
				};
				this.#serving = await submitter(this.world, bounty.program, options);
				return false;
			});
		}
		return (await this.#serving?.tick()) ?? false;
	}

	/** On a local chain, where blocks come only when something is sent, those that a round waits for. */
	async #makeBlock({ isRunning, round }: SeenBounty, now: number): Promise<boolean> {
		const { connection } = this.world.contracts;
		if (!isRunning || round?.value !== "pending" || now <= round.revealUntil) return false;
		if (!isDevelopment(connection)) return false;
		await mineBlock(connection);
		return true;
	}

	/**
	 * Takes what the contracts owe, but while it is in the round itself: one transaction each instead of many. Others can
	 * have rounds follow one another without end.
	 */
	async #withdraw({ isRunning, token, candidates }: SeenBounty): Promise<boolean> {
		if (isRunning && candidates.some(({ contributor }) => contributor === this.account)) return false;
		const { bounties, beacon } = this.contracts;
		let acted = false;
		for (const at of new Set([ETHER, token])) {
			const ledger = { address: bounties.address, abi: tokenLedgerAbi };
			const owed = await read(this.world.contracts, ledger, "owed", [at, this.account]);
			const said = at === ETHER ? `${formatEther(owed)} ETH` : `${owed} of ${at}`;
			const call = this.call("withdrawTo", [at, this.account]);
			if (await this.#take(`withdraw:${at}`, owed, said, call)) acted = true;
		}
		const ledger = { address: beacon.address, abi: ledgerAbi };
		const owed = await read(this.world.contracts, ledger, "owed", [this.account]);
		const said = `${formatEther(owed)} ETH for values of the beacon`;
		return (
			(await this.#take("withdraw:beacon", owed, said, { contract: beacon, functionName: "withdraw" })) ||
			acted
		);
	}

	async #take(name: string, owed: bigint, said: string, call: Call): Promise<boolean> {
		return owed !== 0n && this.send(`${name}:${owed}`, `Withdrew ${said}.`, call);
	}
}

const WORDS = {
	ask: "its contributor may claim its score",
	askAnybody: "anybody may claim its score",
	expire: "it was not revealed or scored in time",
	giveBack: "its deposit goes back, as the round is void",
} as const;

/** Of a step for a candidate: the candidate, the request for its score, and the claim that the step is about. */
export function candidateSubject({ candidates }: SeenBounty, step: BountyStep | ContributorStep): Subject {
	if (!("candidate" in step)) return {};
	const request = candidates.find(({ id }) => id === step.candidate)?.request;
	// A candidate that was not revealed yet has no score that is asked for.
	const asked = request === undefined || request === 0 ? {} : { request };
	return { candidate: step.candidate, ...asked, ...("claim" in step ? { claim: step.claim } : {}) };
}
