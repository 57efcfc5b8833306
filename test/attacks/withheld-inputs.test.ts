import { DEFAULT_PARAMETERS } from "@umpire/chain/deploy.ts";
import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { leafNode } from "@umpire/commitment/leaf.ts";
import { MerkleTree } from "@umpire/commitment/merkle-tree.ts";
import { loadPoseidon } from "@umpire/commitment/poseidon.ts";
import { lastSecondToAnswer } from "@umpire/game/input-demands.ts";
import type { DemandInputMove } from "@umpire/game/move.ts";
import { CLAIM_STATUS, liabilities, owedTo } from "@umpire/game/state.ts";
import { ChainDriver } from "@umpire/testing/chain/chain-driver.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { entryOf, NOBODY, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { TOY_CHUNKS, TOY_INPUTS, ToyProgram, ToyTrace, toyAnswer } from "@umpire/testing/game/toy-program.ts";
import { parseGwei } from "viem";
import { describe, expect, test } from "vitest";
import { driverPerTest } from "../game/per-test.ts";

/** Operator i reads input i: 8 bits in ten leaves, 16 bits in three, 32 bits in seventeen. */
const program = new ToyProgram(
	[
		{ width: 8, elements: 10, outside: 4, parts: 1 },
		{ width: 16, elements: 90, outside: 0, parts: 1 },
		{ width: 32, elements: 5, outside: 1, parts: 1 },
	],
	1,
	0,
);
const trace = new ToyTrace(program);
const FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
const {
	increment,
	reserve,
	crowding,
	challengePeriod,
	computeAllowance,
	demandBond,
	submitterBond,
	burnPermille,
} = PARAMETERS;
const kept = (bond: bigint) => bond - (bond * BigInt(burnPermille)) / 1000n;

let chain: TestChain;
let driver: ChainDriver;
driverPerTest(PARAMETERS, (fresh) => {
	driver = fresh;
	chain = fresh.chain;
});

function demand(claim: number, input: number, chunk: number, change: Partial<DemandInputMove> = {}) {
	const opening = program.opening(input);
	return {
		type: "demandInput",
		value: demandBond,
		claim,
		input,
		chunk,
		operator: input,
		opening,
		...change,
	} as const;
}

const answer = (id: number) => toyAnswer(id, driver.game.state.inputDemands[id - 1]);
const timeout = (id: number) => ({ type: "timeoutInput", demand: id }) as const;
const status = (claim: number) => driver.game.state.claims[claim - 1].status;
const owed = (account: Hex) => owedTo(driver.game.state, account);
const periodEnd = (claim: number) => driver.game.state.claims[claim - 1].claimedAt + challengePeriod;

/** The next move is made in the second `at`. */
async function tryAt(at: number, sender: Hex, action: Parameters<ChainDriver["try"]>[1]) {
	await driver.wait(at);
	const error = await driver.try(sender, action);
	expect(driver.game.now).toBe(at);
	return error;
}

async function expectSolvent(): Promise<void> {
	const { state } = driver.game;
	expect(await chain.balances()).toEqual(liabilities(state));
}

/** Another claim on the same inputs, or on others. */
async function claimAgain(inputsRoot = program.inputsRoot, other = program): Promise<number> {
	const { game, requester, submitter } = driver;
	const deadline = game.now + 1000;
	await driver.play(requester, { type: "register", header: other.header });
	const request = { type: "request", value: 70n, program: other.root, inputsRoot, deadline } as const;
	await driver.play(requester, { ...request, consumer: NOBODY });
	const answered = new ToyTrace(other);
	await driver.play(submitter, {
		type: "claim",
		value: submitterBond,
		request: game.state.requests.length,
		...answered.claim(),
	});
	return game.state.claims.length;
}

