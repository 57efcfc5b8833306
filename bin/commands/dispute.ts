import type { DisputeStory } from "@umpire/actors/dispute-story.ts";
import { formatEther } from "viem";
import { type ChainOptions, command, withChain } from "../command.ts";
import { type LimitsOptions, limitsOf, withLimits } from "../limits-options.ts";
import { numberPositional } from "../numbers.ts";
import { bold, columns, report, table, when } from "../output.ts";
import { grouped } from "../rehearsal-lines.ts";

interface Options extends ChainOptions, LimitsOptions {
	dispute: number;
}

export const dispute = command<Options>({
	command: "dispute <dispute>",
	describe: "the whole story of a dispute: moves, clocks, what was proved, who won, gas and money",
	examples: [["umpire dispute 1", ""]],
	options: (yargs) =>
		withLimits(withChain(yargs)).positional("dispute", numberPositional("dispute", "number of a dispute")),
	async run(options) {
		const { openView } = await import("@umpire/actors/world.ts");
		const { disputeStory } = await import("@umpire/actors/dispute-story.ts");
		const { provedText } = await import("@umpire/actors/claim-loss.ts");
		const view = await openView({ ...options, limits: limitsOf(options) });
		const story = await disputeStory(view, options.dispute);
		report(options.json, story, () => storyLines(story, story.proved && provedText(story.proved)));
	},
});

function storyLines(story: DisputeStory, proved: string | null): string[] {
	const { gas, clocks, moves, winner } = story;
	return [
		...table([
			["dispute", `${story.dispute} about claim ${story.claim} of request ${story.request}`],
			["program", story.program],
			["challenger", story.challenger],
			["submitter", story.submitter],
			...(clocks === null
				? []
				: [
						[
							"clocks",
							`the ${clocks.turn} is to move, ${clocks.secondsLeft} s are left; reserves: submitter ${clocks.submitterReserve} s, challenger ${clocks.challengerReserve} s`,
						] as const,
					]),
			["end", story.end ?? `none yet (${story.phase})`],
			...(proved === null ? [] : [["proved", proved] as const]),
			...(winner === null ? [] : [["winner", bold(winner)] as const]),
			...story.paid.map(({ account, amount }): [string, string] => [
				"paid",
				`${formatEther(amount)} ETH to ${account}`,
			]),
			...(story.burned === 0n ? [] : [["burned", `${formatEther(story.burned)} ETH`] as const]),
			[
				"gas",
				`challenger ${grouped(gas.challenger)}, submitter ${grouped(gas.submitter)}${gas.other === 0 ? "" : `, others ${grouped(gas.other)}`}`,
			],
		]),
		...columns(
			["time", "after", "who", "move", "gas", "transaction"],
			moves.map(({ time, side, move, gas: used, transaction }, i) => [
				when(time),
				i === 0 ? "" : `${time - moves[i - 1].time} s`,
				side,
				move,
				grouped(used),
				transaction,
			]),
		),
	];
}
