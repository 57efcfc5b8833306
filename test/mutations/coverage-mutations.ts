import { type Mutation, mutationsOf } from "./mutation.ts";

const COVERAGE = "test/coverage/coverage.test.ts";

/** Numbers that say more than was run. */
export const COVERAGE_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"test/coverage/statements.ts",
		[COVERAGE],
		[
			["a statement that was not run counts", "hits.has(tag)", "tag !== undefined"],
			[
				"a line counts of which a part was run",
				"run: lines - new Set(missing.map(({ line }) => line)).size",
				"run: new Set(statements.filter(isRun).map(({ line }) => line)).size",
			],
			["what is refused is no refusal", "/^revert\\b/.test(text)", "/^require\\b/.test(text)"],
			["a statement is where the comment before it is", "startUtf16 + before", "startUtf16"],
			["a block counts as a statement", '!statement.text.startsWith("{")', "statement.text !== undefined"],
		],
	),
	...mutationsOf(
		"test/coverage/report.ts",
		[COVERAGE],
		[
			[
				"almost all is a hundred per cent",
				"Math.floor((1000 * run) / all)",
				"Math.round((1000 * run) / all)",
			],
		],
	),
];
