/** A program that breaks a rule: says where and which. */
export class ProgramError extends Error {
	override readonly name = "ProgramError";
}

const MOST_CHARACTERS = 1000;

/** What a message quotes from a file, cut where it is long. */
export const brief = (text: string): string =>
	text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`;

/** Throws ProgramError with `message` unless `condition` holds. */
export function ensure(condition: boolean, message: string): asserts condition {
	if (!condition) throw new ProgramError(message);
}
