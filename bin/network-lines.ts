import type { NetworkDemonstration } from "@umpire/actors/jobs/demo-network.ts";
import { bountyDemonstrationLines } from "./bounty-lines.ts";
import { bad, bold, good, table } from "./output.ts";

const NAMES: Readonly<Record<string, string>> = {
	requester: "client 1",
	deployer: "client 2",
	verifier: "client 3, verifier, coordinator",
	submitter: "worker 1",
	"second-submitter": "worker 2",
	"third-submitter": "worker 3",
};
const nameOf = (role: string): string => NAMES[role] ?? role;

/** What a demonstration came to, for people. */
export function networkDemonstrationLines(summary: NetworkDemonstration): string[] {
	const { jobs, paid, tokens, burned, left, rejected, bounty, seconds } = summary;
	const signed = (amount: bigint): string => `${amount > 0n ? "+" : ""}${amount}`;
	return [
		"",
		bold("jobs"),
		...jobs.map(({ kind, client, worker, verified, failed }) => {
			const by = worker === undefined ? "nobody" : nameOf(worker);
			const tried = failed === 0 ? "" : `, after ${failed} failed ${failed === 1 ? "attempt" : "attempts"}`;
			const line = `  ${kind} for ${nameOf(client)}: ${verified ? "verified" : "failed"}, by ${by}${tried}`;
			return verified ? good(line) : bad(line);
		}),
		`  ${rejected} ${rejected === 1 ? "claim was" : "claims were"} rejected`,
		"",
		bold("won and lost by workers, jobs and beacon in wei, gas and bonds apart"),
		...table(
			[
				...Object.entries(paid).map(([role, wei]) => [nameOf(role), signed(wei)] as const),
				["burned", String(burned)],
				["left for whoever brings values", String(left)],
			],
			"  ",
		),
		"",
		bold("the same in the token's smallest units"),
		...table(
			Object.entries(tokens).map(([role, units]) => [nameOf(role), signed(units)] as const),
			"  ",
		),
		...bountyDemonstrationLines(bounty),
		good(
			`Jobs and bounty done in ${seconds.toFixed(0)} s. To run them yourself: docs/network.md, docs/bounties.md`,
		),
	];
}
