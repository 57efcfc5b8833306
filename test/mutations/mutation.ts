/** One deliberate fault: `find` is in one place of the file, and with `replace` there some test must fail. */
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

/**
 * A file's text with the fault in it. What it replaces is matched token by token: how lines are broken says nothing.
 *
 * @throws Error unless the tokens to replace follow each other in exactly one place
 */
export function mutated({ file, find, replace }: Mutation, text: string): string {
	const tokens = tokensOf(text);
	const wanted = tokensOf(find).map(({ token }) => token);
	const places = [...tokens.keys()].filter((at) =>
		wanted.every((token, i) => tokens[at + i]?.token === token),
	);
	if (places.length !== 1) throw new Error(`${file} has this ${places.length} times, not once: ${find}`);
	const [first, last] = [tokens[places[0]], tokens[places[0] + wanted.length - 1]];
	return text.slice(0, first.start) + replace + text.slice(last.start + last.token.length);
}

/** Words, numbers and signs of a text, and where they begin; a comma before a closing bracket is no token. */
function tokensOf(text: string): { readonly token: string; readonly start: number }[] {
	const tokens = [...text.matchAll(/[\p{L}\p{N}_$]+|[^\s\p{L}\p{N}_$]/gu)];
	return tokens
		.filter(([token], i) => token !== "," || !CLOSING.has(tokens[i + 1]?.[0] ?? ""))
		.map(({ 0: token, index }) => ({ token, start: index }));
}

const CLOSING = new Set([")", "]", "}"]);
