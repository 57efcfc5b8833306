import { RANGE_METHODS, type RangeMethod } from "@umpire/compiler/calibration.ts";
import type { Argv, CommandModule } from "yargs";

/** Options of every command. */
export interface CommonOptions {
	json: boolean;
	verbose: boolean;
	home?: string;
}

/** Options of the commands that talk to a chain. */
export interface ChainOptions extends CommonOptions {
	rpc: string;
	chainId?: number;
}

/** Adds where the chain is. Flags beat the environment, the environment beats the defaults. */
export function withChain<T extends CommonOptions>(yargs: Argv<T>): Argv<T & ChainOptions> {
	return yargs
		.option("rpc", {
			type: "string",
			describe: "the chain's RPC address (environment: UMPIRE_RPC)",
			default: process.env.UMPIRE_RPC ?? "http://127.0.0.1:8545",
			defaultDescription: "http://127.0.0.1:8545",
			requiresArg: true,
		})
		.option("chain-id", {
			type: "number",
			describe: "refuse any other chain",
			requiresArg: true,
		}) as unknown as Argv<T & ChainOptions>;
}

/** Options of the commands that compile a model. */
export interface CompileOptions extends CommonOptions {
	bits: 8 | 16;
	calibrate?: string[];
	ranges?: RangeMethod;
	budget: number;
	shape?: string[];
	commitment: "eager" | "lazy";
	steps?: number;
	carry?: string[];
	decode?: string;
}

/** Adds how a model is compiled. */
export function withCompile<T extends CommonOptions>(yargs: Argv<T>): Argv<T & CompileOptions> {
	return yargs
		.option("bits", { choices: [8, 16] as const, default: 16, describe: "width of activations" })
		.option("calibrate", {
			type: "string",
			array: true,
			describe: "sample inputs from which ranges are measured",
			requiresArg: true,
		})
		.option("ranges", {
			choices: RANGE_METHODS,
			describe: "how ranges follow from the samples",
			defaultDescription: "min-max; mse with 8 bits",
		})
		.option("budget", {
			type: "number",
			default: 0.01,
			describe:
				"largest error of an output, as a share of its range; tensors get more bits until it is met (0: never)",
			requiresArg: true,
		})
		.option("shape", {
			type: "string",
			array: true,
			describe: "sizes of an input with dynamic dimensions, as in image=1,3,224,224",
			requiresArg: true,
		})
		.option("commitment", {
			choices: ["eager", "lazy"] as const,
			default: "eager" as const,
			describe: "whether claims carry their trace root, or commit to the trace when they are challenged",
		})
		.option("steps", {
			type: "number",
			describe: "how often the model is repeated (default: 1)",
			requiresArg: true,
		})
		.option("carry", {
			type: "string",
			array: true,
			describe: "OUTPUT=INPUT: the input that an output is in the next step",
			requiresArg: true,
		})
		.option("decode", {
			type: "string",
			describe: "IDS=LOGITS: decode greedily, one token a step, from the input position",
			requiresArg: true,
		}) as unknown as Argv<T & CompileOptions>;
}

/** Defines a command; its handler's errors are shown by main (umpire.ts). `T` is what its options yield. */
export function command<T extends CommonOptions>(definition: {
	command: string;
	describe: string;
	examples?: readonly (readonly [string, string])[];
	options?: (yargs: Argv<CommonOptions>) => unknown;
	run: (options: T) => Promise<void>;
}): CommandModule {
	return {
		command: definition.command,
		describe: definition.describe,
		builder: (yargs) => {
			const built = (definition.options?.(yargs as unknown as Argv<CommonOptions>) ?? yargs) as Argv;
			return built.example((definition.examples ?? []) as [string, string][]);
		},
		handler: (options) => definition.run(options as unknown as T),
	};
}
