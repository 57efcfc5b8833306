import {
	type Connection,
	connectRpc,
	DEVELOPMENT_CHAINS,
	type Signer,
	signerFor,
} from "@umpire/chain/connection.ts";
import { type Contracts, openContracts } from "@umpire/chain/contracts.ts";
import { ChainError, RevertError, UserError } from "@umpire/chain/errors.ts";
import { type EventFeed, eventFeed } from "@umpire/chain/events.ts";
import type { GasPolicy } from "@umpire/chain/fees.ts";
import { mined } from "@umpire/chain/landing.ts";
import type { Outbox } from "@umpire/chain/outbox.ts";
import { explainReading } from "@umpire/chain/revert.ts";
import { type Call, type Sent, send } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { accountOf, type KeyOptions, type Role } from "@umpire/store/accounts.ts";
import { readDeployment } from "@umpire/store/deployments.ts";
import { type Home, openHome } from "@umpire/store/home.ts";
import { type Account, parseGwei } from "viem";
import { openJournal } from "./journal.ts";

/** A folder and a deployment, to look at. */
export interface View {
	readonly home: Home;
	readonly contracts: Contracts;
	readonly feed: EventFeed;
}

/** Everything that an actor works with: what it looks at, an account and what it has sent. */
export interface World extends View {
	readonly signer: Signer;
	readonly journal: Outbox;
	/** Told of every transaction that was mined. */
	readonly onSent: (sent: Sent, by: Hex) => void;
}

/** Where a command's chain is. */
export interface ViewOptions {
	readonly home?: string | undefined;
	/** One or more addresses; commas separate several. */
	readonly rpc: string | readonly string[];
	readonly chainId?: number | undefined;
	/** Seconds after which a request to the RPC node counts as failed. */
	readonly rpcTimeout?: number | undefined;
	readonly warn?: ((line: string) => void) | undefined;
}

/** Where a command's world is, and how it acts there. */
export interface WorldOptions extends ViewOptions, KeyOptions {
	/** The most that gas may cost. */
	readonly maxFeeGwei?: number | undefined;
}

/**
 * Opens a deployment to look at: connects and finds it in the home folder.
 *
 * @throws UserError if there is no chain or no deployment
 */
export async function openView(options: ViewOptions): Promise<View> {
	const home = openHome(options.home);
	const connection = await connectTo(options);
	const contracts = await openContracts(connection, await readDeployment(home, connection.chain.id));
	return { home, contracts, feed: eventFeed(contracts) };
}

/**
 * Opens the world of a role: what it looks at, and the role's key.
 *
 * @throws UserError if there is no chain, no deployment or no key
 */
export async function openWorld(options: WorldOptions, role: Role): Promise<World> {
	const { home, contracts } = await openView(options);
	const account = await accountOf(home, role, isDevelopment(contracts.connection), options);
	return worldOf(home, contracts, account, () => {}, gasPolicyOf(options));
}

/** A world on contracts that are connected already. */
export async function worldOf(
	home: Home,
	contracts: Contracts,
	account: Account,
	onSent: World["onSent"] = () => {},
	policy: Partial<GasPolicy> = {},
): Promise<World> {
	const { connection, deployment } = contracts;
	return {
		home,
		contracts,
		signer: signerFor(connection, account, policy),
		feed: eventFeed(contracts),
		journal: await openJournal(home, connection, deployment.umpire, account.address),
		onSent,
	};
}

/** Connects to the RPC addresses that a command is given. */
export function connectTo({ rpc, chainId, rpcTimeout, warn }: ViewOptions): Promise<Connection> {
	return connectRpc(rpc, {
		...(chainId === undefined ? {} : { chainId }),
		...(rpcTimeout === undefined ? {} : { timeout: 1000 * rpcTimeout }),
		...(warn === undefined ? {} : { warn }),
	});
}

/** @throws UserError if the bound is not a positive number */
export function gasPolicyOf({ maxFeeGwei, warn }: WorldOptions): Partial<GasPolicy> {
	if (maxFeeGwei !== undefined && !(maxFeeGwei > 0)) {
		throw new UserError("--max-fee-gwei must be a positive number, as in 40.");
	}
	return {
		...(maxFeeGwei === undefined ? {} : { mostPerGas: parseGwei(String(maxFeeGwei)) }),
		...(warn === undefined ? {} : { warn }),
	};
}

/** Whether a chain is one of those that take development keys. */
export function isDevelopment(connection: Connection): boolean {
	return DEVELOPMENT_CHAINS.includes(connection.chain.id);
}

/**
 * Makes a move that is due in the state of `world.feed.head`. Whether an earlier transaction for it
 * can still take effect is read off the account's nonce in that same block: if it can, it is sent
 * again and nothing else; if not, the move was not made, and is made anew.
 *
 * @param name what identifies the move on this deployment, as in `claim:3`
 * @param until the last second (chain time) at which the move helps
 * @returns the transaction; undefined if it was mined after that block: look again
 */
export async function act(
	world: World,
	name: string,
	call: Omit<Call, "contract"> & Partial<Pick<Call, "contract">>,
	until?: number,
): Promise<Sent | undefined> {
	const { signer, journal, contracts, feed } = world;
	const used = await usedNonces(world);
	const next = await nextNonce(world, used);
	const before = journal.find(name);
	// One beyond `next` waits for others that are lost: only a transaction with a lower nonce gets through.
	const waiting = before !== undefined && before.nonce >= used && before.nonce <= next ? before : undefined;
	if (waiting !== undefined) {
		const sent = await mined(signer.connection, waiting);
		if (sent !== undefined && sent.block > (feed.head?.number ?? 0n)) return undefined;
	}
	const nonce = waiting?.nonce ?? next;
	try {
		const options = { move: name, outbox: journal, nonce, ...(until === undefined ? {} : { until }) };
		const sent = await send(signer, { contract: contracts.umpire, ...call }, options);
		world.onSent(sent, signer.account.address);
		return sent;
	} catch (error) {
		// What the move was derived from may be wrong, not only old.
		if (error instanceof RevertError) feed.reread();
		throw error;
	}
}

/** How many transactions of the account are part of the chain up to `world.feed.head`. */
async function usedNonces({ signer, feed }: World): Promise<number> {
	const { address } = signer.account;
	const block = feed.head === undefined ? {} : { blockHash: feed.head.hash };
	return signer.connection.reader.getTransactionCount({ address, ...block }).catch((error: unknown) => {
		throw explainReading(error, "the account's nonce");
	});
}

/**
 * The nonce of a new move. A nonce whose transaction disappeared is used again, so that it can not
 * come back.
 */
async function nextNonce({ signer, journal }: World, used: number): Promise<number> {
	const { address } = signer.account;
	const { reader } = signer.connection;
	const [latest, pending] = await Promise.all([
		reader.getTransactionCount({ address, blockTag: "latest" }),
		reader.getTransactionCount({ address, blockTag: "pending" }),
	]).catch((error: unknown) => {
		throw explainReading(error, "the account's nonce");
	});
	const least = Math.max(latest, used);
	for (let nonce = least; nonce < pending; nonce++) {
		if (journal.at(nonce) !== undefined) continue;
		throw new ChainError(
			`The account ${address} has a waiting transaction (nonce ${nonce}) that is not from here: waiting for it. Give each actor an account of its own.`,
			{ retry: true },
		);
	}
	return Math.max(least, pending);
}