describe("an input that its submitter withholds", () => {
	test("costs it the claim, from the second after its last one on", async () => {
		const claim = await driver.claimToy(trace);
		await driver.play(driver.challenger, demand(claim, 0, 1));
		await driver.play(driver.stranger, demand(claim, 2, 0));
		await expectSolvent();
		const last = lastSecondToAnswer(driver.game.state, driver.game.state.inputDemands[0]);
		expect(last).toBe(driver.game.state.inputDemands[0].demandedAt + increment + reserve);
		expect(await tryAt(last - 1, driver.stranger, timeout(1))).toBe("DemandNotTimedOut");
		expect(await tryAt(last, driver.stranger, timeout(1))).toBe("DemandNotTimedOut");
		expect(await tryAt(last + 1, driver.stranger, timeout(1))).toBe(undefined);
		expect(status(claim)).toBe(CLAIM_STATUS.rejected);
		expect(owed(driver.challenger)).toBe(demandBond + kept(submitterBond));
		// the others take their bonds back, once
		expect(await driver.try(driver.challenger, answer(2))).toBe("WrongClaimStatus");
		expect(await driver.try(driver.stranger, timeout(2))).toBe("WrongClaimStatus");
		await driver.play(driver.challenger, { type: "reclaimInput", demand: 2 });
		expect(owed(driver.stranger)).toBe(demandBond);
		expect(await driver.try(driver.stranger, { type: "reclaimInput", demand: 2 })).toBe("DemandClosed");
		await expectSolvent();
		await driver.withdraw(driver.challenger);
		await expectSolvent();
	});

	test("is known in time if the answer comes late, but before a timeout is claimed", async () => {
		const claim = await driver.claimToy(trace);
		await driver.play(driver.challenger, demand(claim, 0, 1));
		await driver.wait(driver.game.now + increment + reserve + 500);
		await driver.play(driver.submitter, answer(1));
		expect(await driver.try(driver.challenger, timeout(1))).toBe("DemandClosed");
		expect(status(claim)).toBe(CLAIM_STATUS.live);
		await expectSolvent();
	});

	test("that is malformed cannot be answered, so that the claim falls", async () => {
		const poseidon = await loadPoseidon();
		// one lane too many in the last leaf: 5 of 35 elements
		const words = [1n << 161n, 0n, 0n, 0n, 0n];
		const node = leafNode(32, 5, poseidon.poseidon5(words));
		const roots = [TOY_INPUTS[0].root, TOY_INPUTS[1].root, node];
		const operator = { width: 32, elements: 5, outside: 1, parts: 1, inputElements: 5 } as const;
		const small = new ToyProgram([operator], 1, 0);
		const tree = MerkleTree.of(roots, TAG.inputs);
		const claim = await claimAgain(tree.root, small);
		await driver.play(driver.challenger, demand(claim, 2, 0, { operator: 0, opening: small.opening(0) }));
		const inputPath = tree.path(2);
		const brought = { type: "answerInput", demand: 1, path: [], inputPath } as const;
		expect(await driver.try(driver.submitter, { ...brought, words: [words] })).toBe("WordOutOfRange");
		const aliased = words.map((word) => word + FIELD);
		expect(await driver.try(driver.submitter, { ...brought, words: [aliased] })).toBe("WordOutOfRange");
		const cut = [[0n, 0n, 0n, 0n, 0n]];
		expect(await driver.try(driver.submitter, { ...brought, words: cut })).toBe("WrongInputs");
		await driver.wait(driver.game.now + increment + reserve + 1);
		await driver.play(driver.challenger, timeout(1));
		expect(status(claim)).toBe(CLAIM_STATUS.rejected);
	});
});

