import { getClaim, getTurn } from "@umpire/chain/contracts.ts";
import { read } from "@umpire/chain/send.ts";
import { chainTime } from "@umpire/chain/time.ts";
import { CLAIM_STATUS, SIDE } from "@umpire/game/state.ts";
import type { Actor } from "./actor.ts";
import type { Stage } from "./stage.ts";

/** More waits than a dispute has turns. */
const MOST_WAITS = 100;

/** Lets both sides act, and time pass where neither has anything to do, until a claim is decided. */
export async function playOut(stage: Stage, actors: readonly Actor[], claim: bigint): Promise<void> {
	const { contracts } = stage;
	for (let waits = 0; waits < MOST_WAITS; waits++) {
		await stage.settle(actors);
		const { status, since } = await getClaim(contracts, claim);
		if (status !== CLAIM_STATUS.live) return;
		const now = await chainTime(contracts.connection);
		const { challengePeriod } = contracts.deployment.parameters;
		let until = BigInt(Number(since) + challengePeriod);
		const disputes = await read(contracts, contracts.court, "disputeCount", [contracts.market.address]);
		for (let id = 1n; id <= disputes; id++) {
			const turn = await getTurn(contracts, id);
			if (turn.side !== SIDE.nobody) until = turn.until + 1n;
		}
		await stage.wait(Number(until > now ? until - now : 1n));
	}
	throw new Error("The claim was not decided.");
}
