#!/usr/bin/env node
import { printable } from "@umpire/actors/printable.ts";
import yargs, { type CommandModule } from "yargs";
import { hideBin } from "yargs/helpers";
import { bench } from "./commands/bench.ts";
import { check } from "./commands/check.ts";
import { compile } from "./commands/compile.ts";
import { conformance } from "./commands/conformance.ts";
import { demo } from "./commands/demo.ts";
import { demoGrid } from "./commands/demo-grid.ts";
import { deploy } from "./commands/deploy.ts";
import { grid } from "./commands/grid.ts";
import { key } from "./commands/key.ts";
import { monitor } from "./commands/monitor.ts";
import { network } from "./commands/network.ts";
import { register } from "./commands/register.ts";
import { rehearse } from "./commands/rehearse.ts";
import { request } from "./commands/request.ts";
import { run } from "./commands/run.ts";
import { setup } from "./commands/setup.ts";
import { status } from "./commands/status.ts";
import { submit } from "./commands/submit.ts";
import { verify } from "./commands/verify.ts";
import { complain } from "./output.ts";

const COMMANDS: CommandModule[] = [
	...[compile, run, check, conformance, rehearse],
	...[network, deploy, register, request, submit, verify, status, monitor, key],
	...[grid, demo, demoGrid, bench, setup],
];

/** Runs the command line and gives its exit code: 0 fine, 1 the user's mistake, 75 try again. */
async function main(words: string[]): Promise<number> {
	const asked = COMMANDS.find(({ command }) => String(command).split(" ")[0] === words[0]);
	const help = asked === undefined ? "umpire --help" : `umpire ${words[0]} --help`;
	try {
		await yargs(words)
			.scriptName("umpire")
			.usage("$0 COMMAND\n\nOptimistic machine learning: exact programs, traces, disputes.")
			.option("json", { type: "boolean", default: false, describe: "print data as JSON" })
			.option("verbose", { type: "boolean", default: false, describe: "show where errors come from" })
			.option("home", {
				type: "string",
				describe: "folder for everything that is kept (environment: UMPIRE_HOME)",
				requiresArg: true,
			})
			.command(COMMANDS)
			.demandCommand(1, "Name a command; umpire --help lists them.")
			.strict()
			.recommendCommands()
			.version(false)
			.help()
			.alias("help", "h")
			.wrap(Math.min(100, process.stdout.columns ?? 100))
			.exitProcess(false)
			.fail((message, error) => {
				throw (
					error ??
					new Error(message.includes("--help") ? message : `${message.replace(/[^.?]$/, "$&.")} See ${help}.`)
				);
			})
			.parseAsync();
		return Number(process.exitCode ?? 0);
	} catch (error) {
		if (words.includes("--verbose") && error instanceof Error) {
			for (const shown of (error.stack ?? "").split("\n")) console.error(printable(shown));
		}
		complain(error instanceof Error ? error.message : String(error));
		const retry = error instanceof Error && "retry" in error && error.retry === true;
		return retry ? 75 : 1;
	}
}

process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
const [first, ...rest] = hideBin(process.argv);
const code = await main(first === "help" ? [...rest, "--help"] : hideBin(process.argv));
// Workers of the prover and chains in this process would keep it alive.
process.stdout.write("", () => process.exit(code));
