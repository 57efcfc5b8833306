import { type Mutation, mutationsOf } from "./mutation.ts";
import { FLIGHTS } from "./tests.ts";

/** Putting moves on their way. */
export const SENDING_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"crates-ts/chain/src/flights.ts",
		[FLIGHTS],
		[
			[
				"as many moves are on their way as there are",
				"nonce - least >= this.#signer.policy.mostInFlight",
				"nonce - least >= 100_000",
			],
			[
				"a transaction that was lost holds up the others",
				"await this.#unblock().catch(() => {});",
				"await Promise.resolve();",
			],
			[
				"a move that is on its way is made anew",
				"if (before !== undefined && isSame(before, call)) return this.#again(before, nonces, until);",
				"if (before !== undefined && before.nonce < 0) return this.#again(before, nonces, until);",
			],
			[
				"what waits never pays more",
				"return now - since > this.#signer.policy.patience;",
				"return now - since > this.#signer.policy.patience + 1e12;",
			],
			[
				"a receipt is told at every look",
				"this.#awaited.delete(past[i]);\n\t\t\t// If",
				"this.#told.clear();\n\t\t\t// If",
			],
			[
				"what is refused when it is mined is not told",
				'refused.push({ move: this.#outbox.at(past[i])?.move ?? "", line: result.reason.message });',
				"refused.push();",
			],
		],
	),
	...mutationsOf(
		"crates-ts/chain/src/fees.ts",
		["crates-ts/chain/test/fees.test.ts"],
		[["a move may cost more than is at stake", "mostPerMove / gas;", "mostPerMove;"]],
	),
	...mutationsOf(
		"crates-ts/chain/src/connection.ts",
		["test/operations/endpoints.test.ts"],
		[
			[
				"the first node alone names the chain",
				"(found.find((endpoint) => isMost(endpoint.id)) ?? found[0]).id",
				"found[0].id",
			],
		],
	),
	...mutationsOf(
		"crates-ts/chain/src/gas-policy.ts",
		["test/operations/attentive-submitter.test.ts"],
		[["one move is on its way at a time", "mostInFlight: 64", "mostInFlight: 1"]],
	),
	...mutationsOf(
		"crates-ts/chain/src/revert.ts",
		["crates-ts/chain/test/revert.test.ts"],
		[
			[
				"a term that is too large is said to be too small",
				"if (BigInt(given) < BigInt(least)) return",
				"if (BigInt(given) > 0n) return",
			],
			["seconds are told in ether", "&& !/Seconds$/.test(name)", ""],
		],
	),
	...mutationsOf(
		"crates-ts/chain/src/connection.ts",
		["crates-ts/chain/test/chain.test.ts"],
		[
			[
				"whoever cannot reach a public chain is told to start a local one",
				"list.some(isHere) ?",
				"list.length > 0 ?",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/requester.ts",
		["test/operations/requests.test.ts"],
		[
			[
				"whoever names no input is not told what the fee pays for",
				"if (options.input === undefined) {",
				"if (options.input === null) {",
			],
		],
	),
];
