import type { AttesterDemonstration } from "@umpire/actors/attesters/demo-network-attesters.ts";
import { bold, good, table } from "./output.ts";

const NAMES: Readonly<Record<string, string>> = {
	requester: "client",
	verifier: "verifier, who caught the claim",
	attester: "attester 1",
	"second-attester": "attester 2",
	"third-attester": "attester 3",
	"fourth-attester": "attester 4, the honest one",
};
const nameOf = (role: string): string => NAMES[role] ?? role;

/** What a demonstration of attesters came to, for people. */
export function attesterDemonstrationLines(summary: AttesterDemonstration): string[] {
	const { slashed, soft, revoked, paid, burned, seconds } = summary;
	const signed = (amount: bigint): string => `${amount > 0n ? "+" : ""}${amount}`;
	return [
		"",
		bold("attesters"),
		`  ${soft} claims were softly final, ${revoked} of them ${revoked === 1 ? "was" : "were"} revoked`,
		good(`  slashed: ${slashed.map(nameOf).join(", ")}`),
		"",
		bold("won and lost by operators and attestations in wei, gas and bonds of claims apart"),
		...table(
			[
				...Object.entries(paid).map(([role, wei]) => [nameOf(role), signed(wei)] as const),
				["burned", String(burned)],
			],
			"  ",
		),
		good(`Attesters done in ${seconds.toFixed(0)} s. To run them yourself: docs/attesters.md`),
	];
}
