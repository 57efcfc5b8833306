import {
	type Connection,
	connectRpc,
	DEVELOPMENT_CHAINS,
	type Signer,
	signerFor,
} from "@umpire/chain/connection.ts";
import { type Contracts, type Deployment, openContracts } from "@umpire/chain/contracts.ts";
import { RevertError } from "@umpire/chain/errors.ts";
import { type EventFeed, eventFeed } from "@umpire/chain/events.ts";
import { lesser } from "@umpire/chain/fees.ts";
import { findDeployment, type VerifierHashes } from "@umpire/chain/find-deployment.ts";
import { Flights } from "@umpire/chain/flights.ts";
import type { GasPolicy } from "@umpire/chain/gas-policy.ts";
import type { Sent } from "@umpire/chain/landing.ts";
import type { Outgoing } from "@umpire/chain/outbox.ts";
import type { Call } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { openStores } from "@umpire/content/open-store.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { Limits } from "@umpire/operators/limits.ts";
import { type FinishedCeremony, readFinishedCeremony } from "@umpire/prover/ceremony/finished.ts";
import { ceremonyInUse } from "@umpire/prover/keys-in-use.ts";
import { accountOf, type KeyOptions, type Role } from "@umpire/store/accounts.ts";
import { readDeployment } from "@umpire/store/deployments.ts";
import { type Home, openHome } from "@umpire/store/home.ts";
import { type Account, isAddress, parseGwei } from "viem";
import { Cache } from "./cache.ts";
import { LocatedContent } from "./content/located-content.ts";
import { Farm, type FarmOptions } from "./farm/farm.ts";
import { openJournal } from "./journal.ts";
import { localRpc } from "./local-rpc.ts";
import { isRace } from "./race.ts";
import { SETTLED_AFTER } from "./settled.ts";
import { sourcesOf } from "./sources.ts";
import { about, type Subject, subjectNow } from "./subject.ts";

/** A folder and a deployment, to look at. */
export interface View {
	readonly home: Home;
	readonly contracts: Contracts;
	readonly feed: EventFeed;
	/** What programs may ask for; the defaults if there are none. */
	readonly limits?: Limits | undefined;
	/** Addresses below which programs and inputs may be had; nobody there is trusted. */
	readonly sources?: readonly string[] | undefined;
	/** Stores of content, and what the chain says of what is there; nobody is trusted. */
	readonly located?: LocatedContent | undefined;
}

/** Everything that an actor works with: what it looks at, an account and what it has sent. */
export interface World extends View {
	readonly signer: Signer;
	/** What its account has on its way. */
	readonly flights: Flights;
	/** Blocks after which requests and claims are taken to keep their numbers. */
	readonly settledAfter: bigint;
	/** Machines of one's own that help. */
	readonly farm?: Farm | undefined;
	/** Told of every transaction that was mined. */
	readonly onSent: (sent: Sent, by: Hex) => void;
}

/** Where a command's chain is. */
export interface ViewOptions {
	readonly home?: string | undefined;
	/**
	 * One or more addresses; commas separate several. By default the local chain that was started with this home folder,
	 * or the usual port.
	 */
	readonly rpc?: string | readonly string[] | undefined;
	/** The market's address; by default the deployment that the home folder knows of. */
	readonly umpire?: string | undefined;
	/** The block from which on a market that is given by its address has events. */
	readonly fromBlock?: number | undefined;
	/** Folder of the finished ceremony whose verifiers a market has; by default that of UMPIRE_CEREMONY, or none. */
	readonly ceremony?: string | undefined;
	/** Where programs and inputs that are not in the home folder may be had. */
	readonly fetch?: readonly string[] | undefined;
	/** Stores of content, as `--store` names them. */
	readonly store?: readonly string[] | undefined;
	readonly chainId?: number | undefined;
	/** Seconds after which a request to the RPC node counts as failed. */
	readonly rpcTimeout?: number | undefined;
	readonly warn?: ((line: string) => void) | undefined;
	/** What programs may ask for. */
	readonly limits?: Limits | undefined;
}

/** Where a command's world is, and how it acts there. */
export interface WorldOptions extends ViewOptions, KeyOptions {
	/** The most that gas may cost. */
	readonly maxFeeGwei?: number | undefined;
	/** Machines of one's own that help. */
	readonly farmOf?: FarmOptions | undefined;
}

