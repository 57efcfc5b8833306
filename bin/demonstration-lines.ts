import type { Demonstration } from "@umpire/actors/demo.ts";
import { formatEther } from "viem";
import { bold, good, table } from "./output.ts";
import { foundRows, grouped } from "./rehearsal-lines.ts";

const NEXT = "play the roles yourself, ./just setup-network";

/** The end of the demonstration: what was wrong, what it cost, who was paid what. */
export function demonstrationLines(summary: Omit<Demonstration, "digit">, next = NEXT): string[] {
	const { finding, gas, paid, provingSeconds, rounds, seconds } = summary;
	const dispute = Object.entries(gas).filter(([move]) => move !== "register" && move !== "withdraw");
	return [
		"",
		bold("The wrong number"),
		...table([...foundRows(finding)], "  "),
		bold("The dispute"),
		...table(
			[
				["rounds", String(rounds)],
				["proof", `${provingSeconds.toFixed(1)} s`],
				...dispute.map(([move, { count, gas: used }]): [string, string] => [
					`gas, ${move}`,
					`${grouped(Math.round(used / count))}${count > 1 ? ` on average, ${count} times` : ""}`,
				]),
			],
			"  ",
		),
		bold("Who was paid what (ETH, without gas)"),
		...table(
			Object.entries(paid).map(([role, wei]): [string, string] => [role, signed(wei)]),
			"  ",
		),
		good(`Done in ${seconds.toFixed(0)} s. Next: ${next}`),
	];
}

function signed(wei: bigint): string {
	return `${wei > 0n ? "+" : ""}${formatEther(wei)}`;
}
