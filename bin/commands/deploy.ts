import { command, type SigningOptions, withSigner } from "../command.ts";
import { progress } from "../log.ts";
import { numberOption } from "../numbers.ts";
import { report, table } from "../output.ts";

interface Options extends SigningOptions {
	plan?: boolean;
	ceremony?: string;
	network?: string;
	with?: ("grid" | "jobs" | "bounties" | "attesters")[];
	blockSeconds: number;
	powersOfTau?: string;
	developmentKeys?: boolean;
	sources?: string;
	governor?: string;
	guardian?: string;
	deterministic?: boolean;
	preset: "test" | "rollup" | "mainnet";
	bondsAtGwei?: number;
	challengePeriod?: number;
	increment?: number;
	reserve?: number;
	provingAllowance?: number;
	commitAllowance?: number;
	crowding?: number;
	uncheckedCrowding?: boolean;
	replace?: boolean;
	depth?: number;
	window?: number;
}

export const deploy = command<Options>({
	command: "deploy",
	describe: "deploy the contracts to a chain",
	examples: [
		["umpire deploy", "to the local chain"],
		["umpire deploy --preset rollup --bonds-at-gwei 2", "long periods, and bonds for dearer gas"],
		["umpire deploy --challenge-period 20 --increment 10", "a quicker game"],
		[
			"umpire deploy --network sepolia --preset mainnet --plan",
			"what a public deployment would be, and cost",
		],
		["umpire deploy --umpire 0x…", "deploys nothing: remembers the deployment of that market"],
	],
	options: (yargs) =>
		withSigner(yargs)
			.option("preset", {
				choices: ["test", "rollup", "mainnet"] as const,
				default: "test",
				describe:
					"times and bonds for a kind of chain (docs/protocol.md); the options below replace single ones",
			})
			.option("plan", {
				type: "boolean",
				describe: "send nothing: show addresses, parameters, gas, and what speaks against it",
			})
			.option("network", {
				type: "string",
				describe:
					"a public chain by its name, as in sepolia: its usual RPC address unless --rpc names another",
				requiresArg: true,
			})
			.option("ceremony", {
				type: "string",
				describe:
					"folder of the finished ceremony whose keys are trusted; public chains take no others (environment: UMPIRE_CEREMONY)",
				requiresArg: true,
			})
			.option("powers-of-tau", {
				type: "string",
				describe: "the result of the ceremony's phase 1 (default: in its folder)",
				requiresArg: true,
			})
			.option("development-keys", {
				type: "boolean",
				describe: "on a test network, to try things out: the keys that anyone can forge proofs with",
			})
			.option("sources", {
				type: "string",
				describe: "folder for what block explorers take to verify the sources of the contracts",
				requiresArg: true,
			})
			.option("with", {
				array: true,
				choices: ["grid", "jobs", "bounties", "attesters"] as const,
				describe: "on a public chain: what is deployed beside the market, too",
			})
			.option(
				"block-seconds",
				numberOption("block-seconds", {
					default: 12,
					least: 1,
					most: 3600,
					whole: true,
					unit: "seconds",
					describe: "with --with: the least time between two blocks of the chain",
				}),
			)
			.option("governor", {
				type: "string",
				describe:
					"on a public chain: account (of several keys, best) that names deployments in a directory, after a delay",
				requiresArg: true,
			})
			.option("guardian", {
				type: "string",
				describe: "on a public chain: account that can keep new requests out for a while; nobody otherwise",
				requiresArg: true,
			})
			.option("deterministic", {
				type: "boolean",
				describe: "deploy to a local chain as to a public one",
			})
			.option("replace", {
				type: "boolean",
				describe: "deploy although the home folder knows of a deployment on this chain, and forget that",
			})
			.option(
				"bonds-at-gwei",
				numberOption("bonds-at-gwei", {
					least: 1e-9,
					most: 1_000_000,
					unit: "gwei",
					describe:
						"bonds that cover all gas of a dispute up to this gas price, for programs of up to a million operators and leaves",
				}),
			)
			.option("challenge-period", seconds("challenge-period", "how long a claim can be challenged"))
			.option("increment", seconds("increment", "time for each move"))
			.option("reserve", seconds("reserve", "further time of each side per dispute"))
			.option("proving-allowance", seconds("proving-allowance", "further time to prove"))
			.option(
				"commit-allowance",
				seconds("commit-allowance", "further time to compute the trace of a lazy program, or of a segment"),
			)
			.option(
				"crowding",
				seconds("crowding", "further time for each move per other dispute that is open against the claim"),
			)
			.option("unchecked-crowding", {
				type: "boolean",
				describe: "take a crowding that is too short for the chain's newest blocks",
			})
			.option("depth", levels("depth", "levels that one answer opens", 1))
			.option(
				"window",
				levels("window", "levels of the tree of operators that are opened at once at its end", 0),
			),
	async run(options) {
		const { openHome } = await import("@umpire/store/home.ts");
		const { deployTo, gasPricesCovered, planFor } = await import("@umpire/actors/deploy-to.ts");
		const { besideLines, publishingLines } = await import("../plan-lines.ts");
		const { atNetwork } = await import("@umpire/actors/deployment/public-networks.ts");
		const chosen = await atNetwork(options);
		if (chosen.plan === true) {
			const { planLines } = await import("../plan-lines.ts");
			const plan = await planFor(chosen, progress);
			return report(options.json, plan, () => [
				...planLines(plan),
				...table(Object.entries(gasPricesCovered(plan.parameters))),
			]);
		}
		const deployment = await deployTo(openHome(options.home), chosen, progress);
		report(options.json, deployment, () => [
			...table([
				["chain", String(deployment.chainId)],
				["market", deployment.market],
				["court", deployment.court],
				["registry", deployment.registry],
				["arbiter", deployment.arbiter],
				...besideLines(deployment),
				...Object.entries(gasPricesCovered(deployment.parameters)),
			]),
			...publishingLines(deployment),
			"Next: ./just register",
		]);
	},
});

const seconds = (name: string, describe: string) =>
	numberOption(name, {
		describe,
		least: 0,
		most: 31_536_000,
		whole: true,
		unit: "seconds",
	});

const levels = (name: string, describe: string, least: number) =>
	numberOption(name, { describe, least, most: 10, whole: true, unit: "levels" });