describe("an answer", () => {
	test("that somebody else gives pays the submitter", async () => {
		const claim = await driver.claimToy(trace);
		await driver.play(driver.challenger, demand(claim, 0, 1));
		await driver.play(driver.stranger, answer(1));
		expect(owed(driver.submitter)).toBe(kept(demandBond));
		expect(owed(driver.stranger)).toBe(0n);
		expect(driver.game.state.burned).toBe(demandBond - kept(demandBond));
		await expectSolvent();
	});

	test("needs all words of the chunk, as they are, and their paths", async () => {
		const claim = await driver.claimToy(trace);
		await driver.play(driver.challenger, demand(claim, 2, 1));
		const right = answer(1);
		const { words, path } = right;
		expect([words.length, path.length]).toEqual([8, 2]);
		const refused = async (change: Partial<typeof right>) =>
			driver.try(driver.submitter, { ...right, ...change });
		expect(await refused({ words: words.slice(1) })).toBe("WrongChunk");
		expect(await refused({ words: [...words, words[0]] })).toBe("WrongChunk");
		expect(await refused({ words: words.with(3, words[3].with(2, words[3][2] ^ 1n)) })).toBe("WrongInputs");
		expect(await refused({ words: words.with(3, words[3].with(2, words[3][2] + FIELD)) })).toBe(
			"WordOutOfRange",
		);
		expect(await refused({ path: path.toReversed() })).toBe("WrongInputs");
		expect(await refused({ path: path.slice(1) })).toBe("WrongPathLength");
		expect(await refused({ inputPath: [wordHex(0n)] })).toBe("WrongInputs");
		expect(await refused({ inputPath: [] })).toBe("WrongPathLength");
		expect(await refused({})).toBe(undefined);
		expect(await refused({})).toBe("DemandClosed");
	});

	test("serves all claims on the same inputs, and pays for each demand of it", async () => {
		const first = await driver.claimToy(trace);
		const second = await claimAgain();
		await driver.play(driver.challenger, demand(first, 1, 0));
		await driver.play(driver.challenger, demand(second, 1, 0));
		expect(await driver.try(driver.stranger, { type: "collectAnswered", demand: 2 })).toBe("NotAnswered");
		await driver.play(driver.submitter, answer(1));
		expect(await driver.try(driver.submitter, answer(2))).toBe("AlreadyAnswered");
		await driver.wait(driver.game.now + increment + reserve + 100);
		expect(await driver.try(driver.challenger, timeout(2))).toBe("AlreadyAnswered");
		await driver.play(driver.stranger, { type: "collectAnswered", demand: 2 });
		expect(owed(driver.submitter)).toBe(2n * kept(demandBond));
		await expectSolvent();
	});

	test("counts for inputs of its shape only", async () => {
		const first = await driver.claimToy(trace);
		await driver.play(driver.challenger, demand(first, 1, 0));
		await driver.play(driver.submitter, answer(1));
		// another program says that the same inputs are longer: what is known of them does not answer
		const operator = { width: 16, elements: 10, outside: 4, parts: 1, inputElements: 205 } as const;
		const longer = new ToyProgram([operator], 1, 0);
		const second = await claimAgain(program.inputsRoot, longer);
		const opening = longer.opening(0);
		await driver.play(driver.challenger, demand(second, 1, 0, { operator: 0, opening }));
		expect(await driver.try(driver.submitter, { type: "collectAnswered", demand: 2 })).toBe("NotAnswered");
		expect(await driver.try(driver.submitter, answer(1))).toBe("DemandClosed");
		expect(await driver.try(driver.submitter, { ...answer(1), demand: 2 })).toBe("WrongInputs");
		await driver.wait(driver.game.now + increment + reserve + 1);
		await driver.play(driver.challenger, timeout(2));
		expect([status(first), status(second)]).toEqual([CLAIM_STATUS.live, CLAIM_STATUS.rejected]);
	});
});

describe("a demand", () => {
	test("is made within the challenge period", async () => {
		const claim = await driver.claimToy(trace);
		const end = periodEnd(claim);
		expect(await tryAt(end - 1, driver.challenger, demand(claim, 0, 0))).toBe(undefined);
		expect(await tryAt(end, driver.challenger, demand(claim, 0, 1))).toBe("ChallengePeriodOver");
		expect(await tryAt(end + 1, driver.challenger, demand(claim, 0, 1))).toBe("ChallengePeriodOver");
	});

	test("is not made twice, nor of what is known", async () => {
		const claim = await driver.claimToy(trace);
		await driver.play(driver.challenger, demand(claim, 0, 1));
		expect(await driver.try(driver.stranger, demand(claim, 0, 1))).toBe("AlreadyDemanded");
		await driver.play(driver.submitter, answer(1));
		expect(await driver.try(driver.stranger, demand(claim, 0, 1))).toBe("AlreadyAnswered");
		const again = await claimAgain();
		expect(await driver.try(driver.stranger, demand(again, 0, 1))).toBe("AlreadyAnswered");
		await driver.play(driver.stranger, demand(again, 0, 0));
	});

	test("names an input that its operator reads, a chunk that there is, and a live claim", async () => {
		const claim = await driver.claimToy(trace);
		const refused = (action: DemandInputMove) => driver.try(driver.challenger, action);
		expect(await refused(demand(claim + 1, 0, 0))).toBe("WrongClaimStatus");
		expect(await refused(demand(claim, 0, 2))).toBe("ChunkOutOfRange");
		expect(await refused(demand(claim, 1, 1))).toBe("ChunkOutOfRange");
		expect(await refused(demand(claim, 2, 3))).toBe("ChunkOutOfRange");
		expect(await refused(demand(claim, 0, 0, { input: 1 }))).toBe("InputNotRead");
		expect(await refused(demand(claim, 0, 0, { operator: 1 }))).toBe("WrongDescriptor");
		expect(await refused(demand(claim, 0, 0, { operator: 3 }))).toBe("IndexOutOfRange");
		for (const value of [0n, demandBond - 1n, demandBond + 1n]) {
			expect(await refused(demand(claim, 0, 0, { value }))).toBe("WrongBond");
		}
		expect(await driver.try(driver.challenger, timeout(1))).toBe("UnknownDemand");
	});

	test("gives more time for every other one that is open against the claim", async () => {
		const claim = await driver.claimToy(trace);
		for (const [input, chunk] of TOY_CHUNKS) await driver.play(driver.stranger, demand(claim, input, chunk));
		const times = driver.game.state.inputDemands.map((d) => d.crowding);
		expect(times).toEqual(TOY_CHUNKS.map((_, i) => i * crowding));
		const last = lastSecondToAnswer(driver.game.state, driver.game.state.inputDemands[5]);
		expect(await tryAt(last, driver.stranger, timeout(6))).toBe("DemandNotTimedOut");
		expect(await tryAt(last + 1, driver.stranger, timeout(6))).toBe(undefined);
	});
});

