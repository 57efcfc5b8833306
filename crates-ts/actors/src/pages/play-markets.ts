import { playDemoAttesters } from "../attesters/demo-network-attesters.ts";
import { demonstrateBounty } from "../bounties/demo-bounty.ts";
import { playDemoGrid } from "../grid/demo-grid.ts";
import { playDemoJobs } from "../jobs/demo-network.ts";
import type { Stage } from "../stage.ts";

/**
 * Plays what stands around the market on a stage: a job of every type with a worker that cheats, a bounty for better
 * weights, a grid search in which somebody claims a wrong score, and attesters of whom three sign what is false. The chain's clock is moved on where all wait, so
 * that nothing else may be going on there.
 *
 * @param say takes what happens, line by line
 */
export async function playMarkets(stage: Stage, say: (line: string) => void): Promise<void> {
	const line = (text: string) => say(text.trim());
	await playDemoJobs(stage, line);
	await demonstrateBounty(stage, line);
	await playDemoGrid(stage, "score", line);
	await playDemoAttesters(stage, line);
}
