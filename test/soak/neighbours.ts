import { deployAttesters, openAttesters } from "@umpire/actors/attesters/attester-contracts.ts";
import { AttesterReader } from "@umpire/actors/attesters/read-attesters.ts";
import { SignedVotes } from "@umpire/actors/attesters/signed-votes.ts";
import { type DemoJob, demoJobs } from "@umpire/actors/jobs/demo-programs.ts";
import { deployNetwork, type NetworkContracts, openNetwork } from "@umpire/actors/jobs/network-contracts.ts";
import { isEnded, NetworkReader, readJob } from "@umpire/actors/jobs/read-network.ts";
import { registerProgram } from "@umpire/actors/register.ts";
import { type World, worldOf } from "@umpire/actors/world.ts";
import { read } from "@umpire/chain/send.ts";
import { chainTime } from "@umpire/chain/time.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { ATTESTER_PRESETS } from "@umpire/markets/attester-parameters.ts";
import { numbersOf } from "@umpire/markets/attester-state.ts";
import { NETWORK_PRESETS } from "@umpire/markets/network-parameters.ts";
import { JOB_STATUS } from "@umpire/markets/network-state.ts";
import type { SeenJob } from "@umpire/markets/network-steps.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import { putInputs } from "@umpire/store/inputs.ts";
import { parseEther } from "viem";
import { accountAt, SEATS } from "../campaign/accounts.ts";
import type { SimulatedChain } from "../campaign/chain.ts";
import type { Fixture } from "../campaign/fixture.ts";
import { sendTipped } from "../campaign/tipped.ts";
import { freePort } from "../operations/free-port.ts";
import { Daemon } from "./daemon.ts";

/** Accounts of who acts here; the campaign's have others. */
const ACCOUNTS = { worker: 12, coordinator: 13, attesters: [14, 15], aggregator: 16, client: 17 } as const;
const STAKE = parseEther("2");
/** Rounds of a few blocks, and times in which a process can be killed and started again, as the market's are. */
const NETWORK = { ...NETWORK_PRESETS.test, roundSeconds: 60, acceptSeconds: 3600, exitDelay: 3600 };
const ATTESTERS = {
	...ATTESTER_PRESETS.test,
	epochSeconds: 1800,
	accusationSeconds: 7200,
	claimSeconds: 3600,
};
const BLOCK_SECONDS = 10;
/** Slots after which a job that is on no chain is submitted again. */
const LOST = 5;
/** A job that trains comes first: the first hour has one. */
const ORDER: readonly DemoJob["kind"][] = ["training", "inference", "k-means", "linear regression", "PCA"];

/** What became of jobs and operators. */
export interface Neighbouring {
	readonly jobs: number;
	/** of `jobs`, those that train or fit something */
	readonly trainings: number;
	readonly signatures: number;
	readonly records: number;
	/** of `records`, those whose claim was softly final */
	readonly soft: number;
}

interface JobProgram extends Pick<DemoJob, "kind" | "program" | "inputs"> {
	readonly root: Hex;
}

/**
 * What stands beside the market: a client whose jobs train, fit and infer, a worker that computes them, whoever draws
 * for them, two operators that attest what is claimed, and an aggregator of what they sign.
 */
export class Neighbours {
	readonly daemons: readonly Daemon[];
	/** Whose moves have clocks in disputes. */
	readonly accounts: readonly Hex[] = [accountAt(ACCOUNTS.worker).address];
	readonly #chain: SimulatedChain;
	readonly #client: World;
	readonly #network: NetworkContracts;
	readonly #programs: readonly JobProgram[];
	/** How often a job of each program was submitted, and at which slot the last time. */
	readonly #wanted = new Map<Hex, { count: number; sentAt: number }>();
	#submitted = 0;
	/** Jobs of the client, as they were last seen. */
	#seen: readonly SeenJob[] = [];

	private constructor(
		chain: SimulatedChain,
		client: World,
		network: NetworkContracts,
		programs: readonly JobProgram[],
		daemons: readonly Daemon[],
	) {
		this.#chain = chain;
		this.#client = client;
		this.#network = network;
		this.#programs = programs;
		this.daemons = daemons;
	}

	/**
	 * Deploys workers, jobs, operators and attestations, and registers what jobs compute.
	 *
	 * @param common words of all commands
	 */
	static async open(chain: SimulatedChain, fixture: Fixture, common: readonly string[]): Promise<Neighbours> {
		const { home, contracts } = fixture;
		const deployer = await worldOf(home, contracts, accountAt(SEATS.deployer));
		const client = await worldOf(home, contracts, accountAt(ACCOUNTS.client));
		await deployNetwork(deployer, { parameters: NETWORK, blockSeconds: BLOCK_SECONDS, withToken: false });
		await deployAttesters(deployer, ATTESTERS);
		const jobs = await demoJobs(5);
		const programs: JobProgram[] = [];
		for (const kind of ORDER) {
			const { program, inputs } = jobs.find((job) => job.kind === kind)!;
			const { root } = await registerProgram(client, program, await commitProgram(program));
			await putInputs(home.content, program, inputs);
			programs.push({ kind, program, inputs, root });
		}
		const ports = await Promise.all(ACCOUNTS.attesters.map(freePort));
		const stake = ["--stake", "2"];
		const terms = ["--capacity", "3", "--least-seconds", "60"];
		const served = ports.flatMap((port) => ["--attester", `http://127.0.0.1:${port}`]);
		const daemons = [
			new Daemon("worker", ["work", ...stake, ...terms, ...common], ACCOUNTS.worker),
			new Daemon("coordinator", ["coordinate", ...common], ACCOUNTS.coordinator),
			...ACCOUNTS.attesters.map(
				(account, i) =>
					new Daemon(`attester ${i + 1}`, ["attest", ...stake, "--serve", `${ports[i]}`, ...common], account),
			),
			new Daemon("aggregator", ["aggregate", ...served, ...common], ACCOUNTS.aggregator),
		];
		return new Neighbours(chain, client, await openNetwork(client), programs, daemons);
	}

