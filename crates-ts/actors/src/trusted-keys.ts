import { ceremonyInUse } from "@umpire/prover/keys-in-use.ts";

/** Whose keys prove and verify here: of the last two everybody can forge proofs. */
export type TrustedKeys = "ceremony" | "rehearsal" | "development";

/** The keys that commands prove and verify with: what a market's verifiers were compared with. */
export async function trustedKeys(): Promise<TrustedKeys> {
	const ceremony = await ceremonyInUse();
	if (ceremony === undefined) return "development";
	return ceremony.isRehearsal ? "rehearsal" : "ceremony";
}
