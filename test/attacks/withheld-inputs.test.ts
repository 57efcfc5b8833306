import { DEFAULT_PARAMETERS } from "@umpire/chain/deploy.ts";
import { type Hex, TAG } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { leafNode } from "@umpire/commitment/leaf.ts";
import { Levels } from "@umpire/commitment/levels.ts";
import { loadPoseidon } from "@umpire/commitment/poseidon.ts";
import { lastSecondToAnswer } from "@umpire/game/input-demands.ts";
import type { DemandInputMove } from "@umpire/game/move.ts";
import { CLAIM_STATUS, liabilities, owedTo } from "@umpire/game/state.ts";
import { Bench } from "@umpire/testing/chain/bench.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { entryOf, NOBODY, PARAMETERS } from "@umpire/testing/game/table.ts";
import { TOY_CHUNKS, TOY_INPUTS, ToyProgram, ToyTrace, toyAnswer } from "@umpire/testing/game/toy-program.ts";
import { parseGwei } from "viem";
import { describe, expect, test } from "vitest";
import { benchPerTest } from "../game/per-test.ts";

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
let bench: Bench;
benchPerTest(PARAMETERS, (fresh) => {
	bench = fresh;
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

const answer = (id: number) => toyAnswer(id, bench.table.state.inputDemands[id - 1]);
const timeout = (id: number) => ({ type: "timeoutInput", demand: id }) as const;
const status = (claim: number) => bench.table.state.claims[claim - 1].status;
const owed = (account: Hex) => owedTo(bench.table.state, account);
const periodEnd = (claim: number) => bench.table.state.claims[claim - 1].claimedAt + challengePeriod;

/** The next move is made in the second `at`. */
async function tryAt(at: number, sender: Hex, action: Parameters<Bench["try"]>[1]) {
	await bench.wait(at);
	const error = await bench.try(sender, action);
	expect(bench.table.now).toBe(at);
	return error;
}

async function expectSolvent(): Promise<void> {
	const { state } = bench.table;
	expect(await chain.balances()).toEqual(liabilities(state));
}

/** Another claim on the same inputs, or on others. */
async function claimAgain(inputsRoot = program.inputsRoot, other = program): Promise<number> {
	const { table, requester, submitter } = bench;
	const deadline = table.now + 1000;
	await bench.play(requester, { type: "register", header: other.header });
	const request = { type: "request", value: 70n, program: other.root, inputsRoot, deadline } as const;
	await bench.play(requester, { ...request, consumer: NOBODY });
	const answered = new ToyTrace(other);
	await bench.play(submitter, {
		type: "claim",
		value: submitterBond,
		request: table.state.requests.length,
		...answered.claim(),
	});
	return table.state.claims.length;
}

describe("an input that its submitter withholds", () => {
	test("costs it the claim, from the second after its last one on", async () => {
		const claim = await bench.claimToy(trace);
		await bench.play(bench.challenger, demand(claim, 0, 1));
		await bench.play(bench.stranger, demand(claim, 2, 0));
		await expectSolvent();
		const last = lastSecondToAnswer(bench.table.state, bench.table.state.inputDemands[0]);
		expect(last).toBe(bench.table.state.inputDemands[0].demandedAt + increment + reserve);
		expect(await tryAt(last - 1, bench.stranger, timeout(1))).toBe("DemandNotTimedOut");
		expect(await tryAt(last, bench.stranger, timeout(1))).toBe("DemandNotTimedOut");
		expect(await tryAt(last + 1, bench.stranger, timeout(1))).toBe(undefined);
		expect(status(claim)).toBe(CLAIM_STATUS.rejected);
		expect(owed(bench.challenger)).toBe(demandBond + kept(submitterBond));
		// the others take their bonds back, once
		expect(await bench.try(bench.challenger, answer(2))).toBe("WrongClaimStatus");
		expect(await bench.try(bench.stranger, timeout(2))).toBe("WrongClaimStatus");
		await bench.play(bench.challenger, { type: "reclaimInput", demand: 2 });
		expect(owed(bench.stranger)).toBe(demandBond);
		expect(await bench.try(bench.stranger, { type: "reclaimInput", demand: 2 })).toBe("DemandClosed");
		await expectSolvent();
		await bench.withdraw(bench.challenger);
		await expectSolvent();
	});

	test("is known in time if the answer comes late, but before a timeout is claimed", async () => {
		const claim = await bench.claimToy(trace);
		await bench.play(bench.challenger, demand(claim, 0, 1));
		await bench.wait(bench.table.now + increment + reserve + 500);
		await bench.play(bench.submitter, answer(1));
		expect(await bench.try(bench.challenger, timeout(1))).toBe("DemandClosed");
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
		const tree = Levels.of(roots, TAG.inputs);
		const claim = await claimAgain(tree.root, small);
		await bench.play(bench.challenger, demand(claim, 2, 0, { operator: 0, opening: small.opening(0) }));
		const inputPath = tree.path(2);
		const brought = { type: "answerInput", demand: 1, path: [], inputPath } as const;
		expect(await bench.try(bench.submitter, { ...brought, words: [words] })).toBe("WordOutOfRange");
		const aliased = words.map((word) => word + FIELD);
		expect(await bench.try(bench.submitter, { ...brought, words: [aliased] })).toBe("WordOutOfRange");
		const cut = [[0n, 0n, 0n, 0n, 0n]];
		expect(await bench.try(bench.submitter, { ...brought, words: cut })).toBe("WrongInputs");
		await bench.wait(bench.table.now + increment + reserve + 1);
		await bench.play(bench.challenger, timeout(1));
		expect(status(claim)).toBe(CLAIM_STATUS.rejected);
	});
});

describe("an answer", () => {
	test("that somebody else gives pays the submitter", async () => {
		const claim = await bench.claimToy(trace);
		await bench.play(bench.challenger, demand(claim, 0, 1));
		await bench.play(bench.stranger, answer(1));
		expect(owed(bench.submitter)).toBe(kept(demandBond));
		expect(owed(bench.stranger)).toBe(0n);
		expect(bench.table.state.burned).toBe(demandBond - kept(demandBond));
		await expectSolvent();
	});

	test("needs all words of the chunk, as they are, and their paths", async () => {
		const claim = await bench.claimToy(trace);
		await bench.play(bench.challenger, demand(claim, 2, 1));
		const right = answer(1);
		const { words, path } = right;
		expect([words.length, path.length]).toEqual([8, 2]);
		const refused = async (change: Partial<typeof right>) =>
			bench.try(bench.submitter, { ...right, ...change });
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
		const first = await bench.claimToy(trace);
		const second = await claimAgain();
		await bench.play(bench.challenger, demand(first, 1, 0));
		await bench.play(bench.challenger, demand(second, 1, 0));
		expect(await bench.try(bench.stranger, { type: "collectAnswered", demand: 2 })).toBe("NotAnswered");
		await bench.play(bench.submitter, answer(1));
		expect(await bench.try(bench.submitter, answer(2))).toBe("AlreadyAnswered");
		await bench.wait(bench.table.now + increment + reserve + 100);
		expect(await bench.try(bench.challenger, timeout(2))).toBe("AlreadyAnswered");
		await bench.play(bench.stranger, { type: "collectAnswered", demand: 2 });
		expect(owed(bench.submitter)).toBe(2n * kept(demandBond));
		await expectSolvent();
	});

	test("counts for inputs of its shape only", async () => {
		const first = await bench.claimToy(trace);
		await bench.play(bench.challenger, demand(first, 1, 0));
		await bench.play(bench.submitter, answer(1));
		// another program says that the same inputs are longer: what is known of them does not answer
		const operator = { width: 16, elements: 10, outside: 4, parts: 1, inputElements: 205 } as const;
		const longer = new ToyProgram([operator], 1, 0);
		const second = await claimAgain(program.inputsRoot, longer);
		const opening = longer.opening(0);
		await bench.play(bench.challenger, demand(second, 1, 0, { operator: 0, opening }));
		expect(await bench.try(bench.submitter, { type: "collectAnswered", demand: 2 })).toBe("NotAnswered");
		expect(await bench.try(bench.submitter, answer(1))).toBe("DemandClosed");
		expect(await bench.try(bench.submitter, { ...answer(1), demand: 2 })).toBe("WrongInputs");
		await bench.wait(bench.table.now + increment + reserve + 1);
		await bench.play(bench.challenger, timeout(2));
		expect([status(first), status(second)]).toEqual([CLAIM_STATUS.live, CLAIM_STATUS.rejected]);
	});
});

describe("a demand", () => {
	test("is made within the challenge period", async () => {
		const claim = await bench.claimToy(trace);
		const end = periodEnd(claim);
		expect(await tryAt(end - 1, bench.challenger, demand(claim, 0, 0))).toBe(undefined);
		expect(await tryAt(end, bench.challenger, demand(claim, 0, 1))).toBe("ChallengePeriodOver");
		expect(await tryAt(end + 1, bench.challenger, demand(claim, 0, 1))).toBe("ChallengePeriodOver");
	});

	test("is not made twice, nor of what is known", async () => {
		const claim = await bench.claimToy(trace);
		await bench.play(bench.challenger, demand(claim, 0, 1));
		expect(await bench.try(bench.stranger, demand(claim, 0, 1))).toBe("AlreadyDemanded");
		await bench.play(bench.submitter, answer(1));
		expect(await bench.try(bench.stranger, demand(claim, 0, 1))).toBe("AlreadyAnswered");
		const again = await claimAgain();
		expect(await bench.try(bench.stranger, demand(again, 0, 1))).toBe("AlreadyAnswered");
		await bench.play(bench.stranger, demand(again, 0, 0));
	});

	test("names an input that its operator reads, a chunk that there is, and a live claim", async () => {
		const claim = await bench.claimToy(trace);
		const refused = (action: DemandInputMove) => bench.try(bench.challenger, action);
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
		expect(await bench.try(bench.challenger, timeout(1))).toBe("UnknownDemand");
	});

	test("gives more time for every other one that is open against the claim", async () => {
		const claim = await bench.claimToy(trace);
		for (const [input, chunk] of TOY_CHUNKS) await bench.play(bench.stranger, demand(claim, input, chunk));
		const times = bench.table.state.inputDemands.map((d) => d.crowding);
		expect(times).toEqual(TOY_CHUNKS.map((_, i) => i * crowding));
		const last = lastSecondToAnswer(bench.table.state, bench.table.state.inputDemands[5]);
		expect(await tryAt(last, bench.stranger, timeout(6))).toBe("DemandNotTimedOut");
		expect(await tryAt(last + 1, bench.stranger, timeout(6))).toBe(undefined);
	});
});

describe("a claim whose inputs are demanded", () => {
	const finalise = (claim: number) => ({ type: "finalise", claim }) as const;
	const challenge = (claim: number) =>
		({ type: "challenge", value: PARAMETERS.challengerBond, claim, entry: entryOf(trace) }) as const;

	test("is not final while a demand is open, and can be challenged", async () => {
		const claim = await bench.claimToy(trace);
		await bench.play(bench.challenger, demand(claim, 0, 0));
		await bench.wait(periodEnd(claim) + 50);
		expect(await bench.try(bench.submitter, finalise(claim))).toBe("DemandsOpen");
		await bench.play(bench.challenger, challenge(claim));
	});

	test("can be challenged until there was time to compute after the last answer, then it is final", async () => {
		const claim = await bench.claimToy(trace);
		await bench.play(bench.challenger, demand(claim, 0, 0));
		await bench.play(bench.challenger, demand(claim, 0, 1));
		await bench.play(bench.submitter, answer(2));
		await bench.wait(periodEnd(claim) - 3);
		await bench.play(bench.submitter, answer(1));
		const end = bench.table.now + computeAllowance;
		expect(end).toBeGreaterThan(periodEnd(claim) + 1);
		expect((await chain.readCourt<bigint[]>("standing", [claim, periodEnd(claim)]))[0]).toBe(BigInt(end));
		expect(await tryAt(end - 2, bench.challenger, finalise(claim))).toBe("ChallengePeriodOpen");
		const before = await chain.snapshot();
		const model = bench.table.state;
		expect(await tryAt(end - 1, bench.challenger, challenge(claim))).toBe(undefined);
		await chain.restore(before);
		bench.table.state = model;
		expect(await tryAt(end, bench.challenger, challenge(claim))).toBe("ChallengePeriodOver");
		expect(await bench.try(bench.challenger, finalise(claim))).toBe(undefined);
		expect(status(claim)).toBe(CLAIM_STATUS.final);
	});

	test("has its whole challenge period if the answers come early", async () => {
		const claim = await bench.claimToy(trace);
		await bench.play(bench.challenger, demand(claim, 0, 0));
		await bench.play(bench.submitter, answer(1));
		const end = periodEnd(claim);
		expect(await tryAt(end - 1, bench.submitter, finalise(claim))).toBe("ChallengePeriodOpen");
		expect(await tryAt(end, bench.submitter, finalise(claim))).toBe(undefined);
	});
});

test("spam is paid: what answers cost is less than what demands pay, at 50 gwei per gas", async () => {
	const own = await TestChain.open(DEFAULT_PARAMETERS);
	try {
		const spam = new Bench(own, DEFAULT_PARAMETERS);
		await spam.sync();
		const claim = await spam.claimToy(trace);
		const value = DEFAULT_PARAMETERS.demandBond;
		for (const [input, chunk] of TOY_CHUNKS) {
			await spam.play(spam.stranger, { ...demand(claim, input, chunk), value });
		}
		const before = spam.spent;
		for (let id = 1; id <= TOY_CHUNKS.length; id++) {
			await spam.play(spam.submitter, toyAnswer(id, spam.table.state.inputDemands[id - 1]));
		}
		const paid = owedTo(spam.table.state, spam.submitter);
		expect(paid).toBeGreaterThan(BigInt(spam.spent - before) * parseGwei("50"));
		expect(BigInt(spam.gas.get("answerInput")!) * parseGwei("50")).toBeLessThan(
			value - (value * BigInt(DEFAULT_PARAMETERS.burnPermille)) / 1000n,
		);
	} finally {
		await own.close();
	}
});
