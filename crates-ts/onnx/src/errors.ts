import { type ErrorDetails, UmpireError } from "@umpire/errors/umpire-error.ts";

/** A model file cannot be read, or uses what Umpire does not read. One line: what was found, what to do. */
export class OnnxError extends UmpireError {
	override readonly name = "OnnxError";

	constructor(found: string, details: ErrorDetails = {}) {
		super("MODEL", found, details);
	}
}

/** Inputs or expected outputs are missing, malformed, or do not fit the model. */
export class InputError extends UmpireError {
	override readonly name = "InputError";

	constructor(found: string, details: ErrorDetails = {}) {
		super("INPUT", found, details);
	}
}
