import { printable } from "@umpire/actors/printable.ts";
import { systemCodeOf } from "@umpire/errors/system-code.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { complain } from "./log.ts";
import { jsonText } from "./output.ts";

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
		complain(verbose ? `${error.message} [${code}]` : error.message, { code });
		return error instanceof UmpireError && error.retryable ? EXIT.tryAgain : EXIT.mistake;
	}
	tellStack(error);
	const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
	complain(
		`${text.replace(/\.?$/, ".")} This is a defect of Umpire, not a mistake of yours: please report it with the lines above.`,
	);
	return EXIT.defect;
}

/** Failures that were told as JSON. */
const toldAsJson = new WeakSet<object>();

/**
 * Tells a failure on stdout as JSON, once: `ok` is false, `error` is the message. `tellFailure` tells it to people.
 *
 * @param about what the command was about, as in its model
 */
export function reportFailure(error: unknown, about: Readonly<Record<string, unknown>> = {}): void {
	if (error instanceof Error) {
		if (toldAsJson.has(error)) return;
		toldAsJson.add(error);
	}
	const foreseen = error instanceof UmpireError ? error : undefined;
	const message = error instanceof Error ? error.message : String(error);
	const code = foreseen?.code ?? (isRefusal(error) ? "FILE" : "DEFECT");
	const failure = {
		ok: false,
		...about,
		error: message.replace(/\s*\n\s*/g, " "),
		code,
		found: foreseen?.found ?? message,
		advice: foreseen?.advice ?? null,
		retryable: foreseen?.retryable ?? false,
	};
	process.stdout.write(`${jsonText(failure)}\n`);
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
