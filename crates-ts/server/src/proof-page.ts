import type { PageViews } from "@umpire/actors/pages/page-views.ts";
import { verificationKeyInUse } from "@umpire/prover/keys-in-use.ts";
import type { ProofFacts } from "@umpire/views/proof-facts.ts";
import { getAddress } from "viem";
import { unknown } from "./failures.ts";
import type { Served } from "./served.ts";

/** What a browser needs to check the proofs of a dispute itself; it believes none of it without looking. */
export async function proofPage({ view }: Served, pages: PageViews, dispute: number): Promise<ProofFacts> {
	const settlement = await pages.settlement(dispute);
	if (settlement === undefined) {
		throw unknown(
			`Dispute ${dispute} has no proof that could be checked here.`,
			"it was not decided by one, or its program is not in this home folder.",
		);
	}
	const { proofs, refusal, transaction, block } = settlement;
	if (proofs.length === 0) {
		throw unknown(
			`The transaction that decided dispute ${dispute} has no proof.`,
			refusal ?? "nothing had to be opened: the contract computed the number alone.",
		);
	}
	const { dotVerifier, elementsVerifier } = view.contracts.deployment;
	// All proofs of a settlement are of one circuit.
	const [{ circuit }] = proofs;
	return {
		dispute,
		circuit,
		transaction,
		block,
		verifier: getAddress(circuit === "dot" ? dotVerifier : elementsVerifier),
		key: await verificationKeyInUse(circuit),
		proofs: proofs.map(({ signals, proof }) => ({
			signals: signals.map(String),
			proof: proof.map((word) => `0x${word.toString(16).padStart(64, "0")}`),
		})),
	};
}
