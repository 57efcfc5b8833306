import { printable } from "@umpire/actors/printable.ts";
import { systemCodeOf } from "@umpire/errors/system-code.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { complain } from "./output.ts";

/** Exit codes of failures: EX_SOFTWARE and EX_TEMPFAIL are those of sysexits.h. */
export const EXIT = { mistake: 1, defect: 70, tryAgain: 75 } as const;

/**
 * Tells a failure on stderr, and gives the exit code that belongs to it. One that was foreseen is one line; any other
 * is a defect of Umpire, which is said, with where it came from.
 *
 * @param verbose whether also what was foreseen is told with its code and where it came from
 */
export function tellFailure(error: unknown, verbose: boolean): number {
	if (error instanceof UmpireError || isRefusal(error)) {
		const code = error instanceof UmpireError ? error.code : "FILE";
		if (verbose) tellStack(error);
		complain(verbose ? `${error.message} [${code}]` : error.message);
		return error instanceof UmpireError && error.retryable ? EXIT.tryAgain : EXIT.mistake;
	}
	tellStack(error);
	const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
	complain(
		`${text.replace(/\.?$/, ".")} This is a defect of Umpire, not a mistake of yours: please report it with the lines above.`,
	);
	return EXIT.defect;
}

/** What the operating system refuses: a file that is not there or cannot be written, a port that is taken. */
function isRefusal(error: unknown): error is Error {
	return error instanceof Error && "syscall" in error && systemCodeOf(error) !== undefined;
}

/** The stack of an error and of what it follows from; foreign text in it is escaped. */
function tellStack(error: unknown): void {
	for (let told = error; told instanceof Error; told = told.cause) {
		const stack = (told.stack ?? String(told)).split("\n");
		for (const [index, shown] of stack.entries()) {
			const before = index === 0 && told !== error ? "caused by " : "";
			console.error(printable(before + shown));
		}
	}
}