describe("a claim whose inputs are demanded", () => {
	const finalise = (claim: number) => ({ type: "finalise", claim }) as const;
	const challenge = (claim: number) =>
		({ type: "challenge", value: PARAMETERS.challengerBond, claim, entry: entryOf(trace) }) as const;

	test("is not final while a demand is open, and can be challenged", async () => {
		const claim = await driver.claimToy(trace);
		await driver.play(driver.challenger, demand(claim, 0, 0));
		await driver.wait(periodEnd(claim) + 50);
		expect(await driver.try(driver.submitter, finalise(claim))).toBe("DemandsOpen");
		await driver.play(driver.challenger, challenge(claim));
	});

	test("can be challenged until there was time to compute after the last answer, then it is final", async () => {
		const claim = await driver.claimToy(trace);
		await driver.play(driver.challenger, demand(claim, 0, 0));
		await driver.play(driver.challenger, demand(claim, 0, 1));
		await driver.play(driver.submitter, answer(2));
		await driver.wait(periodEnd(claim) - 3);
		await driver.play(driver.submitter, answer(1));
		const end = driver.game.now + computeAllowance;
		expect(end).toBeGreaterThan(periodEnd(claim) + 1);
		expect((await chain.readCourt<bigint[]>("standing", [claim, periodEnd(claim)]))[0]).toBe(BigInt(end));
		expect(await tryAt(end - 2, driver.challenger, finalise(claim))).toBe("ChallengePeriodOpen");
		const before = await chain.snapshot();
		const model = driver.game.state;
		expect(await tryAt(end - 1, driver.challenger, challenge(claim))).toBe(undefined);
		await chain.restore(before);
		driver.game.state = model;
		expect(await tryAt(end, driver.challenger, challenge(claim))).toBe("ChallengePeriodOver");
		expect(await driver.try(driver.challenger, finalise(claim))).toBe(undefined);
		expect(status(claim)).toBe(CLAIM_STATUS.final);
	});

	test("has its whole challenge period if the answers come early", async () => {
		const claim = await driver.claimToy(trace);
		await driver.play(driver.challenger, demand(claim, 0, 0));
		await driver.play(driver.submitter, answer(1));
		const end = periodEnd(claim);
		expect(await tryAt(end - 1, driver.submitter, finalise(claim))).toBe("ChallengePeriodOpen");
		expect(await tryAt(end, driver.submitter, finalise(claim))).toBe(undefined);
	});
});

test("spam is paid: what answers cost is less than what demands pay, at 50 gwei per gas", async () => {
	const own = await TestChain.open(DEFAULT_PARAMETERS);
	try {
		const spam = new ChainDriver(own, DEFAULT_PARAMETERS);
		await spam.sync();
		const claim = await spam.claimToy(trace);
		const value = DEFAULT_PARAMETERS.demandBond;
		for (const [input, chunk] of TOY_CHUNKS) {
			await spam.play(spam.stranger, { ...demand(claim, input, chunk), value });
		}
		const before = spam.spent;
		for (let id = 1; id <= TOY_CHUNKS.length; id++) {
			await spam.play(spam.submitter, toyAnswer(id, spam.game.state.inputDemands[id - 1]));
		}
		const paid = owedTo(spam.game.state, spam.submitter);
		expect(paid).toBeGreaterThan(BigInt(spam.spent - before) * parseGwei("50"));
		expect(BigInt(spam.gas.get("answerInput")!) * parseGwei("50")).toBeLessThan(
			value - (value * BigInt(DEFAULT_PARAMETERS.burnPermille)) / 1000n,
		);
	} finally {
		await own.close();
	}
});
