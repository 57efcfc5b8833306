import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { DEFAULT_LIMITS, type Limits } from "@umpire/operators/limits.ts";
import type { Argv } from "yargs";

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
	const most = (describe: string, otherwise: number) => ({
		type: "number" as const,
		group,
		describe,
		defaultDescription: String(otherwise),
		requiresArg: true,
	});
	return yargs
		.option("most-operators", most("operators", DEFAULT_LIMITS.operators))
		.option("most-elements", most("elements of all tensors of a step", DEFAULT_LIMITS.stepElements))
		.option("most-trace-elements", most("elements of a trace", DEFAULT_LIMITS.traceElements))
		.option("most-reads", most("elements that the operators of a step read", DEFAULT_LIMITS.stepReads))
		.option("most-file-mib", most("MiB of its file", Math.floor(DEFAULT_LIMITS.fileBytes / MIB))) as Argv<
		T & LimitsOptions
	>;
}

/** @throws UmpireError if a limit is not a positive number */
export function limitsOf(options: LimitsOptions): Limits {
	const { mostOperators, mostElements, mostTraceElements, mostReads, mostFileMib } = options;
	const given = { mostOperators, mostElements, mostTraceElements, mostReads, mostFileMib };
	for (const [name, value] of Object.entries(given)) {
		if (value === undefined || value > 0) continue;
		const option = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
		throw new UmpireError("OPTION", `--${option} must be a positive number, as in 1000000000.`);
	}
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
