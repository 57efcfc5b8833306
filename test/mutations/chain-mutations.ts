import { type Mutation, mutationsOf } from "./mutation.ts";
import { ENDPOINTS, FLOODS, LYING_NODE, READING } from "./tests.ts";

/** Reading the chain: events, state, nodes. */
export const CHAIN_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"crates-ts/chain/src/game-state.ts",
		[READING],
		[
			[
				"a trace is bound if its root is not zero",
				"const boundAt = Number(time);",
				"const boundAt = BigInt(traceRoot) !== 0n ? Number(time) : 0;",
			],
			["counts are not compared", "if (BigInt(known) !== found) throw", "if (known < 0) throw"],
			[
				"foreign claims are read too",
				"if (known.status !== CLAIM_STATUS.live || !this.#isOwn(id)) continue;",
				"if (known.status !== CLAIM_STATUS.live) continue;",
			],
			[
				"a turn is believed without the events of it",
				"const fits = !isOver && known && answered === (turn.side === SIDE.challenger);",
				"const fits = true;",
			],
			["a claim's end is believed to be no event", "if (!isSame) wrong.add(index);", ""],
		],
	),
	...mutationsOf(
		"crates-ts/chain/src/ledger.ts",
		[READING],
		[["gaps between numbers are not noticed", "if (id !== BigInt(known) + 1n) throw", "if (id < 0n) throw"]],
	),
	...mutationsOf(
		"crates-ts/chain/src/log-queries.ts",
		[READING],
		[
			["ranges are not halved", "this.#most = (end - from + 1n) / 2n;", "throw error;"],
			["logs stay in the node's order", "return logs.toSorted(byPlace);", "return [...logs];"],
			["a log may come twice", "if (places.has(place)) throw", "if (places.size < 0) throw"],
			["logs of other contracts are taken", "!asked || !known.has(address.toLowerCase())", "!asked"],
			[
				"logs of other blocks are taken",
				"!asked || !known.has(address.toLowerCase())",
				"!known.has(address.toLowerCase())",
			],
			["logs of removed blocks are taken", "if (removed === true) throw", "if (places.size < 0) throw"],
		],
	),
	...mutationsOf(
		"crates-ts/chain/src/follower.ts",
		[READING],
		[
			[
				"ranges that were read are read again after a failure",
				"yield { from, logs, blocks: kept };\n\t\t\tthis.#blocks = kept;",
				"yield { from, logs, blocks: kept };",
			],
		],
	),
	...mutationsOf(
		"crates-ts/chain/src/events.ts",
		[FLOODS],
		[
			["old events are taken all at once", "append(this.events, events);", "this.events.push(...events);"],
			[
				"events are taken back all at once",
				"this.events.length = 0;\n\t\tappend(this.events, left);",
				"this.events.splice(0, before, ...left);",
			],
		],
	),
	...mutationsOf(
		"crates-ts/chain/src/votes.ts",
		[ENDPOINTS],
		[["one node's logs are believed", 'eth_getLogs: "most",', 'eth_getLogs: "first",']],
	),
	...mutationsOf(
		"crates-ts/chain/src/votes.ts",
		[LYING_NODE],
		[
			["one node's estimates are believed", 'eth_estimateGas: "higher middle",', 'eth_estimateGas: "first",'],
			[
				"one node's price of gas is believed",
				'eth_maxPriorityFeePerGas: "lower middle",',
				'eth_maxPriorityFeePerGas: "first",',
			],
			[
				"one node's blocks are believed",
				'eth_getBlockByNumber: "lower middle",',
				'eth_getBlockByNumber: "first",',
			],
			[
				"one node's nonces are believed",
				'eth_getTransactionCount: "lower middle",',
				'eth_getTransactionCount: "first",',
			],
			[
				"one node's receipts are believed",
				'eth_getTransactionReceipt: "most",',
				'eth_getTransactionReceipt: "first",',
			],
			[
				"one node is told of transactions",
				'eth_sendRawTransaction: "all"',
				'eth_sendRawTransaction: "first"',
			],
		],
	),
	...mutationsOf(
		"crates-ts/chain/src/endpoints.ts",
		[ENDPOINTS],
		[
			[
				"an answer that has begun may take for ever",
				"retryCount, timeout, fetchFn: fetchWhole",
				"retryCount, timeout",
			],
		],
	),
	...mutationsOf(
		"crates-ts/chain/src/endpoints.ts",
		[LYING_NODE],
		[
			[
				"of a head only the hash is compared",
				"return one?.hash === hash && one.parentHash === parentHash && one.timestamp === timestamp;",
				"return one?.hash === hash;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/chain/src/demand-reader.ts",
		["crates-ts/actors/test/withheld-inputs.test.ts"],
		[
			[
				"what became of demands is forgotten when their claims are decided",
				"roots.add(requests[claims[claim - 1].request - 1].inputsRoot);",
				"",
			],
		],
	),
];
