import { command, type SigningOptions, withSigner, withSources } from "../command.ts";
import { type FarmChoice, farmChosen, withFarmCommits } from "../farm-options.ts";
import { type LimitsOptions, limitsOf, withLimits } from "../limits-options.ts";
import { progress } from "../log.ts";
import { etherOption, seedOption } from "../numbers.ts";
import { playRole } from "../play-role.ts";

interface Options extends SigningOptions, LimitsOptions, FarmChoice {
	id: string;
	defect?: string;
	seed?: number;
	as: "submitter" | "second-submitter";
	publishTrace: boolean;
	leastFee?: string;
	mostBonds?: string;
}

export const submit = command<Options>({
	command: "submit <id>",
	describe: "answer requests of a program and defend the claims, until Ctrl-C",
	examples: [
		["umpire submit 1", ""],
		["umpire submit 1 --least-fee 0.002 --most-bonds 5", "takes no less, and has no more bonds locked (ETH)"],
		[
			"umpire submit 1 --farm URL --farm-commits",
			"machines of one's own compute what is claimed (docs/farm.md)",
		],
		["umpire submit 1 --defect 3:17", "claims with one wrong number, to see a dispute"],
	],
	runsOn: true,
	tells: true,
	options: (yargs) =>
		withFarmCommits(withSources(withLimits(withSigner(yargs))))
			.positional("id", {
				type: "string",
				describe: "number, root or .onnx file of a program",
				demandOption: true,
			})
			.option("defect", {
				type: "string",
				describe: "[STEP/]OPERATOR[:ELEMENT] to falsify, or random",
				requiresArg: true,
			})
			.conflicts("defect", "farm-commits")
			.option("seed", seedOption("draws the place of a random defect"))
			.option("publish-trace", {
				type: "boolean",
				default: false,
				describe: "store claimed traces for all, so that a wrong number can be shown without a search",
			})
			.option(
				"least-fee",
				etherOption(
					"least-fee",
					"ether below which a request is left to others (default: the gas of claim, finalisation, withdrawal and callback at its present price, and a fifth more)",
				),
			)
			.option(
				"most-bonds",
				etherOption(
					"most-bonds",
					"ether locked in bonds of claims at once (default: half of what the account has)",
				),
			)
			.option("as", {
				choices: ["submitter", "second-submitter"] as const,
				default: "submitter",
				describe: "which local account acts",
			}),
	async run(options) {
		const { submitter } = await import("@umpire/actors/submitter.ts");
		const full = { ...options, limits: limitsOf(options), farmOf: farmChosen(options) };
		await playRole(full, options.as, "submitterBond", (world) =>
			submitter(world, options.id, { ...options, progress }),
		);
	},
});
