import type { Argv } from "yargs";
import { command, type SigningOptions, withSigner, withSources } from "../command.ts";
import { type LimitsOptions, limitsOf, withLimits } from "../limits-options.ts";
import { progress } from "../log.ts";
import { etherOption, numberOption } from "../numbers.ts";
import { report, table } from "../output.ts";

interface Options extends SigningOptions, LimitsOptions {
	action: "join" | "leave" | "status";
	stake: string;
	capacity: number;
	gpu: string;
	leastReward: string;
	leastSeconds: number;
	token?: string[];
	program?: string[];
	as: "submitter" | "second-submitter" | "third-submitter";
}

export const work = command<Options>({
	command: "work [action]",
	describe: "compute jobs that one is drawn for, and be paid (docs/network.md)",
	examples: [
		[
			"umpire work --stake 1 --capacity 2 --gpu H100",
			"registers, computes, claims and defends, until Ctrl-C",
		],
		["umpire work status", "shows stake, slots and reputation"],
		["umpire work leave", "takes its slots out, ends what is open, and takes its stake back"],
	],
	runsOn: ({ action }) => action !== "status",
	tells: ({ action }) => action !== "status",
	options: (yargs) => withTerms(withSources(withLimits(withSigner(yargs))) as unknown as Argv),
	async run(options) {
		const { runWork } = await import("../job-actions.ts");
		const { untilInterrupted } = await import("../interrupt.ts");
		const full = { ...options, limits: limitsOf(options), progress };
		const done = await runWork(full, { progress, signal: untilInterrupted });
		if (done !== undefined) report(options.json, done.data, () => table(Object.entries(done.lines)));
	},
});

function withTerms(yargs: Argv): Argv {
	return yargs
		.positional("action", { choices: ["join", "leave", "status"] as const, default: "join" as const })
		.option("stake", etherOption("stake", "what it registers with", "1"))
		.option(
			"capacity",
			numberOption("capacity", {
				default: 1,
				least: 1,
				most: 64,
				whole: true,
				describe: "jobs that it computes at a time, as far as the stake backs them",
			}),
		)
		.option("gpu", { type: "string", default: "", describe: "a label of up to 31 bytes", requiresArg: true })
		.option("least-reward", etherOption("least-reward", "it is drawn for no job that pays less", "0"))
		.option(
			"least-seconds",
			numberOption("least-seconds", {
				default: 600,
				least: 1,
				most: 31_536_000,
				whole: true,
				describe: "time that a job has to give from acceptance, for each job to be claimed by then",
			}),
		)
		.option("token", {
			type: "string",
			array: true,
			describe: "ADDRESS=LEAST: a token that it takes, and the least reward in its smallest units",
			requiresArg: true,
		})
		.option("program", {
			type: "string",
			array: true,
			describe: "roots of the programs that it takes (default: any)",
			requiresArg: true,
		})
		.option("as", {
			choices: ["submitter", "second-submitter", "third-submitter"] as const,
			default: "submitter",
			describe: "which local account acts",
		});
}
