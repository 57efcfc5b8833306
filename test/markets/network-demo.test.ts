import { demonstrateNetwork, type NetworkDemonstration } from "@umpire/actors/jobs/demo-network.ts";
import { BOUNTY_PRESETS } from "@umpire/markets/bounty-parameters.ts";
import { NETWORK_PRESETS } from "@umpire/markets/network-parameters.ts";
import { parseEther } from "viem";
import { beforeAll, expect, test } from "vitest";
import { jsonText } from "../../bin/output.ts";
import { SCHEMAS } from "../../docs/json-schemas.ts";

const EXPOSURE = parseEther("1");
const REWARD = parseEther("0.1");
const { entryFee } = NETWORK_PRESETS.test;

let summary: NetworkDemonstration;
const lines: string[] = [];
beforeAll(async () => {
	summary = await demonstrateNetwork((line) => lines.push(line));
});

test("of two contributors to a bounty the better one becomes the best, and is paid to the wei", () => {
	const { candidates, reward, paid, burned, left, baseline, draws } = summary.bounty;
	const [one, other] = candidates;
	expect(other.gain).toBeGreaterThan(one.gain);
	expect([one.isBest, other.isBest]).toEqual([false, true]);
	expect(other.score).toBe(baseline + other.gain);
	expect(other.score).toBeLessThanOrEqual(draws);
	expect(reward).toBe(BigInt(other.gain) * parseEther("0.002"));
	// Deposits came back, whoever scores itself has its own fee, and the value of the round was paid for by the owner.
	const { beaconFee } = BOUNTY_PRESETS.test;
	expect(Object.values(paid).reduce((sum, amount) => sum + amount, burned + left)).toBe(0n);
	expect(paid.deployer).toBe(-reward - beaconFee);
	const brought = (role: string) => (paid[role] ?? 0n) - (role === other.contributor ? reward : 0n);
	const bringers = [one.contributor, other.contributor, "verifier"].map(brought);
	expect(bringers.toSorted((a, b) => (a < b ? -1 : 1))).toEqual([0n, 0n, beaconFee]);
});

test("a job of every type is verified, and whoever cheats is slashed and its jobs are given to others", () => {
	const { jobs, paid, tokens, burned, left, rejected } = summary;
	if (process.env.SHOW_STORY !== undefined) console.log(lines.join("\n"), summary);
	expect(SCHEMAS["demo-network"].safeParse(JSON.parse(jsonText(summary))).error?.issues ?? []).toEqual([]);
	expect(jobs.map(({ kind }) => kind)).toEqual([
		"linear regression",
		"k-means",
		"PCA",
		"inference",
		"training",
	]);
	const honest = ["submitter", "second-submitter"];
	for (const { verified, worker } of jobs) {
		expect(verified).toBe(true);
		expect(honest).toContain(worker);
	}
	const failed = jobs.reduce((sum, job) => sum + job.failed, 0);
	expect(failed).toBeGreaterThanOrEqual(1);
	expect(rejected).toBe(failed);
	// Who catches has half of what a false claim costs; the rest is burned.
	const liar = paid["third-submitter"];
	expect(liar).toBeLessThanOrEqual(-BigInt(failed) * EXPOSURE - entryFee);
	expect(burned).toBeGreaterThanOrEqual((BigInt(failed) * EXPOSURE) / 2n + 3n * entryFee);
	// Rewards reach those who computed, in what was promised, and the client of the first job pays in the token alone.
	const inEther = jobs.slice(1).filter(({ worker }) => worker === "submitter").length;
	expect(paid.submitter + entryFee).toBeLessThanOrEqual(BigInt(inEther) * REWARD + parseEther("0.05"));
	expect(tokens[jobs[0].worker ?? ""]).toBe(500n);
	expect(tokens.requester).toBe(-500n);
	// Nothing is lost: what is left are fees of values that nobody needed to bring.
	expect(left >= 0n).toBe(true);
	expect(Object.values(tokens).reduce((sum, amount) => sum + amount, 0n)).toBe(0n);
});
