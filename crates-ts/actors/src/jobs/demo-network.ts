import { jobsAbi } from "@umpire/abi/jobs.ts";
import { tokenLedgerAbi } from "@umpire/abi/token-ledger.ts";
import { getClaim, getTurn } from "@umpire/chain/contracts.ts";
import { read } from "@umpire/chain/send.ts";
import { chainTime } from "@umpire/chain/time.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { CLAIM_STATUS, SIDE } from "@umpire/game/state.ts";
import { NETWORK_PRESETS, type NetworkParameters } from "@umpire/markets/network-parameters.ts";
import { JOB_STATUS } from "@umpire/markets/network-state.ts";
import { nextNetworkTime, type SeenJob } from "@umpire/markets/network-steps.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import type { Program } from "@umpire/operators/program.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import type { Role } from "@umpire/store/accounts.ts";
import { parseEther, parseEventLogs, stringToHex } from "viem";
import type { Actor } from "../actor.ts";
import { type BountyDemonstration, demonstrateBounty } from "../bounties/demo-bounty.ts";
import { etherPaid, roleOf } from "../ether-paid.ts";
import { sameAccount } from "../money.ts";
import { registerProgram } from "../register.ts";
import { setUp } from "../set-up.ts";
import { openStage, type Stage } from "../stage.ts";
import { verifier } from "../verifier.ts";
import type { World } from "../world.ts";
import { Coordinator } from "./coordinator.ts";
import { type DemoJob, demoJobs } from "./demo-programs.ts";
import { JobWorker } from "./job-worker.ts";
import { deployNetwork, type NetworkContracts, openNetwork } from "./network-contracts.ts";
import { isEnded, NetworkReader, readJob } from "./read-network.ts";
import { submitJob } from "./submit-job.ts";

const WORKERS = ["submitter", "second-submitter", "third-submitter"] as const;
/** What the workers say that they are. */
const HARDWARE = ["H100 80 GB", "RTX 4090", "16 cores, no GPU"] as const;
const CLIENTS = ["requester", "deployer", "verifier"] as const;
const STAKE = parseEther("4");
const REWARD = parseEther("0.1");
const EXPOSURE = parseEther("1");
const TOKENS = 500n;
const ROUND_SECONDS = 600;
/** More waits than all rounds, periods and turns are. */
const MOST_WAITS = 400;
const PARAMETERS: NetworkParameters = {
	...NETWORK_PRESETS.test,
	roundSeconds: ROUND_SECONDS,
	acceptSeconds: 3600,
};

/** What a job came to. */
export interface DemonstratedJob {
	readonly kind: string;
	readonly client: Role;
	readonly worker: Role | undefined;
	readonly verified: boolean;
	/** attempts that failed before */
	readonly failed: number;
}

export interface NetworkDemonstration {
	readonly jobs: readonly DemonstratedJob[];
	/** what each role won or lost by workers, jobs and beacon, in wei, gas and bonds apart */
	readonly paid: Readonly<Record<string, bigint>>;
	/** the same in the token */
	readonly tokens: Readonly<Record<string, bigint>>;
	readonly burned: bigint;
	/** fees of values that nobody has brought */
	readonly left: bigint;
	/** claims that were rejected */
	readonly rejected: number;
	/** two contributors, of whom the better one is paid */
	readonly bounty: BountyDemonstration;
	readonly seconds: number;
}

/**
 * Plays a network on a chain in this process: three clients, three workers of whom the third cheats, a verifier, two
 * coordinators, a job of every type, and a bounty. Contracts, onnxruntime and proofs are real; waiting is skipped by moving the
 * chain's clock.
 *
 * @param say takes the story, line by line
 */
