import { command, type SigningOptions, withSigner } from "../command.ts";
import { progress, report, table } from "../output.ts";

interface Options extends SigningOptions {
	preset: "test" | "rollup" | "mainnet";
	bondsAtGwei?: number;
	challengePeriod?: number;
	increment?: number;
	reserve?: number;
	provingAllowance?: number;
	commitAllowance?: number;
	crowding?: number;
	uncheckedCrowding?: boolean;
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
	],
	options: (yargs) =>
		withSigner(yargs)
			.option("preset", {
				choices: ["test", "rollup", "mainnet"] as const,
				default: "test",
				describe:
					"times and bonds for a kind of chain (docs/protocol.md); the options below replace single ones",
			})
			.option("bonds-at-gwei", {
				type: "number",
				describe:
					"bonds that cover all gas of a dispute up to this gas price, for programs of up to a million operators and leaves",
				requiresArg: true,
			})
			.option("challenge-period", { ...seconds, describe: "how long a claim can be challenged" })
			.option("increment", { ...seconds, describe: "time for each move" })
			.option("reserve", { ...seconds, describe: "further time of each side per dispute" })
			.option("proving-allowance", { ...seconds, describe: "further time to prove" })
			.option("commit-allowance", {
				...seconds,
				describe: "further time to compute the trace of a lazy program, or of a segment",
			})
			.option("crowding", {
				...seconds,
				describe: "further time for each move per other dispute that is open against the claim",
			})
			.option("unchecked-crowding", {
				type: "boolean",
				describe: "take a crowding that is too short for the chain's newest blocks",
			})
			.option("depth", { type: "number", describe: "levels that one answer opens", requiresArg: true })
			.option("window", {
				type: "number",
				describe: "levels of the tree of operators that are opened at once at its end",
				requiresArg: true,
			}),
	async run(options) {
		const { openHome } = await import("@umpire/store/home.ts");
		const { deployTo, gasPricesCovered } = await import("@umpire/actors/deploy-to.ts");
		const deployment = await deployTo(openHome(options.home), options, progress);
		report(options.json, deployment, () => [
			...table([
				["chain", String(deployment.chainId)],
				["market", deployment.market],
				["court", deployment.court],
				["registry", deployment.registry],
				["arbiter", deployment.arbiter],
				...Object.entries(gasPricesCovered(deployment.parameters)),
			]),
			"Next: ./just register",
		]);
	},
});

const seconds = { type: "number", requiresArg: true } as const;
