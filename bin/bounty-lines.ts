import type { BountyDemonstration } from "@umpire/actors/bounties/demo-bounty.ts";
import { bold, good, table } from "./output.ts";

const NAMES: Readonly<Record<string, string>> = {
	deployer: "owner",
	"second-submitter": "contributor 1",
	"third-submitter": "contributor 2",
	verifier: "verifier, keeper",
};
const nameOf = (role: string): string => NAMES[role] ?? role;

/** What the bounty of a demonstration came to, for people. */
export function bountyDemonstrationLines(bounty: BountyDemonstration): string[] {
	const { baseline, draws, candidates, reward, paid, burned, left } = bounty;
	const signed = (amount: bigint): string => `${amount > 0n ? "+" : ""}${amount}`;
	return [
		"",
		bold(`bounty: digits that are right, of ${draws} that were drawn`),
		`  first weights: ${baseline}`,
		...candidates.map(({ contributor, passes, score, gain, isBest }) => {
			const trained = `${passes} ${passes === 1 ? "pass" : "passes"}`;
			const line = `  ${nameOf(contributor)} (${trained}): ${score}, ${gain} more`;
			return isBest ? good(`${line}: the best, paid ${reward} wei`) : line;
		}),
		"",
		bold("won and lost by the bounty and its beacon in wei, gas and bonds apart"),
		...table(
			[
				...Object.entries(paid).map(([role, wei]) => [nameOf(role), signed(wei)] as const),
				["burned", String(burned)],
				["left for whoever brings values", String(left)],
			],
			"  ",
		),
	];
}
