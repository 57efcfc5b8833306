import { claimOfTrace } from "@umpire/sdk/claim-content.ts";
import { realEvidence } from "@umpire/testing/chain/real-trace.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { ToyProgram } from "@umpire/testing/game/toy-program.ts";
import { lenet, randomInput } from "@umpire/testing/runtime/networks.ts";
import { encodeFunctionData, parseAbi } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const abi = parseAbi([
	"function ask(bytes32,uint256) payable",
	"function fetch(uint256)",
	"function takeBack() returns (uint256)",
]);

let chain: TestChain;
beforeAll(async () => {
	chain = await TestChain.open(PARAMETERS);
});
afterAll(() => chain.close());

describe("the example consumer", () => {
	test("learns the class that a network assigns to an input", async () => {
		const program = lenet(8);
		const { commitment, trace } = await realEvidence(program, randomInput(program));
		const scores = [...trace.outputs[0]];
		const [owner, submitter] = chain.accounts;
		let now = (await chain.time()) + 1;
		const { header, root } = commitment;
		await chain.act(owner, { type: "register", header }, now++);
		const consumer = await chain.deploy("Classifier", [chain.market, root]);
		now = (await chain.time()) + 1;
		const ask = encodeFunctionData({ abi, functionName: "ask", args: [trace.inputsRoot, BigInt(now + 500)] });
		const asked = await chain.send({ from: owner, to: consumer, data: ask, value: 70n, gas: 500_000 }, now++);
		expect(asked.error).toBe(undefined);
		const { opening } = claimOfTrace(commitment, trace);
		const { submitterBond, challengePeriod } = PARAMETERS;
		const { traceRoot } = trace;
		const claim = { type: "claim", value: submitterBond, request: 1, traceRoot, opening } as const;
		expect((await chain.act(submitter, claim, now++)).error).toBe(undefined);
		const data = encodeFunctionData({ abi, functionName: "fetch", args: [1n] });
		const early = await chain.send({ from: owner, to: consumer, data, value: 0n, gas: 500_000 }, now++);
		expect(early.error).toBe("WrongClaimStatus");
		now += challengePeriod;
		const final = await chain.act(owner, { type: "finalise", claim: 1 }, now);
		expect(final.error).toBe(undefined);
		const best = scores.indexOf(Math.max(...scores));
		const answer = await chain.call(
			consumer,
			"function answers(uint256) view returns (bool,uint256,int256)",
			[1n],
		);
		const { scale } = program.operators[program.outputs[0].operator];
		const wad = Number((answer as readonly [boolean, bigint, bigint])[2]);
		expect((answer as readonly unknown[]).slice(0, 2)).toEqual([true, BigInt(best)]);
		expect(Math.abs(wad / 1e18 - scores[best] * scale)).toBeLessThan(1e-12);
		expect(final.gas).toBeLessThan(350_000);
	});

	test("hands a fee that nobody earned back to whoever owns it, whoever calls", async () => {
		const [owner, stranger] = chain.accounts;
		const program = new ToyProgram([{ width: 8, elements: 10, outside: 4, parts: 1 }], 1, 0);
		let now = (await chain.time()) + 1;
		await chain.act(owner, { type: "register", header: program.header }, now++);
		const consumer = await chain.deploy("Classifier", [chain.market, program.root]);
		now = (await chain.time()) + 1;
		const args = [program.inputsRoot, BigInt(now + 10)] as const;
		const ask = encodeFunctionData({ abi, functionName: "ask", args });
		await chain.send({ from: owner, to: consumer, data: ask, value: 70n, gas: 500_000 }, now);
		const request = Number(await chain.read<bigint>("requestCount"));
		now += 11;
		expect((await chain.act(stranger, { type: "refund", request }, now++)).error).toBe(undefined);
		const before = await chain.balance(owner);
		const data = encodeFunctionData({ abi, functionName: "takeBack" });
		const taken = await chain.send({ from: stranger, to: consumer, data, value: 0n, gas: 500_000 }, now++);
		expect(taken.error).toBe(undefined);
		expect((await chain.balance(owner)) - before).toBe(70n);
		expect(await chain.balance(consumer)).toBe(0n);
	});
});
