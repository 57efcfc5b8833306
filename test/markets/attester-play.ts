import type { Hex } from "@umpire/commitment/constants.ts";
import { NOBODY } from "@umpire/game/commitment.ts";
import {
	type AttestationRecord,
	accusationBond,
	bitOf,
	setOf,
	startOf,
} from "@umpire/markets/attester-state.ts";
import { leastPremium } from "@umpire/markets/cover-moves.ts";
import { witnessLeaf } from "@umpire/markets/witness-tree.ts";
import { Deployed } from "@umpire/testing/chain/deployed.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { entryOf, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import {
	ATTESTER_CONTRACTS,
	ATTESTERS,
	AttesterDriver,
	type AttesterStage,
	deployAttesters,
} from "@umpire/testing/markets/attester-driver.ts";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { OTHER_PROGRAM, PROGRAM, traceOf, WITNESS_PROGRAMS } from "./attester-programs.ts";
import { questionOf, showing, witnessOf } from "./random-attester-moves.ts";

/** Plays operators and attestations in few words, on the contracts and the model in step. */
export class AttesterPlay extends AttesterDriver {
	readonly client: Hex;
	readonly stranger: Hex;
	readonly challenger: Hex;
	readonly submitter: Hex;
	readonly accounts: readonly Hex[];

	constructor(stage: AttesterStage, now: number, burned: bigint) {
		super(stage, now, burned);
		const [, client, stranger, challenger, submitter, ...accounts] = stage.chain.accounts;
		[this.client, this.stranger, this.challenger, this.submitter] = [client, stranger, challenger, submitter];
		this.accounts = accounts.slice(0, 8);
	}

	get people(): readonly Hex[] {
		return [this.client, this.stranger, this.challenger, this.submitter, ...this.accounts];
	}

	record(id: number): AttestationRecord {
		return this.world.records[id - 1];
	}

	/** Waits until the first second of an epoch that is so many later. */
	nextEpoch(count = 1): void {
		this.wait(startOf(this.world, this.epoch + count));
	}

	/** Lets the chain's clock come to the play's. */
	settle(): Promise<void> {
		return this.play(this.stranger, { type: "advance", most: 0 });
	}

	async register(account: Hex, secret: bigint, stake = 10_000n): Promise<void> {
		await this.play(account, this.registration(account, secret, stake));
	}

	/** Registers programs and operators with these stakes, and waits until they belong to the set. */
	async enlist(...stakes: readonly bigint[]): Promise<void> {
		for (const { header } of [...WITNESS_PROGRAMS, OTHER_PROGRAM]) {
			await this.play(this.client, { type: "register", header });
		}
		for (const [i, stake] of stakes.entries()) await this.register(this.accounts[i], BigInt(i + 1), stake);
		this.nextEpoch(2);
	}

	/** Asks, and answers with an output `by` above the right one; returns the claim's number. */
	async claim(by = 0, { consumer = NOBODY, operator = 0 } = {}): Promise<number> {
		await this.play(this.client, questionOf(operator, consumer));
		return this.answer(this.world.game.requests.length, by, operator);
	}

	async answer(request: number, by = 0, operator = 0, sender = this.submitter): Promise<number> {
		const made = traceOf(by, operator).claim();
		await this.play(sender, { type: "claim", value: PARAMETERS.submitterBond, request, ...made });
		return this.world.game.claims.length;
	}

	/** Operators sign a claim; returns the record's number. */
	async attest(claim: number, numbers: readonly number[], epoch = this.epoch): Promise<number> {
		const signers = numbers.reduce((set, number) => set | bitOf(number), 0n);
		await this.play(this.stranger, this.attestation(claim, signers, epoch));
		return 1 + this.world.records.findIndex((one) => one.claim === claim && one.epoch === epoch);
	}

	/** The same, refused. */
	async attestRefused(
		claim: number,
		numbers: readonly number[],
		error: string,
		epoch = this.epoch,
	): Promise<void> {
		const signers = numbers.reduce((set, number) => set | bitOf(number), 0n);
		expect(await this.try(this.stranger, this.attestation(claim, signers, epoch))).toBe(error);
	}

