import type { FarmOptions } from "@umpire/actors/farm/farm.ts";
import type { Argv } from "yargs";

/** Options of the commands that a farm helps. */
export interface FarmChoice {
	farm?: string;
	farmTokenFile?: string;
	farmCommits?: boolean;
}

/** Adds which farm helps. */
export function withFarm<T>(yargs: Argv<T>): Argv<T & FarmChoice> {
	const group = "Machines of one's own (docs/farm.md):";
	return yargs
		.option("farm", {
			type: "string",
			group,
			describe: "address of a coordinator whose workers help; nothing waits for them",
			requiresArg: true,
		})
		.option("farm-token-file", {
			type: "string",
			group,
			describe: "file with its token (default: farm/token of the home folder)",
			requiresArg: true,
		}) as unknown as Argv<T & FarmChoice>;
}

/** Adds whether claims may be made of what a farm computes. */
export function withFarmCommits<T>(yargs: Argv<T>): Argv<T & FarmChoice> {
	return withFarm(yargs)
		.option("farm-commits", {
			type: "boolean",
			group: "Machines of one's own (docs/farm.md):",
			describe:
				"put bonds on what two workers with tokens of their own compute alike; without it the farm does nothing for claims",
		})
		.implies("farm-commits", "farm") as unknown as Argv<T & FarmChoice>;
}

/** What the options ask for; undefined without --farm. */
export function farmChosen({ farm, farmTokenFile, farmCommits }: FarmChoice): FarmOptions | undefined {
	return farm === undefined ? undefined : { address: farm, tokenFile: farmTokenFile, commits: farmCommits };
}
