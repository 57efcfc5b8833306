import type { Argv } from "yargs";
import { command, type SigningOptions, withSigner, withSources } from "../command.ts";
import { type LimitsOptions, limitsOf, withLimits } from "../limits-options.ts";
import { progress } from "../log.ts";
import { etherOption, numberOption } from "../numbers.ts";

interface Options extends SigningOptions, LimitsOptions {
	action: "join" | "leave";
	stake: string;
	program?: string[];
	serve?: number;
	serveHost: string;
	as: "attester" | "second-attester" | "third-attester" | "fourth-attester";
}

export const attest = command<Options>({
	command: "attest [action]",
	describe: "sign the outputs of claims that one has computed, with a stake behind it (docs/attesters.md)",
	examples: [
		[
			"umpire attest --stake 2 --serve 9100",
			"registers, computes, signs and serves what it has signed, until Ctrl-C",
		],
		["umpire attest --program 1 --as second-attester", "signs claims of program 1 alone"],
		["umpire attest leave", "signs for no later epoch, waits until all is decided, and takes its stake back"],
	],
	runsOn: true,
	tells: true,
	options: (yargs) => withTerms(withSources(withLimits(withSigner(yargs))) as unknown as Argv),
	async run(options) {
		const { runAttest } = await import("../attester-actions.ts");
		const { untilInterrupted } = await import("../interrupt.ts");
		await runAttest({ ...options, limits: limitsOf(options) }, { progress, signal: untilInterrupted });
	},
});

function withTerms(yargs: Argv): Argv {
	return yargs
		.positional("action", { choices: ["join", "leave"] as const, default: "join" as const })
		.option("stake", etherOption("stake", "what it registers with", "2"))
		.option("program", {
			type: "string",
			array: true,
			describe: "numbers or roots of the programs whose claims it signs (default: all in the home folder)",
			requiresArg: true,
		})
		.option(
			"serve",
			numberOption("serve", {
				least: 0,
				most: 65_535,
				whole: true,
				describe: "port on which it serves what it has signed, metrics and EigenLayer's node API",
			}),
		)
		.option("serve-host", {
			type: "string",
			default: "127.0.0.1",
			describe: "address on which it listens",
			requiresArg: true,
		})
		.option("as", {
			choices: ["attester", "second-attester", "third-attester", "fourth-attester"] as const,
			default: "attester",
			describe: "which local account acts",
		});
}
