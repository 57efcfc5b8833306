import { tokenLedgerAbi } from "@umpire/abi/token-ledger.ts";
import { type Call, read } from "@umpire/chain/send.ts";
import { chainTime, mineBlock } from "@umpire/chain/time.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import {
	type NetworkStep,
	type SeenNetwork,
	stepsForAll,
	type WorkerStep,
} from "@umpire/markets/network-steps.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { formatEther } from "viem";
import type { Actor } from "../actor.ts";
import { sayOnce } from "../say-once.ts";
import type { Subject } from "../subject.ts";
import { Troubles } from "../troubles.ts";
import { act, isDevelopment, landAll, type World } from "../world.ts";
import type { NetworkContracts } from "./network-contracts.ts";
import { NetworkReader } from "./read-network.ts";
import { waitsFor } from "./waiting.ts";

/** Draws, and slots of changes, that one transaction makes at most. */
const AT_ONCE = 24;

/**
 * Does for workers and jobs what is anybody's: applies changes, brings values, draws, ends offers and attempts, reads
 * claims. What it does follows from the chain alone, so that several at once are harmless: of two that do the same the
 * contract takes one.
 */
export class Coordinator implements Actor {
	readonly name: string = "coordinator";
	protected readonly world: World;
	protected readonly contracts: NetworkContracts;
	protected readonly reader: NetworkReader;
	protected readonly account: Hex;
	protected readonly progress: (line: string) => void;
	readonly #troubles: Troubles;
	readonly #sayWaiting: (line: string | undefined) => void;

	/** @param waiting told what it waits for, if that is wanted */
	constructor(
		world: World,
		contracts: NetworkContracts,
		progress: (line: string) => void,
		waiting: (line: string) => void = () => {},
	) {
		this.world = world;
		this.contracts = contracts;
		this.reader = new NetworkReader(world, contracts);
		this.account = world.signer.account.address.toLowerCase() as Hex;
		this.progress = progress;
		this.#troubles = new Troubles(progress);
		this.#sayWaiting = sayOnce(waiting);
	}

