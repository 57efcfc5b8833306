import { command, type SigningOptions, withSigner } from "../command.ts";
import { progress, report, table } from "../output.ts";

interface Options extends SigningOptions {
	challengePeriod: number;
	increment: number;
	reserve: number;
	provingAllowance: number;
	commitAllowance: number;
	depth: number;
	window: number;
}

export const deploy = command<Options>({
	command: "deploy",
	describe: "deploy the contracts to a chain",
	examples: [
		["umpire deploy", "to the local chain"],
		["umpire deploy --challenge-period 20 --increment 10", "a quicker game"],
	],
	options: (yargs) =>
		withSigner(yargs)
			.option("challenge-period", {
				...seconds,
				default: 120,
				describe: "how long a claim can be challenged",
			})
			.option("increment", { ...seconds, default: 30, describe: "time for each move" })
			.option("reserve", { ...seconds, default: 60, describe: "further time of each side per dispute" })
			.option("proving-allowance", { ...seconds, default: 60, describe: "further time to prove" })
			.option("commit-allowance", {
				...seconds,
				default: 120,
				describe: "further time to compute the trace of a lazy program",
			})
			.option("depth", {
				type: "number",
				default: 6,
				describe: "levels that one answer opens",
				requiresArg: true,
			})
			.option("window", {
				type: "number",
				default: 8,
				describe: "levels of the tree of operators that are opened at once at its end",
				requiresArg: true,
			}),
	async run(options) {
		const { openHome } = await import("@umpire/store/home.ts");
		const { deployTo } = await import("@umpire/actors/deploy-to.ts");
		const deployment = await deployTo(openHome(options.home), options, progress);
		report(options.json, deployment, () => [
			...table([
				["chain", String(deployment.chainId)],
				["umpire", deployment.umpire],
				["registry", deployment.registry],
				["arbiter", deployment.arbiter],
			]),
			"Next: ./just register",
		]);
	},
});

const seconds = { type: "number", requiresArg: true } as const;
