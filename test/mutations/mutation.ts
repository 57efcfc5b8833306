/** One deliberate fault: `find` occurs once in the file, and with `replace` in its place some test must fail. */
export interface Mutation {
	/** what is broken, in a few words */
	readonly fault: string;
	readonly file: string;
	readonly find: string;
	readonly replace: string;
	/** test files that must notice */
	readonly tests: readonly string[];
}
