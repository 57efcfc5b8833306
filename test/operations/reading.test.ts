import { openMonitor } from "@umpire/actors/monitor.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import { submitter } from "@umpire/actors/submitter.ts";
import { verifier } from "@umpire/actors/verifier.ts";
import type { World } from "@umpire/actors/world.ts";
import { readArtifact } from "@umpire/chain/built-artifacts.ts";
import { signerFor } from "@umpire/chain/connection.ts";
import { type Contracts, getClaim, getRequest } from "@umpire/chain/contracts.ts";
import { ChainError } from "@umpire/chain/errors.ts";
import { type ChainEvent, eventFeed, eventsOf } from "@umpire/chain/events.ts";
import { gameReader } from "@umpire/chain/game-state.ts";
import { connectPrivate } from "@umpire/chain/private-chain.ts";
import { read, send, sendDeployment } from "@umpire/chain/send.ts";
import { travel } from "@umpire/chain/time.ts";
import { CLAIM_STATUS, PHASE } from "@umpire/game/state.ts";
import { localAccount } from "@umpire/store/accounts.ts";
import fc from "fast-check";
import { type Log, zeroAddress } from "viem";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Fixture, opponents, setUpFixture } from "./fixture.ts";
import { Attacker, type HostileMove, hostileMove } from "./hostile-moves.ts";

// One file, though a long one: each of these needs the chain that is set up here, and that takes longer than they do.
let fixture: Fixture;
let contracts: Contracts;
let guarded: ReadonlySet<`0x${string}`>;
beforeAll(() => setUp(() => {}));
beforeEach(async () => {
	fixture = await setUpFixture(await connectPrivate());
	contracts = fixture.contracts;
	guarded = new Set([(await getRequest(contracts, 1n)).program]);
});
afterEach(async () => {
	await fixture.close();
	await contracts.connection.close();
});

type GetLogs = (filter: unknown) => Promise<Log[]>;

/** The same contracts, over a node whose answers to `eth_getLogs` are changed; `asked` counts calls by method. */
function over(
	change: (logs: Log[], filter: Readonly<Record<string, unknown>>) => Log[],
	asked = new Map<string, number>(),
) {
	const { reader } = contracts.connection;
	const count = (method: string) => asked.set(method, (asked.get(method) ?? 0) + 1);
	const counted: typeof reader = Object.assign(Object.create(reader), {
		getLogs: async (filter: never) => {
			count("getLogs");
			return change(await (reader.getLogs as GetLogs)(filter), filter);
		},
		multicall: (parameters: { readonly contracts: readonly unknown[] }) => {
			count("multicall");
			asked.set("reads", (asked.get("reads") ?? 0) + parameters.contracts.length);
			return reader.multicall(parameters as never);
		},
		readContract: (parameters: never) => {
			count("readContract");
			return reader.readContract(parameters);
		},
		getBlock: (parameters: never) => {
			count("getBlock");
			return reader.getBlock(parameters);
		},
	});
	return { ...contracts, connection: { ...contracts.connection, reader: counted } };
}

const nameOf = (log: Log): ChainEvent["name"] | undefined => {
	const abi = [...contracts.registry.abi, ...contracts.market.abi, ...contracts.court.abi];
	return eventsOf(abi, [log]).at(0)?.name;
};

/** A claim of an honest submitter, and a lie that is disputed up to its verdict. */
async function playSomething(): Promise<World> {
	const [liar, guard] = await opponents(await fixture.world("submitter"), await fixture.world("verifier"));
	for (let round = 0; round < 12; round++) for (const actor of [liar, guard]) await actor.tick();
	return fixture.world("verifier");
}

