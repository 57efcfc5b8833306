import { join } from "node:path";
import { deployNetwork, openNetwork } from "@umpire/actors/jobs/network-contracts.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import type { World } from "@umpire/actors/world.ts";
import { connectRpc } from "@umpire/chain/connection.ts";
import { openContracts } from "@umpire/chain/contracts.ts";
import { startNode } from "@umpire/chain/node.ts";
import { send } from "@umpire/chain/send.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { ChainIndex } from "@umpire/indexer/chain-index.ts";
import { openPglite } from "@umpire/indexer/database.ts";
import { countItems } from "@umpire/indexer/read-index.ts";
import { NETWORK_PRESETS } from "@umpire/markets/network-parameters.ts";
import { ETHER } from "@umpire/markets/token-ledger.ts";
import { indexSourceOf } from "@umpire/server/indexed-contracts.ts";
import fc from "fast-check";
import { zeroAddress } from "viem";
import { expect, it } from "vitest";
import { FaultyRpc } from "./faulty-rpc.ts";
import { opponents, setUpFixture } from "./fixture.ts";
import { freePort } from "./free-port.ts";
import { contentsOf, fromScratch, oldestOf, SCHEMA } from "./index-fixture.ts";
import { deployMarkets, marketsPlayer } from "./markets-player.ts";

const NO_LABEL = `0x${"00".repeat(32)}`;
const WRONG = `0x${"ab".repeat(32)}`;

/** What one of three nodes does, as the others go on. */
const FAULTS = {
	fine: async () => undefined,
	/** it hides events, or tells others */
	lying: async (call: { method: string }, right: () => Promise<unknown>) => {
		if (call.method === "eth_getLogs") {
			const logs = (await right()) as { data: string; topics: string[] }[];
			return logs
				.slice(1)
				.map((log) => ({ ...log, topics: [log.topics[0], WRONG, WRONG, WRONG].slice(0, log.topics.length) }));
		}
		if (call.method === "eth_getTransactionReceipt") {
			return { ...((await right()) as object), from: zeroAddress, gasUsed: "0x1" };
		}
		return undefined;
	},
	/** it does not have the newest blocks */
	lagging: async ({ method }: { method: string }) => {
		if (method === "eth_getBlockByHash") return null;
		return method === "eth_getLogs" ? new Error("unknown block") : undefined;
	},
	silent: async () => {
		throw new Error("hung up");
	},
} as const;

const happening = fc.oneof(
	{ weight: 6, arbitrary: fc.constantFrom("request", "register", "job", "withdraw", "play") },
	{ weight: 6, arbitrary: fc.constantFrom("grid", "join", "bounty", "enter", "operator", "leave") },
	{ weight: 2, arbitrary: fc.integer({ min: 1, max: 30 }).map((mine) => ({ mine })) },
	{ weight: 3, arbitrary: fc.integer({ min: 1, max: 64 }).map((undo) => ({ undo })) },
	{
		weight: 2,
		arbitrary: fc.constantFrom(...(Object.keys(FAULTS) as (keyof typeof FAULTS)[])).map((node) => ({ node })),
	},
	{ weight: 4, arbitrary: fc.constant("look") },
	{ weight: 1, arbitrary: fc.constant("restart") },
);

type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;
/** What every story begins with, so that there is something to undo of each kind. */
const FIRST = ["look", "register", "job", "grid", "join", "bounty", "enter", "operator"] as const;

