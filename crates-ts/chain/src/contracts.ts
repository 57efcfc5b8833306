import { arbiterAbi } from "@umpire/abi/arbiter.ts";
import { courtAbi } from "@umpire/abi/court.ts";
import { marketAbi } from "@umpire/abi/market.ts";
import { registryAbi } from "@umpire/abi/registry.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { Dispute, InputDemand, Parameters } from "@umpire/game/state.ts";
import type { Abi } from "viem";
import type { Connection } from "./connection.ts";
import { ChainError } from "./errors.ts";
import { explain } from "./revert.ts";
import { type Contract, type Got, read } from "./send.ts";

/**
 * Where everything was deployed on one chain, and from which block on its events are to be read: not later than the
 * court's own, as what anybody published there before a market was made counts in its disputes, too.
 */
export interface Deployment {
	readonly chainId: number;
	readonly block: bigint;
	readonly registry: Hex;
	readonly market: Hex;
	readonly court: Hex;
	readonly arbiter: Hex;
	readonly dotVerifier: Hex;
	readonly elementsVerifier: Hex;
	readonly parameters: Parameters;
}

/** The deployed contracts on a connection. */
export interface Contracts {
	readonly connection: Connection;
	readonly deployment: Deployment;
	readonly registry: Contract<typeof registryAbi>;
	readonly market: Contract<typeof marketAbi>;
	readonly court: Contract<typeof courtAbi>;
}

/** A deployment's parameters, as the constructors of its contracts take them. */
export function contractParameters(p: Parameters): {
	readonly market: Pick<Parameters, "challengePeriod" | "submitterBond">;
	readonly court: Omit<Parameters, "challengePeriod" | "submitterBond">;
} {
	const { challengePeriod, submitterBond, ...court } = p;
	return { market: { challengePeriod, submitterBond }, court };
}

/**
 * Connects to deployed contracts.
 *
 * @throws ChainError if they are not there (a local chain forgets everything when it stops)
 */
export async function openContracts(connection: Connection, deployment: Deployment): Promise<Contracts> {
	const code = await connection.reader.getCode({ address: deployment.market }).catch((error: unknown) => {
		throw explain(error, "reading the contracts' code");
	});
	if (code === undefined || code === "0x") {
		throw new ChainError(
			`Nothing is deployed at ${deployment.market} on chain ${connection.chain.id} (a local chain forgets everything when it stops)`,
			{ advice: "run ./just deploy." },
		);
	}
	await requireThisDeployment(connection, deployment);
	return {
		connection,
		deployment,
		registry: { address: deployment.registry, abi: REGISTRY },
		market: { address: deployment.market, abi: MARKET },
		court: { address: deployment.court, abi: COURT },
	};
}

const ERRORS = [...marketAbi, ...courtAbi, ...arbiterAbi, ...registryAbi].filter(
	(entry) => entry.type === "error",
);

/** Refusals of one contract come through others, whose ABIs do not know them: each gets all errors, once. */
function withAllErrors<A extends Abi>(abi: A): A {
	const errors = new Map(ERRORS.map((error) => [error.name, error]));
	return [...abi.filter(({ type }) => type !== "error"), ...errors.values()] as unknown as A;
}

const MARKET = withAllErrors(marketAbi);
const COURT = withAllErrors(courtAbi);
const REGISTRY = withAllErrors(registryAbi);

/** @throws ChainError if the code at the address is another contract, or one with other parts */
async function requireThisDeployment(connection: Connection, deployment: Deployment): Promise<void> {
	const market = { address: deployment.market, abi: MARKET };
	const court = { address: deployment.court, abi: COURT };
	const orNone = (address: Promise<Hex>): Promise<Hex> =>
		address.catch((error: unknown) => {
			if (error instanceof ChainError && error.retryable) throw error;
			return "0x";
		});
	const parts = await Promise.all([
		orNone(read({ connection }, market, "court", [])),
		orNone(read({ connection }, court, "registry", [])),
		orNone(read({ connection }, court, "arbiter", [])),
	]);
	const expected = [deployment.court, deployment.registry, deployment.arbiter];
	if (parts.every((address, i) => address.toLowerCase() === expected[i].toLowerCase())) return;
	throw new ChainError(
		`The contract at ${deployment.market} on chain ${connection.chain.id} is not the one that was deployed from here`,
		{ advice: "check --rpc and --home, or run ./just deploy." },
	);
}

// `at`: the hash of the block whose state is read; the newest by default.
export const getRequest = (on: Contracts, id: bigint, at?: Hex) =>
	read(on, on.market, "getRequest", [id], at);
/** A claim as the market stores it. */
export const getClaim = (on: Contracts, id: bigint, at?: Hex) => read(on, on.market, "getClaim", [id], at);
/** What an account can withdraw from both contracts. */
export async function owedTo(on: Contracts, account: Hex, at?: Hex): Promise<bigint> {
	const [market, court] = await Promise.all([
		read(on, on.market, "owed", [account], at),
		read(on, on.court, "owed", [account], at),
	]);
	return market + court;
}
export const programCount = (on: Contracts) => read(on, on.registry, "count", []);
export const programOf = (on: Contracts, number: bigint) => read(on, on.registry, "programOf", [number]);
export const numberOf = (on: Contracts, root: Hex) => read(on, on.registry, "numberOf", [root]);

/** A demand for a chunk of an input. */
export async function getInputDemand(on: Contracts, id: bigint, at?: Hex): Promise<InputDemand> {
	return read(on, on.court, "getInputDemand", [on.market.address, id], at);
}

/** A dispute as the contract stores it: of the partial results it keeps the hash only. */
export async function getDispute(on: Contracts, id: bigint, at?: Hex): Promise<Omit<Dispute, "partials">> {
	return storedDispute(await read(on, on.court, "getDispute", [on.market.address, id], at));
}

/** A dispute as the contract gives it, in the types of the game. */
export function storedDispute(stored: Got<typeof courtAbi, "getDispute">): Omit<Dispute, "partials"> {
	return { ...stored, phase: stored.phase as Dispute["phase"], element: Number(stored.element) };
}

/** Who is to move, since when, and the last second at which no timeout can be claimed. */
export interface Turn {
	readonly side: number;
	readonly since: bigint;
	readonly until: bigint;
}

export async function getTurn(on: Contracts, dispute: bigint, at?: Hex): Promise<Turn> {
	const [side, since, until] = await read(on, on.court, "turn", [on.market.address, dispute], at);
	return { side, since, until };
}