describe("what the chain says", () => {
	it("never takes the existence of anything from its content: a trace root of zeros is one that was bound", async () => {
		const honest = await submitter(await fixture.world("submitter"), "1", { progress: () => {} });
		const guard = await verifier(await fixture.world("verifier"), "1", {
			compare: "trace",
			progress: () => {},
		});
		const attacker = new Attacker(await fixture.world("second-submitter"), 1, 0);
		const poison: HostileMove[] = [
			{ type: "register", lazy: true, leaves: 1, steps: 1 },
			{ type: "request", program: 0, root: 1, soon: false },
			{ type: "claim", request: 1, root: 0 },
			{ type: "bind", claim: 0, root: 0 },
		];
		for (const move of poison) expect(await attacker.make(move), move.type).toBe(true);
		const everything = await gameReader(contracts, eventFeed(contracts), zeroAddress)();
		expect(everything.claims[0]).toMatchObject({ traceRoot: `0x${"00".repeat(32)}` });
		expect(everything.claims[0].boundAt).toBeGreaterThan(0);
		await honest.tick();
		await guard.tick();
		await (await openMonitor(await fixture.world("verifier")))();
		await travel(contracts.connection, BigInt(contracts.deployment.parameters.challengePeriod + 1));
		await honest.tick();
		expect((await getClaim(contracts, 2n)).status).toBe(CLAIM_STATUS.final);
	});

	it("is the contracts' own word about guarded programs, whatever others do with theirs", async () => {
		const honest = await submitter(await fixture.world("submitter"), "1", { progress: () => {} });
		await honest.tick();
		const world = await fixture.world("second-submitter");
		await fc.assert(
			fc.asyncProperty(fc.array(hostileMove, { minLength: 1, maxLength: 12 }), async (moves) => {
				const request = contracts.connection.reader.request as (args: unknown) => Promise<unknown>;
				const snapshot = await request({ method: "evm_snapshot", params: [] });
				try {
					const [own, all] = [{ programs: guarded }, {}].map((options) =>
						gameReader(contracts, eventFeed(contracts), zeroAddress, options),
					);
					const attacker = new Attacker(world, 1, 1);
					for (const move of moves) {
						await attacker.make(move);
						const state = await own();
						await all();
						const {
							traceRoot,
							submitter: by,
							request: of,
							claimedAt,
							status,
							winner,
							delivered,
						} = state.claims[0];
						const stored = await getClaim(contracts, 1n);
						const seen = {
							traceRoot,
							submitter: by,
							request: of,
							since: claimedAt,
							status,
							winner,
							delivered,
						};
						if (stored.status === CLAIM_STATUS.live) expect(seen).toEqual(stored);
						else expect(status).toBe(stored.status);
						expect(state.claims[0].boundAt).toBe(0);
						const asked = await getRequest(contracts, 1n);
						expect({ ...state.requests[0], isExclusive: false }).toEqual(asked);
					}
				} finally {
					await request({ method: "evm_revert", params: [snapshot] });
				}
			}),
			{ numRuns: 12 },
		);
	});

	it("is read in as many calls however many requests and foreign claims there are", async () => {
		const asked = new Map<string, number>();
		const on = over((logs) => logs, asked);
		const look = gameReader(on, eventFeed(on), zeroAddress, { programs: guarded });
		const callsPerLook = async () => {
			await look();
			await travel(contracts.connection, 1n);
			asked.clear();
			await look();
			return Object.fromEntries(asked);
		};
		const before = await callsPerLook();
		const { program, inputsRoot } = await getRequest(contracts, 1n);
		const spammer = signerFor(contracts.connection, localAccount("second-submitter"));
		const { abi, bytecode } = await readArtifact("Crowd");
		const crowd = { abi, address: await sendDeployment(spammer, "Crowd", bytecode) };
		for (let made = 0; made < 10_000; made += 100) {
			const args = [contracts.market.address, program, inputsRoot, 100n];
			await send(spammer, { contract: crowd, functionName: "request", args });
		}
		const foreign: HostileMove[] = [
			{ type: "register", lazy: true, leaves: 1, steps: 1 },
			{ type: "request", program: 0, root: 1, soon: false },
			{ type: "claim", request: 10_001, root: 0 },
		];
		const attacker = new Attacker(await fixture.world("second-submitter"), 10_001, 0);
		for (const move of foreign) expect(await attacker.make(move), move.type).toBe(true);
		const request = contracts.connection.reader.request as (args: unknown) => Promise<unknown>;
		for (let more = 0; more < 100; more++) await request({ method: "evm_mine", params: [] });
		expect(await read(contracts, contracts.market, "requestCount", [])).toBe(10_002n);
		expect(await callsPerLook()).toEqual(before);
	});
});