it("after any reorganisation the index equals one made from scratch, with one of three nodes wrong", async () => {
	await setUp(() => {});
	const node = await startNode({ port: await freePort() });
	const rpcs = await Promise.all([1, 2, 3].map(() => FaultyRpc.before(node.url)));
	const direct = await connectRpc(node.url);
	const fixture = await setUpFixture(direct);
	const folder = (name: string) => join(fixture.home.folder, name);
	const ask = direct.reader.request as (args: { method: string; params: unknown[] }) => Promise<unknown>;
	try {
		const deployer = await fixture.world("deployer");
		await deployNetwork(deployer, { parameters: NETWORK_PRESETS.test, blockSeconds: 1, withToken: false });
		await deployMarkets(deployer);
		const network = await openNetwork(deployer);
		const joint = await connectRpc(
			rpcs.map(({ url }) => url),
			// However slow this machine is, no node is late: the one that is silent hangs up.
			{ timeout: 600_000 },
		);
		const contracts = await openContracts(joint, fixture.contracts.deployment);
		const source = await indexSourceOf({ ...deployer, contracts });
		expect(source.contracts.length).toBe(12);
		const clean = await ask({ method: "evm_snapshot", params: [] });
		let base = clean;
		let seen = new Set<string>();
		const property = fc.asyncProperty(
			fc.array(happening, { minLength: 16, maxLength: 40 }),
			async (further) => {
				const story: readonly Happening[] = [...FIRST, ...further];
				await ask({ method: "evm_revert", params: [base] });
				base = await ask({ method: "evm_snapshot", params: [] });
				const player = await playerOf(fixture, network);
				let snapshots: unknown[] = [];
				let database = await openPglite(folder("index"), SCHEMA);
				let index = await ChainIndex.open(database, source);
				const mine = async (count: number) => {
					for (let i = 0; i < count; i++) {
						snapshots.push(await ask({ method: "evm_snapshot", params: [] }));
						await ask({ method: "evm_mine", params: [] });
					}
				};
				for (const one of story) {
					if (one === "look") await index.poll();
					else if (one === "restart") {
						await database.close();
						database = await openPglite(folder("index"), SCHEMA);
						index = await ChainIndex.open(database, source);
					} else if (typeof one === "string") {
						snapshots.push(await ask({ method: "evm_snapshot", params: [] }));
						await player[one as keyof typeof player]();
					} else if ("mine" in one) await mine(one.mine);
					else if ("node" in one) {
						rpcs[0].lie = FAULTS[one.node];
					} else if (snapshots.length > 0) {
						const depth = Math.min(one.undo, snapshots.length);
						await ask({ method: "evm_revert", params: [snapshots.at(-depth)] });
						snapshots = snapshots.slice(0, -depth);
						await ask({ method: "evm_increaseTime", params: ["0x7"] });
					}
				}
				await mine(1);
				await index.poll();
				const kept = await contentsOf(database);
				const oldest = await oldestOf(database);
				const end = await ask({ method: "evm_snapshot", params: [] });
				seen = new Set([...seen, ...(await countItems(database)).keys()]);
				// Once no rollback reaches them, of each item one version is left.
				for (let i = 0; i < 65; i++) await ask({ method: "evm_mine", params: [] });
				await index.poll();
				const later = await contentsOf(database);
				await database.close();
				rpcs[0].lie = undefined;
				expect(later.versions).toEqual(later.items);
				await ask({ method: "evm_revert", params: [end] });
				expect(kept).toEqual(await fromScratch(folder("scratch"), source, oldest));
			},
		);
		// A story that fails leaves its folder open: those that shrinking makes of it would fail by that.
		await fc.assert(property, { numRuns: 5, endOnFailure: true });
		// A property about nothing would hold, too.
		expect([...seen]).toEqual(
			expect.arrayContaining([
				"request open",
				"claim live",
				"dispute open",
				"move",
				"worker active",
				"job pending",
				"grid open",
				"point",
				"bounty open",
				"candidate committed",
				"operator active",
			]),
		);
	} finally {
		for (const rpc of rpcs) rpc.close();
		await fixture.close();
		node.process.kill();
	}
});

/** Moves that change as many items as they can. */
async function playerOf(
	fixture: Awaited<ReturnType<typeof setUpFixture>>,
	{ workers, jobs }: Awaited<ReturnType<typeof openNetwork>>,
) {
	const [requester, worker] = [await fixture.world("requester"), await fixture.world("third-submitter")];
	const { market } = fixture.contracts;
	const actors = await opponents(await fixture.world("submitter"), await fixture.world("verifier"));
	const program = (await fixture.contracts.connection.reader.readContract({
		...fixture.contracts.registry,
		functionName: "programOf",
		args: [1n],
	})) as `0x${string}`;
	const { slotStake, entryFee, changeFee, jobFee, rewardMin } = NETWORK_PRESETS.test;
	const question = {
		program,
		inputsRoot: WRONG,
		deadline: 4_000_000_000n,
		consumer: zeroAddress,
		submitter: zeroAddress,
		exclusiveUntil: 0n,
		isSealed: false,
	};
	const terms = { capacity: 1, leastReward: 0n, tokens: [], programs: [], gpu: NO_LABEL };
	const job = {
		program,
		inputsRoot: WRONG,
		token: ETHER,
		reward: rewardMin,
		exposure: rewardMin,
		workSeconds: 60,
		tries: 1,
	};
	/** What a contract refuses is no event. */
	const attempt = async (world: World, call: Parameters<typeof send>[1]) => {
		await send(world.signer, call).catch((error: unknown) => {
			if (!(error instanceof UmpireError)) throw error;
		});
	};
	const value = slotStake + entryFee + 2n * changeFee;
	return {
		...(await marketsPlayer(fixture, attempt)),
		request: () =>
			attempt(requester, { contract: market, functionName: "request", args: [question], value: 1n }),
		register: () =>
			attempt(worker, { contract: workers, functionName: "register", args: [terms, slotStake], value }),
		job: () =>
			attempt(requester, { contract: jobs, functionName: "submit", args: [job], value: jobFee + rewardMin }),
		withdraw: () => attempt(requester, { contract: market, functionName: "withdraw" }),
		play: async () => {
			for (const actor of actors) {
				await actor.tick().catch((error: unknown) => {
					if (!(error instanceof UmpireError)) throw error;
				});
			}
		},
	};
}
