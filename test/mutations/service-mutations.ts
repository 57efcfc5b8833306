import { type Mutation, mutationsOf } from "./mutation.ts";

const CONTENT = ["crates-ts/content/test/content.test.ts"];
const SERVER = ["crates-ts/server/test/floods.test.ts"];
const FARM = ["crates-ts/farm/test/coordinator.test.ts"];
const HTTP = ["crates-ts/store/test/http.test.ts"];
const RETENTION = ["crates-ts/farm/test/retention.test.ts"];
const WORKER_TOKENS = ["crates-ts/farm/test/worker-tokens.test.ts"];
const LOCK = ["crates-ts/store/test/folder-lock.test.ts"];

/** Stores, index, server and farm: what strangers can make of them. */
export const SERVICE_MUTATIONS: readonly Mutation[] = [
	...mutationsOf("crates-ts/content/src/content.ts", CONTENT, [
		["content of no bytes may have blocks without end", "if (left-- < 1)", "if (left < 0)"],
		["a node may lead to what is hashed otherwise", "if (stray !== undefined)", "if (links.length < 0)"],
		[
			"a file may have more bytes than it says",
			'if (size !== stated) throw unusable(cid, "it has another size than it says");',
			"",
			["crates-ts/content/test/content.test.ts"],
		],
	]),
	...mutationsOf("crates-ts/content/src/gateway.ts", CONTENT, [
		[
			"empty blocks of a CAR file count nothing",
			"size += block.cid.bytes.length + block.bytes.length;",
			"size += block.bytes.length;",
		],
	]),
	...mutationsOf("crates-ts/content/src/http.ts", CONTENT, [
		["a gateway may send its readers anywhere", "|| !isWithin(next, address)", ""],
		["a gateway may send on for ever", "|| left === 0", ""],
	]),
	...mutationsOf("crates-ts/content/src/kubo-blocks.ts", CONTENT, [
		["a node may send its readers anywhere", 'redirect: "manual"', 'redirect: "follow"'],
	]),
	...mutationsOf("crates-ts/content/src/s3-blocks.ts", CONTENT, [
		["a bucket may send its readers anywhere", 'redirect: "manual"', 'redirect: "follow"'],
	]),
	...mutationsOf("crates-ts/content/src/pool.ts", CONTENT, [
		["false bytes are taken for right ones", "&& (await isNamed(cid, bytes))", ""],
		[
			"a store that drips is asked first again",
			"if (this.#now() - begun > SLOW)",
			"if (bytes === undefined)",
		],
	]),
	...mutationsOf(
		"crates-ts/actors/src/content/audit-record.ts",
		["test/operations/storage.test.ts"],
		[
			[
				"what a store does not give is held against whoever announced it",
				"if (!(error instanceof UnusableContent)) continue;",
				"",
			],
		],
	),
	...mutationsOf(
		"crates-ts/indexer/src/chain-index.ts",
		["test/operations/index-reorganisations.test.ts"],
		[
			["versions are kept for ever", "if (oldest <= before) return;", "return;"],
			[
				"versions that a rollback goes back to are forgotten",
				"and (w.block, w.log_index) > (v.block, v.log_index))`.execute(trx);",
				")`.execute(trx);",
			],
		],
	),
	...mutationsOf("crates-ts/server/src/places.ts", SERVER, [
		["one address may hold all streams", "if (before >= most)", "if (before < 0)"],
		["places of streams are kept for ever", "if (left === 0) taken.delete(who);", "if (left === 0) return;"],
	]),
	...mutationsOf("crates-ts/server/src/own-host.ts", SERVER, [
		["any name may lead to a server of this machine", "LOOPBACK.test(hostname) ||", "hostname !== '' ||"],
	]),
	...mutationsOf("crates-ts/server/src/metrics.ts", SERVER, [
		["whoever asks chooses the names in metrics", "&& this.#known.has(first)", ""],
	]),
	...mutationsOf("crates-ts/server/src/answer-cache.ts", SERVER, [
		["answers are kept whatever their size", "body.length > MOST_OF_ONE ||", ""],
		["answers are kept however many there are", "if (size <= MOST) break;", "break;"],
	]),
	...mutationsOf("crates-ts/server/src/cursor.ts", SERVER, [
		["a cursor may name a place that no database takes", "&& one <= MOST_INTEGER", ""],
	]),
	...mutationsOf("crates-ts/farm/src/coordinator.ts", FARM, [
		["a job is leased to a worker that has hung up", "if (signal.aborted) return undefined;", ""],
		[
			"a worker may answer under another one's name",
			"if (holder !== undefined && holder !== outcome.worker)",
			"if (holder === '')",
		],
		[
			"a worker's token does everything",
			"if (!isForWorkers(c.req.method, c.req.path))",
			"if (c.req.path === '')",
			WORKER_TOKENS,
		],
		[
			"a worker with a token of its own is called what it says",
			"worker: own ?? given.worker,",
			"worker: given.worker,",
			WORKER_TOKENS,
		],
		[
			"a worker says itself whether it has a token of its own",
			", own: own !== undefined }",
			"}",
			WORKER_TOKENS,
		],
		[
			"a worker with a token of its own gets what it must not do under another name",
			'const worker = c.get("worker") ?? asked.worker;',
			"const worker = asked.worker;",
			WORKER_TOKENS,
		],
	]),
	...mutationsOf("crates-ts/farm/src/queue.ts", WORKER_TOKENS, [
		["a lease has several names, of which one holder is known", "(0|[1-9]\\d{0,3})", "(\\d{1,4})"],
	]),
	...mutationsOf("crates-ts/farm/src/answers.ts", FARM, [
		["text that no database takes is tried for ever", "!text.isWellFormed() ||", ""],
	]),
	...mutationsOf("crates-ts/farm/src/content-routes.ts", RETENTION, [
		["files that are used are removed", 'await markUsed(join(folder, "blobs", hash));', ""],
	]),
	...mutationsOf("crates-ts/farm/src/serve.ts", RETENTION, [
		["what was uploaded is kept for ever", "UNUSED_SECONDS).catch", "10 * UNUSED_SECONDS).catch"],
	]),
	...mutationsOf(
		"crates-ts/actors/src/farm/shared-proofs.ts",
		["test/operations/farm-verifier.test.ts"],
		[["a farm's proof is not verified", "if (await isProof(part, answer))", "if (answer !== undefined)"]],
	),
	...mutationsOf(
		"crates-ts/actors/src/farm/farmed-claims.ts",
		["test/operations/farm-submitter.test.ts"],
		[
			[
				"a claim is made of what two workers do not agree on",
				"if (key(first) !== key(second))",
				"if (key(first) === '')",
			],
			[
				"what is drawn to be computed here is claimed before",
				"asked?.isAudited === false ?",
				"asked !== undefined ?",
			],
		],
	),
	...mutationsOf("crates-ts/store/src/http-store.ts", HTTP, [
		["a server may send its readers anywhere", 'redirect: "manual" }', 'redirect: "follow" }'],
	]),
	...mutationsOf("crates-ts/store/src/connection-cap.ts", HTTP, [
		["one address may hold all connections", "if (before >= most)", "if (before < 0)"],
	]),
	...mutationsOf("crates-ts/store/src/folder-lock.ts", LOCK, [
		[
			"a lock that somebody has just made is removed as stale",
			'if ((await stateOf(path)) === "stale") await rm(path, { force: true });',
			"await rm(path, { force: true });",
		],
		[
			"a lock that is just being written counts as stale",
			'return (await isOld(path)) ? "stale" : "unclear";',
			'return "stale";',
		],
	]),
];
