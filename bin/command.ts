import { type ErrorBudget, parseBudget } from "@umpire/compiler/fidelity/error-budget.ts";
import { RANGE_METHODS, type RangeMethod } from "@umpire/compiler/quantise/calibration.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import {
	CHANNEL_ORDERS,
	type ChannelOrder,
	PIXEL_RANGES,
	type PixelRange,
} from "@umpire/onnx/image-options.ts";
import type { Argv, CommandModule } from "yargs";
import { type CommitmentChoice, withCommitment } from "./commitment-options.ts";
import { reportFailure } from "./failure.ts";
import { type LogFormat, setLog, warn } from "./log.ts";
import { numberOption, numbersOption, once, refusing } from "./numbers.ts";

/** Options of every command. */
export interface CommonOptions {
	json: boolean;
	verbose: boolean;
	logFormat: LogFormat;
	home?: string;
	/** Not from the command line: where warnings go. */
	warn: (line: string) => void;
}

/** Options of the commands that look at a chain. */
export interface ChainOptions extends CommonOptions {
	rpc?: string[];
	rpcTimeout: number;
	chainId?: number;
	umpire?: string;
	fromBlock?: number;
	fetch?: string[];
	store?: string[];
}

/** Options of the commands that send transactions. */
export interface SigningOptions extends ChainOptions {
	keystore?: string;
	passwordFile?: string;
	maxFeeGwei?: number;
}

/** Where help lists what says which chain, and whose key. */
const CHAIN = "The chain, and whose key signs:";
const inChain = <T extends object>(option: T) => ({ ...option, group: CHAIN });

/** Adds where the chain is. Flags beat the environment, the environment beats the defaults. */
export function withChain<T extends CommonOptions>(yargs: Argv<T>): Argv<T & ChainOptions> {
	return yargs
		.option("rpc", {
			group: CHAIN,
			type: "string",
			array: true,
			describe:
				"RPC addresses of the chain: several, with commas, outvote one that is wrong (environment: UMPIRE_RPC)",
			defaultDescription: "the local chain of the home folder, or http://127.0.0.1:8545",
			requiresArg: true,
		})
		.nargs("rpc", 1)
		.option("umpire", {
			group: CHAIN,
			type: "string",
			describe:
				"address of the market, or of a directory that names it (default: what was deployed from the home folder)",
			requiresArg: true,
		})
		.option(
			"from-block",
			inChain(
				numberOption("from-block", {
					least: 0,
					whole: true,
					describe: "with --umpire: the block that brought the contracts (default: it is searched for)",
				}),
			),
		)
		.option(
			"rpc-timeout",
			inChain(
				numberOption("rpc-timeout", {
					default: 10,
					least: 0.001,
					most: 3600,
					unit: "seconds",
					describe: "seconds after which an RPC request has failed",
				}),
			),
		)
		.option(
			"chain-id",
			inChain(numberOption("chain-id", { least: 1, whole: true, describe: "refuse any other chain" })),
		) as unknown as Argv<T & ChainOptions>;
}

/** Adds where programs and inputs may be had that are not in the home folder. */
export function withSources<T extends CommonOptions>(yargs: Argv<T>): Argv<T> {
	return withStore(yargs)
		.option("fetch", {
			type: "string",
			array: true,
			describe:
				"addresses that serve programs/ and inputs/ of somebody's home folder; what comes from there is checked (environment: UMPIRE_FETCH)",
			requiresArg: true,
		})
		.nargs("fetch", 1) as unknown as Argv<T>;
}

/** Adds stores of content. */
export function withStore<T extends CommonOptions>(yargs: Argv<T>): Argv<T> {
	return yargs
		.option("store", {
			type: "string",
			array: true,
			describe:
				"where content is put, and found by what the chain says of it: folder:PATH, s3://BUCKET/PREFIX?endpoint=URL, akave:BUCKET, kubo:URL, gateway:URL (docs/storage.md; several; environment: UMPIRE_STORE)",
			requiresArg: true,
		})
		.nargs("store", 1) as unknown as Argv<T>;
}