	async tick(): Promise<boolean> {
		const { contracts, feed } = this.world;
		await feed.poll();
		const network = await this.reader.network();
		const now = Number(await chainTime(contracts.connection, feed.head));
		let acted = await this.own(network, now);
		for (const step of stepsForAll(network, now)) {
			// One job's trouble is none of another's.
			const item = "job" in step ? `${step.type} of job ${step.job}` : step.type;
			if (await this.race(item, () => this.#make(step), jobSubject(network, step))) acted = true;
		}
		if (!acted && (await this.#makeBlock(network, now))) acted = true;
		if (await this.attempt("withdrawing", () => this.#withdraw(network))) acted = true;
		await landAll(this.world, this.progress);
		if (!acted) this.#sayWaiting(this.waitsFor(network, now));
		return acted;
	}

	/** What it waits for; undefined if that is told otherwise. */
	protected waitsFor(network: SeenNetwork, now: number): string | undefined {
		return waitsFor(network, now);
	}

	/** What somebody does who is more than a coordinator. */
	protected async own(_network: SeenNetwork, _now: number): Promise<boolean> {
		return false;
	}

	protected attempt(item: string, make: () => Promise<boolean>, subject?: Subject): Promise<boolean> {
		return this.#troubles.attempt(item, make, subject);
	}

	/** A move that others make as well. */
	protected race(item: string, make: () => Promise<boolean>, subject?: Subject): Promise<boolean> {
		return this.#troubles.race(item, this.world.feed.head?.hash, make, subject);
	}

	protected async send(name: string, said: string, call: Call, until?: number): Promise<boolean> {
		const sent = await act(this.world, name, call, until);
		if (sent !== undefined) this.progress(said);
		return sent !== undefined;
	}

	async #make(step: NetworkStep): Promise<boolean> {
		const { workers, jobs, beacon } = this.contracts;
		const call = (functionName: string, ...args: readonly number[]): Call => ({
			contract: jobs,
			functionName,
			args: args.map(BigInt),
		});
		switch (step.type) {
			case "applyChanges": {
				const { count, oldest } = step;
				const change = { contract: workers, functionName: "applyChanges", args: [BigInt(AT_ONCE)] };
				return this.send(`changes:${oldest}:${count}`, `Applied changes of round ${oldest}.`, change);
			}
			case "bring": {
				const named = await read(this.world.contracts, jobs, "beaconRound", [BigInt(step.round)]);
				const said = `Brought the value of round ${step.round}: block ${named}.`;
				const bring = { contract: beacon, functionName: "bring", args: [named] };
				return this.send(`beacon:${named}`, said, bring);
			}
			case "draw": {
				const name = `draw:${step.round}:${step.waiting}`;
				return this.send(name, `Drew round ${step.round}.`, call("draw", AT_ONCE));
			}
			case "lapse": {
				const said = `Job ${step.job}: its offer has ended.`;
				return this.send(`lapse:${step.job}:${step.until}`, said, call("lapse", step.job));
			}
			case "sync": {
				const { job, claim, status } = step;
				return this.send(`sync:${claim}:${status}`, `Job ${job}: claim ${claim}.`, call("sync", job, claim));
			}
			case "expire": {
				const said = `Job ${step.job}: its attempt has ended without a claim.`;
				return this.send(`expire:${step.request}`, said, call("expire", step.job));
			}
		}
	}

	/** Development chains make a block when something is sent: without one no job that waits for a value would be drawn for. */
	async #makeBlock({ oldest, genesis, roundSeconds }: SeenNetwork, now: number): Promise<boolean> {
		const { connection } = this.world.contracts;
		if (!isDevelopment(connection) || oldest === undefined) return false;
		if (oldest.value !== "pending" || now < genesis + oldest.round * roundSeconds) return false;
		return this.attempt("a block", async () => {
			await mineBlock(connection);
			return true;
		});
	}

	/** Takes what the contracts owe when nothing of this account is open: one transaction each instead of many. */
	async #withdraw({ jobs: open, oldest }: SeenNetwork): Promise<boolean> {
		const isMine = open.some(({ client, worker }) => client === this.account || worker === this.account);
		if (isMine || oldest !== undefined) return false;
		const { workers, jobs, beacon, token } = this.contracts;
		let acted = false;
		for (const contract of [workers, jobs]) {
			for (const at of token === null ? [ETHER] : [ETHER, token]) {
				const ledger = { address: contract.address, abi: tokenLedgerAbi };
				const owed = await read(this.world.contracts, ledger, "owed", [at, this.account]);
				const said = at === ETHER ? `${formatEther(owed)} ETH` : `${owed} of ${at}`;
				const call = { contract, functionName: "withdrawTo", args: [at, this.account] };
				if (await this.#take(`withdraw:${contract.address}:${at}`, owed, said, call)) acted = true;
			}
		}
		const owed = await read(this.world.contracts, beacon, "owed", [this.account]);
		const call = { contract: beacon, functionName: "withdraw" };
		const said = `${formatEther(owed)} ETH for values of the beacon`;
		return (await this.#take("withdraw:beacon", owed, said, call)) || acted;
	}

	async #take(name: string, owed: bigint, said: string, call: Call): Promise<boolean> {
		return owed !== 0n && this.send(`${name}:${owed}`, `Withdrew ${said}.`, call);
	}
}

/** Of a step for a job: the job, what it asks now, and the claim that the step is about. */
export function jobSubject({ jobs }: SeenNetwork, step: NetworkStep | WorkerStep): Subject {
	if (!("job" in step)) return {};
	const request = jobs.find(({ id }) => id === step.job)?.request;
	// A job that nobody has accepted asks nothing yet.
	const asked = request === undefined || request === 0 ? {} : { request };
	return { job: step.job, ...asked, ...("claim" in step ? { claim: step.claim } : {}) };
}
