/** One deliberate fault: `find` occurs once in the file, and with `replace` in its place some test must fail. */
export interface Mutation {
	/** what is broken, in a few words */
	readonly fault: string;
	readonly file: string;
	readonly find: string;
	readonly replace: string;
	/** test files one of which must fail, the likeliest first */
	readonly tests: readonly string[];
}

/** A fault, the text that it replaces and the text that it puts there, and its own tests if it has any. */
export type Fault = readonly [fault: string, find: string, replace: string, tests?: readonly string[]];

/** The faults of one file; `tests` are those of every fault that names none. */
export function mutationsOf(file: string, tests: readonly string[], faults: readonly Fault[]): Mutation[] {
	return faults.map(([fault, find, replace, own = tests]) => ({ fault, file, find, replace, tests: own }));
}

/** A file's text with the fault in it; throws unless the text to replace occurs exactly once. */
export function mutated({ file, find, replace }: Mutation, text: string): string {
	if (text.split(find).length !== 2) throw new Error(`${file} does not have this once: ${find}`);
	return text.replace(find, () => replace);
}
