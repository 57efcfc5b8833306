import { type ChainOptions, command, withChain, withSources } from "../command.ts";
import { type LimitsOptions, limitsOf, withLimits } from "../limits-options.ts";
import { numberPositional } from "../numbers.ts";
import { report, table } from "../output.ts";

interface Options extends ChainOptions, LimitsOptions {
	request: number;
}

export const result = command<Options>({
	command: "result <request>",
	describe: "the result of a request, or what it waits for",
	examples: [["umpire result 1", "the numbers are shown if the program is in the home folder"]],
	options: (yargs) =>
		withSources(withLimits(withChain(yargs))).positional(
			"request",
			numberPositional("request", "number of a request"),
		),
	async run(options) {
		const { openView } = await import("@umpire/actors/world.ts");
		const { requestState, waitingText } = await import("@umpire/actors/request-state.ts");
		const view = await openView({ ...options, limits: limitsOf(options) });
		const state = await requestState(view, options.request);
		report(options.json, state, () => [
			...table([
				["request", String(state.request)],
				["program", state.program],
				["status", state.status],
				...(state.claim === null
					? []
					: [["claim", `${state.claim.claim} by ${state.claim.submitter}`] as const]),
				...state.rejected.map(({ claim, winner, because }): [string, string] => [
					"rejected",
					`claim ${claim}: ${because}; won by ${winner}`,
				]),
				...(state.output === null ? [] : [["output", state.output.join(" ")] as const]),
				...(state.outputRoot === null ? [] : [["output root", state.outputRoot] as const]),
			]),
			waitingText(state),
		]);
	},
});
