import type { Hex } from "@umpire/commitment/constants.ts";
import { type ChainOptions, command, withChain, withSources } from "../command.ts";
import { type LimitsOptions, limitsOf, withLimits } from "../limits-options.ts";
import { progress, warn } from "../log.ts";
import { numberOption } from "../numbers.ts";
import { report, reportLook } from "../output.ts";

interface Options extends ChainOptions, LimitsOptions {
	once: boolean;
	serve?: string;
	interval: number;
	program?: string[];
	account?: Hex;
	acknowledge?: string[];
}

export const monitor = command<Options>({
	command: "monitor",
	describe: "watch claims, disputes, clocks, bonds and RPC nodes; run the claims of known programs",
	examples: [
		["umpire monitor --once", "one look; exit code 1 if something needs an operator"],
		["umpire monitor --serve 9464 --rpc URL,URL,URL", "/metrics for Prometheus, /health, /report"],
		["umpire monitor --account 0x… --program 1", "watches an account too; runs the claims of program 1 only"],
		["umpire monitor --once --acknowledge claim-3-final", "what cannot be changed any more is known"],
	],
	runsOn: true,
	options: (yargs) =>
		withSources(withLimits(withChain(yargs)))
			.option("once", { type: "boolean", default: false, describe: "look once" })
			.option("serve", {
				type: "string",
				describe: "serve over HTTP on PORT (of this machine only) or HOST:PORT",
				requiresArg: true,
			})
			.option(
				"interval",
				numberOption("interval", {
					default: 10,
					least: 0.01,
					most: 86_400,
					unit: "seconds",
					describe: "seconds between two looks",
				}),
			)
			.option("program", {
				type: "string",
				array: true,
				describe: "number or root of a program to run (default: all that the home folder has)",
				requiresArg: true,
			})
			.option("account", { type: "string", describe: "address to watch", requiresArg: true })
			.option("acknowledge", {
				type: "string",
				array: true,
				describe:
					"id of a claim's problem that is known: it does not make this home folder's monitors unhealthy any more",
				requiresArg: true,
			}),
	async run(options) {
		const { openView } = await import("@umpire/actors/world.ts");
		const { openMonitor } = await import("@umpire/actors/monitor.ts");
		const { monitorLines } = await import("../monitor-lines.ts");
		const patience = options.once ? {} : { patience: 1000 * options.interval };
		const look = await openMonitor(await openView({ ...options, limits: limitsOf(options) }), {
			...options,
			...patience,
		});
		if (options.once) {
			const found = await look();
			report(options.json, found, () => monitorLines(found));
			process.exitCode = found.problems.length === 0 ? 0 : 1;
			return;
		}
		const { watch } = await import("@umpire/actors/watch.ts");
		const { untilInterrupted } = await import("../interrupt.ts");
		await watch(look, {
			...options,
			signal: untilInterrupted(),
			onReport: (found) => {
				if (process.stdout.isTTY && !options.json) process.stdout.write("\x1b[2J\x1b[H");
				reportLook(options.json, found, () => [...monitorLines(found), ""]);
			},
			onServing: (url) => progress(`Serving ${url}/metrics, ${url}/health and ${url}/report.`),
			warn,
		});
	},
});