	get submitted(): number {
		return this.#submitted;
	}

	/** Submits the next job. */
	async submit(slot: number): Promise<void> {
		const { root } = this.#programs[this.#submitted % this.#programs.length];
		this.#submitted++;
		const { count } = this.#wanted.get(root) ?? { count: 0 };
		this.#wanted.set(root, { count: count + 1, sentAt: slot });
		await this.#send(root);
	}

	/** Looks at the jobs, and submits those again that are on no chain any more. */
	async look(slot: number): Promise<void> {
		try {
			await this.#client.feed.poll();
			const { contracts } = this.#client;
			const count = Number(await read(contracts, this.#network.jobs, "jobCount", []));
			const seen: SeenJob[] = [];
			for (let id = 1; id <= count; id++) seen.push(await readJob(this.#client, this.#network, id));
			this.#seen = seen;
		} catch {
			// The chain changed while it was read.
			return;
		}
		for (const [root, wanted] of this.#wanted) {
			if (slot - wanted.sentAt < LOST || this.#of(root).length >= wanted.count) continue;
			wanted.sentAt = slot;
			await this.#send(root);
		}
	}

	/** Whether a worker has something to do that has a clock. */
	get isBusy(): boolean {
		const { offered, assigned } = JOB_STATUS;
		return this.#seen.some(
			({ status, claim }) => status === offered || (status === assigned && claim === undefined),
		);
	}

	/** Jobs that have not ended, or are on no chain. */
	get open(): string[] {
		const running = this.#seen.flatMap(({ id, status }) =>
			isEnded(status) ? [] : [`job ${id} (${status})`],
		);
		const missing = this.#submitted - this.#seen.length;
		return missing > 0 ? [...running, `${missing} jobs that are on no chain`] : running;
	}

	/** What the end says, and what was wrong. */
	async judge(): Promise<{ readonly figures: Neighbouring; readonly broken: string[] }> {
		await this.look(0);
		const broken: string[] = [];
		const worker = accountAt(ACCOUNTS.worker).address;
		for (const { id, status, worker: by } of this.#seen) {
			if (status !== JOB_STATUS.verified || by !== worker.toLowerCase())
				broken.push(`job ${id} of an honest client has status ${status}, its worker is ${by}`);
		}
		// What it risked for a job that it took came out of its account, and is stake now.
		const { stake, exposure, unresolved } = await new NetworkReader(this.#client, this.#network).worker(
			worker,
		);
		if (stake < STAKE || exposure !== 0n || unresolved !== 0)
			broken.push(
				`the honest worker has a stake of ${stake}, an exposure of ${exposure}, ${unresolved} open`,
			);
		const trainings = this.#programs.filter(({ kind }) => kind !== "inference");
		const attested = await this.#attested(broken);
		const count = trainings.reduce((sum, { root }) => sum + this.#of(root).length, 0);
		return { figures: { jobs: this.#seen.length, trainings: count, ...attested }, broken };
	}

	async #attested(broken: string[]): Promise<Pick<Neighbouring, "signatures" | "records" | "soft">> {
		const { home, contracts, signer } = this.#client;
		const attesters = await openAttesters(this.#client);
		const reader = new AttesterReader(this.#client, attesters, signer.account.address);
		const { seen } = await reader.look(Number(await chainTime(contracts.connection)), true);
		const operators = await reader.operators();
		let signatures = 0;
		for (const index of ACCOUNTS.attesters) {
			const account = accountAt(index).address.toLowerCase();
			const operator = operators.find((one) => one.account === account);
			if (operator?.stake !== STAKE || operator.slashed)
				broken.push(`attester ${account} has a stake of ${operator?.stake}`);
			const { id } = contracts.connection.chain;
			const name = `${id}-${attesters.operators.address.toLowerCase()}-${account}`;
			const votes = await new SignedVotes(home, name).all();
			for (const { outputRoot, claim, program, inputsRoot } of votes) {
				const other = votes.find(
					(one) => one.program === program && one.inputsRoot === inputsRoot && one.outputRoot !== outputRoot,
				);
				if (other !== undefined)
					broken.push(`attester ${account} has signed two outputs of claims ${claim} and ${other.claim}`);
			}
			signatures += seen.records.filter(({ signers }) =>
				numbersOf(signers).includes(operator?.number ?? -1),
			).length;
		}
		const soft = seen.records.filter(({ softAt }) => softAt !== 0).length;
		return { signatures, records: seen.records.length, soft };
	}

	#of(root: Hex): SeenJob[] {
		return this.#seen.filter(({ program }) => program === root);
	}

	/** Has the chain's node sign for the client: nobody waits for the block. */
	async #send(root: Hex): Promise<void> {
		const { program, inputs } = this.#programs.find((one) => one.root === root)!;
		const { jobs } = this.#network;
		const inputsRoot = await putInputs(this.#client.home.content, program, inputs);
		const { jobFee } = await read(this.#client.contracts, jobs, "parameters", []);
		const terms = {
			...{ program: root, inputsRoot, token: ETHER, reward: parseEther("0.1"), exposure: parseEther("0.2") },
			...{ workSeconds: 21_600, tries: 1 },
		};
		const value = terms.reward + jobFee;
		const call = { contract: jobs, functionName: "submit", args: [terms], value };
		await sendTipped(this.#chain.connection, call, accountAt(ACCOUNTS.client).address);
	}
}
