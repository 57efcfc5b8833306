import { demoProgram } from "@umpire/actors/grid/demo-model.ts";
import { deployGrids, type GridContracts, openGrids } from "@umpire/actors/grid/grid-contracts.ts";
import { openGrid } from "@umpire/actors/grid/open-grid.ts";
import { gridCount } from "@umpire/actors/grid/read-grid.ts";
import type { OpenGridOptions } from "@umpire/actors/grid/terms.ts";
import { type LoadedProgram, loadRegistered } from "@umpire/actors/loaded-program.ts";
import { registerProgram } from "@umpire/actors/register.ts";
import { openStage, type Stage } from "@umpire/actors/stage.ts";
import type { World } from "@umpire/actors/world.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { GAS_AFTER_TRAINING } from "@umpire/markets/grid-parameters.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { formatEther, parseEther } from "viem";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

const GRIDS = {
	beaconFee: parseEther("0.01"),
	blockSeconds: 12,
	drift: 0,
	leastStake: parseEther("0.1"),
};
const point = (rate: number) => ({ steps: 2, hyperparameters: [rate, 2] });
const TERMS: OpenGridOptions = {
	hyper: "hyper",
	points: [point(64), point(65), point(66)],
	bounty: parseEther("4"),
	stake: parseEther("1"),
	rounds: 4,
	roundSeconds: 600,
	reservationSeconds: 600,
	lowest: true,
};

let stage: Stage;
let client: World;
let contracts: GridContracts;
let base: LoadedProgram;
let inputs: readonly Elements[];
let warned: string[];

beforeAll(async () => {
	stage = await openStage();
	client = await stage.world("requester");
	const { compiled, inputs: drawn } = await demoProgram(3);
	inputs = drawn;
	const { root } = await registerProgram(client, compiled.program, await commitProgram(compiled.program));
	base = await loadRegistered(client, root);
	await deployGrids(client, GRIDS);
	contracts = await openGrids(client);
});
afterAll(() => stage.close());
beforeEach(() => {
	warned = [];
});

const open = (terms: Partial<OpenGridOptions> = {}) =>
	openGrid(client, contracts, base, inputs, { ...TERMS, warn: (line) => warned.push(line), ...terms });

describe("terms that the contract would refuse when it starts a grid", () => {
	const wrong: readonly (readonly [string, Partial<OpenGridOptions>, RegExp])[] = [
		["a stake below a share", { stake: parseEther("0.9") }, /below the 1 ETH .*--stake 1 or more/],
		["a stake below the least", { bounty: 1n, stake: parseEther("0.05") }, /--stake 0\.1 or more/],
		["no bounty", { bounty: 0n }, /give --bounty/],
		["the same point twice", { points: [point(64), point(65), point(64)] }, /Points 0 and 2 are the same/],
		[
			"too many points",
			{ points: Array.from({ length: 257 }, (_, i) => point(i)) },
			/at most 256 points, not 257/,
		],
		["more than there is", { bounty: parseEther("20000"), stake: parseEther("5000") }, /fund it/],
	];

	test.each(wrong)("%s: is refused before anything is sent", async (_, terms, reason) => {
		const nonce = () =>
			stage.connection.reader.getTransactionCount({ address: client.signer.account.address });
		const before = await nonce();
		await expect(open(terms)).rejects.toThrow(reason);
		expect(await nonce()).toBe(before);
	});

	test("a stake of just a share is taken", async () => {
		const before = await gridCount(client, contracts);
		expect(await open()).toBe(before + 1);
	});
});

describe("G6: opening a grid", () => {
	test("warns unless a share covers the cost of training and the rest of a worker's gas", async () => {
		const price = await stage.connection.reader.getGasPrice();
		const gas = GAS_AFTER_TRAINING * price;
		// Three points: a share is a quarter of the bounty.
		await open({ bounty: 2n * gas, stake: parseEther("1") });
		expect(warned).toHaveLength(1);
		expect(warned[0]).toMatch(/A point earns .* a worker that sees a bad run stops/);
		await open({ bounty: 40n * gas, stake: parseEther("1") });
		expect(warned).toHaveLength(1);
		await open({ bounty: 40n * gas, stake: parseEther("1"), trainingCost: 10n * gas });
		expect(warned).toHaveLength(2);
		expect(warned[1]).toContain(`training (${formatEther(10n * gas)} ETH) and gas`);
		// A single point has no rival: its worker is sure of all.
		await open({ points: [point(64)], bounty: 12n * gas, trainingCost: 10n * gas });
		expect(warned).toHaveLength(2);
	});
});

test("a second grid contract is deployed only if the home folder may forget the first, or the chain has", async () => {
	await expect(deployGrids(client, GRIDS)).rejects.toThrow(
		new RegExp(`already \\(${contracts.grid.address}\\): .*--replace`),
	);
	expect((await openGrids(client)).grid.address).toBe(contracts.grid.address);
	const { grid } = await deployGrids(client, { ...GRIDS, replace: true });
	expect((await openGrids(client)).grid.address).toBe(grid);
	await stage.connection.reader.request({ method: "hardhat_setCode", params: [grid, "0x"] } as never);
	expect((await deployGrids(client, GRIDS)).grid).not.toBe(grid);
});
