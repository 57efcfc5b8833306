import type { FarmOptions } from "@umpire/actors/farm/farm.ts";
import type { Argv } from "yargs";
import { numberOption } from "./numbers.ts";

/** Options of the commands that a farm may compute for. */
export interface FarmChoice {
	farm?: string;
	farmTokenFile?: string;
	farmCopies?: number;
	farmPatience?: number;
}

/** Adds which farm computes. */
export function withFarm<T>(yargs: Argv<T>): Argv<T & FarmChoice> {
	const group = "Machines of one's own (docs/farm.md):";
	return yargs
		.option("farm", {
			type: "string",
			group,
			describe: "address of the coordinator that is given what takes long; what it does not do is done here",
			requiresArg: true,
		})
		.option("farm-token-file", {
			type: "string",
			group,
			describe: "file with its token (default: farm/token of the home folder)",
			requiresArg: true,
		})
		.option(
			"farm-copies",
			numberOption("farm-copies", {
				group,
				least: 1,
				most: 2,
				whole: true,
				describe: "different workers that have to agree before a claim is made",
				defaultDescription: "2",
			}),
		)
		.option(
			"farm-patience",
			numberOption("farm-patience", {
				group,
				least: 1,
				most: 86_400,
				unit: "seconds",
				describe: "seconds after which one computes oneself",
				defaultDescription: "300",
			}),
		) as unknown as Argv<T & FarmChoice>;
}

/** What the options ask for; undefined without --farm. */
export function farmOf({
	farm,
	farmTokenFile,
	farmCopies,
	farmPatience,
}: FarmChoice): FarmOptions | undefined {
	if (farm === undefined) return undefined;
	return { address: farm, tokenFile: farmTokenFile, copies: farmCopies, patience: farmPatience };
}
