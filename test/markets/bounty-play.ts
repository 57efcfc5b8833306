import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { claimCommitment } from "@umpire/game/commitment.ts";
import { commitmentOf } from "@umpire/markets/bounty-entries.ts";
import {
	type Bounty,
	type BountyTerms,
	CANDIDATE_STATUS,
	type Candidate,
} from "@umpire/markets/bounty-state.ts";
import { PART } from "@umpire/markets/shown-weights.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { entryOf, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { TOY_INPUTS, ToyProgram, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import {
	BOUNTY_CONTRACTS,
	BountyDriver,
	type BountyStage,
	deployBounties,
} from "@umpire/testing/markets/bounty-driver.ts";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { LARGE, type Shape, SMALL, type Weights, weightsOf } from "./bounty-weights.ts";

/** Says of every candidate that it is as good as the baseline, if it is computed as it should be. */
export const PROGRAM = new ToyProgram([{ width: 8, elements: 10, outside: 4, parts: 1 }], 1, 0);
const TRACES = new Map<number, ToyTrace>();

/** A trace that states that a candidate is better by so much: wrong, unless it is 0. */
export function traceOfGain(gain: number): ToyTrace {
	const known = TRACES.get(gain);
	if (known !== undefined) return known;
	const faults = gain === 0 ? [] : [{ step: 0, operator: 0, element: 1, by: gain }];
	const trace = new ToyTrace(PROGRAM, faults);
	TRACES.set(gain, trace);
	return trace;
}

export const TERMS: BountyTerms = {
	program: PROGRAM.root,
	inputRoots: TOY_INPUTS.map(({ root }) => root),
	baselineInput: 0,
	candidateInput: 1,
	statesInput: 2,
	...SMALL,
	token: ETHER,
	pool: 1000n,
	rate: 10n,
	minGain: 3,
	deposit: 100n,
	scoreFee: 8n,
	commitSeconds: 40,
	revealSeconds: 40,
	availabilitySeconds: PARAMETERS.increment + PARAMETERS.reserve,
	scoreSeconds: 40,
	paidRounds: 2,
};

/** What opening takes in ether. */
export function openingPrice({ token, pool, paidRounds }: BountyTerms, fee: bigint): bigint {
	return BigInt(paidRounds) * fee + (token === ETHER ? pool : 0n);
}

export const saltOf = (candidate: number): Hex => wordHex(5000n + BigInt(candidate));
const SEALING = wordHex(99n);

/** Plays bounties in few words, on the contract and the model in step. */
export class BountyPlay extends BountyDriver {
	readonly owner: Hex;
	readonly contributors: readonly Hex[];
	readonly stranger: Hex;
	readonly challenger: Hex;
	/** by candidate: what it has committed to */
	readonly weights = new Map<number, Weights>();

	constructor(stage: BountyStage, now: number, burned: bigint) {
		super(stage, now, burned);
		const [, owner, stranger, challenger, ...contributors] = stage.chain.accounts;
		this.owner = owner;
		this.stranger = stranger;
		this.challenger = challenger;
		this.contributors = contributors.slice(0, 3);
	}

	get people(): readonly Hex[] {
		return [this.owner, this.stranger, this.challenger, ...this.contributors];
	}

	bounty(id = 1): Bounty {
		return this.world.bounties[id - 1];
	}

	candidate(id: number): Candidate {
		return this.world.candidates[id - 1];
	}

	/** The round that runs, or the last one. */
	round(id = 1) {
		return this.bounty(id).rounds[this.bounty(id).rounds.length - 1];
	}

	/** Opens a bounty; returns its number. */
	async open(terms: Partial<BountyTerms> = {}, label?: string): Promise<number> {
		const full = { ...TERMS, ...terms };
		await this.play(this.owner, { type: "register", header: PROGRAM.header });
		const value = openingPrice(full, this.stage.fee);
		await this.play(this.owner, { type: "openBounty", terms: full, value }, label);
		return this.world.bounties.length;
	}

