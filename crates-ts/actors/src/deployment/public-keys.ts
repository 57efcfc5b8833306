import type { Connection } from "@umpire/chain/connection.ts";
import { ChainError } from "@umpire/chain/errors.ts";
import { TEST_NETWORKS } from "@umpire/chain/test-networks.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { FinishedCeremony } from "@umpire/prover/ceremony/finished.ts";
import { readVerifiedCeremony } from "@umpire/prover/ceremony/verified.ts";
import { isDevelopment } from "../world.ts";

/** Which keys a deployment is to trust. */
export interface KeyChoice {
	/** folder of a finished ceremony */
	readonly ceremony?: string | undefined;
	/** the file of phase 1, if it is not in that folder */
	readonly powersOfTau?: string | undefined;
	/** whether a test network may take the development keys */
	readonly developmentKeys?: boolean | undefined;
}

/**
 * The finished ceremony whose keys a deployment trusts, verified on this machine. Whoever knows the secret of a key
 * forges any proof, so that a public chain takes none but those of a ceremony, and no rehearsal; a test network takes the
 * development keys if that is asked for, which everybody tells by their verifiers' code.
 *
 * @returns undefined where the development keys will do
 * @throws ChainError on a public chain without a ceremony, or with a rehearsal
 * @throws KeyError if the ceremony is not finished
 * @throws CeremonyError if something is wrong with it
 */
export async function ceremonyFor(
	connection: Connection,
	{ ceremony: folder, powersOfTau, developmentKeys = false }: KeyChoice,
	onProgress: (line: string) => void = () => {},
): Promise<FinishedCeremony | undefined> {
	const { id } = connection.chain;
	if (folder !== undefined && developmentKeys) {
		throw new UmpireError("OPTION", "A deployment has the keys of a ceremony or the development keys", {
			advice: "give one of --ceremony (or UMPIRE_CEREMONY) and --development-keys.",
		});
	}
	if (folder === undefined) {
		if (isDevelopment(connection)) return undefined;
		const isTest = TEST_NETWORKS.has(id);
		if (developmentKeys && isTest) return undefined;
		throw new ChainError(
			developmentKeys
				? `Chain ${id} is no test network that is known here (${[...TEST_NETWORKS.values()].join(", ")}), and with development keys anyone can forge proofs`
				: `Chain ${id} is public, and the proving keys of this repository are development keys that anyone can forge proofs with`,
			{
				advice: `deploy the keys of a finished ceremony with --ceremony FOLDER (docs/deployment.md)${isTest ? ", or try things out with --development-keys" : ""}.`,
			},
		);
	}
	const ceremony = await readVerifiedCeremony(folder, { powersOfTau, onProgress });
	requireNoRehearsal(connection, ceremony);
	return ceremony;
}

/** @throws ChainError if a public chain is to trust keys whose secret everybody knows */
export function requireNoRehearsal(
	connection: Connection,
	{ isRehearsal }: Pick<FinishedCeremony, "isRehearsal">,
): void {
	if (!isRehearsal || isDevelopment(connection)) return;
	throw new ChainError(
		`Chain ${connection.chain.id} is public, and the ceremony is a rehearsal: everybody knows the secret of its first phase`,
		{
			advice: `hold one on a public powers-of-tau file${TEST_NETWORKS.has(connection.chain.id) ? ", or give --development-keys in place of --ceremony: their verifiers are known to everybody, a rehearsal's look like others" : ""}.`,
		},
	);
}
