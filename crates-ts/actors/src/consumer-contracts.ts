import { linkBytecode } from "@umpire/chain/artifact.ts";
import { readArtifact } from "@umpire/chain/built-artifacts.ts";
import type { Signer } from "@umpire/chain/connection.ts";
import { constructorArguments } from "@umpire/chain/constructor-arguments.ts";
import { requireOwnCode } from "@umpire/chain/find-deployment.ts";
import { explainReading } from "@umpire/chain/revert.ts";
import { sendDeployment } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { type AbiFunction, isAddress, isAddressEqual, toFunctionSelector } from "viem";
import type { View } from "./world.ts";

/** Deploys a contract that stands beside the market; returns its address. */
export async function deployContract(
	signer: Signer,
	name: string,
	args: readonly unknown[] = [],
): Promise<Hex> {
	const artifact = await readArtifact(name);
	const data = linkBytecode(artifact, new Map()) + constructorArguments(artifact.abi, args).slice(2);
	return sendDeployment(signer, name, data as Hex);
}

type Entry = { readonly type: string };
/** What an error is known by on the chain: that of a function of its name and arguments. */
const selectorOf = (error: Entry): Hex =>
	toFunctionSelector({ ...error, type: "function" } as unknown as AbiFunction);

/** An ABI with the errors of other contracts that it calls: what they refuse comes through it. */
export function withErrorsOf<A extends readonly Entry[]>(abi: A, others: readonly (readonly Entry[])[]): A {
	const errors = [abi, ...others]
		.flat()
		.filter((entry): entry is Entry & { readonly name: string } => entry.type === "error");
	// Contracts have errors of one name and other arguments: only those that are alike in both are the same.
	const once = new Map(errors.map((error) => [selectorOf(error), error]));
	return [...abi.filter(({ type }) => type !== "error"), ...once.values()] as unknown as A;
}

/**
 * Money goes to no address that names other contracts than those that belong together.
 *
 * @param stated what it is, what a contract says, and what it has to be
 * @param advice what mends it
 * @throws UmpireError if one is another
 */
export function requireAddresses(
	stated: readonly (readonly [what: string, actual: Hex, expected: Hex])[],
	advice: string,
): void {
	for (const [what, actual, expected] of stated) {
		if (isAddressEqual(actual, expected)) continue;
		throw new UmpireError("CHAIN", `What is deployed names the ${what} ${actual}, not ${expected}`, {
			advice,
		});
	}
}

/**
 * Whoever has stakes or deposits in contracts that the home folder forgets finds them no more.
 *
 * @param known where the home folder knows one to be
 * @param what it is, as in "grid contract", the command that takes it, and what the home folder would forget
 * @param taken the one that is to be taken now
 * @throws UmpireError if another one is there
 */
export async function requireNone(
	view: View,
	known: Hex | undefined,
	{ what, taker, forgets }: { readonly what: string; readonly taker: string; readonly forgets: string },
	taken?: Hex,
): Promise<void> {
	if (known === undefined || (taken !== undefined && isAddressEqual(known, taken))) return;
	if (!(await hasCode(view, known))) return;
	const { chain } = view.contracts.connection;
	throw new UmpireError("OPTION", `A ${what} is on chain ${chain.id} already (${known})`, {
		advice: `${taker} takes that one; --replace takes another, and ${view.home.folder} forgets ${forgets}.`,
	});
}

/**
 * The address of a contract that somebody else has deployed, and that is of this version: another one could name market
 * and list as it likes, and keep whatever stake goes there.
 *
 * @param name of the contract
 * @throws UmpireError if it is no address, or something else is there
 */
export async function foreignContract(
	view: View,
	given: string | undefined,
	usage: string,
	name: string,
): Promise<Hex> {
	if (given === undefined || !isAddress(given)) {
		throw new UmpireError("USAGE", `${usage} takes the contract's address: 0x and 40 hexadecimal digits.`);
	}
	await requireOwnCode(view.contracts.connection, name, given);
	return given.toLowerCase() as Hex;
}

/** A contract that such a one names, likewise of this version. */
export async function namedContract(view: View, address: Hex, ...names: readonly string[]): Promise<Hex> {
	const [name, ...others] = names;
	try {
		await requireOwnCode(view.contracts.connection, name, address);
	} catch (error) {
		if (others.length === 0) throw error;
		return namedContract(view, address, ...others);
	}
	return address.toLowerCase() as Hex;
}

/** Beacons that there are. */
export const BEACONS = ["DrandBeacon", "BlockHashBeacon"] as const;

/** A local chain forgets everything when it stops. */
async function hasCode({ contracts }: View, address: Hex): Promise<boolean> {
	const code = await contracts.connection.reader.getCode({ address }).catch((error: unknown) => {
		throw explainReading(error, "a contract's code");
	});
	return code !== undefined && code !== "0x";
}
