import type { Argv } from "yargs";
import { command, type SigningOptions, withSigner } from "../command.ts";
import { progress } from "../log.ts";
import { etherOption } from "../numbers.ts";
import { report, table } from "../output.ts";

interface Options extends SigningOptions {
	action: "deploy" | "use" | "list" | "records" | "cover";
	request?: string;
	value?: string;
	premium?: string;
	preset: "test" | "rollup" | "mainnet";
	replace: boolean;
}

export const operators = command<Options>({
	command: "operators [action] [request]",
	describe: "operators and what they have signed: deploy, look, rely on it (docs/attesters.md)",
	examples: [
		["umpire operators deploy", "deploys operators and attestations beside the market"],
		[
			"umpire operators use 0x…",
			"takes the attestations that somebody else has deployed, and remembers them",
		],
		["umpire operators", "shows stakes, signatures and who was slashed"],
		["umpire operators records", "shows what was signed, and what became of it"],
		["umpire operators cover 1 --value 0.5", "relies on the answer to request 1 once it is softly final"],
	],
	options: (yargs) =>
		(withSigner(yargs) as unknown as Argv)
			.positional("action", {
				choices: ["list", "records", "deploy", "use", "cover"] as const,
				default: "list" as const,
			})
			.positional("request", {
				type: "string",
				describe: "with cover: number of a request of one's own; with use: address of the attestations",
			})
			.option("value", etherOption("value", "with cover: what is paid if the softly final answer was false"))
			.option("premium", etherOption("premium", "with cover: what attesters are paid (default: the least)"))
			.option("preset", {
				choices: ["test", "rollup", "mainnet"] as const,
				default: "test",
				describe: "with deploy: stakes and times for a kind of chain",
			})
			.option("replace", {
				type: "boolean",
				default: false,
				describe: "with deploy and use: the home folder may forget the contracts that it knows",
			}),
	async run(options) {
		const { runOperators } = await import("../attester-actions.ts");
		const { data, lines } = await runOperators(options, progress);
		report(options.json, data, () => table([...lines]));
	},
});
