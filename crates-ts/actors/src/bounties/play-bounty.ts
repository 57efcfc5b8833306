import { getClaim, getTurn } from "@umpire/chain/contracts.ts";
import { read } from "@umpire/chain/send.ts";
import { chainTime } from "@umpire/chain/time.ts";
import { CLAIM_STATUS, SIDE } from "@umpire/game/state.ts";
import { nextBountyTime } from "@umpire/markets/bounty-steps.ts";
import type { Actor } from "../actor.ts";
import type { Stage } from "../stage.ts";
import type { BountyKeeper } from "./bounty-keeper.ts";

/** More waits than a round has blocks, phases, periods and turns. */
const MOST_WAITS = 200;

/**
 * Lets all act on a stage, and time pass where nobody has anything to do, until something is so.
 *
 * @param keeper one of the actors
 */
export async function playBounty(
	stage: Stage,
	actors: readonly Actor[],
	keeper: BountyKeeper,
	isSo: () => Promise<boolean>,
): Promise<void> {
	const { contracts, connection } = stage;
	for (let waits = 0; waits < MOST_WAITS; waits++) {
		await stage.settle(actors);
		if (await isSo()) return;
		const bounty = await keeper.seen();
		const now = Number(await chainTime(connection));
		const times = [nextBountyTime(bounty, now) ?? Number.POSITIVE_INFINITY];
		for (const { claim } of bounty.candidates) {
			if (claim?.status !== CLAIM_STATUS.live) continue;
			const { since } = await getClaim(contracts, BigInt(claim.id));
			times.push(since + contracts.deployment.parameters.challengePeriod);
		}
		const disputes = await read(contracts, contracts.court, "disputeCount", [contracts.market.address]);
		for (let id = 1n; id <= disputes; id++) {
			const turn = await getTurn(contracts, id);
			if (turn.side !== SIDE.nobody) times.push(Number(turn.until) + 1);
		}
		const next = Math.min(...times.filter((time) => time > now));
		await stage.wait(Number.isFinite(next) ? next - now : 1);
	}
	throw new Error("The bounty did not come to that.");
}
