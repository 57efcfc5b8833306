/** A program that breaks a rule: says where and which. */
export class ProgramError extends Error {
	override readonly name = "ProgramError";
}

/** Throws ProgramError with `message` unless `condition` holds. */
export function ensure(condition: boolean, message: string): asserts condition {
	if (!condition) throw new ProgramError(message);
}