export async function demonstrateNetwork(say: (line: string) => void): Promise<NetworkDemonstration> {
	await setUp((line) => say(`     ${line}`));
	const started = performance.now();
	const stage = await openStage();
	try {
		const { client, contracts, made, coordinators, workersOf } = await playDemoJobs(stage, say);

		say("3. Every job is verified: the workers leave, and everybody takes its money.");
		const leaving = await workersOf("leave");
		await playLeaving(stage, [...leaving, ...coordinators], leaving);
		const jobs: DemonstratedJob[] = [];
		for (const [i, { kind }] of made.entries()) {
			const seen = await readJob(client, contracts, i + 1);
			jobs.push(await outcomeOf(stage, contracts, seen, kind));
		}
		const money = await paymentsOf(stage, contracts);
		const disputes = client.feed.events.filter(({ name }) => name === "Rejected").length;
		say("4. An owner wants a better model: two contributors train one, and the better one becomes the best.");
		const bounty = await demonstrateBounty(stage, say);
		const seconds = (performance.now() - started) / 1000;
		return { jobs, ...money, rejected: disputes, bounty, seconds };
	} finally {
		await stage.close();
	}
}

/** What the third worker cheats in is found, and every job is verified in the end; the workers stay. */
export async function playDemoJobs(stage: Stage, say: (line: string) => void) {
	const as = (who: string) => (line: string) => say(`     ${who}: ${line}`);
	say("1. Three workers register, each with a stake behind two slots.");
	const [client] = await Promise.all(CLIENTS.map((role) => stage.world(role)));
	// Blocks come when something is sent: every round names one block more.
	const options = { parameters: PARAMETERS, blockSeconds: ROUND_SECONDS, withToken: true };
	await deployNetwork(await stage.world("deployer"), options);
	const contracts = await openNetwork(client);
	const made = await demoJobs(7);
	const workersOf = async (aim: "stay" | "leave") => {
		const actors: JobWorker[] = [];
		for (const [i, role] of WORKERS.entries()) {
			const token = contracts.token!.toLowerCase() as Hex;
			const gpu = stringToHex(HARDWARE[i], { size: 32 });
			const terms = { capacity: 2, leastReward: 0n, tokens: [{ token, least: 1n }], programs: [], gpu };
			const liar = i === 2 ? { defectOf: lastNumber } : {};
			const own = { terms, stake: STAKE, leastSeconds: 600, aim, progress: as(`worker ${i + 1}`), ...liar };
			actors.push(new JobWorker(await stage.world(role), contracts, own));
		}
		return actors;
	};
	const workers = await workersOf("stay");
	await stage.settle(workers);

	say("2. Clients ask for a job of every type; the third worker puts a wrong number into its claims.");
	const guard = await stage.world("verifier");
	const guards: Actor[] = [];
	for (const [i, job] of made.entries()) {
		const role = CLIENTS[i % CLIENTS.length];
		const root = await submitDemo(await stage.world(role), contracts, job, i === 0);
		say(`     ${role}: submitted ${job.kind}`);
		guards.push(await verifier(guard, root, { compare: "output", progress: as("verifier") }));
	}
	const poke = async (role: Role) =>
		new Coordinator(await stage.world(role), contracts, as(`coordinator (${role})`));
	const coordinators = [await poke("requester"), await poke("verifier")];
	await playJobs(stage, client, contracts, [...workers, ...guards, ...coordinators]);
	return { client, contracts, made, coordinators, workersOf };
}

/** The first number of the output, in the last step. */
const lastNumber = ({ steps, outputs }: Program): string => `${steps - 1}/${outputs[0].operator}:0`;

/** Registers a program and submits a job over it; returns the program's root. */
async function submitDemo(
	world: World,
	contracts: NetworkContracts,
	{ program, inputs }: DemoJob,
	inToken: boolean,
): Promise<Hex> {
	const commitment = await commitProgram(program);
	const { number, root } = await registerProgram(world, program, commitment);
	const token = inToken ? (contracts.token!.toLowerCase() as Hex) : ETHER;
	const reward = inToken ? TOKENS : REWARD;
	const terms = { token, reward, exposure: EXPOSURE, workSeconds: 3600, tries: 3 };
	await submitJob(world, contracts, { number, root, program, commitment }, inputs, terms);
	return root;
}