/**
 * Opens a deployment to look at: connects and finds it in the home folder.
 *
 * @throws UmpireError if there is no chain or no deployment
 */
export async function openView(options: ViewOptions): Promise<View> {
	const home = openHome(options.home);
	const connection = await connectTo(options);
	const contracts = await openContracts(connection, await deploymentOf(home, connection, options));
	const { limits, fetch, store, warn } = options;
	const feed = eventFeed(contracts);
	const located = new LocatedContent(contracts, feed, openStores(store), warn);
	return { home, contracts, feed, limits, sources: sourcesOf(fetch), located };
}

/** The deployment that is meant: the one whose market is named, or the home folder's. */
export async function deploymentOf(
	home: Home,
	connection: Connection,
	{ umpire, fromBlock, ceremony, warn = () => {} }: ViewOptions,
): Promise<Deployment> {
	const facts = await ceremonyFacts(ceremony);
	if (!isDevelopment(connection) && (facts === undefined || facts.isRehearsal)) {
		warn("THESE ARE DEVELOPMENT KEYS: anyone can forge proofs and win any dispute in this market.");
	}
	if (umpire === undefined) {
		const deployment = await readDeployment(home, connection.chain.id);
		requireSameKeys(deployment, facts);
		return deployment;
	}
	if (!isAddress(umpire)) {
		throw new UmpireError("OPTION", `--umpire ${umpire} is no address`, {
			advice: "give that of the market, 0x and 40 hexadecimal digits (umpire status shows it).",
		});
	}
	return findDeployment(connection, umpire, {
		fromBlock: fromBlock === undefined ? undefined : BigInt(fromBlock),
		verifiers: await verifiersInUse(ceremony),
	});
}

const namedOrInUse = (folder: string | undefined): Promise<FinishedCeremony | undefined> =>
	folder === undefined ? ceremonyInUse() : readFinishedCeremony(folder);

/** Which ceremony made the keys that proofs are made with; undefined where they are this version's. */
export async function ceremonyFacts(
	folder?: string,
): Promise<Pick<FinishedCeremony, "fingerprint" | "beacon" | "isRehearsal"> | undefined> {
	const ceremony = await namedOrInUse(folder);
	if (ceremony === undefined) return undefined;
	const { fingerprint, beacon, isRehearsal } = ceremony;
	return { fingerprint, beacon, isRehearsal };
}

/**
 * Proofs that are made with other keys than a market's are refused by its verifiers, in the middle of a dispute.
 *
 * @throws UmpireError if the home folder says that a market has other keys than those that are in use
 */
function requireSameKeys(
	{ market, ceremony }: Deployment & { readonly ceremony?: { readonly fingerprint: Hex } | null },
	inUse: { readonly fingerprint: Hex } | undefined,
): void {
	const expected = ceremony?.fingerprint;
	if (expected === inUse?.fingerprint) return;
	throw new UmpireError(
		"OPTION",
		expected === undefined
			? `The market ${market} has development keys, and UMPIRE_CEREMONY names others`
			: `The market ${market} has the keys of the ceremony ${expected}, and here are ${inUse === undefined ? "the development keys" : `those of ${inUse.fingerprint}`}`,
		{
			advice:
				expected === undefined
					? "unset UMPIRE_CEREMONY."
					: "name the folder of that ceremony in the environment variable UMPIRE_CEREMONY.",
		},
	);
}

/** The verifiers of the keys that proofs are made with; undefined where they are this version's. */
async function verifiersInUse(folder: string | undefined): Promise<VerifierHashes | undefined> {
	const ceremony = await namedOrInUse(folder);
	if (ceremony === undefined) return undefined;
	const { dot, elements } = ceremony.circuits;
	return {
		DotVerifier: dot.verifier.runtimeCodeHash,
		ElementsVerifier: elements.verifier.runtimeCodeHash,
	};
}

/**
 * Opens the world of a role: what it looks at, and the role's key.
 *
 * @throws UmpireError if there is no chain, no deployment or no key
 */
