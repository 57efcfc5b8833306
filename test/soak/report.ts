import { formatEther } from "viem";
import type { Soaked } from "./soak.ts";

/** The figures of a soak test by what they count. */
export function soakRows({ figures, requests, beside, simulatedSeconds, realSeconds, broken }: Soaked) {
	return {
		"hours of the chain's time": Number((simulatedSeconds / 3600).toFixed(1)),
		"minutes that it took": Number((realSeconds / 60).toFixed(1)),
		blocks: figures.blocks,
		"requests of honest requesters, all answered": requests,
		"true claims of honest submitters final": figures.trueFinal,
		"false claims rejected": figures.falseRejected,
		"jobs verified": beside.jobs,
		"of these trained or fitted": beside.trainings,
		"claims attested": beside.records,
		"of these softly final": beside.soft,
		"signatures of attesters": beside.signatures,
		"disputes won by honest parties": figures.disputesWon,
		"disputes lost by honest parties": figures.disputesLost,
		"processes killed": figures.restarts,
		"faults of nodes": figures.faults,
		reorganisations: figures.reorganisations,
		"blocks that they undid": figures.undone,
		"looks of the monitor": figures.looks,
		"largest fall of an honest balance, ETH": formatEther(figures.largestFall),
		"invariants broken": broken.length,
	} as const;
}

/** The same as Markdown, with the moves of both sides. */
export function soakReport(soaked: Soaked, seed: number): string {
	const table = (what: string, rows: readonly (readonly [string, number | string])[]) =>
		[`| ${what} | |`, "|---|---|", ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join("\n");
	const sorted = (counts: Record<string, number>) => Object.entries(counts).sort(([, a], [, b]) => b - a);
	return [
		`Seed ${seed}.`,
		table("what", Object.entries(soakRows(soaked))),
		"Moves of the adversary:",
		table("move", sorted(soaked.figures.adversary)),
		"Moves of honest parties:",
		table("move", sorted(soaked.figures.honest)),
		...soaked.broken.map((text) => `    ${text.replaceAll("\n", "\n    ")}`),
	].join("\n\n");
}
