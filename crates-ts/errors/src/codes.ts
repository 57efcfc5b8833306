/**
 * What kinds of failure there are. A code is stable: programs and people look for it (docs/errors.md), so one
 * is added but never renamed, and its meaning never changes.
 */
export const ERROR_CODES = {
	USAGE: "the command line is not understood: no such command or option, or an argument is missing",
	OPTION: "an option or argument has a value that it cannot have, or contradicts another",
	NOT_FOUND: "what was named is not there: a program, a model, a folder",
	FILE: "the operating system refuses a file, a folder or a port",
	MODEL: "an ONNX model cannot be read, or does not run",
	INPUT: "inputs or expected outputs are missing, malformed, or do not fit the model",
	COMPILE: "a model cannot be compiled as it is",
	BUDGET: "a program would be further from its model than the error budget allows",
	PROGRAM: "a program breaks a rule of the instruction set, or asks for more than the limits allow",
	EXACTNESS: "no exact way is known to compute an operator of a program",
	PROGRAM_FILE: "a file is no program that this version can use",
	STORED: "something kept in the home folder is missing, damaged or cannot be written",
	ACCOUNT: "a key, keystore or password is missing, does not open, or cannot do what is asked",
	BUILD: "contracts, circuits or npm packages are not built or installed here",
	PROVING_KEY: "a proving or verification key is not the expected one",
	CEREMONY: "the transcript of a ceremony for proving keys is wrong, or does not allow what is asked",
	CHAIN: "a chain or its RPC nodes do not answer, contradict each other, or are not the ones that are meant",
	REVERT: "a contract refuses a call",
	EVENTS: "an RPC node keeps events back that its state presupposes",
} as const satisfies Readonly<Record<string, string>>;

export type ErrorCode = keyof typeof ERROR_CODES;
