/** A model file cannot be read, or uses what Umpire does not read. One line: what was found, what to do. */
export class OnnxError extends Error {
	override readonly name = "OnnxError";
}

/** An input or expected-output file is missing, malformed, or does not fit the model. */
export class InputError extends Error {
	override readonly name = "InputError";
}
