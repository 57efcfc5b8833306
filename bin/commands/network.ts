import { type CommonOptions, command } from "../command.ts";
import { progress } from "../log.ts";
import { numberOption } from "../numbers.ts";
import { report } from "../output.ts";

interface Options extends CommonOptions {
	action: "start" | "stop" | "status";
	port: number;
}

export const network = command<Options>({
	command: "network <action>",
	describe: "start or stop a local chain in the background",
	examples: [
		["umpire network start", "its log and process id lie in the home folder"],
		["umpire network stop", ""],
	],
	options: (yargs) =>
		yargs.positional("action", { choices: ["start", "stop", "status"] as const, demandOption: true }).option(
			"port",
			numberOption("port", {
				default: 8545,
				least: 1,
				most: 65_535,
				whole: true,
				describe: "port on 127.0.0.1",
			}),
		),
	async run(options) {
		const { openHome } = await import("@umpire/store/home.ts");
		const { networkStatus, startNetwork, stopNetwork } = await import("@umpire/actors/network.ts");
		const home = openHome(options.home);
		if (options.action === "start") {
			progress("Starting a local chain...");
			const running = await startNetwork(home, options.port);
			report(options.json, running, () => [
				`Local chain ${running.chainId} at ${running.url} (process ${running.pid}, log ${running.log}).`,
				`Next: ./just deploy${options.home === undefined ? "" : ` --home ${options.home}`} (commands with this home folder find the chain by themselves)`,
			]);
		} else if (options.action === "stop") {
			const stopped = await stopNetwork(home);
			report(options.json, { stopped }, () =>
				stopped ? "The local chain has stopped." : "No local chain is running.",
			);
		} else {
			const running = await networkStatus(home);
			report(options.json, { running: running !== undefined, ...running }, () =>
				running === undefined
					? "No local chain is running: start one with ./just setup-network."
					: `Local chain at ${running.url} (process ${running.pid}, log ${running.log}).`,
			);
		}
	},
});
