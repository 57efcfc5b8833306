import { addStatementCoverageInstrumentation } from "@nomicfoundation/edr";

/** The compiler's version, as hardhat.config.ts has it: tags depend on it. */
const SOLC = "0.8.28";

/** A statement of a contract, and what an instrumented contract says when it gets there. */
export interface Statement {
	/** hexadecimal; the same for the same text of the same file */
	readonly tag: string;
	/** where it begins, from 1 */
	readonly line: number;
	readonly text: string;
}

/** A file that tells which of its statements are run. */
export interface Instrumented {
	readonly source: string;
	readonly statements: readonly Statement[];
}

/** How much of something was run. */
export interface Share {
	readonly run: number;
	readonly all: number;
}

/** What was run of one file. */
export interface FileCoverage {
	readonly file: string;
	/** lines in which a statement begins; one counts if all that begin there were run */
	readonly lines: Share;
	readonly statements: Share;
	/** statements that revert: a refusal that no test provokes is a rule that no test holds */
	readonly refusals: Share;
	/** what was not run */
	readonly missing: readonly Pick<Statement, "line" | "text">[];
}

/** @param file the path from the root of the project, by which the compiler knows it */
export function instrument(file: string, text: string): Instrumented {
	const { source, metadata } = addStatementCoverageInstrumentation(text, file, SOLC);
	const all = metadata.map(({ tag, startUtf16, endUtf16 }) => {
		// A statement comes with the blanks and comments before it.
		const before = /^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/.exec(text.slice(startUtf16, endUtf16))![0].length;
		const start = startUtf16 + before;
		const line = text.slice(0, start).split("\n").length;
		return { tag: Buffer.from(tag).toString("hex"), line, text: text.slice(start, endUtf16).trim() };
	});
	// A block is no statement of its own.
	return { source, statements: all.filter((statement) => !statement.text.startsWith("{")) };
}

/** @param hits tags of all statements that were run */
export function coverageOf(
	file: string,
	statements: readonly Statement[],
	hits: ReadonlySet<string>,
): FileCoverage {
	const isRun = ({ tag }: Statement): boolean => hits.has(tag);
	const share = (of: readonly Statement[]): Share => ({ run: of.filter(isRun).length, all: of.length });
	const missing = statements.filter((statement) => !isRun(statement));
	const lines = new Set(statements.map(({ line }) => line)).size;
	return {
		file,
		lines: { run: lines - new Set(missing.map(({ line }) => line)).size, all: lines },
		statements: share(statements),
		refusals: share(statements.filter(({ text }) => /^revert\b/.test(text))),
		missing: missing.map(({ line, text }) => ({ line, text })),
	};
}

/** All files as one. */
export function totalOf(files: readonly FileCoverage[], file = "all"): FileCoverage {
	const sum = (of: "lines" | "statements" | "refusals"): Share => ({
		run: files.reduce((total, one) => total + one[of].run, 0),
		all: files.reduce((total, one) => total + one[of].all, 0),
	});
	return {
		file,
		lines: sum("lines"),
		statements: sum("statements"),
		refusals: sum("refusals"),
		missing: files.flatMap(({ missing }) => missing),
	};
}
