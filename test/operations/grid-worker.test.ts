import { readFile, rm, writeFile } from "node:fs/promises";
import { gridAbi } from "@umpire/abi/grid.ts";
import type { Actor } from "@umpire/actors/actor.ts";
import { demoProgram } from "@umpire/actors/grid/demo-model.ts";
import {
	deployGrids,
	type GridContracts,
	type GridDeployment,
	openGrids,
} from "@umpire/actors/grid/grid-contracts.ts";
import { gridWorker } from "@umpire/actors/grid/grid-worker.ts";
import { openGrid } from "@umpire/actors/grid/open-grid.ts";
import { readGrid } from "@umpire/actors/grid/read-grid.ts";
import type { OpenGridOptions } from "@umpire/actors/grid/terms.ts";
import { type LoadedProgram, loadRegistered } from "@umpire/actors/loaded-program.ts";
import { registerProgram } from "@umpire/actors/register.ts";
import { postRequest } from "@umpire/actors/requester.ts";
import { openStage, type Stage } from "@umpire/actors/stage.ts";
import { submitter } from "@umpire/actors/submitter.ts";
import type { World } from "@umpire/actors/world.ts";
import { callOf } from "@umpire/chain/action-call.ts";
import { getRequest, getTurn, openContracts } from "@umpire/chain/contracts.ts";
import { deploy } from "@umpire/chain/deploy.ts";
import { read, send } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { NO_DESCRIPTOR } from "@umpire/game/move.ts";
import { SIDE } from "@umpire/game/state.ts";
import { GRID_STATUS, POINT_STATUS } from "@umpire/markets/grid-state.ts";
import type { SeenGrid } from "@umpire/markets/grid-steps.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { commitInputs } from "@umpire/runtime/trace.ts";
import { localAccount } from "@umpire/store/accounts.ts";
import { getInputs, putInputs } from "@umpire/store/inputs.ts";
import { parseEther, parseEventLogs, toHex, zeroAddress } from "viem";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const ROUND = 600;
const STAKE = parseEther("1");
const BEACON_FEE = parseEther("0.01");
const GRIDS = { beaconFee: BEACON_FEE, blockSeconds: ROUND, drift: 0, leastStake: STAKE };
const TERMS: OpenGridOptions = {
	hyper: "hyper",
	points: [{ steps: 2, hyperparameters: [64, 2] }],
	bounty: parseEther("1"),
	stake: STAKE,
	rounds: 4,
	roundSeconds: ROUND,
	reservationSeconds: ROUND,
	lowest: true,
};

let stage: Stage;
let client: World;
let contracts: GridContracts;
let base: LoadedProgram;
let inputs: readonly Elements[];
let said: string[];
const progress = (line: string) => said.push(line);

beforeEach(async () => {
	stage = await openStage();
	client = await stage.world("requester");
	const { compiled, inputs: drawn } = await demoProgram(3);
	inputs = drawn;
	const { program } = compiled;
	const { root } = await registerProgram(client, program, await commitProgram(program));
	base = await loadRegistered(client, root);
	await deployGrids(client, GRIDS);
	contracts = await openGrids(client);
	said = [];
});
afterEach(() => stage.close());

const open = (terms: Partial<OpenGridOptions> = {}) =>
	openGrid(client, contracts, base, inputs, { ...TERMS, ...terms });
const seen = async (grid: number): Promise<SeenGrid> => {
	await client.feed.poll();
	return readGrid(client, contracts, grid);
};
const request = (method: string, params: unknown[]) =>
	(stage.connection.reader.request as (args: { method: string; params: unknown[] }) => Promise<unknown>)({
		method,
		params,
	});
const fund = (account: Hex, wei: bigint) => request("hardhat_setBalance", [account, toHex(wei)]);

/** Lets the actors act, a round at a time, until something is so. */
async function playUntil(actors: readonly Actor[], isSo: () => Promise<boolean>): Promise<void> {
	for (let round = 0; round < 2 * TERMS.rounds; round++) {
		await stage.settle(actors);
		if (await isSo()) return;
		await stage.wait(ROUND / 2);
	}
	throw new Error(`It did not come to that: ${said.join("\n")}`);
}

