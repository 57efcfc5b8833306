import type { BountyDemonstration } from "@umpire/actors/bounties/demo-bounty.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { CANDIDATE_STATUS } from "@umpire/markets/bounty-state.ts";
import type { SeenBounty, SeenRound } from "@umpire/markets/bounty-steps.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { formatEther } from "viem";
import { bold, good, table, when } from "./output.ts";

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

/** An amount in ether, or in the smallest units of a token. */
export const amountText = (amount: bigint, token: Hex): string =>
	token === ETHER ? `${formatEther(amount)} ETH` : `${amount} of ${token}`;

const BOUNTIES = ["none", "open", "ending", "ended"] as const;
const CANDIDATES = ["none", "committed", "revealed", "asked", "open to all", "scored", "out"] as const;

/** A bounty for people. */
export function statusLines(bounty: SeenBounty): string[] {
	const { id, status, pool, token, rate, minGain, round, isRunning, baseline, candidates } = bounty;
	const paid = `${amountText(rate, token)} for each unit from ${minGain} on`;
	return [
		`bounty ${id}: ${BOUNTIES[status]}, ${amountText(pool, token)} left, ${paid}`,
		`  best weights: ${baseline}`,
		...(round === undefined ? [] : [`  round ${round.number}: ${isRunning ? timesText(round) : "closed"}`]),
		...candidates.map(({ id: candidate, status: at, contributor, request, claim, gain }) => {
			const asked = request === 0 ? "" : `  request ${request}`;
			const made = claim === undefined ? "" : `  claim ${claim.id}`;
			const result = at === CANDIDATE_STATUS.scored ? `  gain ${gain}` : "";
			const best = round?.best === candidate ? "  the best" : "";
			return `  candidate ${candidate}: ${CANDIDATES[at]}  ${contributor}${asked}${made}${result}${best}`;
		}),
	];
}

/** The times of a round that runs. */
function timesText({ commitUntil, revealUntil, scoreFrom, scoreUntil }: SeenRound): string {
	const asked = scoreUntil === 0 ? "" : `, asked for until ${when(scoreUntil)}`;
	return `takes commitments until ${when(commitUntil)}, weights until ${when(revealUntil)}; scores from ${when(scoreFrom)}${asked}`;
}

/** How a candidate ended. */
export function endText({
	id,
	status,
	gain,
}: {
	readonly id: number;
	readonly status: number;
	readonly gain: bigint;
}) {
	if (status !== CANDIDATE_STATUS.scored) return `Candidate ${id} is out.`;
	return `Candidate ${id} is scored: it gains ${gain}.`;
}
