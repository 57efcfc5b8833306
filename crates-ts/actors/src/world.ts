import {
	type Connection,
	connectRpc,
	DEVELOPMENT_CHAINS,
	type Signer,
	signerFor,
} from "@umpire/chain/connection.ts";
import { type Contracts, openContracts } from "@umpire/chain/contracts.ts";
import { type EventFeed, eventFeed } from "@umpire/chain/events.ts";
import { type Call, type Sent, send } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { accountOf, type Role } from "@umpire/store/accounts.ts";
import { readDeployment } from "@umpire/store/deployments.ts";
import { type Home, openHome } from "@umpire/store/home.ts";
import type { Account } from "viem";
import { type Journal, openJournal } from "./journal.ts";

/** Everything that an actor works with: a folder, a deployment, an account and what it has sent. */
export interface World {
	readonly home: Home;
	readonly contracts: Contracts;
	readonly signer: Signer;
	readonly feed: EventFeed;
	readonly journal: Journal;
	/** Told of every transaction that was mined. */
	readonly onSent: (sent: Sent, by: Hex) => void;
}

/** Where a command's world is. */
export interface WorldOptions {
	readonly home?: string | undefined;
	readonly rpc: string;
	readonly chainId?: number | undefined;
}

/**
 * Opens the world of a role: connects, finds the deployment in the home folder, takes the role's key.
 *
 * @throws UserError if there is no chain, no deployment or no key
 */
export async function openWorld(options: WorldOptions, role: Role): Promise<World> {
	const home = openHome(options.home);
	const connection = await connectRpc(
		options.rpc,
		options.chainId === undefined ? {} : { chainId: options.chainId },
	);
	const deployment = await readDeployment(home, connection.chain.id);
	const contracts = await openContracts(connection, deployment);
	const account = await accountOf(home, role, isDevelopment(connection));
	return worldOf(home, contracts, account);
}

/** A world on contracts that are connected already. */
export async function worldOf(
	home: Home,
	contracts: Contracts,
	account: Account,
	onSent: World["onSent"] = () => {},
): Promise<World> {
	const { connection, deployment } = contracts;
	return {
		home,
		contracts,
		signer: signerFor(connection, account),
		feed: eventFeed(contracts),
		journal: await openJournal(home, connection, deployment.umpire, account.address),
		onSent,
	};
}

/** Whether a chain is one of those that take development keys. */
export function isDevelopment(connection: Connection): boolean {
	return DEVELOPMENT_CHAINS.includes(connection.chain.id);
}

/**
 * Makes a move unless it was made before.
 *
 * @param name what identifies the move on this deployment, as in `claim:3`
 * @returns the transaction, or undefined if an earlier run had sent it
 */
export async function act(
	world: World,
	name: string,
	call: Omit<Call, "contract">,
): Promise<Sent | undefined> {
	if ((await world.journal.find(name)) !== undefined) return undefined;
	const sent = await send(world.signer, { ...call, contract: world.contracts.umpire }, (hash) =>
		world.journal.remember(name, hash),
	);
	world.onSent(sent, world.signer.account.address);
	return sent;
}