	commitment(weights: Weights, contributor: Hex, candidate: number, bounty = 1): Hex {
		const { isRunning, rounds } = this.bounty(bounty);
		const round = isRunning ? rounds.length : rounds.length + 1;
		const { bounties, chain } = this.stage;
		const at = { chainId: chain.domain.chainId, address: bounties.address };
		const by = { contributor, weightsRoot: weights.root, salt: saltOf(candidate) };
		return commitmentOf(at, { bounty, round }, by);
	}

	/** Enters weights; returns the candidate's number. */
	async enter(contributor: Hex, weights: Weights, bounty = 1): Promise<number> {
		const candidate = this.world.candidates.length + 1;
		const { isRunning, rounds, terms } = this.bounty(bounty);
		const round = isRunning ? rounds.length : rounds.length + 1;
		const commitment = this.commitment(weights, contributor, candidate, bounty);
		const label = isRunning ? "commit: another" : "commit: the first of a round";
		await this.play(contributor, { type: "commit", bounty, round, commitment, value: terms.deposit }, label);
		this.weights.set(candidate, weights);
		return candidate;
	}

	/** The move that shows a part of a candidate's weights. */
	part(candidate: number, first = 0) {
		const { root, leaves } = this.weights.get(candidate)!;
		const some = leaves.slice(first, first + PART);
		const of = { candidate, weightsRoot: root, salt: saltOf(candidate) };
		return { type: "reveal", ...of, first, leaves: some } as const;
	}

	/** Waits for the time of reveals. */
	reach(bounty = 1): void {
		this.wait(Math.max(this.now + 1, this.round(bounty).commitUntil + 1));
	}

	/** Shows all weights of candidates, in the time for it. */
	async show(...candidates: readonly number[]): Promise<void> {
		for (const candidate of candidates) {
			const { contributor, bounty } = this.candidate(candidate);
			if (this.now < this.round(bounty).commitUntil) this.reach(bounty);
			const { leaves } = this.weights.get(candidate)!;
			for (let first = 0; first < leaves.length; first += PART) {
				const part = this.part(candidate, first);
				await this.play(
					contributor,
					part,
					`reveal: ${part.leaves.length} ${part.leaves.length === 1 ? "leaf" : "leaves"}`,
				);
			}
		}
	}

	/** Brings the value of the round that runs, and waits until scores can be asked for. */
	async bring(value = 7n, bounty = 1): Promise<void> {
		const { beaconRound, scoreFrom } = this.round(bounty);
		this.wait(Math.max(this.now + 1, beaconRound, scoreFrom));
		const beaconValue = wordHex(value << 120n);
		await this.play(this.stranger, { type: "bring", round: beaconRound, beaconValue });
	}

	/** Commits and reveals weights, brings the value, and asks for the score; returns the candidates' numbers. */
	async enterAndAsk(entries: readonly (readonly [Hex, Weights])[], bounty = 1): Promise<number[]> {
		const entered: number[] = [];
		for (const [who, weights] of entries) entered.push(await this.enter(who, weights, bounty));
		await this.show(...entered);
		await this.bring(7n, bounty);
		for (const candidate of entered) await this.play(this.stranger, { type: "ask", candidate });
		return entered;
	}

	/** The contributor's claim that its candidate is better by so much; returns its number. */
	async claim(candidate: number, gain: number, by = this.candidate(candidate).contributor): Promise<number> {
		const { request, status } = this.candidate(candidate);
		const content = traceOfGain(gain).claim();
		const value = PARAMETERS.submitterBond;
		const salt = status === CANDIDATE_STATUS.open ? { salt: SEALING } : {};
		if (status === CANDIDATE_STATUS.open) {
			const { traceRoot, opening } = content;
			const sealed = { request, traceRoot, outputRoot: opening.root, sender: by, salt: SEALING };
			const commitment = claimCommitment(this.world.game.domain, sealed);
			await this.play(by, { type: "commitClaim", commitment });
		}
		await this.play(by, { type: "claim", value, request, ...content, ...salt });
		return this.world.game.claims.length;
	}

