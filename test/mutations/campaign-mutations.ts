import { type Mutation, mutationsOf } from "./mutation.ts";

const CAMPAIGN = "test/campaign/campaign.test.ts";

/** What the programs that people run do wrong in a game of drawn moves. */
export const CAMPAIGN_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"crates-ts/actors/src/verifier.ts",
		[CAMPAIGN],
		[
			[
				"a verifier takes lazy claims for right",
				"return output && outputAgrees(this.#loaded.program, output.elements, stated);",
				"return output && true;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/submitter.ts",
		[CAMPAIGN],
		[
			[
				"a submitter answers in the first dispute only",
				"if (claim.status !== CLAIM_STATUS.live) continue;\n\t\t\tconst id = index + 1;",
				"if (claim.status !== CLAIM_STATUS.live || index > 0) continue;\n\t\t\tconst id = index + 1;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/chain/src/gas.ts",
		[CAMPAIGN],
		[
			[
				"what a node does not estimate is not sent",
				"if (isSilence(error)) throw error;",
				"if (error !== undefined) throw error;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/store/src/folder-store.ts",
		["crates-ts/store/test/hostile-files.test.ts"],
		[
			[
				"a folder keeps content out",
				"if (found?.isDirectory() !== true) return;",
				"if (found !== null) return;",
			],
		],
	),
];
