import type { Hex } from "@umpire/commitment/constants.ts";
import type { Claim, Dispute, InputDemand, Parameters, Request } from "@umpire/game/state.ts";
import type { Abi } from "viem";
import { readArtifact } from "./artifact.ts";
import type { Connection } from "./connection.ts";
import { ChainError } from "./errors.ts";
import { explain } from "./revert.ts";
import { type Contract, read } from "./send.ts";

/** Where everything was deployed on one chain, and from which block on its events are to be read. */
export interface Deployment {
	readonly chainId: number;
	readonly block: bigint;
	readonly registry: Hex;
	readonly umpire: Hex;
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
	readonly umpire: Contract;
	/** Created by the umpire: where chunks of inputs are demanded. */
	readonly inputs: Contract;
}

/**
 * Connects to deployed contracts.
 *
 * @throws ChainError if they are not there (a local chain forgets everything when it stops)
 */
export async function openContracts(connection: Connection, deployment: Deployment): Promise<Contracts> {
	const code = await connection.reader.getCode({ address: deployment.umpire }).catch((error: unknown) => {
		throw explain(error, "reading the contracts' code");
	});
	if (code === undefined || code === "0x") {
		throw new ChainError(
			`Nothing is deployed at ${deployment.umpire} on chain ${connection.chain.id} (a local chain forgets everything when it stops): run ./just deploy.`,
		);
	}
	const umpire = await readArtifact("Umpire");
	await requireThisDeployment(connection, deployment, umpire.abi);
	// Refusals of the arbiter and the registry come through the umpire, whose ABI does not know them.
	const [arbiter, registry] = await Promise.all(["Arbiter", "Registry"].map((name) => readArtifact(name)));
	const errors = [...arbiter.abi, ...registry.abi].filter(({ type }) => type === "error");
	const address = await read<Hex>({ connection }, { address: deployment.umpire, abi: umpire.abi }, "inputs");
	return {
		connection,
		deployment,
		registry: { address: deployment.registry, abi: registry.abi },
		umpire: { address: deployment.umpire, abi: [...umpire.abi, ...errors] },
		inputs: { address, abi: [...(await readArtifact("Inputs")).abi, ...errors] },
	};
}

/** @throws ChainError if the code at the address is another contract, or one with other parts */
async function requireThisDeployment(
	connection: Connection,
	deployment: Deployment,
	abi: Abi,
): Promise<void> {
	const umpire = { address: deployment.umpire, abi };
	const found = await Promise.all(
		(["registry", "arbiter"] as const).map((name) =>
			read<Hex>({ connection }, umpire, name).catch((error: unknown) => {
				if (error instanceof ChainError && error.retry) throw error;
				return "0x";
			}),
		),
	);
	const expected = [deployment.registry, deployment.arbiter];
	if (found.every((address, i) => address.toLowerCase() === expected[i].toLowerCase())) return;
	throw new ChainError(
		`The contract at ${deployment.umpire} on chain ${connection.chain.id} is not the one that was deployed from here: check --rpc and --home, or run ./just deploy.`,
	);
}

// `at`: the hash of the block whose state is read; the newest by default.
export const getRequest = (on: Contracts, id: bigint, at?: Hex) =>
	read<Request>(on, on.umpire, "getRequest", [id], at);
/** A claim as the contract stores it: events say its output's root, and when a trace was bound. */
export const getClaim = (on: Contracts, id: bigint, at?: Hex) =>
	read<Omit<Claim, "outputRoot" | "boundAt">>(on, on.umpire, "getClaim", [id], at);
export const owedTo = (on: Contracts, account: Hex, at?: Hex) =>
	read<bigint>(on, on.umpire, "owed", [account], at);
export const programCount = (on: Contracts) => read<bigint>(on, on.registry, "count");
export const programOf = (on: Contracts, number: bigint) => read<Hex>(on, on.registry, "programOf", [number]);
export const numberOf = (on: Contracts, root: Hex) => read<bigint>(on, on.registry, "numberOf", [root]);

/** A demand for a chunk of an input. */
export async function getInputDemand(on: Contracts, id: bigint, at?: Hex): Promise<InputDemand> {
	return read<InputDemand>(on, on.inputs, "getInputDemand", [id], at);
}

/** A dispute as the contract stores it: of the partial results it keeps the hash only. */
export async function getDispute(on: Contracts, id: bigint, at?: Hex): Promise<Omit<Dispute, "partials">> {
	type Stored = Omit<Dispute, "partials" | "element"> & { readonly element: bigint };
	const stored = await read<Stored>(on, on.umpire, "getDispute", [id], at);
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
	const [side, since, until] = await read<Answer>(on, on.umpire, "turn", [dispute], at);
	return { side, since, until };
}

/** What an open dispute demands from its submitter: which node, opened to which level, how many children. */
export async function getDemand(
	on: Contracts,
	dispute: bigint,
): Promise<{ node: Hex; tree: number; childLevel: number; children: number }> {
	type Answer = readonly [Hex, number, bigint, bigint];
	const [node, tree, childLevel, children] = await read<Answer>(on, on.umpire, "demand", [dispute]);
	return { node, tree, childLevel: Number(childLevel), children: Number(children) };
}
