import { linkBytecode } from "@umpire/chain/artifact.ts";
import { readArtifact } from "@umpire/chain/built-artifacts.ts";
import type { Signer } from "@umpire/chain/connection.ts";
import { constructorArguments } from "@umpire/chain/constructor-arguments.ts";
import { sendDeployment } from "@umpire/chain/send.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { isAddressEqual } from "viem";

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

/** An ABI with the errors of other contracts that it calls: what they refuse comes through it. */
export function withErrorsOf<A extends readonly Entry[]>(abi: A, others: readonly (readonly Entry[])[]): A {
	const errors = [abi, ...others]
		.flat()
		.filter((entry): entry is Entry & { readonly name: string } => entry.type === "error");
	const once = new Map(errors.map((error) => [error.name, error]));
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