/** Lets all act, and time pass where nobody has anything to do, until no job is open. */
async function playJobs(stage: Stage, world: World, contracts: NetworkContracts, actors: readonly Actor[]) {
	const reader = new NetworkReader(world, contracts);
	for (let waits = 0; waits < MOST_WAITS; waits++) {
		await stage.settle(actors);
		await world.feed.poll();
		const network = await reader.network();
		if (network.jobs.every(({ status }) => isEnded(status))) return;
		const now = Number(await chainTime(stage.connection));
		const times = [
			nextNetworkTime(network, now) ?? Number.POSITIVE_INFINITY,
			...(await gameTimes(stage, liveClaims(network.jobs))),
		];
		const next = Math.min(...times.filter((time) => time > now));
		await stage.wait(Number.isFinite(next) ? next - now : 1);
	}
	throw new Error("The jobs did not come to an end.");
}

async function playLeaving(stage: Stage, actors: readonly Actor[], leaving: readonly JobWorker[]) {
	for (let waits = 0; waits < MOST_WAITS; waits++) {
		await stage.settle(actors);
		if ((await Promise.all(leaving.map((worker) => worker.hasLeft()))).every((left) => left)) return;
		await stage.wait(ROUND_SECONDS);
	}
	throw new Error("The workers did not leave.");
}

const liveClaims = (jobs: readonly SeenJob[]): number[] =>
	jobs.flatMap(({ claim }) => (claim?.status === CLAIM_STATUS.live ? [claim.id] : []));

/** When the game gives somebody something to do about live claims, and about disputes. */
export async function gameTimes({ contracts }: Stage, claims: readonly number[]): Promise<number[]> {
	const times: number[] = [];
	const { challengePeriod } = contracts.deployment.parameters;
	for (const claim of claims) {
		const { since } = await getClaim(contracts, BigInt(claim));
		times.push(since + challengePeriod);
	}
	const disputes = await read(contracts, contracts.court, "disputeCount", [contracts.market.address]);
	for (let id = 1n; id <= disputes; id++) {
		const turn = await getTurn(contracts, id);
		if (turn.side !== SIDE.nobody) times.push(Number(turn.until) + 1);
	}
	return times;
}

async function outcomeOf(
	{ connection }: Stage,
	{ jobs }: NetworkContracts,
	{ id, client, worker, status }: SeenJob,
	kind: string,
): Promise<DemonstratedJob> {
	const logs = await connection.reader.getLogs({ address: jobs.address, fromBlock: 0n });
	const failed = parseEventLogs({ abi: jobsAbi, logs, eventName: "AttemptFailed" });
	return {
		kind,
		client: roleOf(client)!,
		worker: roleOf(worker),
		verified: status === JOB_STATUS.verified,
		failed: failed.filter(({ args }) => Number(args.job) === id).length,
	};
}

/** What everybody sent and was credited, and what was burned, by the chain itself. */
async function paymentsOf(
	stage: Stage,
	{ workers, jobs, beacon, token }: NetworkContracts,
): Promise<Pick<NetworkDemonstration, "paid" | "tokens" | "burned" | "left">> {
	const { reader } = stage.connection;
	const tokens: Record<string, bigint> = {};
	const add = (account: Hex, amount: bigint) => {
		const role = roleOf(account) ?? account;
		tokens[role] = (tokens[role] ?? 0n) + amount;
	};
	for (const { address } of [workers, jobs]) {
		const logs = await reader.getLogs({ address, fromBlock: 0n });
		for (const event of parseEventLogs({ abi: tokenLedgerAbi, logs, eventName: "Credited" })) {
			if (event.args.token !== ETHER) add(event.args.account, event.args.amount);
		}
		for (const event of parseEventLogs({ abi: jobsAbi, logs, eventName: "JobSubmitted" })) {
			const { terms, client } = event.args;
			if (token !== null && sameAccount(terms.token, token)) add(client, -terms.reward);
		}
	}
	return { ...(await etherPaid(stage, [workers.address, jobs.address], beacon.address)), tokens };
}
