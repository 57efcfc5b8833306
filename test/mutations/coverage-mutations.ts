import { type Mutation, mutationsOf } from "./mutation.ts";

const COVERAGE = "test/coverage/coverage.test.ts";

/** Numbers that say more than was run, and refusals that no test provoked before they were counted. */
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
	...mutationsOf(
		"contracts/market/Market.sol",
		["test/game/requests.test.ts"],
		[
			["a deadline is past", "q.deadline <= block.timestamp ||", ""],
			["a deadline is cut off", "|| q.deadline > type(uint32).max)", ")"],
		],
	),
	...mutationsOf(
		"contracts/court/Disputes.sol",
		["test/game/rules.test.ts"],
		[
			[
				"nodes of any tree are opened",
				"if ((tree < Trees.TENSOR || tree > Trees.STEPS) && tree != Trees.CHECKPOINTS) revert WrongTree(tree);",
				"",
			],
			["nodes of any level are opened", "if (childLevel > 63) revert LevelTooHigh(childLevel, 63);", ""],
		],
	),
	...mutationsOf(
		"contracts/network/Attestations.sol",
		["test/markets/attester-records.test.ts"],
		[["anybody sends ether to attestations", "if (msg.sender != address(operators)) {", "if (false) {"]],
	),
	...mutationsOf(
		"contracts/network/JobStore.sol",
		["test/markets/network-rules.test.ts"],
		[["a job that is not there is one", "if (jobId == 0 || jobId > jobCount) revert UnknownJob(jobId);", ""]],
	),
	...mutationsOf(
		"contracts/network/BountyStore.sol",
		["test/markets/bounty-rules.test.ts"],
		[
			[
				"a candidate that is not there is one",
				"if (candidateId == 0 || candidateId > candidateCount) revert UnknownCandidate(candidateId);",
				"",
			],
		],
	),
	...mutationsOf(
		"contracts/grid/GridStore.sol",
		["test/markets/grid-rules.test.ts"],
		[
			[
				"a grid that is not there is one",
				"if (gridId == 0 || gridId > gridCount) revert UnknownGrid(gridId);",
				"",
			],
			[
				"a point that is not there is one",
				"if (point >= count) revert UnknownPoint(gridId, point, count);",
				"",
			],
		],
	),
];
