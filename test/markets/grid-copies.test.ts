import type { Evidence } from "@umpire/actors/evidence.ts";
import { leafOf } from "@umpire/actors/settlement.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { wordHex } from "@umpire/commitment/hex.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { claimOfTrace } from "@umpire/sdk/claim-content.ts";
import { ProofDriver } from "@umpire/testing/chain/proof-driver.ts";
import { realEvidence } from "@umpire/testing/chain/real-trace.ts";
import { TestChain } from "@umpire/testing/chain/test-chain.ts";
import { NOBODY, PARAMETERS } from "@umpire/testing/game/game-driver.ts";
import { deployGrid, GRID_CONTRACTS, type GridStage } from "@umpire/testing/markets/grid-driver.ts";
import { NetworkBuilder } from "@umpire/testing/runtime/networks.ts";
import { afterAll, beforeAll, expect, test } from "vitest";

/** What a grid's points are about: its only input is the hyper-parameters, and all that it computes follows from them. */
const program = new NetworkBuilder("grid", [1, 8], 8).dense(2, false).finish();
const POINTS = [
	[1, 2, 3, 4, 5, 6, 7, 8],
	[-90, 70, -50, 30, 90, -70, 50, -30],
] as const;

let chain: TestChain;
let stage: GridStage;
let evidence: readonly Evidence[];
beforeAll(async () => {
	chain = await TestChain.open(PARAMETERS, GRID_CONTRACTS);
	stage = await deployGrid(chain);
	evidence = await Promise.all(POINTS.map((point) => realEvidence(program, [Int8Array.from(point)])));
});
afterAll(() => chain.close());

interface Point {
	readonly worker: Hex;
	readonly request: number;
	readonly inputsRoot: Hex;
	readonly status: number;
}

test("G1: a trace of one point that is claimed for another falls, and costs bond and stake", async () => {
	const { grid, beacon } = stage;
	const [, client, challenger, stranger, ...workers] = chain.accounts;
	const { header, root } = evidence[0].commitment;
	await chain.act(client, { type: "register", header }, (await chain.time()) + 1);
	const terms = {
		program: root,
		inputRoots: [wordHex(0n)],
		hyperInput: 0,
		hyperWidth: 8,
		hyperElements: 8,
		lowest: false,
		token: NOBODY,
		bounty: 1000n,
		stake: 500n,
		rounds: 1,
		roundSeconds: 50,
		reservationSeconds: 100,
	};
	await grid.send(client, "open", [terms]);
	await grid.send(client, "addPoints", [
		1n,
		POINTS.map((hyperparameters) => ({ steps: 1, hyperparameters })),
	]);
	const pointOf = (point: number) => grid.read<Point>("getPoint", [1n, BigInt(point)]);
	// What the contract computes is what a run commits to.
	for (const [i, { trace }] of evidence.entries())
		expect((await pointOf(i)).inputsRoot).toBe(trace.inputsRoot);
	await grid.send(client, "start", [1n], { value: 1000n + stage.fee });
	for (const worker of workers.slice(0, 2)) await grid.send(worker, "join", [1n, 0n], { value: 500n });
	const round = await grid.read<bigint>("beaconRound", [1n, 0n]);
	await beacon.send(stranger, "bring", [round, wordHex(5n)], { at: Number(round) });
	await grid.send(stranger, "draw", [1n, 2n]);

	const copied = evidence[0].trace;
	const { worker, request } = await pointOf(1);
	const { traceRoot, opening } = claimOfTrace(evidence[0].commitment, copied);
	const claim = { type: "claim", value: PARAMETERS.submitterBond, request, traceRoot, opening } as const;
	expect((await chain.act(worker.toLowerCase() as Hex, claim, (await chain.time()) + 1)).error).toBe(
		undefined,
	);

	// The claimed trace over the inputs that the contract computed: its output does not follow from them.
	const { operators, stepTrees, stepRoots, traceTree } = copied;
	const changed = { operators, stepTrees, stepRoots, traceTree, traceRoot: copied.traceRoot };
	const claimed: Evidence = { ...evidence[1], trace: { ...evidence[1].trace, ...changed } };
	const output = program.outputs[0].operator;
	const leaf = leafOf(claimed, output, 0);
	const tensor = copied.operators[0][output];
	const disputed = {
		step: 0,
		operator: output,
		element: 0,
		part: 0,
		words: tensor.words(leaf),
		partials: [],
	};
	const settlement = await new ProofDriver(chain, PARAMETERS).proveElement(claimed, disputed, challenger);
	const operatorPath = copied.stepTrees[0].path(output);
	const location = {
		step: 0,
		operator: output,
		leaf,
		leafPath: tensor.path(leaf),
		operatorPath,
		stepPath: [],
	};
	const settle = { type: "settleDirectly", claim: 1, beneficiary: challenger, location, settlement } as const;
	expect((await chain.act(stranger, settle, (await chain.time()) + 1)).error).toBe(undefined);
	const [status] = (await chain.read<readonly unknown[]>("ending", [1n])) as [number];
	expect(status).toBe(CLAIM_STATUS.rejected);
	await grid.send(stranger, "sync", [1n, 1n, 1n]);
	const burned = (500n * BigInt(PARAMETERS.burnPermille)) / 1000n;
	expect(await grid.read("owed", [NOBODY, challenger])).toBe(500n - burned);
	expect(await grid.read("owed", [NOBODY, worker])).toBe(0n);
	expect((await pointOf(1)).status).toBe(0);
});