describe("a worker of a grid", () => {
	test("claims what it was dealt and nothing else, whatever others ask of its programs", async () => {
		const grid = await open();
		const worker = await stage.world("submitter");
		const { address } = worker.signer.account;
		await fund(address, parseEther("3"));
		const actor = await gridWorker(worker, contracts, { grid, progress });
		const [point] = (await seen(grid)).points;
		const stranger = await stage.world("third-submitter");
		const loaded = await loadRegistered(stranger, point.program);
		const known = (await getInputs(stage.home.content, loaded.program, point.inputsRoot))!;
		for (let i = 0; i < 12; i++) {
			// Better paid than the point, and half of them for nobody else.
			const only = i % 2 === 0 ? { submitter: address } : {};
			await postRequest(stranger, loaded, known, { fee: "0.000000001", within: 10 ** 6, ...only });
		}
		await playUntil([actor], async () => (await seen(grid)).points[0].status === POINT_STATUS.claimed);
		const claims = worker.feed.events.filter(({ name }) => name === "Claimed");
		expect(claims.map(({ args }) => args)).toMatchObject([{ request: 13n, submitter: address }]);
	});

	test("is dealt its point on a local chain where nobody else makes a block", async () => {
		await deployGrids(client, { ...GRIDS, blockSeconds: 12, replace: true });
		contracts = await openGrids(client);
		const grid = await open();
		const actor = await gridWorker(await stage.world("submitter"), contracts, { grid, progress });
		await stage.settle([actor]);
		await stage.wait(ROUND);
		await stage.settle([actor]);
		expect((await seen(grid)).points[0].status).toBe(POINT_STATUS.claimed);
		expect(said.join("\n")).toMatch(
			/Working on grid 1 \(1 points?, .*\n.*Joined round 0\.\n.*Waiting for the end/,
		);
	});

	test("G6: does not join a grid that got points which it cannot compute after it had looked", async () => {
		const { program } = base;
		const terms = {
			program: base.root,
			inputRoots: (await commitInputs(program, inputs)).map(({ root }) => root),
			hyperInput: program.inputs.findIndex(({ name }) => name === TERMS.hyper),
			hyperWidth: program.inputs.find(({ name }) => name === TERMS.hyper)!.width,
			hyperElements: 2,
			token: zeroAddress,
			...TERMS,
		};
		const call = (functionName: string, args: readonly unknown[], value = 0n) =>
			send(client.signer, { contract: contracts.grid, functionName, args, value });
		await call("open", [terms]);
		const worker = await stage.world("submitter");
		const actor = await gridWorker(worker, contracts, { grid: 1, progress });
		// Nobody has these inputs but the client.
		await call("addPoints", [1n, [{ steps: program.steps, hyperparameters: [77, 7] }]]);
		await call("start", [1n], TERMS.bounty + BEACON_FEE * BigInt(TERMS.rounds));
		await stage.settle([actor]);
		expect(said.join("\n")).toMatch(/join: The inputs 0x\w+ are not in .*ask the client/);
		expect((await seen(1)).rounds[0].joiners).toEqual([]);
		const wanted = inputs.with(
			terms.hyperInput,
			inputs[terms.hyperInput].map((_, i) => [77, 7][i]),
		);
		await putInputs(stage.home.content, program, wanted);
		await playUntil([actor], async () => (await seen(1)).rounds.some(({ joiners }) => joiners.length > 0));
	});

	test("joins only if it can pay the bond of its claim and defend it, beside the stake", async () => {
		const grid = await open();
		const worker = await stage.world("submitter");
		const { submitterBond } = stage.contracts.deployment.parameters;
		await fund(worker.signer.account.address, STAKE + submitterBond);
		const actor = await gridWorker(worker, contracts, { grid, progress });
		await stage.settle([actor]);
		expect(said.join("\n")).toMatch(/join: 0x\w+ holds 1.1 ETH: fund it/);
		expect((await seen(grid)).rounds[0].joiners).toEqual([]);
		await fund(worker.signer.account.address, 3n * STAKE);
		await playUntil([actor], async () => (await seen(grid)).points[0].status === POINT_STATUS.claimed);
	});

	test("defends its claims after a restart, though the program of another point cannot be loaded any more", async () => {
		const points = [2, 3].map((steps) => ({ steps, hyperparameters: [64, 2] }));
		const grid = await open({ points, bounty: parseEther("2") });
		const worker = await stage.world("submitter");
		const first = await gridWorker(worker, contracts, { grid, progress });
		await playUntil([first], async () =>
			(await seen(grid)).points.every(({ status }) => status === POINT_STATUS.claimed),
		);
		const [lost, kept] = (await seen(grid)).points;
		await rm(stage.home.path("programs", `${lost.program}.onnx`));
		const again = await gridWorker(await stage.world("submitter"), contracts, { grid, progress });
		const dispute = await challenge(kept.claim!.id);
		await stage.settle([again]);
		expect((await getTurn(stage.contracts, dispute)).side).toBe(SIDE.challenger);
		expect(said.join("\n")).toMatch(new RegExp(`program ${lost.program}: `));
	});

	test("defends a claim after a restart whose reservation was ended before it came", async () => {
		const points = [64, 65].map((rate) => ({ steps: 2, hyperparameters: [rate, 2] }));
		const grid = await open({ points, bounty: parseEther("2") });
		const silent = await gridWorker(await stage.world("submitter"), contracts, {
			grid,
			progress,
			claimant: async () => [],
			joins: "once",
		});
		const reserved = async () =>
			(await seen(grid)).points.find(({ status }) => status === POINT_STATUS.reserved);
		await playUntil([silent], async () => (await reserved()) !== undefined);
		const { request, program, inputsRoot } = (await reserved())!;
		await playUntil([silent], async () => (await reserved()) === undefined);
		// It was on its way when the reservation ended: the market takes it.
		const serves = (asked: number) => asked === request;
		const late = await submitter(await stage.world("submitter"), program, {
			leastFee: "0",
			serves,
			progress,
		});
		await stage.settle([late]);
		const { liveClaim } = await getRequest(stage.contracts, BigInt(request));
		// That it can join no more is no reason to let the claim fall.
		const other = (await seen(grid)).points.find((point) => point.inputsRoot !== inputsRoot)!;
		await rm(stage.home.path("inputs", `${other.inputsRoot}.bin`));
		const again = await gridWorker(await stage.world("submitter"), contracts, { grid, progress });
		const dispute = await challenge(Number(liveClaim));
		await stage.settle([again]);
		expect((await getTurn(stage.contracts, dispute)).side).toBe(SIDE.challenger);
	});

	test("that is killed after every third look is dealt its points, claims each once, and is paid", async () => {
		const points = [2, 3].map((steps) => ({ steps, hyperparameters: [64, 2] }));
		const grid = await open({ points, bounty: parseEther("2") });
		let looks = 0;
		let actor: Actor | undefined;
		const killed: Actor = {
			name: "killed",
			async tick() {
				if (looks++ % 3 === 0) {
					actor = await gridWorker(await stage.world("submitter"), contracts, { grid, progress });
				}
				return actor!.tick();
			},
		};
		const period = BigInt(stage.contracts.deployment.parameters.challengePeriod);
		await playUntil([killed], async () => {
			const { points: found } = await seen(grid);
			return found.every(({ status }) => status === POINT_STATUS.claimed);
		});
		await stage.wait(Number(period));
		await playUntil([killed], async () => (await seen(grid)).status === GRID_STATUS.closed);
		await stage.settle([killed]);
		const { address } = localAccount("submitter");
		const claims = client.feed.events.filter(({ name }) => name === "Claimed");
		expect(claims).toHaveLength(2);
		const owed = await read(stage.contracts, contracts.grid, "owed", [zeroAddress, address]);
		expect(owed).toBe(0n);
		const logs = await stage.connection.reader.getLogs({ address: contracts.grid.address, fromBlock: 0n });
		const taken = parseEventLogs({ abi: gridAbi, logs, eventName: "Withdrawn" });
		expect(taken.map(({ args }) => args.amount)).toEqual([2n * STAKE + parseEther("2")]);
	});
});

describe("a file that names a grid contract", () => {
	const nameIn = async (changed: Partial<GridDeployment>) => {
		const { market } = stage.contracts.deployment;
		const path = stage.home.path("grids", `${stage.connection.chain.id}-${market.toLowerCase()}.json`);
		const known = JSON.parse(await readFile(path, "utf8")) as GridDeployment;
		await writeFile(path, JSON.stringify({ ...known, ...changed }));
	};

	test("is not followed to one of another market or beacon, nor to what is no grid contract", async () => {
		await nameIn({ beacon: contracts.grid.address });
		await expect(openGrids(client)).rejects.toThrow(/is of the beacon 0x\w+, not 0x/);
		await nameIn({ beacon: contracts.beacon.address, grid: stage.contracts.court.address });
		await expect(openGrids(client)).rejects.toThrow(UmpireError);
		const { connection, deployment } = stage.contracts;
		const elsewhere = await deploy(client.signer, deployment.parameters);
		const other = { ...client, contracts: await openContracts(connection, elsewhere) };
		const { grid } = await deployGrids(other, GRIDS);
		await nameIn({ grid });
		await expect(openGrids(client)).rejects.toThrow(/is of the market 0x\w+, not 0x/);
	});
});

/** A false challenge by a stranger. */
async function challenge(claim: number): Promise<bigint> {
	const { contracts: of } = stage;
	const { challengerBond: value } = of.deployment.parameters;
	const move = { type: "challenge", value, claim, entry: NO_DESCRIPTOR } as const;
	const { signer } = await stage.world("third-submitter");
	await send(signer, callOf(of, move));
	return read(of, of.court, "disputeCount", [of.market.address]);
}
