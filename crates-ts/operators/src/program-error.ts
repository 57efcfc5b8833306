import { type ErrorDetails, UmpireError } from "@umpire/errors/umpire-error.ts";

/** A program that breaks a rule: says where and which. */
export class ProgramError extends UmpireError {
	override readonly name = "ProgramError";

	constructor(found: string, details: ErrorDetails = {}) {
		super("PROGRAM", found, details);
	}
}

const MOST_CHARACTERS = 1000;

/** What a message quotes from a file, cut where it is long. */
export const brief = (text: string): string =>
	text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`;

/** Throws ProgramError with `message` unless `condition` holds. */
export function ensure(condition: boolean, message: string): asserts condition {
	if (!condition) throw new ProgramError(message);
}
