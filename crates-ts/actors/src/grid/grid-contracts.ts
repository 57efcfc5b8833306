import { blockHashBeaconAbi } from "@umpire/abi/block-hash-beacon.ts";
import { gridAbi } from "@umpire/abi/grid.ts";
import { linkBytecode } from "@umpire/chain/artifact.ts";
import { readArtifact } from "@umpire/chain/built-artifacts.ts";
import { constructorArguments } from "@umpire/chain/constructor-arguments.ts";
import { type Contract, read, sendDeployment } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { hasAll, readJson, writeJson } from "@umpire/store/home.ts";
import { isAddressEqual } from "viem";
import { BEACONS, foreignContract, namedContract, requireNone, withErrorsOf } from "../consumer-contracts.ts";
import type { View, World } from "../world.ts";

/** Where the grid contract and its beacon are on one chain. */
export interface GridDeployment {
	readonly chainId: number;
	readonly market: Hex;
	readonly grid: Hex;
	readonly beacon: Hex;
}

/** The grid contract and its beacon. */
export interface GridContracts {
	readonly grid: Contract<typeof gridAbi>;
	readonly beacon: Contract<typeof blockHashBeaconAbi>;
}

export interface GridDeployOptions {
	/** in wei */
	readonly leastStake: bigint;
	/** wei for whoever brings a value */
	readonly beaconFee: bigint;
	/** the least seconds between two blocks, and how far their times may lag */
	readonly blockSeconds: number;
	readonly drift: number;
	/** whether the home folder may forget those that it knows of */
	readonly replace?: boolean | undefined;
}

const fileOf = ({ home, contracts }: View) =>
	home.path("grids", `${contracts.connection.chain.id}-${contracts.deployment.market.toLowerCase()}.json`);

/**
 * Deploys a beacon of block hashes and a grid contract for the market, and remembers where they are.
 *
 * @throws UmpireError if the home folder knows of others for this market that are there, unless it may forget them
 */
export async function deployGrids(world: World, options: GridDeployOptions): Promise<GridDeployment> {
	const { contracts, signer } = world;
	if (options.replace !== true) await requireNoGrids(world);
	const libraries = new Map<string, Hex>();
	const create = async (name: string, args: readonly unknown[] = []): Promise<Hex> => {
		const artifact = await readArtifact(name);
		for (const library of artifact.links.keys()) {
			if (!libraries.has(library)) libraries.set(library, await create(library));
		}
		const data = linkBytecode(artifact, libraries) + constructorArguments(artifact.abi, args).slice(2);
		return sendDeployment(signer, name, data as Hex);
	};
	const { beaconFee, blockSeconds, drift, leastStake } = options;
	const beacon = await create("BlockHashBeacon", [beaconFee, BigInt(blockSeconds), BigInt(drift)]);
	const { market } = contracts.deployment;
	const grid = await create("GridSearch", [market, beacon, leastStake]);
	const deployment = { chainId: contracts.connection.chain.id, market, grid, beacon };
	await writeJson(fileOf(world), deployment);
	return deployment;
}

const requireNoGrids = async (view: View, taken?: Hex): Promise<void> =>
	requireNone(
		view,
		(await knownGrids(view))?.grid,
		{
			what: "grid contract",
			taker: "umpire grid open",
			forgets: "its grids",
		},
		taken,
	);

const isHex = (value: unknown) => typeof value === "string";

/** What the home folder knows of the market's grid contract. */
const knownGrids = (view: View): Promise<GridDeployment | undefined> =>
	readJson<GridDeployment>(
		fileOf(view),
		(value) => hasAll(value, { grid: isHex, beacon: isHex }),
		"umpire grid deploy --replace deploys others and writes it anew.",
	);

/**
 * Remembers the grid contract that somebody else has deployed for the market.
 *
 * @throws UmpireError if it is none of this market, or the home folder knows of another, unless it may forget it
 */
export async function rememberGrids(
	view: View,
	grid: string | undefined,
	replace: boolean,
): Promise<GridDeployment> {
	const address = await foreignContract(view, grid, "umpire grid use", "GridSearch");
	if (!replace) await requireNoGrids(view, address);
	const named = await read(view.contracts, { address, abi: gridAbi }, "beacon", []);
	const beacon = await namedContract(view, named, ...BEACONS);
	const { connection, deployment } = view.contracts;
	const found = { chainId: connection.chain.id, market: deployment.market, grid: address, beacon };
	await requireOfMarket(view, contractsOf(view, found), found);
	await writeJson(fileOf(view), found);
	return found;
}

/**
 * The grid contract of the market.
 *
 * @throws UmpireError if the home folder knows none, or what is there is none of this market and beacon
 */
export async function openGrids(view: View): Promise<GridContracts> {
	const found = await knownGrids(view);
	if (found === undefined) {
		throw new UmpireError("NOT_FOUND", "This home folder knows no grid contract for this market", {
			advice: "run umpire grid use ADDRESS with the one that others use, or umpire grid deploy.",
		});
	}
	const contracts = contractsOf(view, found);
	await requireOfMarket(view, contracts, found);
	return contracts;
}

function contractsOf(view: View, found: GridDeployment): GridContracts {
	// What the market, the court or the registry refuse comes through the grid.
	const abi = withErrorsOf(gridAbi, [view.contracts.market.abi, blockHashBeaconAbi]);
	return {
		grid: { address: found.grid, abi },
		beacon: { address: found.beacon, abi: blockHashBeaconAbi },
	};
}

/** Stakes go to no address that is no grid contract, or that of another market or beacon: claims would not count there. */
async function requireOfMarket(
	{ contracts }: View,
	{ grid }: GridContracts,
	found: GridDeployment,
): Promise<void> {
	const stated = await Promise.all([
		read(contracts, grid, "market", []),
		read(contracts, grid, "beacon", []),
	]);
	const expected = [contracts.deployment.market, found.beacon];
	const other = stated.findIndex((address, i) => !isAddressEqual(address, expected[i] as Hex));
	if (other === -1) return;
	throw new UmpireError(
		"CHAIN",
		`The grid contract ${grid.address} is of the ${other === 0 ? "market" : "beacon"} ${stated[other]}, not ${expected[other]}`,
		{ advice: "ask whoever has deployed it for the right address." },
	);
}
