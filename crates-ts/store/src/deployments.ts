import { rm } from "node:fs/promises";
import type { Deployment } from "@umpire/chain/contracts.ts";
import { ChainError } from "@umpire/chain/errors.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { writeAtomically } from "./atomic-file.ts";
import { type Home, hasAll, readJson, writeJson } from "./home.ts";

const fileOf = (home: Home, chainId: number) => home.path("deployments", `${chainId}.json`);

/**
 * Tries whether a deployment could be remembered: one that cannot is lost.
 *
 * @throws UmpireError if the home folder cannot be written
 */
export async function requireWritable(home: Home): Promise<void> {
	const file = home.path("deployments", "writable");
	await writeAtomically(file, "");
	await rm(file);
}

/** Remembers where the contracts are on a chain; gives the file's path. */
export async function writeDeployment(home: Home, deployment: Deployment): Promise<string> {
	const file = fileOf(home, deployment.chainId);
	await writeJson(file, deployment);
	return file;
}

/** Where a deployment that is not finished is remembered. */
const startedOf = (home: Home, chainId: number, market: Hex) =>
	home.path("deployments", `${chainId}-${market.toLowerCase()}.started.json`);

/** Remembers from which block on the events of a deployment will be, before anything is sent. */
export async function writeStarted(home: Home, chainId: number, market: Hex, block: bigint): Promise<void> {
	await writeJson(startedOf(home, chainId, market), { block });
}

/** What `writeStarted` has remembered; undefined if nothing was started. */
export async function readStarted(home: Home, chainId: number, market: Hex): Promise<bigint | undefined> {
	const found = await readJson<{ readonly block: bigint }>(
		startedOf(home, chainId, market),
		(value) => hasAll(value, { block: (block) => typeof block === "bigint" }),
		"delete it and deploy again with --from-block.",
	);
	return found?.block;
}

export async function removeStarted(home: Home, chainId: number, market: Hex): Promise<void> {
	await rm(startedOf(home, chainId, market), { force: true });
}

const ADVICE =
	"umpire deploy --umpire ADDRESS writes it anew from the chain (of the market; limits/ and journals/ have it in their names), umpire deploy --replace deploys again.";

/** Where the contracts are on a chain; undefined if the home folder knows of none. Throws if the file is damaged. */
export function knownDeployment(home: Home, chainId: number): Promise<Deployment | undefined> {
	return readJson<Deployment>(fileOf(home, chainId), isDeployment, ADVICE);
}

/**
 * Where the contracts are on a chain.
 *
 * @throws ChainError if nothing has been deployed to it from this home folder
 * @throws UmpireError if the file is damaged
 */
export async function readDeployment(home: Home, chainId: number): Promise<Deployment> {
	const deployment = await knownDeployment(home, chainId);
	if (deployment === undefined) {
		throw new ChainError(`Nothing is deployed to chain ${chainId} that ${home.folder} knows of`, {
			advice: "run ./just deploy, choose another --home, or name the market with --umpire ADDRESS.",
		});
	}
	return deployment;
}

const isAddress = (value: unknown) => typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value);

const isDeployment = (value: unknown) =>
	hasAll(value, {
		chainId: Number.isSafeInteger,
		block: (block) => typeof block === "bigint",
		registry: isAddress,
		market: isAddress,
		court: isAddress,
		arbiter: isAddress,
		parameters: (parameters) =>
			hasAll(parameters, {
				submitterBond: (bond) => typeof bond === "bigint",
				challengerBond: (bond) => typeof bond === "bigint",
				demandBond: (bond) => typeof bond === "bigint",
			}),
	});