export async function openWorld(options: WorldOptions, role: Role): Promise<World> {
	const { home, contracts, located } = await openView(options);
	const account = await accountOf(home, role, isDevelopment(contracts.connection), options);
	const world = await worldOf(home, contracts, account, () => {}, gasPolicyOf(options));
	const { farmOf, warn = () => {} } = options;
	const farm = farmOf && (await Farm.open(home, farmOf, warn));
	return { ...world, limits: options.limits, sources: sourcesOf(options.fetch), located, farm };
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
	const { submitterBond, challengerBond } = deployment.parameters;
	const mostPerMove = lesser(submitterBond, challengerBond);
	const signer = signerFor(connection, account, { mostPerMove, ...policy });
	const warn = policy.warn ?? (() => {});
	const journal = await openJournal(home, connection, deployment.market, account.address, warn);
	const flights = new Flights(signer, journal);
	// Local chains make no block before there is a transaction.
	const settledAfter = isDevelopment(connection) ? 0n : SETTLED_AFTER;
	return { home, contracts, signer, feed: eventFeed(contracts), flights, settledAfter, onSent };
}

/**
 * Connects to the RPC addresses that a command is given.
 *
 * @throws UmpireError if there is no chain, or if the timeout is not a positive number
 */
export async function connectTo(options: ViewOptions): Promise<Connection> {
	const { chainId, rpcTimeout, warn } = options;
	const rpc = options.rpc ?? (await localRpc(openHome(options.home)));
	if (rpcTimeout !== undefined && !(rpcTimeout > 0)) {
		throw new UmpireError("OPTION", "--rpc-timeout must be a positive number of seconds.");
	}
	return connectRpc(rpc, {
		...(chainId === undefined ? {} : { chainId }),
		...(rpcTimeout === undefined ? {} : { timeout: 1000 * rpcTimeout }),
		...(warn === undefined ? {} : { warn }),
	});
}

/** @throws UmpireError if the bound is not a positive number */
export function gasPolicyOf({ maxFeeGwei, warn }: WorldOptions): Partial<GasPolicy> {
	if (maxFeeGwei !== undefined && !(maxFeeGwei > 0)) {
		throw new UmpireError("OPTION", "--max-fee-gwei must be a positive number, as in 40.");
	}
	return {
		...(maxFeeGwei === undefined ? {} : { mostPerGas: parseGwei(maxFeeGwei.toFixed(9)) }),
		...(warn === undefined ? {} : { warn }),
	};
}

/** Whether a chain is one of those that take development keys. */
export function isDevelopment(connection: Connection): boolean {
	return DEVELOPMENT_CHAINS.includes(connection.chain.id);
}

/**
 * Puts a move on its way that is due in the state of `world.feed.head`, and does not wait until it is mined: the next
 * look at the chain shows what came of it.
 *
 * @param name what identifies the move on this deployment, as in `claim:3`
 * @param until the last second (chain time) at which the move helps
 * @returns undefined if nothing new was sent: it is on its way already, was mined after that block, or has to wait
 *   because too many others are on their way
 */
export async function act(
	world: World,
	name: string,
	call: Omit<Call, "contract"> & Partial<Pick<Call, "contract">>,
	until?: number,
): Promise<Outgoing | undefined> {
	const { contracts, feed, flights } = world;
	movesOf(flights).set(name, { subject: subjectNow(), isRace: isRace() });
	try {
		return await flights.launch({ name, call: { contract: contracts.market, ...call }, until }, feed.head);
	} catch (error) {
		// What the move was derived from may be wrong, not only old.
		if (error instanceof RevertError) feed.reread();
		throw error;
	}
}

/**
 * Waits a moment for what is on its way, at the end of every look at the chain.
 *
 * @param warn told of moves that the contract refused when they were mined
 */
export async function landAll(world: World, warn: (line: string) => void): Promise<void> {
	const { flights, feed, onSent, signer } = world;
	const refused = await flights.land((sent) => onSent(sent, signer.account.address));
	const moves = movesOf(flights);
	for (const { move, line } of refused) {
		const known = moves.peek(move);
		// If it is due all the same, it is made anew: what is refused then is told.
		const text = known?.isRace === true ? `${line} Somebody else was probably first.` : line;
		about(known?.subject ?? {}, () => warn(text));
	}
	if (refused.length > 0) feed.reread();
}

/** What is remembered of a move: what it was about, and whether others make it as well. */
interface Made {
	readonly subject: Subject;
	readonly isRace: boolean;
}

/** The moves of a process, by their names. */
const MADE = new WeakMap<Flights, Cache<string, Made>>();
/** Moves that are remembered. */
const MOVES = 1000;

function movesOf(flights: Flights): Cache<string, Made> {
	const known = MADE.get(flights) ?? new Cache<string, Made>(MOVES);
	MADE.set(flights, known);
	return known;
}
