import { UmpireError } from "@umpire/errors/umpire-error.ts";
import yargs, { type Argv, type CommandModule } from "yargs";
import { aggregate } from "./commands/aggregate.ts";
import { app } from "./commands/app.ts";
import { attest } from "./commands/attest.ts";
import { audit } from "./commands/audit.ts";
import { bench } from "./commands/bench.ts";
import { bounty } from "./commands/bounty.ts";
import { ceremony } from "./commands/ceremony.ts";
import { check } from "./commands/check.ts";
import { compile } from "./commands/compile.ts";
import { conformance } from "./commands/conformance.ts";
import { coordinate } from "./commands/coordinate.ts";
import { demo } from "./commands/demo.ts";
import { demoGrid } from "./commands/demo-grid.ts";
import { demoNetwork } from "./commands/demo-network.ts";
import { demoTraining } from "./commands/demo-training.ts";
import { deploy } from "./commands/deploy.ts";
import { dispute } from "./commands/dispute.ts";
import { farm } from "./commands/farm.ts";
import { fit } from "./commands/fit.ts";
import { grid } from "./commands/grid.ts";
import { index } from "./commands/index.ts";
import { inputs } from "./commands/inputs.ts";
import { job } from "./commands/job.ts";
import { key } from "./commands/key.ts";
import { monitor } from "./commands/monitor.ts";
import { network } from "./commands/network.ts";
import { operators } from "./commands/operators.ts";
import { profile } from "./commands/profile.ts";
import { provide } from "./commands/provide.ts";
import { refund } from "./commands/refund.ts";
import { register } from "./commands/register.ts";
import { rehearse } from "./commands/rehearse.ts";
import { request } from "./commands/request.ts";
import { result } from "./commands/result.ts";
import { run } from "./commands/run.ts";
import { serve } from "./commands/serve.ts";
import { setup } from "./commands/setup.ts";
import { status } from "./commands/status.ts";
import { store } from "./commands/store.ts";
import { story } from "./commands/story.ts";
import { submit } from "./commands/submit.ts";
import { train } from "./commands/train.ts";
import { verify } from "./commands/verify.ts";
import { work } from "./commands/work.ts";
import { reportFailure, tellFailure } from "./failure.ts";
import { LOG_FORMATS } from "./log.ts";

export const COMMANDS: CommandModule[] = [
	...[compile, run, check, profile, conformance, rehearse, train, fit],
	...[network, deploy, register, request, submit, provide, verify],
	...[app, status, result, dispute, story, audit, refund, inputs, store, monitor, key],
	...[grid, work, job, coordinate, bounty],
	...[operators, attest, aggregate],
	...[serve, index, farm],
	...[demo, demoTraining, demoGrid, demoNetwork, bench, setup, ceremony],
];

/** The command line of these commands; it throws instead of ending the process. */
function commandLine(words: readonly string[], commands: readonly CommandModule[]): Argv {
	const asked = COMMANDS.find(({ command }) => String(command).split(" ")[0] === words[0]);
	const help = asked === undefined ? "umpire --help" : `umpire ${words[0]} --help`;
	return yargs([...words])
		.scriptName("umpire")
		.usage("$0 COMMAND\n\nOptimistic machine learning: exact programs, traces, disputes.")
		.option("json", { type: "boolean", default: false, describe: "print data as JSON" })
		.option("verbose", { type: "boolean", default: false, describe: "show where errors come from" })
		.option("log-format", {
			choices: LOG_FORMATS,
			default: "text" as const,
			describe: "how progress, warnings and errors are written to stderr",
		})
		.option("home", {
			type: "string",
			describe: "folder for everything that is kept (environment: UMPIRE_HOME)",
			requiresArg: true,
		})
		.group(["json", "verbose", "log-format", "home", "help"], "Of every command:")
		.parserConfiguration({ "parse-positional-numbers": false })
		.command([...commands])
		.demandCommand(1, "Name a command; umpire --help lists them.")
		.strict()
		.recommendCommands()
		.version(false)
		.help()
		.alias("help", "h")
		.wrap(Math.min(100, process.stdout.columns ?? 100))
		.exitProcess(false)
		.fail((message, error) => {
			if (error !== undefined && error !== null && error.name !== "YError") throw error;
			const found = error?.message ?? message;
			throw new UmpireError(
				"USAGE",
				found.includes("--help") ? found : `${found.replace(/[^.?]$/, "$&.")} See ${help}.`,
			);
		});
}

/**
 * Reads a command line without doing what it says.
 *
 * @throws UmpireError if it is not understood
 */
export async function parse(words: readonly string[]): Promise<void> {
	await commandLine(
		words,
		COMMANDS.map((command) => ({ ...command, handler: () => {} })),
	).parseAsync();
}

/** Runs the command line and gives its exit code: 0 fine, else as docs/errors.md says. */
export async function main(words: string[]): Promise<number> {
	try {
		await commandLine(words, COMMANDS).parseAsync();
		return Number(process.exitCode ?? 0);
	} catch (error) {
		if (words.includes("--json")) reportFailure(error);
		return tellFailure(error, words.includes("--verbose"));
	}
}
