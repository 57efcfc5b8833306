import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deployGrids, openGrids } from "@umpire/actors/grid/grid-contracts.ts";
import { gridWorker } from "@umpire/actors/grid/grid-worker.ts";
import { openGrid } from "@umpire/actors/grid/open-grid.ts";
import { playGrid } from "@umpire/actors/grid/play-grid.ts";
import type { GridPoint } from "@umpire/actors/grid/terms.ts";
import { registerProgram } from "@umpire/actors/register.ts";
import { quantiseInputs, readProgramInputs } from "@umpire/actors/run-program.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import { openStage } from "@umpire/actors/stage.ts";
import { type TrainOptions, train } from "@umpire/actors/train.ts";
import { readArtifact } from "@umpire/chain/built-artifacts.ts";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { read, send, sendDeployment } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { openSession } from "@umpire/runtime/executable.ts";
import { loadCommittedProgram } from "@umpire/runtime/program-file.ts";
import { erc20Abi, parseAbi, parseEther } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";

const progress = () => {};
const BOUNTY = 1000n;
const STAKE = parseEther("1");
let folder: string;
const file = (name: string) => join(folder, name);

beforeAll(async () => {
	await setUp(progress);
	folder = await mkdtemp(join(tmpdir(), "umpire-grid-training-"));
	const digits = await readFile(join(projectRoot, "testdata", "optdigits", "digits.csv"), "utf8");
	await writeFile(file("digits.csv"), digits.split("\n").slice(0, 120).join("\n"));
	await writeFile(file("points.json"), JSON.stringify([{ lr: 0.25, steps: 6 }, { lr: 0.001 }]));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const options = (): TrainOptions => ({
	model: join(projectRoot, "testdata", "optdigits", "model.onnx"),
	data: file("digits.csv"),
	loss: "cross-entropy",
	optimizer: "sgd",
	lr: 0.1,
	momentum: 0.9,
	weightDecay: 0,
	steps: 3,
	batch: 16,
	validation: 0.2,
	test: 0,
	scale: 1 / 16,
	freeze: [],
	seed: 1,
	out: file("out"),
	commit: false,
	grid: file("points.json"),
	segment: 4,
	progress,
});

test("a grid of trainings that train wrote is worked on in segments, scored and paid in tokens", async () => {
	const { files, steps } = await train(options());
	const points = JSON.parse(await readFile(files.points!, "utf8")) as GridPoint[];
	const rates = [0.25, 0.001].map((rate) => Math.round(rate * 2 ** 24));
	const evaluation = 2;
	expect(points).toEqual([
		{ steps: 6 + evaluation, hyperparameters: [6, rates[0], expect.any(Number), 0] },
		{ steps: 3 + evaluation, hyperparameters: [3, rates[1], expect.any(Number), 0] },
	]);
	// The program is as long as the longest of them.
	expect(steps).toBe(6 + evaluation);
	const { program, commitment } = await loadCommittedProgram(files.training);
	expect(program.segment).toBe(4);
	const inputs = quantiseInputs(program, readProgramInputs(program, files.inputs), {
		strict: true,
		warn: progress,
	});
	const hyper = program.inputs.findIndex(({ name }) => name === "hyper");
	const scores: number[] = [];
	for (const { steps: length, hyperparameters } of points) {
		const session = await openSession({ ...program, steps: length }, { record: "outputs" });
		const own = inputs.with(hyper, Int32Array.from(hyperparameters));
		scores.push((await session.run(own)).outputs[0][0]);
		await session.release();
	}
	expect(new Set(scores).size).toBe(2);

	const stage = await openStage();
	try {
		const client = await stage.world("requester");
		const { number, root } = await registerProgram(client, program, commitment);
		await deployGrids(client, { leastStake: STAKE, beaconFee: 0n, blockSeconds: 600, drift: 0 });
		const contracts = await openGrids(client);
		const token: Hex = await sendDeployment(
			client.signer,
			"TestToken",
			(await readArtifact("TestToken")).bytecode,
		);
		const mint = { address: token, abi: parseAbi(["function mint(address, uint256)"]) };
		const args = [client.signer.account.address, BOUNTY];
		await send(client.signer, { contract: mint, functionName: "mint", args });
		const grid = await openGrid(client, contracts, { number, root, program, commitment }, inputs, {
			hyper: "hyper",
			points,
			token,
			bounty: BOUNTY,
			stake: STAKE,
			rounds: 4,
			roundSeconds: 600,
			reservationSeconds: 600,
			lowest: false,
		});
		const worker = await stage.world("submitter");
		const actors = [
			await gridWorker(worker, contracts, { grid, progress }),
			await gridWorker(client, contracts, { grid, progress, joins: "never" }),
		];
		const end = await playGrid(stage, client, contracts, actors, grid);
		expect(end.points.map(({ score }) => Number(score))).toEqual(scores);
		expect(end.best).toBe(1 + scores.indexOf(Math.max(...scores)));
		await stage.settle(actors);
		const paid = await read(client.contracts, { address: token, abi: erc20Abi }, "balanceOf", [
			worker.signer.account.address,
		]);
		expect(paid).toBe(BOUNTY);
	} finally {
		await stage.close();
	}
});
