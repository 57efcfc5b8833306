import { createServer } from "node:net";
import { setUp } from "@umpire/actors/set-up.ts";
import { submitter } from "@umpire/actors/submitter.ts";
import { verifier } from "@umpire/actors/verifier.ts";
import { connectRpc } from "@umpire/chain/connection.ts";
import { eventFeed } from "@umpire/chain/events.ts";
import { type LocalNode, startNode } from "@umpire/chain/node.ts";
import { type Hex, keccak256, numberToHex, parseGwei } from "viem";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FaultyRpc } from "./faulty-rpc.ts";
import { countEvents, type Fixture, setUpFixture } from "./fixture.ts";

type Lie = NonNullable<FaultyRpc["lie"]>;

const LATER = 10_000_000n;
const DEAR = parseGwei("5000");

let node: LocalNode;
let fixture: Fixture;
let rpcs: FaultyRpc[];

beforeAll(async () => {
	await setUp(() => {});
	node = await startNode({ port: await freePort() });
	rpcs = await Promise.all([1, 2, 3].map(() => FaultyRpc.before(node.url)));
});
beforeEach(async () => {
	fixture = await setUpFixture(await connectRpc(node.url));
});
afterEach(async () => {
	for (const rpc of rpcs) rpc.lie = undefined;
	await fixture.close();
});
afterAll(() => {
	for (const rpc of rpcs ?? []) rpc.close();
	node?.process.kill();
});

/** Adds to a number of an answer. */
const more = (value: unknown, by: bigint): Hex => numberToHex(BigInt(value as Hex) + by);
/** Blocks with another time and the right hash. */
const inTheFuture = async (right: () => Promise<unknown>) => {
	const block = (await right()) as { timestamp: Hex };
	return { ...block, timestamp: more(block.timestamp, LATER) };
};

const LIES: readonly (readonly [string, Lie])[] = [
	[
		"that the newest block is from the future",
		async ({ method }, right) => (/^eth_getBlockBy/.test(method) ? inTheFuture(right) : undefined),
	],
	[
		"that the next block is from the future",
		async ({ method, params }, right) =>
			method === "eth_getBlockByNumber" && params[0] === "pending" ? inTheFuture(right) : undefined,
	],
	[
		"that it passed transactions on",
		async ({ method, params }, right) => {
			if (method === "eth_sendRawTransaction") return keccak256(params[0] as Hex);
			return method === "eth_getTransactionCount" && params[1] === "pending"
				? more(await right(), 1n)
				: undefined;
		},
	],
	[
		"that the contract refuses moves",
		async ({ method, params }) =>
			method === "eth_estimateGas" || (method === "eth_call" && params[1] === "pending")
				? new Error("execution reverted")
				: undefined,
	],
	["that moves need little gas", async ({ method }) => (method === "eth_estimateGas" ? "0x7530" : undefined)],
	[
		"that gas is dear",
		async ({ method }) =>
			method === "eth_maxPriorityFeePerGas" || method === "eth_gasPrice" ? numberToHex(DEAR) : undefined,
	],
	[
		"that blocks are dear",
		async ({ method, params }, right) =>
			method === "eth_getBlockByNumber" && params[0] === "latest"
				? { ...((await right()) as object), baseFeePerGas: numberToHex(DEAR) }
				: undefined,
	],
	[
		"that the account has sent more",
		async ({ method }, right) => (method === "eth_getTransactionCount" ? more(await right(), 7n) : undefined),
	],
	[
		"that moves were refused when they were mined",
		async ({ method }, right) =>
			method === "eth_getTransactionReceipt" ? { ...((await right()) as object), status: "0x0" } : undefined,
	],
];

describe("one node of three cannot keep a false claim from being challenged, or make it dear, by saying", () => {
	it.each(LIES)("%s", async (_, lie) => {
		await (
			await submitter(await fixture.world("submitter"), "1", { defect: "0:3", progress: () => {} })
		).tick();
		expect((await countEvents(fixture.contracts)).Claimed).toBe(1);
		rpcs[0].lie = lie;
		const connection = await connectRpc(
			rpcs.map(({ url }) => url),
			{ timeout: 5000 },
		);
		const guarding = await fixture.world("verifier", connection);
		const said: string[] = [];
		const guard = await verifier(guarding, "1", {
			compare: "trace",
			mode: "bisect",
			progress: (line) => said.push(line),
		});
		for (let i = 0; i < 4; i++) await guard.tick().catch((error: Error) => said.push(error.message));
		const feed = eventFeed(fixture.contracts);
		await feed.poll();
		const challenged = feed.events.filter(({ name }) => name === "Challenged");
		expect(challenged.length, said.join("\n")).toBe(1);
		expect(said.join("\n")).not.toMatch(/refused/);
		const { reader } = fixture.contracts.connection;
		const { maxFeePerGas } = await reader.getTransaction({ hash: challenged[0].transaction });
		expect(maxFeePerGas).toBeLessThan(DEAR / 10n);
	});
});

function freePort(): Promise<number> {
	return new Promise((resolve) => {
		const server = createServer().listen(0, "127.0.0.1", () => {
			const address = server.address();
			server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
		});
	});
}
