import type { Argv } from "yargs";
import { command, type SigningOptions, withImages, withSigner, withSources } from "../command.ts";
import { type LimitsOptions, limitsOf, withLimits } from "../limits-options.ts";
import { progress } from "../log.ts";
import { etherOption, numberOption } from "../numbers.ts";
import { report, table } from "../output.ts";

interface Options extends SigningOptions, LimitsOptions {
	action: "deploy" | "use" | "submit" | "status" | "cancel" | "result";
	id?: string;
	input?: string;
	reward: string;
	token?: string;
	exposure?: string;
	workSeconds: number;
	tries: number;
	blockSeconds: number;
	preset: "test" | "rollup" | "mainnet";
	strict: boolean;
	replace: boolean;
}

export const job = command<Options>({
	command: "job <action> [id] [input]",
	describe: "have programs computed by workers who are drawn (docs/network.md)",
	examples: [
		["umpire job deploy", "deploys workers, jobs and their beacon beside the market"],
		["umpire job use 0x…", "takes the jobs contract that somebody else has deployed, and remembers it"],
		["umpire job submit 1 data.npz --reward 0.1", "a job over program 1, paid in ether"],
		["umpire job submit 1 data.npz --token 0x… --reward 500", "paid in a token, in its smallest units"],
		["umpire job status 1", "shows where it stands"],
		["umpire job result 1", "shows its output once it is verified"],
	],
	options: (yargs) => withTerms(withSources(withLimits(withImages(withSigner(yargs)))) as unknown as Argv),
	async run(options) {
		const { runJob } = await import("../job-actions.ts");
		const { data, lines } = await runJob({ ...options, limits: limitsOf(options) }, progress);
		report(options.json, data, () => table(Object.entries(lines)));
	},
});

function withTerms(yargs: Argv): Argv {
	return yargs
		.positional("action", {
			choices: ["deploy", "use", "submit", "status", "cancel", "result"] as const,
			demandOption: true,
		})
		.positional("id", {
			type: "string",
			describe: "of a job; with submit, number or root of a program; with use, address of the jobs contract",
		})
		.positional("input", { type: "string", describe: "with submit: file with the program's inputs" })
		.option("reward", {
			type: "string",
			default: "0.1",
			describe: "in ether; with --token in its smallest units",
			requiresArg: true,
		})
		.option("token", { type: "string", describe: "address of the token that pays", requiresArg: true })
		.option(
			"exposure",
			etherOption("exposure", "stake that a false claim costs (default: ten rewards; with --token 0.1)"),
		)
		.option("work-seconds", whole("work-seconds", 3600, "time for a claim, from acceptance"))
		.option("tries", whole("tries", 2, "how often it is given to a worker at most", 8))
		.option("strict", {
			type: "boolean",
			default: false,
			describe: "refuse inputs that are out of range instead of clipping them",
		})
		.option("replace", {
			type: "boolean",
			default: false,
			describe: "with deploy and use: the home folder may forget the contracts that it knows",
		})
		.option(
			"block-seconds",
			whole("block-seconds", 12, "with deploy: the least time between two blocks of the chain"),
		)
		.option("preset", {
			choices: ["test", "rollup", "mainnet"] as const,
			default: "test",
			describe: "with deploy: fees, stakes and times for a kind of chain",
		});
}

/** An option that takes a whole number from 1 on, which the contract keeps in 32 bits. */
const whole = (name: string, otherwise: number, describe: string, most = 365 * 86_400) =>
	numberOption(name, { default: otherwise, least: 1, most, whole: true, describe });
