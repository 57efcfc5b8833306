import { arbiterAbi } from "@umpire/abi/arbiter.ts";
import { courtAbi } from "@umpire/abi/court.ts";
import { directoryAbi } from "@umpire/abi/directory.ts";
import { marketAbi } from "@umpire/abi/market.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { keccak256 } from "viem";
import { isBuiltCode, librariesIn, readBuiltCode } from "./built-code.ts";
import type { Connection } from "./connection.ts";
import type { Deployment } from "./contracts.ts";
import { codeAt } from "./deterministic.ts";
import { ChainError } from "./errors.ts";
import { explainReading } from "./revert.ts";
import { read } from "./send.ts";

/** keccak256 of the verifiers' code on a chain. */
export type VerifierHashes = Readonly<Record<"DotVerifier" | "ElementsVerifier", Hex>>;

/**
 * Finds a deployment by the address of its market alone, or of a directory that names it: its other contracts, its
 * parameters and its first block are read from the chain. Whoever takes part trusts the contracts with a bond, so all of
 * them must have the code that this version builds.
 *
 * @param options.verifiers keccak256 of the code of the verifiers of other keys than this version's, by name
 * @param options.fromBlock the block from which events are read; by default the one in which the registry was deployed
 * @throws ChainError if there is another contract, or (without `fromBlock`) if the node does not keep old states
 */
export async function findDeployment(
	connection: Connection,
	named: Hex,
	options: { readonly fromBlock?: bigint | undefined; readonly verifiers?: VerifierHashes | undefined } = {},
): Promise<Deployment> {
	const { fromBlock, verifiers } = options;
	const market = await marketOf(connection, named);
	await requireOwnCode(connection, "Market", market);
	const on = { connection };
	const marketContract = { address: market, abi: marketAbi };
	const court = await read(on, marketContract, "court", []);
	await requireOwnCode(connection, "Court", court);
	const courtContract = { address: court, abi: courtAbi };
	const registry = await read(on, courtContract, "registry", []);
	const arbiter = await read(on, courtContract, "arbiter", []);
	await requireOwnCode(connection, "Registry", registry);
	await requireOwnCode(connection, "Arbiter", arbiter);
	const arbiterContract = { address: arbiter, abi: arbiterAbi };
	const dotVerifier = await read(on, arbiterContract, "dotVerifier", []);
	const elementsVerifier = await read(on, arbiterContract, "elementsVerifier", []);
	await requireVerifier(connection, "DotVerifier", dotVerifier, verifiers);
	await requireVerifier(connection, "ElementsVerifier", elementsVerifier, verifiers);
	const ofMarket = await read(on, marketContract, "parameters", []);
	const ofCourt = await read(on, courtContract, "parameters", []);
	return {
		chainId: connection.chain.id,
		block: fromBlock ?? (await firstBlockOf(connection, registry)),
		registry: plain(registry),
		market: plain(market),
		court: plain(court),
		arbiter: plain(arbiter),
		dotVerifier: plain(dotVerifier),
		elementsVerifier: plain(elementsVerifier),
		parameters: { ...ofMarket, ...ofCourt },
	};
}

/** The market that an address means: its own, or the one that the directory there names now. */
async function marketOf(connection: Connection, named: Hex): Promise<Hex> {
	const code = await codeAt(connection, named);
	if (code === undefined || !isBuiltCode(code, await readBuiltCode("Directory"))) return named;
	const directory = { address: named, abi: directoryAbi };
	const [number, { market }] = await read({ connection }, directory, "current", []);
	if (number === 0n) {
		throw new ChainError(`The directory ${named} names no deployment yet`, {
			advice: "name the market itself with --umpire.",
		});
	}
	return plain(market);
}

/** Journals have the market's address in their names: it is written as a deployment writes it. */
const plain = (address: Hex): Hex => address.toLowerCase() as Hex;

/** A verifier of this version's keys, or of those that somebody trusts. */
async function requireVerifier(
	connection: Connection,
	name: keyof VerifierHashes,
	address: Hex,
	verifiers: VerifierHashes | undefined,
): Promise<void> {
	if (verifiers === undefined) return requireOwnCode(connection, name, address);
	const found = await codeAt(connection, address);
	if (found !== undefined && keccak256(found) === verifiers[name]) return;
	throw new ChainError(`The ${name} at ${address} is not that of the ceremony's keys`, {
		advice: "check UMPIRE_CEREMONY and the market's address.",
	});
}

/**
 * What a contract says of itself is worth nothing unless its code is known: its own, and that of its libraries.
 *
 * @throws ChainError if something else than the named contract of this version lies at the address
 */
export async function requireOwnCode(connection: Connection, name: string, address: Hex): Promise<void> {
	const found = await connection.reader.getCode({ address }).catch((error: unknown) => {
		throw explainReading(error, "a contract's code");
	});
	const built = await readBuiltCode(name);
	if (found === undefined || !isBuiltCode(found, built)) {
		const where = `${address} on chain ${connection.chain.id}`;
		throw new ChainError(
			found === undefined
				? `There is no contract at ${where}`
				: `The contract at ${where} is not the ${name} that this version builds`,
			{
				advice:
					"check the address (umpire status shows the market's), --rpc, UMPIRE_CEREMONY and the version that deployed it.",
			},
		);
	}
	for (const [library, at] of librariesIn(found, built)) await requireOwnCode(connection, library, at);
}

/** The block that brought a contract, by halving: the state of old blocks is asked for. */
export async function firstBlockOf({ reader, head }: Connection, address: Hex): Promise<bigint> {
	let before = -1n;
	let since = (await head()).number;
	while (since - before > 1n) {
		const blockNumber = (before + since) / 2n;
		const code = await reader.getCode({ address, blockNumber }).catch((cause: unknown) => {
			throw new ChainError(
				"This node does not keep the states of old blocks, by which the deployment is found",
				{
					advice:
						"give the block that brought the contracts with --from-block, or an archive node with --rpc.",
					cause,
				},
			);
		});
		if (code === undefined) before = blockNumber;
		else since = blockNumber;
	}
	return since;
}
