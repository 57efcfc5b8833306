import { wordHex } from "@umpire/commitment/hex.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { ToyProgram, ToyTrace } from "@umpire/testing/game/toy-program.ts";
import { afterAll, beforeAll, expect, test } from "vitest";

const trace = new ToyTrace(new ToyProgram([{ width: 8, elements: 10, outside: 4, parts: 1 }], 1, 0));

let chain: TestChain;
beforeAll(async () => {
	chain = await TestChain.open(PARAMETERS);
});
afterAll(() => chain.close());

test("the example consumer learns nothing from requests that others make in its name", async () => {
	const { header, root, inputsRoot } = trace.program;
	const stranger = chain.accounts[7];
	const consumer = await chain.deploy("Classifier", [chain.market, wordHex(99n)]);
	let now = (await chain.time()) + 1;
	const { submitterBond, challengePeriod } = PARAMETERS;
	await chain.act(stranger, { type: "register", header }, now++);
	await chain.act(
		stranger,
		{ type: "request", value: 0n, program: root, inputsRoot, deadline: now + 100, consumer },
		now++,
	);
	const claim = {
		type: "claim",
		value: submitterBond,
		request: 1,
		traceRoot: trace.root,
		opening: trace.output(),
	} as const;
	expect((await chain.act(stranger, claim, now++)).error).toBe(undefined);
	expect((await chain.act(stranger, { type: "finalise", claim: 1 }, now + challengePeriod)).error).toBe(
		undefined,
	);
	const signature = "function answers(uint256) view returns (bool,uint256,int256)";
	expect(await chain.call(consumer, signature, [1n])).toEqual([false, 0n, 0n]);
});
