import type { Argv } from "yargs";
import { command, type SigningOptions, withSigner, withSources } from "../command.ts";
import { type FarmChoice, farmChosen, withFarmCommits } from "../farm-options.ts";
import { type LimitsOptions, limitsOf, withLimits } from "../limits-options.ts";
import { progress } from "../log.ts";
import { etherOption, numberOption } from "../numbers.ts";
import { report, table } from "../output.ts";

interface Options extends SigningOptions, LimitsOptions, FarmChoice {
	action: "deploy" | "use" | "open" | "work" | "status" | "close";
	id?: string;
	input?: string;
	hyper?: string;
	points?: string;
	token?: string;
	bounty: string;
	stake: string;
	rounds: number;
	roundSeconds: number;
	reservationSeconds: number;
	lowest: boolean;
	trainingCost: string;
	replace?: boolean;
	blockSeconds: number;
	preset: "test" | "rollup" | "mainnet";
	as: "submitter" | "second-submitter" | "third-submitter";
}

export const grid = command<Options>({
	command: "grid <action> [id] [input]",
	describe: "let others train the points of a grid and pay the best (docs/grid.md)",
	examples: [
		["umpire grid deploy", "deploys the contract and its beacon beside the market"],
		["umpire grid use 0x…", "takes the grid contract that somebody else has deployed, and remembers it"],
		[
			"umpire grid open 1 data.npz --hyper hyper --points points.json --bounty 9 --stake 1",
			"nine trainings of program 1",
		],
		["umpire grid work 1", "joins rounds of grid 1, computes, claims and defends, until Ctrl-C"],
		["umpire grid work 1 --farm URL --farm-commits", "machines of one's own train its points"],
		["umpire grid status 1", "shows its points"],
		["umpire grid close 1", "does what is due, and pays when all is over"],
	],
	runsOn: ({ action }) => action === "work",
	tells: ({ action }) => action === "work",
	options: (yargs) =>
		withTerms(withFarmCommits(withSources(withLimits(withSigner(yargs)))) as unknown as Argv),
	async run(options) {
		const { runGrid } = await import("../grid-actions.ts");
		const { untilInterrupted } = await import("../interrupt.ts");
		const done = await runGrid(
			{ ...options, limits: limitsOf(options), farmOf: farmChosen(options) },
			{ progress, signal: untilInterrupted },
		);
		if (done === undefined) return;
		const { data, lines } = done;
		report(options.json, data, () => (Array.isArray(lines) ? lines : table(Object.entries(lines))));
	},
});

function withTerms(yargs: Argv): Argv {
	return yargs
		.positional("action", {
			choices: ["deploy", "use", "open", "work", "status", "close"] as const,
			demandOption: true,
		})
		.positional("id", {
			type: "string",
			describe: "of a grid; with open, number or root of a program; with use, address of the grid contract",
		})
		.positional("input", { type: "string", describe: "with open: file with the program's inputs" })
		.option("hyper", { type: "string", describe: "input that the hyper-parameters are", requiresArg: true })
		.option("points", {
			type: "string",
			describe: 'JSON file: [{ "steps": 8, "hyperparameters": [64, 2] }, …], as the program\'s integers',
			requiresArg: true,
		})
		.option("token", {
			type: "string",
			describe: "address of an ERC-20 token in which the bounty is paid (stakes are ether)",
			requiresArg: true,
		})
		.option("bounty", { type: "string", default: "1", describe: "in ether, or the token", requiresArg: true })
		.option("stake", { type: "string", default: "0.5", describe: "of a worker, in ether", requiresArg: true })
		.option(
			"training-cost",
			etherOption("training-cost", "what computing a point costs a worker: warns if it earns less", "0"),
		)
		.option("rounds", whole("rounds", 8, "in which points are dealt", 64))
		.option("round-seconds", whole("round-seconds", 300, "length of a round"))
		.option("reservation-seconds", whole("reservation-seconds", 3600, "time for a claim"))
		.option("lowest", { type: "boolean", default: false, describe: "the lowest score is the best" })
		.option(
			"block-seconds",
			whole("block-seconds", 12, "with deploy: the least time between two blocks of the chain"),
		)
		.option("preset", {
			choices: ["test", "rollup", "mainnet"] as const,
			default: "test",
			describe: "with deploy: least stake, drift and fees for a kind of chain",
		})
		.option("replace", {
			type: "boolean",
			describe: "with deploy and use: take others although the home folder knows of some, and forget those",
		})
		.option("as", {
			choices: ["submitter", "second-submitter", "third-submitter"] as const,
			default: "submitter",
			describe: "with work: which local account acts",
		});
}

/** An option that takes a whole number from 1 on, which the contract keeps in 32 bits. */
const whole = (name: string, otherwise: number, describe: string, most = 2 ** 32 - 1) =>
	numberOption(name, { default: otherwise, least: 1, most, whole: true, describe });