describe("events that a node leaves out", () => {
	it("are a failure that may pass, or an item left out: nothing is believed, and nothing else is kept back", async () => {
		await playSomething();
		const names = new Set(await logNames());
		expect(names.size).toBeGreaterThan(8);
		for (const missing of names) {
			const warnings: string[] = [];
			const on = over((logs) => logs.filter((log) => nameOf(log) !== missing));
			const look = gameReader(on, eventFeed(on), zeroAddress, { warn: (line) => warnings.push(line) });
			for (let tries = 0; tries < 3; tries++) {
				await look().catch((error: unknown) => {
					expect(error, missing).toBeInstanceOf(ChainError);
					expect((error as ChainError).retryable, missing).toBe(true);
				});
			}
		}
	});

	it("are noticed by the numbers that follow, before anything is joined", async () => {
		await playSomething();
		for (const family of ["Registered", "Requested", "Claimed", "Challenged"]) {
			const on = over((logs) => logs.filter((log) => nameOf(log) !== family));
			const look = gameReader(on, eventFeed(on), zeroAddress);
			await expect(look(), family).rejects.toThrow(/keeps some back/);
		}
		const attacker = new Attacker(await fixture.world("second-submitter"), 1, 1);
		await attacker.make({ type: "register", lazy: true, leaves: 0, steps: 1 });
		await attacker.make({ type: "request", program: 0, root: 1, soon: false });
		await attacker.make({ type: "request", program: 0, root: 2, soon: false });
		const hideRequest = (id: bigint) =>
			over((logs) =>
				logs.filter((log) => {
					const [event] = eventsOf(contracts.market.abi, [log]);
					return event?.name !== "Requested" || event.args.request !== id;
				}),
			);
		for (const [id, why] of [
			[2n, /request 2 of those up to 3/],
			[3n, /3 requests, 2 of them in events/],
		] as const) {
			const on = hideRequest(id);
			await expect(gameReader(on, eventFeed(on), zeroAddress)()).rejects.toThrow(why);
		}
	});

	it("about one item leave out that item only, after all was read again", async () => {
		const [liar, guard] = await opponents(await fixture.world("submitter"), await fixture.world("verifier"));
		for (let round = 0; round < 2; round++) for (const actor of [liar, guard]) await actor.tick();
		await liar.tick();
		const right = await gameReader(contracts, eventFeed(contracts), zeroAddress)();
		expect(right.disputes[0].phase).not.toBe(PHASE.closed);
		const answer = right.disputes[0].phase === PHASE.search ? "NodeOpened" : "LeafPublished";
		const warnings: string[] = [];
		const on = over((logs) => logs.filter((log) => nameOf(log) !== answer));
		const look = gameReader(on, eventFeed(on), zeroAddress, { warn: (line) => warnings.push(line) });
		await expect(look()).rejects.toThrow(/what happened to dispute 1/);
		const state = await look();
		expect(warnings).toEqual([expect.stringMatching(/^dispute 1 is left out/)]);
		expect(state.disputes[0].phase).toBe(PHASE.closed);
		expect(state.claims).toEqual(right.claims);
	});

	it("about the end of a claim are noticed", async () => {
		await playSomething();
		const on = over((logs) => logs.filter((log) => nameOf(log) !== "Rejected"));
		await expect(gameReader(on, eventFeed(on), zeroAddress)()).rejects.toThrow(/what happened to claim 1/);
	});

	it("or gives twice, unasked or out of order are refused or put in order", async () => {
		await playSomething();
		for (let more = 0; more < 70; more++) await travel(contracts.connection, 1n);
		const right = await gameReader(contracts, eventFeed(contracts), zeroAddress)();
		const shuffled = over((logs) => logs.toReversed());
		expect(await gameReader(shuffled, eventFeed(shuffled), zeroAddress)()).toEqual(right);
		const faults: ((logs: Log[]) => Log[])[] = [
			(logs) => [...logs, ...logs],
			(logs) => logs.map((log) => ({ ...log, removed: true })),
			(logs) => logs.map((log) => ({ ...log, address: zeroAddress })),
			(logs) =>
				logs.map((log) => ({
					...log,
					blockNumber: log.blockNumber! + 1000n,
					blockHash: log.transactionHash,
				})),
		];
		for (const fault of faults) {
			const on = over(fault);
			await expect(gameReader(on, eventFeed(on), zeroAddress)()).rejects.toThrow(
				/the node gives (an event|events) of/,
			);
		}
	});
});

describe("ranges of blocks", () => {
	it("are halved until the node takes them, and those that were read are kept", async () => {
		await playSomething();
		const attacker = new Attacker(await fixture.world("second-submitter"), 1, 1);
		for (let made = 0; made < 40; made++)
			await attacker.make({ type: "open", tree: 1 + (made % 3), children: 2 });
		for (let more = 0; more < 70; more++) await travel(contracts.connection, 1n);
		const right = await gameReader(contracts, eventFeed(contracts), zeroAddress)();
		let ranges: number[] = [];
		const capped = over((logs, { fromBlock, toBlock }) => {
			if (typeof fromBlock !== "bigint" || typeof toBlock !== "bigint") return logs;
			if (logs.length > 8) throw new Error("query returned more than 8 results");
			ranges.push(Number(toBlock - fromBlock) + 1);
			return logs;
		});
		expect(await gameReader(capped, eventFeed(capped), zeroAddress)()).toEqual(right);
		expect(ranges.length).toBeGreaterThan(3);
		// A node that fails half-way is asked for the rest only.
		let failing = true;
		ranges = [];
		const breaking = over((logs, { fromBlock, toBlock }) => {
			if (typeof fromBlock !== "bigint" || typeof toBlock !== "bigint") return logs;
			if (toBlock - fromBlock >= 8n) throw new Error("block range is too wide");
			if (failing && ranges.length > 5) throw new ChainError("not now", { retryable: true });
			ranges.push(Number(fromBlock));
			return logs;
		});
		const feed = eventFeed(breaking);
		await expect(feed.poll()).rejects.toThrow(ChainError);
		failing = false;
		const before = ranges.length;
		await feed.poll();
		expect(Math.min(...ranges.slice(before))).toBeGreaterThan(Math.max(...ranges.slice(0, before - 1)));
		expect(feed.events.length).toBe((await allEvents()).length);
	});
});

async function allEvents(): Promise<readonly ChainEvent[]> {
	const feed = eventFeed(contracts);
	await feed.poll();
	return feed.events;
}

async function logNames(): Promise<ChainEvent["name"][]> {
	return (await allEvents()).map(({ name }) => name);
}
