import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Actor } from "@umpire/actors/actor.ts";
import { deployContract } from "@umpire/actors/consumer-contracts.ts";
import { demoProgram } from "@umpire/actors/grid/demo-model.ts";
import { Coordinator } from "@umpire/actors/jobs/coordinator.ts";
import { JobWorker } from "@umpire/actors/jobs/job-worker.ts";
import {
	deployNetwork,
	type NetworkContracts,
	openNetwork,
	rememberNetwork,
} from "@umpire/actors/jobs/network-contracts.ts";
import { NetworkReader, readJob } from "@umpire/actors/jobs/read-network.ts";
import { cancelJob, submitJob } from "@umpire/actors/jobs/submit-job.ts";
import { type LoadedProgram, loadRegistered } from "@umpire/actors/loaded-program.ts";
import { registerProgram } from "@umpire/actors/register.ts";
import { postRequest } from "@umpire/actors/requester.ts";
import { openStage, type Stage } from "@umpire/actors/stage.ts";
import type { View, World } from "@umpire/actors/world.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Elements } from "@umpire/commitment/elements.ts";
import { NETWORK_PRESETS } from "@umpire/markets/network-parameters.ts";
import { JOB_STATUS, WORKER_STATUS } from "@umpire/markets/network-state.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { openHome } from "@umpire/store/home.ts";
import { getAddress, parseEther, toHex } from "viem";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { counting } from "./counting.ts";

const ROUND = 600;
const STAKE = parseEther("2");
const PARAMETERS = { ...NETWORK_PRESETS.test, roundSeconds: ROUND, acceptSeconds: ROUND };
const NETWORK = { parameters: PARAMETERS, blockSeconds: ROUND, withToken: false };
const JOB = {
	token: ETHER,
	reward: parseEther("0.1"),
	exposure: parseEther("1"),
	workSeconds: 3600,
	tries: 1,
};
const TERMS = { capacity: 2, leastReward: 0n, tokens: [], programs: [], gpu: toHex("", { size: 32 }) };

let stage: Stage;
let client: World;
let contracts: NetworkContracts;
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
	await deployNetwork(client, NETWORK);
	contracts = await openNetwork(client);
	said = [];
});
afterEach(() => stage.close());

const worker = (world: World) =>
	new JobWorker(world, contracts, { terms: TERMS, stake: STAKE, leastSeconds: 600, aim: "stay", progress });
const statusOf = async (job: number) => {
	await client.feed.poll();
	return (await readJob(client, contracts, job)).status;
};
const ask = (method: string, ...params: unknown[]) =>
	(stage.connection.reader.request as (args: { method: string; params: unknown[] }) => Promise<unknown>)({
		method,
		params,
	});
const fund = (account: Hex, wei: bigint) => ask("hardhat_setBalance", account, toHex(wei));

/** Lets the actors act, half a round at a time, until something is so. */
async function playUntil(actors: readonly Actor[], isSo: () => Promise<boolean>): Promise<void> {
	for (let round = 0; round < 40; round++) {
		await stage.settle(actors);
		if (await isSo()) return;
		await stage.wait(ROUND / 2);
	}
	throw new Error(`It did not come to that: ${said.join("\n")}`);
}