	/** Ends a claim that nobody disputes. */
	async finalise(claim: number): Promise<void> {
		const { claimedAt } = this.world.game.claims[claim - 1];
		this.wait(Math.max(this.now + 1, claimedAt + PARAMETERS.challengePeriod));
		await this.play(this.stranger, { type: "finalise", claim });
	}

	/** Brings a claim down: its submitter does not answer. */
	async bringDown(claim: number, operator = 0): Promise<void> {
		await this.challenge(claim, operator);
		this.wait(this.now + PARAMETERS.increment + PARAMETERS.reserve + 2);
		await this.play(this.stranger, { type: "timeout", dispute: this.world.game.disputes.length });
	}

	async challenge(claim: number, operator = 0): Promise<void> {
		const value = PARAMETERS.challengerBond;
		const entry = entryOf(traceOf(0, operator));
		await this.play(this.challenger, { type: "challenge", value, claim, entry });
	}

	sync(record: number): Promise<void> {
		return this.play(this.stranger, { type: "syncRecord", record });
	}

	/** Accuses a record; returns the accusation's number. */
	async accuse(record: number, accuser = this.stranger): Promise<number> {
		await this.play(accuser, {
			type: "accuse",
			record,
			value: accusationBond(this.world, this.record(record)),
		});
		return this.world.accusations.length;
	}

	/** Accuses a record with an output `by` above the right one that nobody challenges; returns the accusation. */
	async convict(record: number, by = 0, operator = 0, accuser = this.stranger): Promise<number> {
		const accusation = await this.accuse(record, accuser);
		const claim = await this.answer(this.world.accusations[accusation - 1].request, by, operator, accuser);
		await this.finalise(claim);
		await this.play(this.stranger, { type: "judge", accusation, claim });
		return accusation;
	}

	async cover(request: number, covered: bigint, premium?: bigint): Promise<void> {
		const value = premium ?? leastPremium(ATTESTERS, covered);
		await this.play(this.client, { type: "cover", request, covered, value });
	}

	/** An operator binds itself to its witness of a record, `by` from the right one. */
	async post(record: number, number: number, by = 0): Promise<void> {
		const { witness } = witnessOf(this, record, number, by);
		await this.play(witness.account, { type: "postWitnesses", root: witnessLeaf(witness) });
	}

	async show(record: number, number: number, by = 0): Promise<number> {
		await this.play(this.stranger, showing(this, record, number, by));
		return this.world.records.length;
	}

	/** What somebody has gained in both contracts. */
	gain(account: Hex): bigint {
		return this.owed("operators", account) + this.owed("attestations", account);
	}

	stakeOf(number: number): bigint {
		return this.world.operators.get(number)?.stake ?? 0n;
	}

	setIn(epoch: number) {
		return setOf(this.world, epoch);
	}

	/** Plays something, and says what it came to; afterwards all is as it was before. */
	async asIf<T>(what: () => Promise<T>): Promise<T> {
		const { chain } = this.stage;
		const before = { world: this.world, now: this.now };
		const snapshot = await chain.snapshot();
		try {
			return await what();
		} finally {
			await chain.restore(snapshot);
			Object.assign(this, before);
		}
	}

	/** A consumer that writes down what it is told. */
	recorder(): Promise<Deployed> {
		return Deployed.deploy(this.stage.chain, "SoftRecorder");
	}
}

/** The output that a trace states. */
export const outputOf = (by = 0): Hex => traceOf(by).output().root;
export const QUESTION = { program: PROGRAM.root, inputsRoot: PROGRAM.inputsRoot } as const;

/** Gives every test of a file a fresh play. After each the contracts and the model must know the same. */
export function attestersPerTest(use: (play: AttesterPlay) => void): void {
	let chain: TestChain;
	let stage: AttesterStage;
	let snapshot: unknown;
	let play: AttesterPlay;
	beforeAll(async () => {
		chain = await TestChain.open(PARAMETERS, ATTESTER_CONTRACTS);
		stage = await deployAttesters(chain);
		snapshot = await chain.snapshot();
	});
	beforeEach(async () => {
		await chain.restore(snapshot);
		snapshot = await chain.snapshot();
		play = new AttesterPlay(stage, await chain.time(), await chain.burned());
		use(play);
	});
	afterEach(async () => {
		const [onChain, inModel] = await play.both(play.people);
		expect(onChain).toEqual(inModel);
	});
	afterAll(() => chain.close());
}
