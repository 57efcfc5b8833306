import { blockHashBeaconAbi } from "@umpire/abi/block-hash-beacon.ts";
import { bountiesAbi } from "@umpire/abi/bounties.ts";
import { linkBytecode } from "@umpire/chain/artifact.ts";
import { readArtifact } from "@umpire/chain/built-artifacts.ts";
import { constructorArguments } from "@umpire/chain/constructor-arguments.ts";
import { type Contract, read, sendDeployment } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { BountyDefaults } from "@umpire/markets/bounty-parameters.ts";
import { hasAll, readJson, writeJson } from "@umpire/store/home.ts";
import {
	BEACONS,
	foreignContract,
	namedContract,
	requireAddresses,
	requireNone,
	withErrorsOf,
} from "../consumer-contracts.ts";
import type { View, World } from "../world.ts";

/** Where bounties and their beacon are on one chain. */
export interface BountyDeployment {
	readonly chainId: number;
	readonly market: Hex;
	readonly bounties: Hex;
	readonly beacon: Hex;
	/** from which on there are events of bounties */
	readonly block: number;
}

export interface BountyContracts {
	readonly bounties: Contract<typeof bountiesAbi>;
	readonly beacon: Contract<typeof blockHashBeaconAbi>;
	readonly block: bigint;
}

export interface BountyDeployOptions {
	readonly parameters: Pick<
		BountyDefaults,
		"depositMin" | "scoreFeeMin" | "lossPermille" | "beaconFee" | "drift"
	>;
	/** the least seconds between two blocks */
	readonly blockSeconds: number;
	/** whether the home folder may forget those that it knows of */
	readonly replace?: boolean | undefined;
}

const fileOf = ({ home, contracts }: View) =>
	home.path("bounties", `${contracts.connection.chain.id}-${contracts.deployment.market.toLowerCase()}.json`);

/**
 * Deploys a beacon of block hashes and a bounties contract for the market, and remembers where they are.
 *
 * @throws UmpireError if the home folder knows of others for this market that are there, unless it may forget them
 */
export async function deployBounties(world: World, options: BountyDeployOptions): Promise<BountyDeployment> {
	const { contracts, signer } = world;
	if (options.replace !== true) await requireNoBounties(world);
	const libraries = new Map<string, Hex>();
	const create = async (name: string, args: readonly unknown[] = []): Promise<Hex> => {
		const artifact = await readArtifact(name);
		for (const library of artifact.links.keys()) {
			if (!libraries.has(library)) libraries.set(library, await create(library));
		}
		const data = linkBytecode(artifact, libraries) + constructorArguments(artifact.abi, args).slice(2);
		return sendDeployment(signer, name, data as Hex);
	};
	const { parameters, blockSeconds } = options;
	const { market } = contracts.deployment;
	const block = Number(await contracts.connection.reader.getBlockNumber());
	const { beaconFee, drift } = parameters;
	const beacon = await create("BlockHashBeacon", [beaconFee, BigInt(blockSeconds), BigInt(drift)]);
	const bounties = await create("Bounties", [market, beacon, parameters]);
	const deployment = { chainId: contracts.connection.chain.id, market, bounties, beacon, block };
	await writeJson(fileOf(world), deployment);
	return deployment;
}

const requireNoBounties = async (view: View, taken?: Hex): Promise<void> =>
	requireNone(
		view,
		(await knownBounties(view))?.bounties,
		{
			what: "bounties contract",
			taker: "umpire bounty open",
			forgets: "its bounties",
		},
		taken,
	);

const isHex = (value: unknown) => typeof value === "string";

const knownBounties = (view: View): Promise<BountyDeployment | undefined> =>
	readJson<BountyDeployment>(
		fileOf(view),
		(value) => hasAll(value, { bounties: isHex, beacon: isHex, block: Number.isInteger }),
		"umpire bounty deploy --replace deploys others and writes it anew.",
	);

/**
 * Remembers the bounties contract that somebody else has deployed for the market.
 *
 * @throws UmpireError if it is none of this market, or the home folder knows of another, unless it may forget it
 */
export async function rememberBounties(
	view: View,
	bounties: string | undefined,
	replace: boolean,
): Promise<BountyDeployment> {
	const address = await foreignContract(view, bounties, "umpire bounty use", "Bounties");
	if (!replace) await requireNoBounties(view, address);
	const named = await read(view.contracts, { address, abi: bountiesAbi }, "beacon", []);
	const beacon = await namedContract(view, named, ...BEACONS);
	const { connection, deployment } = view.contracts;
	// It is younger than its market.
	const { market, block } = deployment;
	const found = { chainId: connection.chain.id, market, bounties: address, beacon, block: Number(block) };
	await requireOfMarket(view, contractsOf(view, found));
	await writeJson(fileOf(view), found);
	return found;
}

/**
 * The bounties contract of the market.
 *
 * @throws UmpireError if the home folder knows none, or what is there is none of this market and beacon
 */
export async function openBounties(view: View): Promise<BountyContracts> {
	const found = await knownBounties(view);
	if (found === undefined) {
		throw new UmpireError("NOT_FOUND", "This home folder knows no bounties contract for this market", {
			advice: "run umpire bounty use ADDRESS with the one that others use, or umpire bounty deploy.",
		});
	}
	const contracts = contractsOf(view, found);
	await requireOfMarket(view, contracts);
	return contracts;
}

function contractsOf(view: View, found: BountyDeployment): BountyContracts {
	// What the market, the registry or the beacon refuse comes through the contract that was called.
	const abi = withErrorsOf(bountiesAbi, [view.contracts.market.abi, blockHashBeaconAbi]);
	return {
		bounties: { address: found.bounties, abi },
		beacon: { address: found.beacon, abi: blockHashBeaconAbi },
		block: BigInt(found.block),
	};
}

/** Deposits go to no address that is no bounties contract, or that of another market or beacon. */
async function requireOfMarket(view: View, { bounties, beacon }: BountyContracts): Promise<void> {
	const { market } = view.contracts.deployment;
	requireAddresses(
		[
			["market", await read(view.contracts, bounties, "market", []), market],
			["beacon", await read(view.contracts, bounties, "beacon", []), beacon.address],
		],
		"ask whoever has deployed it for the right address.",
	);
}
