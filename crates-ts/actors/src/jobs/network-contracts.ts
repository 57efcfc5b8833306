import { blockHashBeaconAbi } from "@umpire/abi/block-hash-beacon.ts";
import { jobsAbi } from "@umpire/abi/jobs.ts";
import { workersAbi } from "@umpire/abi/workers.ts";
import { type Contract, read, send } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { NetworkParameters } from "@umpire/markets/network-parameters.ts";
import { hasAll, readJson, writeJson } from "@umpire/store/home.ts";
import {
	BEACONS,
	deployContract,
	foreignContract,
	namedContract,
	requireAddresses,
	requireNone,
	withErrorsOf,
} from "../consumer-contracts.ts";
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
	/** whether the home folder may forget those that it knows of */
	readonly replace?: boolean | undefined;
}

const fileOf = ({ home, contracts }: View) =>
	home.path("jobs", `${contracts.connection.chain.id}-${contracts.deployment.market.toLowerCase()}.json`);

const isHex = (value: unknown) => typeof value === "string";

const knownNetwork = (view: View): Promise<NetworkDeployment | undefined> =>
	readJson<NetworkDeployment>(
		fileOf(view),
		(value) => hasAll(value, { workers: isHex, jobs: isHex, beacon: isHex }),
		"umpire job deploy --replace deploys others and writes it anew.",
	);

const requireNoNetwork = async (view: View, taken?: Hex): Promise<void> =>
	requireNone(
		view,
		(await knownNetwork(view))?.jobs,
		{
			what: "jobs contract",
			taker: "umpire job submit",
			forgets: "its workers and jobs",
		},
		taken,
	);

/**
 * Deploys a beacon of block hashes, a list of workers and its jobs for the market, and remembers where they are.
 *
 * @throws UmpireError if the home folder knows of others for this market that are there, unless it may forget them
 */
export async function deployNetwork(world: World, options: NetworkDeployOptions): Promise<NetworkDeployment> {
	const { contracts, signer } = world;
	if (options.replace !== true) await requireNoNetwork(world);
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
 * Remembers the workers and jobs that somebody else has deployed for the market.
 *
 * @param jobs address of the jobs contract, which names the others
 * @throws UmpireError if it is none of this market, or the home folder knows of others, unless it may forget them
 */
export async function rememberNetwork(
	view: View,
	jobs: string | undefined,
	replace: boolean,
): Promise<NetworkDeployment> {
	const at = { address: await foreignContract(view, jobs, "umpire job use", "Jobs"), abi: jobsAbi };
	if (!replace) await requireNoNetwork(view, at.address);
	const workers = await namedContract(view, await read(view.contracts, at, "workers", []), "Workers");
	const beacon = await namedContract(view, await read(view.contracts, at, "beacon", []), ...BEACONS);
	const { connection, deployment } = view.contracts;
	const { market } = deployment;
	const known = await knownNetwork(view);
	const token = known?.jobs === at.address ? known.token : null;
	const found = { chainId: connection.chain.id, market, workers, jobs: at.address, beacon, token };
	await requireOfMarket(view, contractsOf(view, found));
	await writeJson(fileOf(view), found);
	return found;
}

/**
 * Workers and jobs of the market.
 *
 * @throws UmpireError if the home folder knows none
 */
export async function openNetwork(view: View): Promise<NetworkContracts> {
	const found = await knownNetwork(view);
	if (found === undefined) {
		throw new UmpireError("NOT_FOUND", "This home folder knows no workers and jobs for this market", {
			advice: "run umpire job use ADDRESS with the jobs contract that others use, or umpire job deploy.",
		});
	}
	const contracts = contractsOf(view, found);
	await requireOfMarket(view, contracts);
	return contracts;
}

function contractsOf(view: View, found: NetworkDeployment): NetworkContracts {
	// What the market, the list of workers or the beacon refuse comes through the contract that was called.
	const others = [jobsAbi, workersAbi, view.contracts.market.abi, blockHashBeaconAbi];
	return {
		workers: { address: found.workers, abi: withErrorsOf(workersAbi, others) },
		jobs: { address: found.jobs, abi: withErrorsOf(jobsAbi, others) },
		beacon: { address: found.beacon, abi: blockHashBeaconAbi },
		token: found.token,
	};
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
	requireAddresses(stated, "ask whoever has deployed them for the right address.");
}
