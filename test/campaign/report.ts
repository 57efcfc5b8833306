import { formatEther } from "viem";
import type { Figures } from "./figures.ts";

/** The figures of a campaign as Markdown. */
export function reportOf(figures: Figures, { seed, minutes }: { seed: number; minutes: number }): string {
	const rows: [string, number | string][] = [
		["games", figures.games],
		["slots", figures.slots],
		["blocks", figures.blocks],
		["true claims of honest submitters final", figures.trueFinal],
		["false claims rejected", figures.falseRejected],
		["disputes won by honest parties", figures.disputesWon],
		["disputes lost by honest parties", figures.disputesLost],
		["faults of nodes", figures.faults],
		["restarts", figures.restarts],
		["reorganisations", `${figures.reorganisations} (${figures.undone} blocks)`],
		["looks of the monitor", figures.looks],
		["largest fall of an honest balance, ETH", formatEther(figures.largestFall)],
	];
	return [
		`Seed ${seed}, ${minutes.toFixed(0)} minutes.`,
		table("what", rows),
		"Moves of the adversary:",
		table("move", sorted(figures.adversary)),
		"Moves of honest parties:",
		table("move", sorted(figures.honest)),
	].join("\n\n");
}

const sorted = (counts: Record<string, number>): [string, number][] =>
	Object.entries(counts).sort(([, a], [, b]) => b - a);

function table(what: string, rows: readonly (readonly [string, number | string])[]): string {
	return [`| ${what} | |`, "|---|---|", ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join("\n");
}