/** Adds where the chain is and whose key signs. */
export function withSigner<T extends CommonOptions>(yargs: Argv<T>): Argv<T & SigningOptions> {
	return withKeystore(withChain(yargs)).option(
		"max-fee-gwei",
		inChain(
			numberOption("max-fee-gwei", {
				least: 1e-9,
				most: 1e9,
				unit: "gwei",
				describe: "pay at most this much for gas (else no transaction costs more than the least bond)",
			}),
		),
	) as unknown as Argv<T & SigningOptions>;
}

/** Adds the file that holds a key, and the one that holds its password. */
export function withKeystore<T extends CommonOptions>(yargs: Argv<T>): Argv<T> {
	return yargs
		.option("keystore", {
			group: CHAIN,
			type: "string",
			describe: "file with the key (environment, instead: UMPIRE_PRIVATE_KEY)",
			requiresArg: true,
		})
		.option("password-file", {
			group: CHAIN,
			type: "string",
			describe: "file with the keystore's password (else UMPIRE_PASSWORD, else a prompt)",
			requiresArg: true,
		}) as unknown as Argv<T>;
}

/** Options of the commands that read images. */
export interface ImageOptions {
	pixels?: PixelRange;
	channels?: ChannelOrder;
	mean?: number[];
	std?: number[];
}

/** Adds how images become numbers. */
export function withImages<T>(yargs: Argv<T>): Argv<T & ImageOptions> {
	const group = "Inputs that are images:";
	return yargs
		.option("pixels", {
			choices: PIXEL_RANGES,
			group,
			describe: "what black and white become (default: what the model's metadata say)",
		})
		.option("channels", {
			choices: CHANNEL_ORDERS,
			group,
			describe: "their order (default: the metadata's; rgb, or gray where the model takes one channel)",
		})
		.option("mean", { ...numbersOption("mean", "taken off after that, for all channels or each"), group })
		.option("std", {
			...numbersOption("std", "divided by in the end, for all channels or each", { least: 1e-9 }),
			group,
		}) as unknown as Argv<T & ImageOptions>;
}

/** Options of the commands that compile a model. */
export interface CompileOptions extends CommonOptions, ImageOptions, CommitmentChoice {
	bits: 8 | 16;
	weightBits?: 7;
	fast: boolean;
	calibrate?: string[];
	ranges?: RangeMethod;
	budget: ErrorBudget;
	labels?: string;
	labelsOf?: string;
	classes?: string[];
	shape?: string[];
	steps?: number;
	carry?: string[];
	decode?: string;
}

