import { readFile, writeFile } from "node:fs/promises";
import { type Evidence, openDescriptor } from "@umpire/actors/evidence.ts";
import { leafOf } from "@umpire/actors/settlement.ts";
import { DEFAULT_PARAMETERS } from "@umpire/chain/deploy.ts";
import { type Hex, MAX_PARTS } from "@umpire/commitment/constants.ts";
import { honestChallenger } from "@umpire/game/challenger.ts";
import { inputAnswer } from "@umpire/game/input-answer.ts";
import { NO_DESCRIPTOR } from "@umpire/game/move.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { honestSubmitter } from "@umpire/game/submitter.ts";
import type { Program } from "@umpire/operators/program.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { bindingOf } from "@umpire/sdk/claim-content.ts";
import { ChainDriver, type GasBook } from "@umpire/testing/chain/chain-driver.ts";
import { ProofDriver } from "@umpire/testing/chain/proof-driver.ts";
import { falsified, realEvidence } from "@umpire/testing/chain/real-trace.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { type ToyOperator, ToyProgram, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import { lenet, NetworkBuilder, randomInput } from "@umpire/testing/runtime/networks.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HonestParty } from "./honest-party.ts";

const SNAPSHOT = new URL("gas.json", import.meta.url);
/** A change of the contracts that costs more than this is worth a look: UPDATE_GAS=1 accepts it. */
const TOLERANCE = 0.03;

/** What no move may ever cost, in gas. */
const LIMITS: Readonly<Record<string, number>> = {
	claim: 200_000,
	"claim: an output of five words": 300_000,
	"a whole dispute": 1_500_000,
};

/** A mode of the hostile account. */
const BURNS_GAS = 2;

/** What a direct settlement of one part may cost at most. */
const DIRECT = 700_000;

/** One element of each kind of operator of LeNet-5, and one of a dense layer with many parts. */
const FAULTS = [
	["convolution", 0, 2000],
	["pooling", 1, 400],
	["view", 4, 100],
	["dense layer", 5, 60],
	["score", 7, 3],
] as const;

let chain: TestChain;
let right: Evidence;
const gas: GasBook = new Map();
beforeAll(async () => {
	chain = await TestChain.open(DEFAULT_PARAMETERS);
	const program = layered(lenet(8));
	right = await realEvidence(program, randomInput(program));
});
afterAll(() => chain.close());

/** The layouts that the compiler chooses: reductions run along rows. */
function layered(program: Program): Program {
	const { constants, operators } = program;
	return {
		...program,
		constants: constants.map((c) => ({ ...c, layout: c.shape.length === 2 ? [1, 0] : [0, 2, 3, 1] })),
		operators: operators.map((o) => (o.shape.length === 4 ? { ...o, layout: [0, 2, 3, 1] } : o)),
	};
}

