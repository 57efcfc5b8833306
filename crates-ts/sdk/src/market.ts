import { attestationsAbi } from "@umpire/abi/attestations.ts";
import { courtAbi } from "@umpire/abi/court.ts";
import { directoryAbi } from "@umpire/abi/directory.ts";
import { marketAbi } from "@umpire/abi/market.ts";
import { registryAbi } from "@umpire/abi/registry.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { type Abi, type Address, BaseError, ContractFunctionRevertedError, type PublicClient } from "viem";

/** A deployed market with what stands around it. */
export interface OpenMarket {
	readonly client: PublicClient;
	readonly market: Address;
	readonly court: Address;
	readonly registry: Address;
	/** Where soft answers come from; undefined if none was named. */
	readonly attestations: Address | undefined;
	/** Seconds for which a claim can be challenged. */
	readonly challengePeriod: number;
	/** Wei that a submitter stands to lose. */
	readonly submitterBond: bigint;
}

/**
 * Opens a market by its address: who is court and registry is its own word.
 *
 * @throws UmpireError if there is no market
 */
export async function openMarket(
	client: PublicClient,
	market: Address,
	attestations?: Address,
): Promise<OpenMarket> {
	const read = { address: market, abi: marketAbi } as const;
	const asked = Promise.all([
		client.readContract({ ...read, functionName: "court" }),
		client.readContract({ ...read, functionName: "registry" }),
		client.readContract({ ...read, functionName: "parameters" }),
		attestations === undefined
			? undefined
			: client.readContract({ address: attestations, abi: attestationsAbi, functionName: "market" }),
	]);
	const [court, registry, { challengePeriod, submitterBond }, served] = await asked.catch(
		(error: unknown) => {
			throw explained(error, `There is no market at ${market}`, "check the address and the chain.");
		},
	);
	if (served !== undefined && served.toLowerCase() !== market.toLowerCase()) {
		throw new UmpireError("CHAIN", `The attestations at ${attestations} are of the market ${served}`, {
			advice: `name those of ${market}.`,
		});
	}
	return { client, market, court, registry, attestations, challengePeriod, submitterBond };
}

/**
 * The market that a directory of deployments names now. Requests and claims of earlier ones stay where they are.
 *
 * @throws UmpireError if there is no directory, or it names nothing yet
 */
export async function currentMarket(client: PublicClient, directory: Address): Promise<Address> {
	const read = { address: directory, abi: directoryAbi, functionName: "current" } as const;
	const [number, { market }] = await client.readContract(read).catch((error: unknown) => {
		throw explained(error, `There is no directory at ${directory}`, "check the address and the chain.");
	});
	if (number !== 0n) return market;
	throw new UmpireError("NOT_FOUND", `The directory ${directory} names no deployment yet`, {
		advice: "name the market itself.",
	});
}

const once = new Map(
	[...marketAbi, ...courtAbi, ...registryAbi]
		.filter((entry) => entry.type === "error")
		.map((entry) => [entry.name, entry]),
);
/** The market's ABI with the errors of what it calls: their refusals come through it. */
export const marketWithErrors: typeof marketAbi = [
	...(marketAbi as Abi).filter(({ type }) => type !== "error"),
	...once.values(),
] as unknown as typeof marketAbi;

/** What helps against the refusals that a user can cause. */
const ADVICE: Readonly<Record<string, string>> = {
	UnknownProgram: "register the program first (umpire register), or check the address of the market.",
	InputsMismatch: "name the inputs that prepareInputs made for this program.",
	InvalidDeadline: "give `within` as a positive number of seconds.",
	RequestNotExpired: "wait until the deadline: a fee in escrow cannot be called back before.",
	RequestClosed: "it is answered or refunded already.",
	Stopped: "the market's guardian keeps new requests out for now: try again later.",
	AlreadyClaimed: "it has a claim: wait for its end.",
	NothingToWithdraw: "the market owes this account nothing.",
	UnknownRequest: "check its number and the address of the market.",
};

/** An error of a call or a reading as one line that says what helps. */
export function explained(error: unknown, what: string, advice: string): UmpireError {
	if (error instanceof UmpireError) return error;
	const reverted =
		error instanceof BaseError ? error.walk((one) => one instanceof ContractFunctionRevertedError) : null;
	const name = reverted instanceof ContractFunctionRevertedError ? reverted.data?.errorName : undefined;
	if (name !== undefined) {
		return new UmpireError("REVERT", `${what} (${name})`, { advice: ADVICE[name] ?? advice, cause: error });
	}
	const why = error instanceof BaseError ? ` (${error.shortMessage})` : "";
	return new UmpireError("CHAIN", `${what}${why}`, { advice, cause: error });
}
