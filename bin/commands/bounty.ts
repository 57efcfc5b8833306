import type { Argv } from "yargs";
import { command, type SigningOptions, withSigner, withSources } from "../command.ts";
import { type LimitsOptions, limitsOf, withLimits } from "../limits-options.ts";
import { progress } from "../log.ts";
import { etherOption, numberOption } from "../numbers.ts";
import { report, table } from "../output.ts";

const ACTIONS = [
	...(["deploy", "use", "open", "submit", "reveal", "draw", "watch", "status", "close", "end"] as const),
];

interface Options extends SigningOptions, LimitsOptions {
	action: (typeof ACTIONS)[number];
	id?: string;
	input?: string;
	task: "square" | "table";
	data?: string;
	label?: string;
	scale: number;
	rows: number;
	steps: number;
	range?: number;
	pool: string;
	rate?: string;
	minGain?: number;
	token?: string;
	deposit?: string;
	commitSeconds?: number;
	revealSeconds?: number;
	availabilitySeconds?: number;
	scoreSeconds?: number;
	paidRounds: number;
	force: boolean;
	score: boolean;
	replace: boolean;
	blockSeconds: number;
	preset: "test" | "rollup" | "mainnet";
	as?: "submitter" | "second-submitter" | "third-submitter" | "keeper";
}

export const bounty = command<Options>({
	command: "bounty <action> [id] [input]",
	describe: "pay for better models, scored on data that nobody could know (docs/bounties.md)",
	examples: [
		["umpire bounty deploy", "deploys bounties and their beacon beside the market"],
		[
			"umpire bounty use 0x…",
			"takes the bounties contract that somebody else has deployed, and remembers it",
		],
		["umpire bounty open square.onnx --task square --pool 1", "for networks that approximate x²"],
		[
			"umpire bounty open model.onnx --task table --data digits.csv --scale 0.0625 --pool 1",
			"for networks that classify drawn rows of a table",
		],
		[
			"umpire bounty submit 1 better.onnx",
			"commits, reveals, claims, defends, is paid; start it again at any time",
		],
		["umpire bounty reveal 1 better.onnx", "shows weights that were committed to, and no more"],
		["umpire bounty draw 1", "brings the value that decides the data, and asks for scores"],
		["umpire bounty watch 1 --score", "does what is anybody's, and scores for others, until Ctrl-C"],
		["umpire bounty status 1", "shows the round and its candidates"],
		["umpire bounty close 1", "does what is due for all, and pays the best of the round"],
		["umpire bounty end 1", "ends it with the round that runs: the rest is the owner's"],
	],
	runsOn: ({ action }) => action === "submit" || action === "watch",
	tells: ({ action }) => action === "submit" || action === "watch",
	options: (yargs) => withTimes(withTerms(withSources(withLimits(withSigner(yargs))) as unknown as Argv)),
	async run(options) {
		const { runBounty } = await import("../bounty-actions.ts");
		const { untilInterrupted } = await import("../interrupt.ts");
		const full = { ...options, limits: limitsOf(options) };
		const done = await runBounty(full, { progress, signal: untilInterrupted });
		if (done === undefined) return;
		const { data, lines } = done;
		report(options.json, data, () => (Array.isArray(lines) ? lines : table(Object.entries(lines))));
	},
});

function withTerms(yargs: Argv): Argv {
	return yargs
		.positional("action", { choices: ACTIONS, demandOption: true })
		.positional("id", {
			type: "string",
			describe: "of a bounty; with open, a float ONNX model with the first weights, or a registered program",
		})
		.positional("input", {
			type: "string",
			describe:
				"with submit and reveal: a float ONNX model, or a file of weights; with open, a program's inputs",
		})
		.option("task", {
			choices: ["square", "table"] as const,
			default: "table" as const,
			describe: "with open: what is drawn: numbers whose square is wanted, or rows of --data",
		})
		.option("data", {
			type: "string",
			describe: "with --task table: rows with labels (.csv, x.npy,y.npy, .npz, a folder of images)",
			requiresArg: true,
		})
		.option("label", { type: "string", describe: "the column of --data with labels", requiresArg: true })
		.option(
			"scale",
			numberOption("scale", { default: 1, describe: "what the numbers of --data are multiplied by" }),
		)
		.option("rows", whole("rows", 512, "how many rows of --data may be drawn, at most", 100_000))
		.option("steps", whole("steps", 10, "with open: how often 35 draws are made", 1000))
		.option(
			"range",
			numberOption("range", {
				least: 1e-6,
				describe: "with open: how large weights may be (default: twice the largest of the first ones)",
			}),
		)
		.option("pool", {
			type: "string",
			default: "1",
			describe: "all that can be won, in ether; with --token in its smallest units",
			requiresArg: true,
		})
		.option("rate", {
			type: "string",
			describe: "paid for each unit of gain (default: all of the pool for a perfect score)",
			requiresArg: true,
		})
		.option(
			"min-gain",
			numberOption("min-gain", {
				least: 1,
				whole: true,
				describe: "units that a candidate must be better by (default: what chance hardly makes)",
			}),
		)
		.option("token", { type: "string", describe: "address of the token that pays", requiresArg: true })
		.option("deposit", etherOption("deposit", "what a candidate locks (default: the least)"))
		.option("paid-rounds", whole("paid-rounds", 8, "rounds whose values the owner pays for", 65_535))
		.option("as", {
			choices: ["submitter", "second-submitter", "third-submitter", "keeper"] as const,
			defaultDescription: "keeper with watch, else submitter",
			describe: "with submit, reveal and watch: which account of a local chain acts",
		});
}

function withTimes(yargs: Argv): Argv {
	const time = (name: string, describe: string) =>
		numberOption(name, { least: 1, most: 31_536_000, whole: true, unit: "seconds", describe });
	return yargs
		.option("commit-seconds", time("commit-seconds", "time for commitments (default: the preset's)"))
		.option("reveal-seconds", time("reveal-seconds", "time for reveals"))
		.option("availability-seconds", time("availability-seconds", "from the last reveal to the first score"))
		.option("score-seconds", time("score-seconds", "time for a contributor's claim, and for anybody's"))
		.option("force", {
			type: "boolean",
			default: false,
			describe: "with submit: enter weights that are not expected to gain enough",
		})
		.option("score", {
			type: "boolean",
			default: false,
			describe: "with watch: claim scores that anybody may claim, for the fee",
		})
		.option("replace", {
			type: "boolean",
			default: false,
			describe: "with deploy and use: the home folder may forget the contract that it knows",
		})
		.option(
			"block-seconds",
			whole("block-seconds", 12, "with deploy: the least time between two blocks of the chain"),
		)
		.option("preset", {
			choices: ["test", "rollup", "mainnet"] as const,
			default: "test" as const,
			describe: "fees, deposits and times for a kind of chain",
		});
}

/** An option that takes a whole number from 1 on. */
const whole = (name: string, otherwise: number, describe: string, most = 365 * 86_400) =>
	numberOption(name, { default: otherwise, least: 1, most, whole: true, describe });