describe("gas", () => {
	test.each(FAULTS)("of a dispute about a %s", async (name, operator, element) => {
		const snapshot = await chain.snapshot();
		const value = right.trace.operators[0][operator].elements[element];
		const wrong = await falsified(right, operator, element, value > 0 ? -1 : 1);
		const driver = new ProofDriver(chain, DEFAULT_PARAMETERS, gas);
		const claim = await driver.claim(wrong);
		const before = driver.spent;
		const { id, plan } = await driver.searchFor(claim, right, wrong);
		const settlement = await driver.prove(wrong, id, plan);
		await driver.play(driver.challenger, { type: "settle", dispute: id, settlement });
		expect(driver.game.state.claims[0].status).toBe(CLAIM_STATUS.rejected);
		await driver.withdraw(driver.challenger);
		const dispute = driver.spent - before;
		gas.set(`a whole dispute about a ${name}`, dispute);
		gas.set("a whole dispute", Math.max(dispute, gas.get("a whole dispute") ?? 0));
		await chain.restore(snapshot);
	});

	test("of a demand for a chunk of eight leaves, its answer and its timeout", async () => {
		const snapshot = await chain.snapshot();
		const own: GasBook = new Map();
		const driver = new ProofDriver(chain, DEFAULT_PARAMETERS, own);
		const program = layered(new NetworkBuilder("wide", [1, 1500], 8).dense(10, false).finish());
		const evidence = await realEvidence(program, randomInput(program));
		const opening = openDescriptor(evidence, 0);
		const value = DEFAULT_PARAMETERS.demandBond;
		const demand = { type: "demandInput", value, claim: await driver.claim(evidence), input: 0 } as const;
		for (const chunk of [0, 1]) {
			await driver.play(driver.challenger, { ...demand, chunk, operator: 0, opening });
		}
		const answer = inputAnswer(1, driver.game.state.inputDemands[0], evidence.trace);
		expect(answer.words.length).toBe(8);
		await driver.play(driver.submitter, answer);
		const { increment, reserve, crowding } = DEFAULT_PARAMETERS;
		await driver.wait(driver.game.now + increment + reserve + crowding + 1);
		await driver.play(driver.challenger, { type: "timeoutInput", demand: 2 });
		for (const move of ["demandInput", "answerInput", "timeoutInput"]) gas.set(move, own.get(move)!);
		await chain.restore(snapshot);
	});

	test("of the beginning of a dispute about a lazy claim", async () => {
		const snapshot = await chain.snapshot();
		const program = { ...right.program, lazy: true };
		const commitment = await commitProgram(program);
		const lazy = { program, commitment, trace: right.trace };
		const driver = new ProofDriver(chain, DEFAULT_PARAMETERS);
		const claim = await driver.claim(lazy);
		const entry = NO_DESCRIPTOR;
		const value = DEFAULT_PARAMETERS.challengerBond;
		await driver.play(driver.challenger, { type: "challenge", value, claim, entry });
		await driver.play(driver.submitter, {
			type: "bindTrace",
			claim,
			segment: 0,
			...bindingOf(commitment, right.trace, 0),
		});
		await driver.play(driver.challenger, { type: "enter", dispute: 1, entry });
		for (const move of ["claim", "challenge", "bindTrace", "enter"]) {
			gas.set(`lazy: ${move}`, driver.gas.get(move)!);
		}
		await chain.restore(snapshot);
	});

	test("of the beginning of a dispute about a claim of checkpoints", async () => {
		const snapshot = await chain.snapshot();
		const toy = new ToyProgram([{ width: 8, elements: 1, outside: 1, parts: 1 }], 500, 0, false, 16);
		const own = new ToyTrace(toy);
		const theirs = new ToyTrace(toy, [{ step: 399, operator: 0, element: 0, by: 1 }]);
		const driver = new ChainDriver(chain, DEFAULT_PARAMETERS);
		await driver.sync();
		const claim = await driver.claimToy(theirs);
		const id = await driver.challengeToy(own, claim);
		while (!driver.gas.has("enter")) {
			const view = driver.game.view(id);
			const answer = honestSubmitter(view, theirs);
			const move = answer ?? honestChallenger(view, own);
			if (move === null || move.type === "prove") throw new Error("there is nothing to bind");
			await driver.play(answer === null ? driver.challenger : driver.submitter, move);
		}
		for (const move of ["claim", "challenge", "bindTrace", "enter"]) {
			gas.set(`segments: ${move}`, driver.gas.get(move)!);
		}
		await chain.restore(snapshot);
	});

	test("of the largest moves that a dispute about a valid program has", async () => {
		const snapshot = await chain.snapshot();
		const own: GasBook = new Map();
		const driver = new ChainDriver(chain, DEFAULT_PARAMETERS, undefined, own);
		await driver.sync();
		const operator = {
			width: 8,
			elements: 2 ** 14 * 155,
			outside: 1,
			parts: MAX_PARTS,
			operands: 64,
		} as const;
		const program = new ToyProgram(new Array<ToyOperator>(256).fill(operator), 1, 0);
		const wrong = new ToyTrace(program, [{ step: 0, operator: 255, element: operator.elements - 1, by: 3 }]);
		const right = new ToyTrace(program);
		await driver.claimToy(wrong);
		const pace = { delay: 0, outage: undefined };
		const submitter = new HonestParty(driver, driver.submitter, wrong, pace);
		const challenger = new HonestParty(driver, driver.challenger, right, pace);
		await driver.challengeToy(right, 1);
		while (driver.game.state.claims[0].status === CLAIM_STATUS.live) {
			await submitter.passTo(driver.game.now + 1);
			await challenger.passTo(driver.game.now + 1);
		}
		for (const [move, what] of [
			["open", "256 nodes"],
			["descend", "into a tensor, descriptor of 39 kB"],
			["name", "1,024 parts, descriptor of 39 kB"],
			["publishPartials", "1,024 parts, descriptor of 39 kB"],
		]) {
			gas.set(`${move}: ${what}`, own.get(move)!);
		}
		expect(program.opening(255).descriptor.length / 2).toBeGreaterThan(39_000);
		await chain.restore(snapshot);
	});

	test.each(FAULTS)("of settling a %s directly", async (name, operator, element) => {
		const snapshot = await chain.snapshot();
		const value = right.trace.operators[0][operator].elements[element];
		const wrong = await falsified(right, operator, element, value > 0 ? -1 : 1);
		const driver = new ProofDriver(chain, DEFAULT_PARAMETERS, gas);
		const claim = await driver.claim(wrong);
		const leaf = leafOf(right, operator, element);
		const tensor = wrong.trace.operators[0][operator];
		const disputed = { step: 0, operator, element, part: 0, words: tensor.words(leaf), partials: [] };
		const beneficiary = driver.challenger;
		const settlement = await driver.proveElement(wrong, disputed, beneficiary);
		const location = {
			step: 0,
			operator,
			leaf,
			leafPath: tensor.path(leaf),
			operatorPath: wrong.trace.stepTrees[0].path(operator),
			stepPath: [],
		};
		const move = { type: "settleDirectly", claim, beneficiary, location, settlement } as const;
		const parts = settlement.evidence.length;
		const label = `settleDirectly: ${name}, ${parts} part${parts === 1 ? "" : "s"}`;
		await driver.play(beneficiary, move, label);
		expect(driver.game.state.claims[0].status).toBe(CLAIM_STATUS.rejected);
		if (parts === 1) expect(gas.get(label)).toBeLessThan(DIRECT);
		await chain.restore(snapshot);
	});

	test("of the dearest claim, and of the dearest consumer when it becomes final", async () => {
		const snapshot = await chain.snapshot();
		const driver = new ChainDriver(chain, DEFAULT_PARAMETERS);
		await driver.sync();
		const trace = new ToyTrace(new ToyProgram([{ width: 8, elements: 155, outside: 4, parts: 1 }], 1, 0));
		const consumer = await chain.deploy("HostileAccount", [BURNS_GAS]);
		const claim = await driver.claimToy(trace, consumer);
		await driver.wait(driver.game.now + DEFAULT_PARAMETERS.challengePeriod + 1);
		await driver.play(driver.submitter, { type: "finalise", claim });
		gas.set("claim: an output of five words", driver.gas.get("claim")!);
		gas.set("finalise: a consumer that burns all gas", driver.gas.get("finalise")!);
		await chain.restore(snapshot);
	});

	test("of a claim that nobody disputes, and of a refund", async () => {
		const driver = new ProofDriver(chain, DEFAULT_PARAMETERS, gas);
		const claim = await driver.claim(right);
		const consumer: Hex = `0x${"00".repeat(20)}`;
		await driver.wait(driver.game.now + DEFAULT_PARAMETERS.challengePeriod + 1);
		await driver.play(driver.submitter, { type: "finalise", claim });
		await driver.withdraw(driver.submitter);
		const { root } = right.commitment;
		const deadline = driver.game.now + 50;
		const { inputsRoot } = right.trace;
		await driver.play(driver.requester, {
			type: "request",
			value: 5n,
			program: root,
			inputsRoot,
			deadline,
			consumer,
		});
		await driver.wait(deadline + 1);
		await driver.play(driver.requester, { type: "refund", request: 2 });
	});

	test("is what it was, and within the limits", async () => {
		const found = Object.fromEntries([...gas].toSorted(([a], [b]) => (a < b ? -1 : 1)));
		if (process.env.UPDATE_GAS === "1") await writeFile(SNAPSHOT, `${JSON.stringify(found, null, "\t")}\n`);
		for (const [move, most] of Object.entries(LIMITS)) expect(found[move], move).toBeLessThanOrEqual(most);
		const committed = JSON.parse(await readFile(SNAPSHOT, "utf8")) as Record<string, number>;
		expect(Object.keys(found)).toEqual(Object.keys(committed));
		for (const [move, expected] of Object.entries(committed)) {
			expect(Math.abs(found[move] - expected) / expected, `${move}: ${found[move]}`).toBeLessThan(TOLERANCE);
		}
	});
});