/** Adds how a model is compiled. */
export function withCompile<T extends CommonOptions>(yargs: Argv<T>): Argv<T & CompileOptions> {
	return withCommitment(withImages(yargs))
		.option("bits", { choices: [8, 16] as const, default: 16, describe: "width of activations" })
		.option("weight-bits", {
			choices: [7] as const,
			describe:
				"width of the weights of products: 7 for onnxruntime's integer kernels, much faster and coarser",
			defaultDescription: "as fine as sums stay exact",
		})
		.option("fast", {
			type: "boolean",
			default: false,
			conflicts: ["weight-bits"],
			describe:
				"search for tensors and weights that can be bytes within --budget, for onnxruntime's integer kernels; judged on all samples, of which a third set no ranges (of one or two, half the budget is used)",
		})
		.option("calibrate", {
			type: "string",
			array: true,
			describe: "sample inputs from which ranges are measured; of a .csv table every row",
			requiresArg: true,
		})
		.option("ranges", {
			choices: RANGE_METHODS,
			describe: "how ranges follow from the samples",
			defaultDescription: "min-max; mse with 8 bits",
		})
		.option("budget", {
			type: "string",
			default: "1%",
			coerce: refusing((text) => budgetOf(once("--budget", text))),
			describe:
				"largest error of an output: 1% of its range (of a probability 0.01), abs:0.02 in its units, rel:1% of every element; mean:0.1%, the mean error; points:0.5, what accuracy may lose by --labels; tensors get more bits until it is met (0: never)",
			requiresArg: true,
		})
		.option("labels", {
			type: "string",
			describe:
				"classes of the samples in order, as JSON or one in each line: accuracy is told, and judged by --budget points:0.5",
			requiresArg: true,
		})
		.option("labels-of", {
			type: "string",
			describe: "the output whose largest element is the class",
			defaultDescription: "the only one",
			requiresArg: true,
		})
		.option("classes", {
			type: "string",
			array: true,
			describe:
				"outputs whose rows are scores of classes: another largest element misses the budget there, and nowhere else; none: of no output",
			defaultDescription: "what the model says",
			requiresArg: true,
		})
		.nargs("classes", 1)
		.option("shape", {
			type: "string",
			array: true,
			describe: "sizes of an input with dynamic dimensions, as in image=1,3,224,224",
			requiresArg: true,
		})
		.option(
			"steps",
			numberOption("steps", {
				least: 1,
				most: 1e6,
				whole: true,
				describe: "how often the model is repeated (default: 1)",
			}),
		)
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

/** Refuses what numbers.ts found to be none, and options that are no lists and given several times. */
function requireSound(yargs: Argv): (options: Readonly<Record<string, unknown>>) => true {
	const lists = new Set(optionsOf(yargs).array);
	return (options) => {
		for (const [name, value] of Object.entries(options)) {
			if (value instanceof UmpireError) throw value;
			if (!Array.isArray(value) || lists.has(name) || LISTS.has(name) || /[A-Z]/.test(name)) continue;
			throw new UmpireError("OPTION", `--${name} is given ${value.length} times: give it once.`);
		}
		return true;
	};
}

/** Options of the commands whose program others will rely on. */
export interface LossOptions {
	acceptLoss: boolean;
}

/** Adds that a program may miss its error budget. */
export function withLoss<T extends CommonOptions>(yargs: Argv<T>): Argv<T & LossOptions> {
	return yargs.option("accept-loss", {
		type: "boolean",
		default: false,
		describe: "go on with a program that misses the error budget",
	}) as unknown as Argv<T & LossOptions>;
}

function budgetOf(text: string): ErrorBudget {
	const budget = parseBudget(text);
	if (budget) return budget;
	throw new UmpireError(
		"OPTION",
		`--budget takes the largest error, as in 1%, 0.01, abs:0.02, rel:1%, mean:0.1% or points:0.5, not ${text}.`,
	);
}

/** Options whose one text becomes a list, and yargs' own words. */
const LISTS: ReadonlySet<string> = new Set(["mean", "std", "_"]);

/** The table that yargs keeps of the options; its types leave it out. */
const optionsOf = (yargs: Argv) =>
	(yargs as unknown as { getOptions(): { readonly array: readonly string[] } }).getOptions();

/** Defines a command; its handler's errors are shown by main (umpire.ts). `T` is what its options yield. */
export function command<T extends CommonOptions>(definition: {
	command: string;
	describe: string;
	examples?: readonly (readonly [string, string])[];
	/** Whether it runs on, until it is stopped or something happens: what it tells has times then. */
	runsOn?: boolean | ((options: T) => boolean);
	/** Whether what it tells is all that it has to say: its data with `--json`. */
	tells?: boolean | ((options: T) => boolean);
	options?: (yargs: Argv<CommonOptions>) => unknown;
	run: (options: T) => Promise<void>;
}): CommandModule {
	return {
		command: definition.command,
		describe: definition.describe,
		builder: (yargs) => {
			// Help begins with what a command is about: what all commands have, and what few need, comes after that.
			yargs.group([], "Positionals:").group([], "Options:");
			const built = (definition.options?.(yargs as unknown as Argv<CommonOptions>) ?? yargs) as Argv;
			return built.check(requireSound(built)).example((definition.examples ?? []) as [string, string][]);
		},
		handler: async (given) => {
			const options = { ...given, warn } as unknown as T;
			const { runsOn = false, tells = false } = definition;
			const holds = (said: typeof runsOn) => (typeof said === "function" ? said(options) : said);
			setLog({ format: options.logFormat, timed: holds(runsOn) });
			if (holds(tells) && options.json) setLog({ format: "json", to: "stdout" });
			await definition.run(options).catch((error: unknown) => {
				const { model } = options as { readonly model?: unknown };
				if (options.json) reportFailure(error, model === undefined ? {} : { model });
				throw error;
			});
		},
	};
}
