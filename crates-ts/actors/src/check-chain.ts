import { type Connection, signerFor } from "@umpire/chain/connection.ts";
import type { Deployment } from "@umpire/chain/contracts.ts";
import { DEFAULT_PARAMETERS, deploy } from "@umpire/chain/deploy.ts";
import { connectPrivate } from "@umpire/chain/private-chain.ts";
import { localAccount } from "@umpire/store/accounts.ts";
import { setUp } from "./set-up.ts";

/** A private chain with the contracts on it, where elements are settled for a check. */
export interface CheckChain {
	readonly connection: Connection;
	readonly deployment: Deployment;
}

/** Builds what is missing and starts the chain; close its connection when done. */
export async function openCheckChain(progress: (line: string) => void): Promise<CheckChain> {
	await setUp(progress);
	const connection = await connectPrivate();
	const deployment = await deploy(signerFor(connection, localAccount("deployer")), DEFAULT_PARAMETERS);
	return { connection, deployment };
}