describe("a worker of jobs", () => {
	test("claims what it was assigned and nothing else, whatever others ask of its programs", async () => {
		const world = await stage.world("submitter");
		const { address } = world.signer.account;
		const actor = worker(world);
		await stage.settle([actor]);
		const stranger = await stage.world("third-submitter");
		for (let i = 0; i < 6; i++) {
			// Better paid than a claim costs, and half of them for nobody else.
			const only = i % 2 === 0 ? { submitter: address } : {};
			await postRequest(stranger, base, inputs, { fee: "0.000000001", within: 10 ** 6, ...only });
		}
		const job = await submitJob(client, contracts, base, inputs, JOB);
		await playUntil([actor], async () => (await statusOf(job)) === JOB_STATUS.verified);
		const claims = world.feed.events.filter(({ name }) => name === "Claimed");
		expect(claims.map(({ args }) => args)).toMatchObject([{ request: 7n, submitter: address }]);
	});

	test("whoever comes second with what is anybody's tells no failure, and the job is verified", async () => {
		// Another has done everything between what it reads and what it sends: its move is refused.
		class Late extends Coordinator {
			protected override async own(): Promise<boolean> {
				await stage.settle([rival]);
				return false;
			}
		}
		const rival = new Coordinator(await stage.world("coordinator"), contracts, () => {});
		const late = new Late(await stage.world("keeper"), contracts, progress);
		const actor = new JobWorker(await stage.world("submitter"), contracts, {
			...{ terms: TERMS, stake: STAKE, leastSeconds: 600, aim: "stay", progress: () => {} },
		});
		await stage.settle([actor]);
		const job = await submitJob(client, contracts, base, inputs, JOB);
		for (let round = 0; (await statusOf(job)) !== JOB_STATUS.verified; round++) {
			expect(round).toBeLessThan(40);
			await late.tick();
			await stage.settle([actor]);
			await stage.wait(ROUND / 2);
		}
		expect(said).toEqual([]);
	});

	test("only its client takes a job back, and only while it waits: others are told why not", async () => {
		const job = await submitJob(client, contracts, base, inputs, JOB);
		const stranger = await stage.world("third-submitter");
		await expect(cancelJob(stranger, contracts, job)).rejects.toThrow(/which alone can take it back: sign/);
		await cancelJob(client, contracts, job);
		expect(await statusOf(job)).toBe(JOB_STATUS.cancelled);
		await expect(cancelJob(client, contracts, job)).rejects.toThrow(
			/Job 1 waits no more: .*umpire job status 1/,
		);
	});

	test("whoever's move is mined second is told that another was probably first", async () => {
		const quiet = { terms: TERMS, stake: STAKE, leastSeconds: 600, aim: "stay", progress: () => {} } as const;
		const actor = new JobWorker(await stage.world("submitter"), contracts, quiet);
		await stage.settle([actor]);
		await submitJob(client, contracts, base, inputs, JOB);
		const first = new Coordinator(await stage.world("coordinator"), contracts, () => {});
		const second = new Coordinator(await stage.world("keeper"), contracts, progress);
		const isTold = () => said.some((line) => /refused transaction 0x\w+\. Somebody else was/.test(line));
		for (let round = 0; !isTold(); round++) {
			expect(round).toBeLessThan(6);
			await stage.wait(ROUND / 2);
			// Both send before either is mined.
			await ask("evm_setAutomine", false);
			await first.tick();
			await second.tick();
			await ask("evm_setAutomine", true);
			await ask("evm_mine");
			await stage.settle([first, second]);
		}
	});

	test("W6: declines what it cannot pay the bond of, beside its stake, and loses nothing", async () => {
		const world = await stage.world("submitter");
		const actor = worker(world);
		await stage.settle([actor]);
		await fund(world.signer.account.address, parseEther("0.1"));
		const job = await submitJob(client, contracts, base, inputs, JOB);
		await playUntil([actor], async () => said.some((line) => /Declined job 1/.test(line)));
		expect(said.join("\n")).toMatch(/Job 1: 0x\w+ holds too little: fund it/);
		expect(await statusOf(job)).toBe(JOB_STATUS.pending);
		const seen = await new NetworkReader(client, contracts).worker(world.signer.account.address);
		expect(seen).toMatchObject({ stake: STAKE, exposure: 0n, reputation: 100, unresolved: 0 });
	});

	test("W6: declines what gives too little time beside what it has to claim, and is late for nothing", async () => {
		const world = await stage.world("submitter");
		const actor = worker(world);
		await stage.settle([actor]);
		// The reward would come back to the client, a fifth of it lost by whoever is late.
		const terms = { ...JOB, reward: parseEther("5"), workSeconds: 599 };
		const short = await submitJob(client, contracts, base, inputs, terms);
		await playUntil([actor], async () => said.some((line) => /Declined job 1/.test(line)));
		expect(said.join("\n")).toMatch(/Job 1: gives 599 s, and 600 s may be needed here/);
		expect(await statusOf(short)).toBe(JOB_STATUS.pending);
		const seen = await new NetworkReader(client, contracts).worker(world.signer.account.address);
		expect(seen).toMatchObject({ stake: STAKE, exposure: 0n, reputation: 100, unresolved: 0 });
	});

	test("that is killed after every third look claims once, defends nothing twice, and is paid", async () => {
		const coordinator = new Coordinator(await stage.world("verifier"), contracts, () => {});
		const jobs = [
			await submitJob(client, contracts, base, inputs, JOB),
			await submitJob(client, contracts, base, inputs, JOB),
		];
		let looks = 0;
		let actor = worker(await stage.world("submitter"));
		const mortal: Actor = {
			name: "mortal",
			async tick() {
				looks++;
				if (looks % 3 === 0) actor = worker(await stage.world("submitter"));
				return actor.tick();
			},
		};
		await playUntil([mortal, coordinator], async () => {
			const statuses = [await statusOf(jobs[0]), await statusOf(jobs[1])];
			return statuses.every((status) => status === JOB_STATUS.verified);
		});
		expect(looks).toBeGreaterThan(6);
		const claims = client.feed.events.filter(({ name }) => name === "Claimed");
		expect(claims.length).toBe(2);
		const { address } = (await stage.world("submitter")).signer.account;
		const seen = await new NetworkReader(client, contracts).worker(address);
		expect(seen).toMatchObject({ status: WORKER_STATUS.active, stake: STAKE, exposure: 0n, unresolved: 0 });
	});

	test("on a chain that makes no block by itself, makes those that a round waits for", async () => {
		await submitJob(client, contracts, base, inputs, JOB);
		const coordinator = new Coordinator(await stage.world("deployer"), contracts, progress);
		const request = stage.connection.reader.request as (args: {
			method: string;
			params: unknown[];
		}) => Promise<unknown>;
		const before = await stage.connection.head();
		await coordinator.tick();
		await coordinator.tick();
		expect((await stage.connection.head()).number).toBe(before.number);
		await request({ method: "evm_increaseTime", params: [ROUND] });
		await stage.settle([coordinator]);
		expect(said.filter((line) => /^Brought|^Drew/.test(line))).toHaveLength(2);
		// Nor more than those: the job waits for the round that runs now.
		const { number } = await stage.connection.head();
		await stage.settle([coordinator]);
		expect((await stage.connection.head()).number).toBe(number);
	});

	test("asks no oftener however many jobs strangers submit", async () => {
		const asked = new Map<string, number>();
		const reader = new NetworkReader(counting(client, asked), contracts);
		const look = async () => {
			await client.feed.poll();
			asked.clear();
			const { jobs } = await reader.network();
			const single = [...asked].filter(([name]) => name !== "getJob" && name !== "getClaim");
			return {
				jobs: jobs.length,
				read: asked.get("getJob"),
				single: single.reduce((sum, [, n]) => sum + n, 0),
			};
		};
		await submitJob(client, contracts, base, inputs, JOB);
		const before = await look();
		for (let i = 0; i < 9; i++)
			await submitJob(client, contracts, base, inputs, { ...JOB, reward: JOB.reward + 1n });
		expect(await look()).toEqual({ ...before, jobs: 10, read: 10 });
	});

	test("is not followed to workers and jobs of another market or beacon", async () => {
		const { chain } = client.contracts.connection;
		const path = client.home.path(
			"jobs",
			`${chain.id}-${client.contracts.deployment.market.toLowerCase()}.json`,
		);
		const file = JSON.parse(await readFile(path, "utf8")) as Record<string, string>;
		await expect(deployNetwork(client, NETWORK)).rejects.toThrow(/A jobs contract is on chain 31337 already/);
		await deployNetwork(client, { ...NETWORK, replace: true });
		const second = JSON.parse(await readFile(path, "utf8")) as Record<string, string>;
		for (const changed of ["workers", "jobs", "beacon"]) {
			await writeFile(path, JSON.stringify({ ...file, [changed]: second[changed] }));
			await expect(openNetwork(client), changed).rejects.toThrow(/names the .*, not 0x/);
		}
		await writeFile(path, JSON.stringify(file));
		expect((await openNetwork(client)).jobs.address).toBe(file.jobs);
	});

	test("is found from another home folder by the address of the jobs contract, and by no other address", async () => {
		const { jobs, workers, beacon } = contracts;
		const folder = await mkdtemp(join(tmpdir(), "umpire-elsewhere-"));
		try {
			const elsewhere: View = { ...client, home: openHome(folder) };
			await expect(openNetwork(elsewhere)).rejects.toThrow(/run umpire job use ADDRESS/);
			for (const wrong of [undefined, "1", "0x1234"]) {
				await expect(rememberNetwork(elsewhere, wrong, false)).rejects.toThrow(
					/takes the contract's address/,
				);
			}
			const nowhere = `0x${"12".repeat(20)}`;
			await expect(rememberNetwork(elsewhere, nowhere, false)).rejects.toThrow(
				/There is no contract at 0x1212/,
			);
			// What says the right things, and is something else: its stakes would be its own.
			const hostile = await deployContract(client.signer, "HostileJobs", [
				client.contracts.deployment.market,
				beacon.address,
			]);
			for (const wrong of [workers.address, hostile]) {
				await expect(rememberNetwork(elsewhere, wrong, false)).rejects.toThrow(/is not the Jobs/);
			}
			await rememberNetwork(elsewhere, jobs.address, false);
			const found = await openNetwork(elsewhere);
			expect([found.jobs.address, found.workers.address, found.beacon.address].map(getAddress)).toEqual(
				[jobs.address, workers.address, beacon.address].map(getAddress),
			);
			// The same again changes nothing; another one needs leave to be taken in its place.
			await rememberNetwork(elsewhere, jobs.address, false);
			await deployNetwork(client, { ...NETWORK, replace: true });
			const other = (await openNetwork(client)).jobs.address;
			await expect(rememberNetwork(elsewhere, other, false)).rejects.toThrow(/already/);
			await rememberNetwork(elsewhere, other, true);
		} finally {
			await rm(folder, { recursive: true });
		}
	});
});
