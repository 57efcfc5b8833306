import { createServer } from "node:net";
import { setUp } from "@umpire/actors/set-up.ts";
import { connectRpc } from "@umpire/chain/connection.ts";
import { openContracts } from "@umpire/chain/contracts.ts";
import { eventFeed } from "@umpire/chain/events.ts";
import { gameReader } from "@umpire/chain/game-state.ts";
import { type LocalNode, startNode } from "@umpire/chain/node.ts";
import { travel } from "@umpire/chain/time.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { zeroAddress } from "viem";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FAULTS, FaultyRpc } from "./faulty-rpc.ts";
import { countEvents, type Fixture, opponents, playUntil, setUpFixture } from "./fixture.ts";

/** Milliseconds: a node that is well answers within it, on a slow machine too. */
const TIMEOUT = 2_000;

let node: LocalNode;
let fixture: Fixture;
let rpcs: FaultyRpc[];
let urls: string[];
const told: string[] = [];
const connect = (count: number) =>
	connectRpc(urls.slice(0, count), { timeout: TIMEOUT, warn: (line) => told.push(line) });

beforeAll(async () => {
	await setUp(() => {});
	node = await startNode({ port: await freePort() });
	fixture = await setUpFixture(await connectRpc(node.url));
	rpcs = await Promise.all([1, 2, 3].map(() => FaultyRpc.before(node.url)));
	urls = rpcs.map(({ url }) => url);
});
afterEach(async () => {
	for (const rpc of rpcs) await rpc.fail(undefined);
	told.length = 0;
});
afterAll(async () => {
	for (const rpc of rpcs ?? []) rpc.close();
	await fixture?.close();
	node?.process.kill();
});

describe("several endpoints", () => {
	it("outvote one that names a false head, and one that stays behind", async () => {
		const connection = await connect(3);
		await rpcs[0].fail("false head");
		expect((await connection.head()).number).toBe(await newest());
		await rpcs[0].fail("stale head");
		const stale = await newest();
		await travel(fixture.contracts.connection, 1n);
		expect((await connection.head()).number).toBe(stale + 1n);
	});

	it("go on at once after the first stalls, and ask it last", async () => {
		const connection = await connect(3);
		await rpcs[0].fail("stall");
		await connection.head();
		expect(told).toEqual([expect.stringMatching(/does not answer/)]);
		rpcs[0].asked.clear();
		for (let i = 0; i < 5; i++) await connection.reader.getChainId();
		expect(rpcs[0].asked.size).toBe(0);
		await rpcs[0].fail(undefined);
		await connection.head();
		expect(told).toHaveLength(2);
		expect(told[1]).toMatch(/fine again/);
	});

	it("are not kept waiting by one that begins to answer and does not come to an end", async () => {
		const connection = await connect(3);
		await rpcs[0].fail("dribble");
		expect((await connection.head()).number).toBe(await newest());
		expect(told).toEqual([expect.stringMatching(/does not answer/)]);
		expect(await connection.reader.getChainId()).toBe(connection.chain.id);
	});

	it("that go wrong between two looks are passed over in the middle of one", async () => {
		for (const fault of ["drop", "busy", "broken", "garbage"] as const) {
			const connection = await connect(2);
			await rpcs[0].fail(fault);
			rpcs[0].asked.clear();
			expect(await connection.reader.getChainId(), fault).toBe(31337);
			expect(rpcs[0].asked.get("eth_chainId"), fault).toBeGreaterThan(0);
			await rpcs[0].fail(undefined);
		}
	});

	it("name the chain by their majority, whatever one of them says", async () => {
		for (const wrong of [0, 2]) {
			await rpcs[wrong].fail("other chain");
			told.length = 0;
			const connection = await connect(3);
			expect(connection.chain.id).toBe(31337);
			expect((await connection.head()).number).toBe(await newest());
			expect(told).toEqual([expect.stringMatching(/ is chain 1, not chain 31337\.$/)]);
			await rpcs[wrong].fail(undefined);
		}
	});

	it("must all be of one chain, from the start and later", async () => {
		await rpcs[1].fail("other chain");
		await expect(connect(2)).rejects.toThrow(/Wrong chain: .* is chain 1, but chain 31337/);
		await rpcs[1].fail(undefined);
		const connection = await connect(2);
		await rpcs[1].fail("drop");
		await connection.head();
		await rpcs[1].fail("other chain");
		await connection.head();
		expect(connection.health()[1].trouble).toBe("is chain 1, not chain 31337");
	});

	it("of which two disagree are not believed", async () => {
		const connection = await connect(2);
		const head = await connection.head();
		await rpcs[0].fail("false head");
		// What one of two claims to be ahead is waited for.
		expect(await connection.head()).toEqual(head);
		await rpcs[1].fail("false head");
		await rpcs[0].fail("stall");
		await expect(
			gameReader(await over(connection), eventFeed(await over(connection)), zeroAddress)(),
		).rejects.toThrow(/reading events failed/);
	});
});

