import { GOOD, POOR } from "@umpire/actors/bounties/demo-square.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { seedStates } from "@umpire/markets/seed.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { commitInputs, recordTrace } from "@umpire/runtime/trace.ts";
import { claimOfTrace } from "@umpire/sdk/claim-content.ts";
import { Deployed } from "@umpire/testing/chain/deployed.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { squareInputs, squareProgram, squareScore } from "./square-contest.ts";

const VALUE = wordHex(987654321n);
const SALT = wordHex(55n);
const PRIZE = 1000n;
const DEPOSIT = 100n;
const ETHER: Hex = `0x${"00".repeat(20)}`;

let chain: TestChain;
beforeAll(async () => {
	chain = await TestChain.open(PARAMETERS, ["HiddenEvaluation", "TestBeacon"]);
});
afterAll(() => chain.close());

test("networks that approximate x² are scored by R² on points that nobody could know", async () => {
	const [owner, client, ...contributors] = chain.accounts;
	const program = await squareProgram();
	const commitment = await commitProgram(program);
	const soon = async () => (await chain.time()) + 1;
	await chain.act(client, { type: "register", header: commitment.header }, await soon());
	const beacon = await Deployed.deploy(chain, "TestBeacon", [0n, 5n]);
	const weightsInput = program.inputs.findIndex(({ name }) => name === "weights");
	const statesInput = program.inputs.findIndex(({ name }) => name === "states");
	const inputsOf = (weights: typeof GOOD, states: ArrayLike<number>) =>
		squareInputs(program, weights, states);
	const rootsOf = async (weights: typeof GOOD) =>
		(await commitInputs(program, inputsOf(weights, seedStates(wordHex(0n))))).map(({ root }) => root);
	const setup = {
		program: commitment.root,
		inputRoots: await rootsOf(GOOD),
		weightsInput,
		statesInput,
		submitUntil: (await chain.time()) + 50,
		scoreSeconds: 100,
		deposit: DEPOSIT,
	};
	const contest = await Deployed.deploy(
		chain,
		"HiddenEvaluation",
		[chain.market, beacon.address, setup],
		PRIZE,
	);
	const entries = [POOR, GOOD];
	for (const [i, weights] of entries.entries()) {
		const root = (await rootsOf(weights))[weightsInput];
		const commitment = await contest.read<Hex>("commitmentOf", [contributors[i], root, SALT]);
		await contest.send(contributors[i], "submit", [commitment], { value: DEPOSIT });
	}
	const round = await contest.read<bigint>("round");
	await beacon.send(client, "bring", [round, VALUE], { at: Number(round) });
	const states = seedStates(VALUE);
	for (const [i, weights] of entries.entries()) {
		const root = (await rootsOf(weights))[weightsInput];
		await contest.send(client, "ask", [BigInt(i + 1), root, SALT]);
		const session = await openSession(program, { record: "trace" });
		const trace = await recordTrace(session, commitment, inputsOf(weights, states));
		await session.release();
		// What the contract builds of the beacon's value is what the contributor's own run commits to.
		const { inputsRoot } = await chain.read<{ inputsRoot: Hex }>("getRequest", [BigInt(i + 1)]);
		expect(inputsRoot).toBe(trace.inputsRoot);
		const claim = { type: "claim", value: PARAMETERS.submitterBond, request: i + 1 } as const;
		const made = { ...claim, ...claimOfTrace(commitment, trace) };
		expect((await chain.act(contributors[i], made, await soon())).error).toBe(undefined);
	}
	const late = (await chain.time()) + PARAMETERS.challengePeriod;
	for (const claim of [1, 2]) {
		expect((await chain.act(owner, { type: "finalise", claim }, late + claim)).error).toBe(undefined);
	}
	const { scale } = program.operators[program.outputs[0].operator];
	for (const [i, weights] of entries.entries()) {
		const stored = await contest.read<readonly unknown[]>("submissions", [BigInt(i + 1)]);
		const score = Number(stored[5] as bigint) * scale;
		expect(Math.abs(score - squareScore(weights, states))).toBeLessThan(1e-3);
	}
	await contest.send(owner, "close");
	const owed = (account: Hex) => contest.read<bigint>("owed", [ETHER, account]);
	expect(await Promise.all(contributors.slice(0, 2).map(owed))).toEqual([DEPOSIT, DEPOSIT + PRIZE]);
});
