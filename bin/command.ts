import { COMMITMENTS, type Commitment, SEGMENT } from "@umpire/actors/commitments.ts";
import { RANGE_METHODS, type RangeMethod } from "@umpire/compiler/quantise/calibration.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { Argv, CommandModule } from "yargs";
import { warn } from "./output.ts";

/** Options of every command. */
export interface CommonOptions {
	json: boolean;
	verbose: boolean;
	home?: string;
	/** Not from the command line: where warnings go. */
	warn: (line: string) => void;
}

/** Options of the commands that look at a chain. */
export interface ChainOptions extends CommonOptions {
	rpc: string[];
	rpcTimeout: number;
	chainId?: number;
}

/** Options of the commands that send transactions. */
export interface SigningOptions extends ChainOptions {
	keystore?: string;
	passwordFile?: string;
	maxFeeGwei?: number;
}

/** Adds where the chain is. Flags beat the environment, the environment beats the defaults. */
export function withChain<T extends CommonOptions>(yargs: Argv<T>): Argv<T & ChainOptions> {
	return yargs
		.option("rpc", {
			type: "string",
			array: true,
			describe:
				"RPC addresses of the chain: several, with commas, outvote one that is wrong (environment: UMPIRE_RPC)",
			default: [process.env.UMPIRE_RPC ?? "http://127.0.0.1:8545"],
			defaultDescription: "http://127.0.0.1:8545",
			requiresArg: true,
		})
		.nargs("rpc", 1)
		.option("rpc-timeout", {
			type: "number",
			default: 10,
			describe: "seconds after which an RPC request has failed",
			requiresArg: true,
		})
		.option("chain-id", {
			type: "number",
			describe: "refuse any other chain",
			requiresArg: true,
		}) as unknown as Argv<T & ChainOptions>;
}

/** Adds where the chain is and whose key signs. */
export function withSigner<T extends CommonOptions>(yargs: Argv<T>): Argv<T & SigningOptions> {
	return withKeystore(withChain(yargs)).option("max-fee-gwei", {
		type: "number",
		describe: "pay at most this much for gas (else no transaction costs more than the least bond)",
		requiresArg: true,
	}) as unknown as Argv<T & SigningOptions>;
}

/** Adds the file that holds a key, and the one that holds its password. */
export function withKeystore<T extends CommonOptions>(yargs: Argv<T>): Argv<T> {
	return yargs
		.option("keystore", {
			type: "string",
			describe: "file with the key (environment, instead: UMPIRE_PRIVATE_KEY)",
			requiresArg: true,
		})
		.option("password-file", {
			type: "string",
			describe: "file with the keystore's password (else UMPIRE_PASSWORD, else a prompt)",
			requiresArg: true,
		}) as unknown as Argv<T>;
}

/** Options of the commands that compile a model. */
export interface CompileOptions extends CommonOptions {
	bits: 8 | 16;
	calibrate?: string[];
	ranges?: RangeMethod;
	budget: number;
	shape?: string[];
	commitment: Commitment;
	segment?: number;
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
			choices: COMMITMENTS,
			default: "eager" as const,
			describe:
				"whether claims carry their trace root, commit to the trace when they are challenged, or carry the last steps of segments",
		})
		.option("segment", {
			type: "number",
			describe: "steps of a segment, with --commitment segments",
			defaultDescription: `${SEGMENT}`,
			requiresArg: true,
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

/** What yargs gives for the text of an option that takes a number and is none is NaN, under each of its names. */
function requireNumbers(options: Readonly<Record<string, unknown>>): true {
	for (const [name, value] of Object.entries(options)) {
		if (Number.isNaN(value) && !/[A-Z]/.test(name))
			throw new UmpireError("OPTION", `--${name} takes a number.`);
	}
	return true;
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
			return built.check(requireNumbers).example((definition.examples ?? []) as [string, string][]);
		},
		handler: (options) => definition.run({ ...options, warn } as unknown as T),
	};
}