	/** Ends claims that nobody disputes, and lets the contract read them. */
	async finalise(...claims: readonly number[]): Promise<void> {
		const { game, candidates } = this.world;
		const latest = Math.max(...claims.map((claim) => game.claims[claim - 1].claimedAt));
		this.wait(Math.max(this.now + 1, latest + PARAMETERS.challengePeriod));
		for (const claim of claims) {
			await this.play(this.stranger, { type: "finalise", claim });
			const { request } = game.claims[claim - 1];
			const candidate = 1 + candidates.findIndex((one) => one.request === request);
			if (candidate === 0) continue;
			await this.play(this.stranger, { type: "syncCandidate", candidate, claim }, "sync: a final claim");
		}
	}

	/** Claims that candidates are better by so much, and lets it become final. */
	async score(...gains: readonly (readonly [number, number])[]): Promise<void> {
		const claims: number[] = [];
		for (const [candidate, gain] of gains) claims.push(await this.claim(candidate, gain));
		await this.finalise(...claims);
	}

	/** Brings a claim down: its submitter does not answer. */
	async bringDown(claim: number): Promise<void> {
		const value = PARAMETERS.challengerBond;
		await this.play(this.challenger, { type: "challenge", value, claim, entry: entryOf(traceOfGain(0)) });
		this.wait(this.now + PARAMETERS.increment + PARAMETERS.reserve + 2);
		await this.play(this.stranger, { type: "timeout", dispute: this.world.game.disputes.length });
	}

	close(bounty = 1): Promise<void> {
		return this.play(this.stranger, { type: "closeRound", bounty });
	}

	/** A whole round of one contributor that is better by so much. */
	async improve(who: Hex, gain: number, seed: number, bounty = 1): Promise<void> {
		const [candidate] = await this.enterAndAsk([[who, small(seed)]], bounty);
		await this.score([candidate, gain]);
		await this.close(bounty);
	}

	/** Plays something, and says what it came to; afterwards all is as it was before. */
	async asIf<T>(what: () => Promise<T>): Promise<T> {
		const { chain } = this.stage;
		const before = { world: this.world, now: this.now };
		const weights = new Map(this.weights);
		const snapshot = await chain.snapshot();
		try {
			return await what();
		} finally {
			await chain.restore(snapshot);
			Object.assign(this, before);
			this.weights.clear();
			for (const [candidate, entered] of weights) this.weights.set(candidate, entered);
		}
	}
}

const made = new Map<string, Weights>();
const kept = (shape: Shape, seed: number): Weights => {
	const key = `${shape.elements} ${seed}`;
	const weights = made.get(key) ?? weightsOf(shape, seed);
	made.set(key, weights);
	return weights;
};
export const small = (seed: number): Weights => kept(SMALL, seed);
export const large = (seed: number): Weights => kept(LARGE, seed);

/** Gives every test of a file a fresh play. After each the contract and the model must know the same. */
export function bountyPerTest(use: (play: BountyPlay) => void, tokenName = "TestToken"): void {
	let chain: TestChain;
	let stage: BountyStage;
	let snapshot: unknown;
	let play: BountyPlay;
	beforeAll(async () => {
		chain = await TestChain.open(PARAMETERS, BOUNTY_CONTRACTS);
		stage = await deployBounties(chain, { token: tokenName });
		snapshot = await chain.snapshot();
	});
	beforeEach(async () => {
		await chain.restore(snapshot);
		snapshot = await chain.snapshot();
		play = new BountyPlay(stage, await chain.time(), await chain.burned());
		use(play);
	});
	afterEach(async () => {
		const [onChain, inModel] = await play.both(play.people);
		expect(onChain).toEqual(inModel);
	});
	afterAll(() => chain.close());
}
