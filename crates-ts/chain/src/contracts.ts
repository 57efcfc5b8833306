import type { Hex } from "@umpire/commitment/constants.ts";
import type { Claim, Dispute, InputDemand, Parameters, Request } from "@umpire/game/state.ts";
import type { Abi } from "viem";
import type { ReadArtifact } from "./artifact.ts";
import type { Connection } from "./connection.ts";
import { ChainError } from "./errors.ts";
import { explain } from "./revert.ts";
import { type Contract, read } from "./send.ts";

/** Where everything was deployed on one chain, and from which block on its events are to be read. */
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
	readonly registry: Contract;
	readonly market: Contract;
	readonly court: Contract;
}

/** A claim as the market stores it: its court knows what was brought against it. */
export interface StoredClaim {
	/** 0 for a lazy claim */
	readonly traceRoot: Hex;
	readonly submitter: Hex;
	readonly request: number;
	/** when its status began */
	readonly since: number;
	readonly status: Claim["status"];
	readonly winner: Hex;
	readonly delivered: boolean;
}

/** What a court keeps of a claim. */
export interface Proceedings {
	readonly openDisputes: number;
	readonly openDemands: number;
	readonly lastAnswer: number;
	readonly boundAt: number;
	readonly traceRoot: Hex;
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
 * @param readArtifact where their interfaces come from
 * @throws ChainError if they are not there (a local chain forgets everything when it stops)
 */
export async function openContracts(
	connection: Connection,
	deployment: Deployment,
	readArtifact: ReadArtifact,
): Promise<Contracts> {
	const code = await connection.reader.getCode({ address: deployment.market }).catch((error: unknown) => {
		throw explain(error, "reading the contracts' code");
	});
	if (code === undefined || code === "0x") {
		throw new ChainError(
			`Nothing is deployed at ${deployment.market} on chain ${connection.chain.id} (a local chain forgets everything when it stops)`,
			{ advice: "run ./just deploy." },
		);
	}
	const [market, court, arbiter, registry] = await Promise.all(
		["Market", "Court", "Arbiter", "Registry"].map((name) => readArtifact(name)),
	);
	await requireThisDeployment(connection, deployment, { market: market.abi, court: court.abi });
	// Refusals of one contract come through others, whose ABIs do not know them.
	const errors = errorsOf(market.abi, court.abi, arbiter.abi, registry.abi);
	const contract = (address: Hex, abi: Abi): Contract => ({
		address,
		abi: [...withoutErrors(abi), ...errors],
	});
	return {
		connection,
		deployment,
		registry: contract(deployment.registry, registry.abi),
		market: contract(deployment.market, market.abi),
		court: contract(deployment.court, court.abi),
	};
}

/** The errors of contracts, each once. */
function errorsOf(...abis: readonly Abi[]): Abi {
	const errors = abis.flat().filter((entry) => entry.type === "error");
	return [...new Map(errors.map((error) => [error.name, error])).values()];
}

const withoutErrors = (abi: Abi): Abi => abi.filter(({ type }) => type !== "error");

/** @throws ChainError if the code at the address is another contract, or one with other parts */
async function requireThisDeployment(
	connection: Connection,
	deployment: Deployment,
	abis: Readonly<Record<"market" | "court", Abi>>,
): Promise<void> {
	const found = async (contract: "market" | "court", name: string): Promise<string> =>
		read<Hex>({ connection }, { address: deployment[contract], abi: abis[contract] }, name).catch(
			(error: unknown) => {
				if (error instanceof ChainError && error.retryable) throw error;
				return "0x";
			},
		);
	const parts = await Promise.all([
		found("market", "court"),
		found("court", "registry"),
		found("court", "arbiter"),
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
	read<Request>(on, on.market, "getRequest", [id], at);
/** A claim as the market stores it. */
export const getClaim = (on: Contracts, id: bigint, at?: Hex) =>
	read<StoredClaim>(on, on.market, "getClaim", [id], at);
/** What an account can withdraw from both contracts. */
export async function owedTo(on: Contracts, account: Hex, at?: Hex): Promise<bigint> {
	const [market, court] = await Promise.all(
		[on.market, on.court].map((contract) => read<bigint>(on, contract, "owed", [account], at)),
	);
	return market + court;
}
export const programCount = (on: Contracts) => read<bigint>(on, on.registry, "count");
export const programOf = (on: Contracts, number: bigint) => read<Hex>(on, on.registry, "programOf", [number]);
export const numberOf = (on: Contracts, root: Hex) => read<bigint>(on, on.registry, "numberOf", [root]);

/** A demand for a chunk of an input. */
export async function getInputDemand(on: Contracts, id: bigint, at?: Hex): Promise<InputDemand> {
	return read<InputDemand>(on, on.court, "getInputDemand", [on.market.address, id], at);
}

/** A dispute as the contract stores it: of the partial results it keeps the hash only. */
export async function getDispute(on: Contracts, id: bigint, at?: Hex): Promise<Omit<Dispute, "partials">> {
	type Stored = Omit<Dispute, "partials" | "element"> & { readonly element: bigint };
	const stored = await read<Stored>(on, on.court, "getDispute", [on.market.address, id], at);
	return { ...stored, element: Number(stored.element) };
}

/** Who is to move, since when, and the last second at which no timeout can be claimed. */
export interface Turn {
	readonly side: number;
	readonly since: bigint;
	readonly until: bigint;
}

export async function getTurn(on: Contracts, dispute: bigint, at?: Hex): Promise<Turn> {
	type Answer = readonly [number, bigint, bigint];
	const [side, since, until] = await read<Answer>(on, on.court, "turn", [on.market.address, dispute], at);
	return { side, since, until };
}