describe("events", () => {
	it("that a node keeps back are missed, not taken for silence", async () => {
		const connection = await connect(1);
		const contracts = await over(connection);
		const feed = eventFeed(contracts);
		const read = gameReader(contracts, feed, zeroAddress);
		await rpcs[0].fail("no logs");
		await expect(read()).rejects.toThrow(/keeps some back/);
		await rpcs[0].fail(undefined);
		const { requests, programs } = await read();
		expect([requests.length, programs.size]).toEqual([1, 1]);
	});
});

describe("logs", () => {
	it("are voted on: one node of three that keeps some back is outvoted, and asked last", async () => {
		const contracts = await over(await connect(3));
		const right = await gameReader(contracts, eventFeed(contracts), zeroAddress)();
		for (const liar of rpcs) {
			await liar.fail("no logs");
			const feed = eventFeed(contracts);
			expect(await gameReader(contracts, feed, zeroAddress)()).toEqual(right);
			expect(feed.revision).toBe(0);
			await liar.fail(undefined);
		}
	});

	it("about which two nodes contradict each other are not believed", async () => {
		const contracts = await over(await connect(2));
		await rpcs[0].fail("no logs");
		await expect(eventFeed(contracts).poll()).rejects.toThrow(/contradict each other about eth_getLogs/);
	});
});

describe("a dispute over nodes that go wrong in turn", () => {
	it("ends right, without a move too many", async () => {
		const faults = FAULTS.filter((fault) => fault !== "other chain");
		const [liar, guard] = [
			await fixture.world("submitter"),
			await fixture.world("verifier", await connect(3)),
		];
		const actors = await opponents(liar, guard);
		await playUntil(fixture, actors, 1n, CLAIM_STATUS.rejected, async (round) => {
			for (const [i, rpc] of rpcs.entries())
				await rpc.fail(i === round % 3 ? faults[round % faults.length] : undefined);
		});
		const counts = await countEvents(fixture.contracts);
		expect(counts).toMatchObject({ Claimed: 1, Challenged: 1, Rejected: 1, Settled: 1 });
		const { address } = guard.signer.account;
		const sent = await fixture.contracts.connection.reader.getTransactionCount({ address });
		expect(sent).toBe(counts.Challenged + movesOf(counts));
	});
});

/** What a challenger sends after its challenge: the first Descended belongs to the challenge. */
function movesOf({ Descended = 1, Named = 0, Settled = 0, Withdrawn = 0 }: Record<string, number>): number {
	return Descended - 1 + Named + Settled + Withdrawn;
}

function newest(): Promise<bigint> {
	return fixture.contracts.connection.reader.getBlockNumber();
}

function over(connection: Awaited<ReturnType<typeof connectRpc>>) {
	return openContracts(connection, fixture.contracts.deployment);
}

function freePort(): Promise<number> {
	return new Promise((resolve) => {
		const server = createServer().listen(0, "127.0.0.1", () => {
			const address = server.address();
			server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
		});
	});
}
