import { command, type SigningOptions, withSigner } from "../command.ts";
import { progress } from "../log.ts";

export const coordinate = command<SigningOptions>({
	command: "coordinate",
	describe:
		"do for workers and jobs what is anybody's: bring values, draw, end what is over (docs/network.md)",
	examples: [
		["umpire coordinate", "is paid for draws and offers that it ends, until Ctrl-C; several may run"],
	],
	runsOn: true,
	tells: true,
	options: withSigner,
	async run(options) {
		const { runCoordinator } = await import("../job-actions.ts");
		const { untilInterrupted } = await import("../interrupt.ts");
		await runCoordinator(options, { progress, signal: untilInterrupted });
	},
});
