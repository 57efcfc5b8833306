import { blockHashBeaconAbi } from "@umpire/abi/block-hash-beacon.ts";
import { jobsAbi } from "@umpire/abi/jobs.ts";
import { workersAbi } from "@umpire/abi/workers.ts";
import { type Contract, read, send } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { NetworkParameters } from "@umpire/markets/network-parameters.ts";
import { hasAll, readJson, writeJson } from "@umpire/store/home.ts";
import { deployContract, requireAddresses, withErrorsOf } from "../consumer-contracts.ts";
import type { View, World } from "../world.ts";

/** Where workers, jobs and their beacon are on one chain. */
export interface NetworkDeployment {
	readonly chainId: number;
	readonly market: Hex;
	readonly workers: Hex;
	readonly jobs: Hex;
	readonly beacon: Hex;
	/** a token that anybody can have as much of as they like; null elsewhere than on local chains */
	readonly token: Hex | null;
}

export interface NetworkContracts {
	readonly workers: Contract<typeof workersAbi>;
	readonly jobs: Contract<typeof jobsAbi>;
	readonly beacon: Contract<typeof blockHashBeaconAbi>;
	readonly token: Hex | null;
}

export interface NetworkDeployOptions {
	readonly parameters: NetworkParameters;
	/** the least seconds between two blocks */
	readonly blockSeconds: number;
	/** deploys a token for tests as well */
	readonly withToken: boolean;
}

const fileOf = ({ home, contracts }: View) =>
	home.path("jobs", `${contracts.connection.chain.id}-${contracts.deployment.market.toLowerCase()}.json`);

/** Deploys a beacon of block hashes, a list of workers and its jobs for the market, and remembers where they are. */
export async function deployNetwork(world: World, options: NetworkDeployOptions): Promise<NetworkDeployment> {
	const { contracts, signer } = world;
	const create = (name: string, args: readonly unknown[] = []) => deployContract(signer, name, args);
	const { parameters, blockSeconds, withToken } = options;
	const { market } = contracts.deployment;
	const { beaconFee, drift } = parameters;
	const beacon = await create("BlockHashBeacon", [beaconFee, BigInt(blockSeconds), BigInt(drift)]);
	const workers = await create("Workers", [market, parameters]);
	const jobs = await create("Jobs", [market, beacon, workers, parameters]);
	const contract = { address: workers, abi: workersAbi };
	await send(signer, { contract, functionName: "bind", args: [jobs] });
	const token = withToken ? await create("TestToken") : null;
	const deployment = { chainId: contracts.connection.chain.id, market, workers, jobs, beacon, token };
	await writeJson(fileOf(world), deployment);
	return deployment;
}

/**
 * Workers and jobs of the market.
 *
 * @throws UmpireError if none were deployed from this home folder
 */
export async function openNetwork(view: View): Promise<NetworkContracts> {
	const isHex = (value: unknown) => typeof value === "string";
	const found = await readJson<NetworkDeployment>(
		fileOf(view),
		(value) => hasAll(value, { workers: isHex, jobs: isHex, beacon: isHex }),
		"umpire job deploy deploys others and writes it anew.",
	);
	if (found === undefined) {
		throw new UmpireError("NOT_FOUND", "No workers and jobs are deployed for this market", {
			advice: "run umpire job deploy.",
		});
	}
	// What the market, the list of workers or the beacon refuse comes through the contract that was called.
	const others = [jobsAbi, workersAbi, view.contracts.market.abi, blockHashBeaconAbi];
	const contracts: NetworkContracts = {
		workers: { address: found.workers, abi: withErrorsOf(workersAbi, others) },
		jobs: { address: found.jobs, abi: withErrorsOf(jobsAbi, others) },
		beacon: { address: found.beacon, abi: blockHashBeaconAbi },
		token: found.token,
	};
	await requireOfMarket(view, contracts);
	return contracts;
}

/** Stakes go to no address that is none of these contracts, or that of another market: claims would not count there. */
async function requireOfMarket(view: View, { workers, jobs, beacon }: NetworkContracts): Promise<void> {
	const { market } = view.contracts.deployment;
	const stated = [
		["market", await read(view.contracts, jobs, "market", []), market],
		["market", await read(view.contracts, workers, "market", []), market],
		["beacon", await read(view.contracts, jobs, "beacon", []), beacon.address],
		["list of workers", await read(view.contracts, jobs, "workers", []), workers.address],
		["jobs contract", await read(view.contracts, workers, "jobs", []), jobs.address],
	] as const;
	requireAddresses(stated, "run umpire job deploy, or ask for the right file.");
}
