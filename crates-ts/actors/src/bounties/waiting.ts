import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { BOUNTY_STATUS, CANDIDATE_STATUS } from "@umpire/markets/bounty-state.ts";
import { type SeenBounty, stepsForBounty } from "@umpire/markets/bounty-steps.ts";
import { clockText } from "../clock-text.ts";

/**
 * What a bounty waits for at time `now`, in one line: rounds take hours or weeks, and claims become final after that.
 *
 * @returns undefined if there is something to do
 */
export function waitsFor(bounty: SeenBounty, now: number): string | undefined {
	if (stepsForBounty(bounty, now).length > 0) return undefined;
	const { id, status, isRunning, round, pool, candidates } = bounty;
	if (status === BOUNTY_STATUS.ended) return `Bounty ${id} has ended: nothing is left to do (Ctrl-C stops).`;
	if (!isRunning || round === undefined) {
		if (pool === 0n) return `The pool of bounty ${id} is empty: no further round begins (Ctrl-C stops).`;
		return `No round of bounty ${id} runs: waiting for a contributor, whose commitment starts one.`;
	}
	const { number, commitUntil, revealUntil, scoreFrom, scoreUntil, value } = round;
	const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
	if (now <= commitUntil) {
		return `Round ${number} takes commitments until ${clockText(commitUntil)} (${count(candidates.length, "candidate")} so far); then weights are shown.`;
	}
	if (now <= revealUntil) {
		const hidden = candidates.filter((one) => one.status === CANDIDATE_STATUS.committed).length;
		return `Round ${number}: weights are shown until ${clockText(revealUntil)} (${count(hidden, "candidate")} to show theirs).`;
	}
	if (value === "pending") return `Round ${number}: waiting for the block that decides what is drawn.`;
	if (scoreUntil === 0) {
		return `Round ${number}: scores are asked for from ${clockText(scoreFrom)} on; until then weights are read and checked.`;
	}
	const live = candidates.filter(({ claim }) => claim?.status === CLAIM_STATUS.live);
	const asked = candidates.filter(
		({ claim, status: at }) =>
			claim === undefined && (at === CANDIDATE_STATUS.asked || at === CANDIDATE_STATUS.open),
	);
	const waited = [
		...asked.map((one) => `the score of candidate ${one.id} (until ${clockText(one.until)})`),
		...live.map((one) => `claim ${one.claim?.id} for candidate ${one.id} to become final`),
	];
	return waited.length === 0 ? undefined : `Round ${number}: waiting for ${waited.join(", ")}.`;
}
