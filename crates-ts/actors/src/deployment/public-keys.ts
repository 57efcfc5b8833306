import type { Connection } from "@umpire/chain/connection.ts";
import { ChainError } from "@umpire/chain/errors.ts";
import { type FinishedCeremony, readFinishedCeremony } from "@umpire/prover/ceremony/finished.ts";
import { isDevelopment } from "../world.ts";

/**
 * The finished ceremony whose keys a deployment trusts. Whoever knows the secret of a key forges any proof, so that a
 * public chain takes none but those of a ceremony, and no rehearsal.
 *
 * @returns undefined where the development keys will do
 * @throws ChainError on a public chain without a ceremony, or with a rehearsal
 * @throws KeyError if the ceremony is not finished
 */
export async function ceremonyFor(
	connection: Connection,
	folder: string | undefined,
): Promise<FinishedCeremony | undefined> {
	const { id } = connection.chain;
	if (folder === undefined) {
		if (isDevelopment(connection)) return undefined;
		throw new ChainError(
			`Chain ${id} is public, and the proving keys of this repository are development keys that anyone can forge proofs with`,
			{ advice: "deploy the keys of a finished ceremony with --ceremony FOLDER (docs/deployment.md)." },
		);
	}
	const ceremony = await readFinishedCeremony(folder);
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
		{ advice: "hold one on a public powers-of-tau file." },
	);
}
