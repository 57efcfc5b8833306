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
import { isAddressEqual } from "viem";
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
	if (options.replace !== true) await requireNone(world);
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

/** Whoever has deposits in contracts that the home folder forgets finds them no more. */
async function requireNone(view: View): Promise<void> {
	const known = await knownBounties(view);
	if (known === undefined) return;
	const { reader, chain } = view.contracts.connection;
	const code = await reader.getCode({ address: known.bounties });
	// A local chain forgets everything when it stops.
	if (code === undefined || code === "0x") return;
	throw new UmpireError("OPTION", `A bounties contract is on chain ${chain.id} already (${known.bounties})`, {
		advice: `umpire bounty open takes that one; --replace deploys another, and ${view.home.folder} forgets its bounties.`,
	});
}

const isHex = (value: unknown) => typeof value === "string";

const knownBounties = (view: View): Promise<BountyDeployment | undefined> =>
	readJson<BountyDeployment>(
		fileOf(view),
		(value) => hasAll(value, { bounties: isHex, beacon: isHex, block: Number.isInteger }),
		"umpire bounty deploy --replace deploys others and writes it anew.",
	);

/**
 * The bounties contract of the market.
 *
 * @throws UmpireError if none was deployed from this home folder, or what is there is none of this market and beacon
 */
export async function openBounties(view: View): Promise<BountyContracts> {
	const found = await knownBounties(view);
	if (found === undefined) {
		throw new UmpireError("NOT_FOUND", "No bounties contract is deployed for this market", {
			advice: "run umpire bounty deploy.",
		});
	}
	// What the market, the registry or the beacon refuse comes through the contract that was called.
	const all = [...bountiesAbi, ...view.contracts.market.abi, ...blockHashBeaconAbi];
	const errors = all.filter((entry) => entry.type === "error");
	const once = [...new Map(errors.map((error) => [error.name, error])).values()];
	const own = bountiesAbi.filter(({ type }) => type !== "error");
	const bounties = { address: found.bounties, abi: [...own, ...once] as unknown as typeof bountiesAbi };
	const { market } = view.contracts.deployment;
	const stated = [
		["market", await read(view.contracts, bounties, "market", []), market],
		["beacon", await read(view.contracts, bounties, "beacon", []), found.beacon],
	] as const;
	for (const [what, actual, expected] of stated) {
		if (isAddressEqual(actual, expected)) continue;
		throw new UmpireError("CHAIN", `What is deployed names the ${what} ${actual}, not ${expected}`, {
			advice: "run umpire bounty deploy, or ask for the right file.",
		});
	}
	const beacon = { address: found.beacon, abi: blockHashBeaconAbi };
	return { bounties, beacon, block: BigInt(found.block) };
}
