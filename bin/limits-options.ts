import { DEFAULT_LIMITS, type Limits } from "@umpire/operators/limits.ts";
import type { Argv } from "yargs";
import { numberOption } from "./numbers.ts";

/** Options of the commands that load programs, which may come from anyone. */
export interface LimitsOptions {
	mostOperators?: number;
	mostElements?: number;
	mostTraceElements?: number;
	mostReads?: number;
	mostFileMib?: number;
}

const MIB = 2 ** 20;

/** Adds what a program may ask of the machine that loads it. */
export function withLimits<T>(yargs: Argv<T>): Argv<T & LimitsOptions> {
	const group = "What a program may ask for:";
	const most = (name: string, describe: string, otherwise: number) =>
		numberOption(name, { group, describe, least: 1, whole: true, defaultDescription: String(otherwise) });
	const { operators, stepElements, traceElements, stepReads, fileBytes } = DEFAULT_LIMITS;
	return yargs
		.option("most-operators", most("most-operators", "operators", operators))
		.option("most-elements", most("most-elements", "elements of all tensors of a step", stepElements))
		.option("most-trace-elements", most("most-trace-elements", "elements of a trace", traceElements))
		.option("most-reads", most("most-reads", "elements that the operators of a step read", stepReads))
		.option(
			"most-file-mib",
			most("most-file-mib", "MiB of its file", Math.floor(fileBytes / MIB)),
		) as unknown as Argv<T & LimitsOptions>;
}

/** What the options ask for, and the defaults for the rest. */
export function limitsOf(options: LimitsOptions): Limits {
	const { mostOperators, mostElements, mostTraceElements, mostReads, mostFileMib } = options;
	return {
		...DEFAULT_LIMITS,
		...(mostOperators === undefined ? {} : { operators: mostOperators }),
		...(mostElements === undefined ? {} : { stepElements: mostElements, tensorElements: mostElements }),
		...(mostTraceElements === undefined ? {} : { traceElements: mostTraceElements }),
		// All steps together keep their share of what one step may read.
		...(mostReads === undefined
			? {}
			: {
					stepReads: mostReads,
					traceReads: (mostReads * DEFAULT_LIMITS.traceReads) / DEFAULT_LIMITS.stepReads,
				}),
		...(mostFileMib === undefined ? {} : { fileBytes: mostFileMib * MIB }),
	};
}
