import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import { loadPoseidon } from "@umpire/commitment/poseidon.ts";
import { commitTensorWith } from "@umpire/commitment/tensor.ts";
import { SEED_LANES, SEED_MODULUS, seedStates } from "@umpire/markets/seed.ts";
import { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import { Deployed } from "@umpire/testing/chain/deployed.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { TOY_INPUTS, ToyProgram } from "@umpire/testing/game/toy-program.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { traceOf } from "./random-grid-moves.ts";

const ETHER: Hex = `0x${"00".repeat(20)}`;
const PRIZE = 1000n;
const DEPOSIT = 100n;
const VALUE = wordHex(123456789n);
const program = new ToyProgram([{ width: 8, elements: 10, outside: 4, parts: 1 }], 1, 0);
const { submitterBond, challengePeriod, increment, burnPermille } = PARAMETERS;
const WEIGHTS = 0;
/** A submission whose score was asked for. */
const ASKED = 2;
const STATES = 2;

let chain: TestChain;
let driver: ChainDriver;
let beacon: Deployed;
let contest: Deployed;
let until: number;
let owner: Hex;
let first: Hex;
let second: Hex;
let snapshot: unknown;
beforeAll(async () => {
	chain = await TestChain.open(PARAMETERS, ["HiddenEvaluation", "TestBeacon"]);
	[owner, , first, , second] = chain.accounts;
	beacon = await Deployed.deploy(chain, "TestBeacon", [0n, 5n]);
	snapshot = await chain.snapshot();
});
beforeEach(async () => {
	await chain.restore(snapshot);
	snapshot = await chain.snapshot();
	driver = new ChainDriver(chain, PARAMETERS);
	await driver.sync();
	await driver.play(driver.requester, { type: "register", header: program.header });
	until = driver.game.now + 50;
	const inputRoots = TOY_INPUTS.map(({ root }) => root);
	const setup = {
		program: program.root,
		inputRoots,
		weightsInput: WEIGHTS,
		statesInput: STATES,
		submitUntil: until,
		scoreSeconds: 40,
		deposit: DEPOSIT,
	};
	contest = await Deployed.deploy(chain, "HiddenEvaluation", [chain.market, beacon.address, setup], PRIZE);
});
afterAll(() => chain.close());

const at = (seconds: number) => ({ at: seconds });
const saltOf = (weights: bigint) => wordHex(1000n + weights);
const committed = (who: Hex, weights: bigint) =>
	contest.read<Hex>("commitmentOf", [who, wordHex(weights), saltOf(weights)]);
const submit = async (who: Hex, weights: bigint, when?: number) =>
	contest.refusal(who, "submit", [await committed(who, weights)], {
		value: DEPOSIT,
		...(when === undefined ? {} : at(when)),
	});
/** What asks for a submission's score: in these tests its weights bear its number unless they are told. */
const opening = (submission: bigint, weights = submission) =>
	[submission, wordHex(weights), saltOf(weights)] as const;
const owed = (who: Hex) => contest.read<bigint>("owed", [ETHER, who]);
const round = () => contest.read<bigint>("round");
const reveal = async () =>
	beacon.send(second, "bring", [await round(), VALUE], at(Number(await round()) + 1));

/** The score of a submission: `by` above what the program says. Returns the claim's number. */
async function claimScore(who: Hex, submission: number, by = 0): Promise<number> {
	const { request } = await submissionOf(submission);
	const claim = { type: "claim", value: submitterBond, request, ...traceOf(1, by).claim() } as const;
	const { error, logs } = await chain.act(who, claim, (await chain.time()) + 1);
	expect(error).toBe(undefined);
	return Number(BigInt(logs[0].topics[1]));
}

interface Submission {
	readonly status: number;
	readonly request: number;
	readonly until: number;
	readonly score: bigint;
}

async function submissionOf(submission: number): Promise<Submission> {
	type Fields = readonly [Hex, Hex, number, number, number, bigint];
	const [, , status, request, last, score] = await contest.read<Fields>("submissions", [BigInt(submission)]);
	return { status, request, until: last, score };
}

const finalise = async (claim: number) =>
	chain.act(second, { type: "finalise", claim }, (await chain.time()) + challengePeriod + 1);

describe("the test data of a hidden evaluation", () => {
	test("B1, B2: follow from a round that is fixed before the first submission and due after the last", async () => {
		expect(await round()).toBe(BigInt(until + 5));
		expect(await submit(first, 1n, until)).toBe(undefined);
		expect(await submit(first, 2n, until + 1)).toBe("SubmissionsOver");
		expect(await contest.refusal(second, "ask", opening(1n))).toBe("RoundPending");
		await reveal();
		expect(await contest.refusal(second, "ask", opening(1n))).toBe(undefined);
		expect(await contest.refusal(second, "ask", opening(1n))).toBe("WrongStatus");
	});

	test("B1: nothing is submitted when the value is known, however early that is", async () => {
		await beacon.send(second, "bring", [await round(), VALUE]);
		expect(await submit(first, 1n)).toBe("RoundDecided");
	});

	test("are the leaf of states that the beacon's value has, computed on and off chain alike", async () => {
		await submit(first, 77n);
		await reveal();
		const states = seedStates(VALUE);
		expect(states.length).toBe(SEED_LANES);
		expect([...states].every((state) => state > 0 && state < SEED_MODULUS)).toBe(true);
		expect(new Set(states).size).toBe(SEED_LANES);
		const { root } = commitTensorWith(await loadPoseidon(), states, 32);
		const roots = TOY_INPUTS.map((input) => input.root)
			.with(WEIGHTS, wordHex(77n))
			.with(STATES, root);
		const { root: inputsRoot } = MerkleTree.of(roots, TAG.inputs);
		const asked = await contest.send(second, "ask", opening(1n, 77n));
		expect(contest.events<{ inputsRoot: Hex }>(asked, "Asked")[0].inputsRoot).toBe(inputsRoot);
		const stored = await chain.read<{ inputsRoot: Hex; submitter: Hex }>("getRequest", [1n]);
		expect([stored.inputsRoot, stored.submitter.toLowerCase()]).toEqual([inputsRoot, first]);
	});

	test("M1: weights that were seen on their way are not entered by others before their owner, nor asked for", async () => {
		const seen = await committed(first, 1n);
		expect(await contest.refusal(second, "submit", [seen], { value: DEPOSIT })).toBe(undefined);
		expect(await contest.refusal(first, "submit", [seen], { value: DEPOSIT })).toBe(undefined);
		await reveal();
		expect(await contest.refusal(owner, "ask", opening(2n, 2n))).toBe("WrongWeights");
		expect(await contest.refusal(owner, "ask", opening(2n, 1n))).toBe(undefined);
		// The copy stands for weights of its own sender, which nobody knows.
		expect(await contest.refusal(second, "ask", opening(1n))).toBe("WrongWeights");
		expect((await submissionOf(2)).status).toBe(ASKED);
	});

	test("M1: whoever does not tell its weights in time loses its deposit, all of it burned", async () => {
		await submit(first, 1n);
		await submit(second, 2n);
		expect(await contest.refusal(owner, "begin", [])).toBe("RoundPending");
		expect(await contest.refusal(owner, "expire", [1n], at(until + 10_000))).toBe("ScoringTime");
		await beacon.send(second, "bring", [await round(), VALUE]);
		await contest.send(owner, "begin");
		const last = Number(await contest.read<bigint>("askUntil"));
		await contest.send(owner, "begin");
		expect(Number(await contest.read<bigint>("askUntil"))).toBe(last);
		expect(await contest.refusal(owner, "expire", [1n], at(last + increment - 1))).toBe("ScoringTime");
		const burned = await chain.burned();
		await contest.send(owner, "expire", [1n]);
		expect((await chain.burned()) - burned).toBe(DEPOSIT);
		expect(await contest.refusal(owner, "expire", [1n])).toBe("WrongStatus");
		// who was not ended yet may still ask
		await contest.send(second, "ask", opening(2n));
		await finalise(await claimScore(second, 2));
		await contest.send(owner, "close");
		expect(await Promise.all([first, second].map(owed))).toEqual([0n, DEPOSIT + PRIZE]);
	});

	test("take no place but their own", async () => {
		const inputRoots = TOY_INPUTS.map(({ root }) => root);
		const setup = { program: program.root, inputRoots, weightsInput: STATES, statesInput: STATES };
		const rest = { submitUntil: until, scoreSeconds: 40, deposit: DEPOSIT };
		const deploying = Deployed.deploy(
			chain,
			"HiddenEvaluation",
			[chain.market, beacon.address, { ...setup, ...rest }],
			PRIZE,
		);
		await expect(deploying).rejects.toThrow(/SameInput/);
	});

	test("B1: a void round gives every deposit back", async () => {
		await submit(first, 1n);
		await submit(second, 2n);
		expect(await contest.refusal(first, "giveBack", [1n])).toBe("RoundNotVoid");
		await beacon.send(first, "makeVoid", [await round()]);
		expect(await contest.refusal(first, "ask", opening(1n))).toBe("RoundVoid");
		for (const submission of [1n, 2n]) await contest.send(owner, "giveBack", [submission]);
		expect(await contest.refusal(first, "giveBack", [1n])).toBe("WrongStatus");
		expect(await contest.refusal(first, "close", [], at(until))).toBe("StillOpen");
		await contest.send(first, "close", [], at(until + 1));
		expect(await Promise.all([first, second, owner].map(owed))).toEqual([DEPOSIT, DEPOSIT, PRIZE]);
	});
});

describe("scores of a hidden evaluation", () => {
	beforeEach(async () => {
		await submit(first, 1n);
		await submit(second, 2n);
		const early = await committed(first, 3n);
		expect(await contest.refusal(first, "submit", [early], { value: DEPOSIT - 1n })).toBe("WrongValue");
		await reveal();
		for (const submission of [1n, 2n]) await contest.send(owner, "ask", opening(submission));
	});

	test("are claims of whoever submitted: the best final one has the prize, both their deposits", async () => {
		const { request } = await submissionOf(1);
		const claim = { type: "claim", value: submitterBond, request, ...traceOf(1).claim() } as const;
		expect((await chain.act(second, claim, (await chain.time()) + 1)).error).toBe("ExclusiveRequest");
		const [low, high] = [await claimScore(first, 1, 1), await claimScore(second, 2, 3)];
		expect(await contest.refusal(first, "sync", [1n, BigInt(high)])).toBe("NotTheClaim");
		expect(await contest.refusal(first, "sync", [1n, BigInt(low)])).toBe("ClaimLive");
		expect(await contest.refusal(owner, "close", [])).toBe("StillOpen");
		await finalise(low);
		await finalise(high);
		expect([(await submissionOf(1)).score, (await submissionOf(2)).score]).toEqual([5n, 7n]);
		await contest.send(first, "close");
		await contest.send(first, "close");
		expect(await Promise.all([first, second, owner].map(owed))).toEqual([DEPOSIT, DEPOSIT + PRIZE, 0n]);
	});

	test("of which one is false cost its deposit, part of it burned, and the rest whoever caught it", async () => {
		const claim = await claimScore(first, 1, 2);
		await claimScore(second, 2, 0);
		const [challenger] = chain.accounts.slice(5);
		const { challengerBond, reserve } = PARAMETERS;
		const entry = { descriptor: program.opening(0).descriptor, path: program.opening(0).path };
		const challenge = { type: "challenge", value: challengerBond, claim, entry } as const;
		expect((await chain.act(challenger, challenge, (await chain.time()) + 1)).error).toBe(undefined);
		const late = (await chain.time()) + increment + reserve + 5;
		expect((await chain.act(owner, { type: "timeout", dispute: 1 }, late)).error).toBe(undefined);
		const burned = await chain.burned();
		await contest.send(owner, "sync", [1n, BigInt(claim)]);
		const lost = (DEPOSIT * BigInt(burnPermille)) / 1000n;
		expect((await chain.burned()) - burned).toBe(lost);
		expect(await Promise.all([first, challenger].map(owed))).toEqual([0n, DEPOSIT - lost]);
		const held = await contest.read<bigint>("liabilities", [ETHER]);
		expect(await chain.balance(contest.address)).toBe(held);
	});

	test("that are not claimed in time cost the deposit, all of it burned; a claim before that counts", async () => {
		const claim = await claimScore(second, 2);
		const { until: last } = await submissionOf(1);
		const early = at(last + increment - 1);
		expect(await contest.refusal(owner, "expire", [1n], early)).toBe("ScoringTime");
		const burned = await chain.burned();
		await contest.send(owner, "expire", [1n]);
		expect((await chain.burned()) - burned).toBe(DEPOSIT);
		expect(await contest.refusal(owner, "expire", [2n])).toBe("ClaimMade");
		await finalise(claim);
		expect(await owed(second)).toBe(DEPOSIT);
	});

	test("that are equal are ranked by the beacon, not by who claims first", async () => {
		const inOrder = async (order: readonly (readonly [Hex, number])[]): Promise<bigint> => {
			const before = await chain.snapshot();
			for (const [who, submission] of order) await finalise(await claimScore(who, submission, 1));
			const best = await contest.read<bigint>("best");
			await chain.restore(before);
			return best;
		};
		const forwards = [
			[first, 1],
			[second, 2],
		] as const;
		expect(await inOrder([forwards[1], forwards[0]])).toBe(await inOrder(forwards));
	});

	test("of another market, or of requests of others, change nothing", async () => {
		const words = [0n, 0n, 0n, 0n, 0n];
		expect(await contest.refusal(first, "onFinal", [1n, 1n, VALUE, words])).toBe("NotTheMarket");
		expect(await contest.refusal(first, "onRejected", [1n, 1n])).toBe("NotTheMarket");
		await chain.animate(chain.market);
		expect(await contest.refusal(chain.market, "onFinal", [99n, 1n, VALUE, words])).toBe("NotOurs");
	});
});
