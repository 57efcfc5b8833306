import { type Mutation, mutationsOf } from "./mutation.ts";

const CONTENT = ["crates-ts/content/test/content.test.ts"];
const SERVER = ["crates-ts/server/test/floods.test.ts"];
const FARM = ["crates-ts/farm/test/coordinator.test.ts"];
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
