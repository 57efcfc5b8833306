import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Actor } from "@umpire/actors/actor.ts";
import { Farm } from "@umpire/actors/farm/farm.ts";
import { kindsOf } from "@umpire/actors/farm/kinds.ts";
import { SHAPES } from "@umpire/actors/farm/shapes.ts";
import { SharedProofs, type Statement } from "@umpire/actors/farm/shared-proofs.ts";
import { setUp } from "@umpire/actors/set-up.ts";
import { submitter } from "@umpire/actors/submitter.ts";
import { verifier } from "@umpire/actors/verifier.ts";
import type { World } from "@umpire/actors/world.ts";
import type { Connection } from "@umpire/chain/connection.ts";
import { getClaim } from "@umpire/chain/contracts.ts";
import { connectPrivate } from "@umpire/chain/private-chain.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { packLeaf } from "@umpire/commitment/leaf.ts";
import { loadPoseidon } from "@umpire/commitment/poseidon.ts";
import type { FarmClient } from "@umpire/farm/client.ts";
import { openPglite } from "@umpire/farm/database.ts";
import type { Kind } from "@umpire/farm/kind.ts";
import { Queue } from "@umpire/farm/queue.ts";
import { serveCoordinator } from "@umpire/farm/serve.ts";
import { openToken } from "@umpire/farm/token.ts";
import { LEAST_LEASE } from "@umpire/farm/wire.ts";
import { runWorker } from "@umpire/farm/worker.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { DEFAULT_LIMITS } from "@umpire/operators/limits.ts";
import { elementsInput } from "@umpire/prover/openings.ts";
import { prove, publicSignalsOf, verify } from "@umpire/prover/prove.ts";
import { openHome } from "@umpire/store/home.ts";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Fixture, playUntil, setUpFixture } from "./fixture.ts";

/** A coordinator in this process, and workers that do as they are told. */
class TestFarm {
	readonly farm: Farm;
	readonly client: FarmClient;
	readonly told: string[];
	starts = 1;
	readonly #stop = new AbortController();
	readonly #working: Promise<unknown>[] = [];
	readonly #open: (port: number) => ReturnType<typeof serveCoordinator>;
	#server: Awaited<ReturnType<typeof serveCoordinator>>;

	private constructor(
		farm: Farm,
		told: string[],
		server: Awaited<ReturnType<typeof serveCoordinator>>,
		open: (port: number) => ReturnType<typeof serveCoordinator>,
	) {
		this.farm = farm;
		this.client = farm.client;
		this.told = told;
		this.#server = server;
		this.#open = open;
	}

	static async start(world: World, folder: string): Promise<TestFarm> {
		const told: string[] = [];
		const warn = (line: string) => void told.push(line);
		const tokenFile = join(folder, "token");
		const token = await openToken(tokenFile);
		const names = SHAPES.map(({ name }) => name);
		const open = async (port: number) => {
			const queue = await Queue.open(await openPglite(join(folder, "queue")), names, LEAST_LEASE, warn);
			const options = { queue, kinds: SHAPES, token, folder, content: [], mostBytes: 1 << 24, warn };
			return serveCoordinator(options, port, "127.0.0.1");
		};
		const server = await open(0);
		const farm = await Farm.open(world.home, { address: server.url, tokenFile }, warn);
		return new TestFarm(farm, told, server, open);
	}

	/** A worker whose answers are changed on their way, or never come. */
	work(name: string, lie: (kind: Kind) => Kind = (kind) => kind): void {
		const home = openHome(join(folder, name));
		const tell = (line: string) => void this.told.push(line);
		const kinds = kindsOf({ home, client: this.client, limits: DEFAULT_LIMITS, tell }).map(lie);
		this.#working.push(
			runWorker({ client: this.client, name, kinds, slots: 4, tell, signal: this.#stop.signal }).catch(tell),
		);
	}

	async kill(): Promise<void> {
		await this.#server.close();
	}

	async restart(): Promise<void> {
		this.starts++;
		this.#server = await this.#open(Number(new URL(this.#server.url).port));
	}

	async close(): Promise<void> {
		this.#stop.abort();
		await this.#server.close();
		await Promise.all(this.#working);
	}
}

const poseidon = await loadPoseidon();
const beneficiary = "0x00000000000000000000000000000000000000aa";
function elements(seed: number): Statement {
	const words = packLeaf(
		Array.from({ length: 75 }, (_, i) => seed + i),
		16,
	);
	const reads = [{ width: 16, words, word: 4, lane: 14 }] as const;
	return {
		circuit: "elements",
		input: elementsInput({ reads, beneficiary }, (words) => poseidon.poseidon5([...words])),
	};
}
const STATEMENTS = [1, 2, 3, 4].map(elements);
async function expectValid(proofs: readonly Hex[]): Promise<void> {
	for (const [i, { circuit, input }] of STATEMENTS.entries())
		expect(await verify(circuit, proofs[i], await publicSignalsOf(circuit, input))).toBe(true);
}

/** Takes jobs and never answers. */
const hanging = (kind: Kind): Kind => ({
	...kind,
	work: (_, signal) =>
		new Promise((_, reject) => {
			signal.addEventListener("abort", () => reject(new Error("stopped")));
		}),
});
/** Says of every run that its trace is another one, and proves what was not asked. */
const raving = (kind: Kind): Kind => ({
	...kind,
	async work(payload, signal) {
		if (kind.name === "recompute") return { result: { traceRoot: `0x${"1".repeat(64)}` } };
		if (kind.name === "prove") return { result: { proof: `0x${"2".repeat(512)}` } };
		return kind.work(payload, signal);
	},
});

let connection: Connection;
let fixture: Fixture;
let folder: string;
let farm: TestFarm;
beforeAll(() => setUp(() => {}));
beforeEach(async () => {
	connection = await connectPrivate();
	fixture = await setUpFixture(connection);
	folder = await mkdtemp(join(tmpdir(), "umpire-farm-"));
	farm = await TestFarm.start(await fixture.world("verifier"), folder);
});
afterEach(async () => {
	await farm.close();
	await fixture.close();
	await connection.close();
	await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function guarding(told: string[]): Promise<Actor> {
	const world = { ...(await fixture.world("verifier")), farm: farm.farm };
	return verifier(world, "1", { compare: "trace", progress: (line) => void told.push(line) });
}

/** Brings a wrong claim down with the farm; what the verifier said. */
async function bringDown(between: (round: number) => Promise<void> = async () => {}): Promise<string[]> {
	const told: string[] = [];
	const liar = await submitter(await fixture.world("submitter"), "1", { defect: "0:3", progress: () => {} });
	const guard = await guarding(told);
	await playUntil(fixture, [liar, guard], 1n, CLAIM_STATUS.rejected, between);
	return told;
}

const isDone = async (kind: string, count: number): Promise<boolean> =>
	(await farm.client.status()).kinds.find((one) => one.kind === kind)!.done >= count;
const refused = async (): Promise<number> => {
	const { workers } = await farm.client.status();
	return workers.reduce((sum, one) => sum + one.refused, 0);
};
async function until(isSo: () => Promise<boolean>): Promise<void> {
	while (!(await isSo())) await sleep(50);
}

describe("a verifier whose farm", () => {
	it("calls a wrong claim right finds it all the same", async () => {
		farm.work("accomplice", (kind) => ({
			...kind,
			async work(payload, signal) {
				if (kind.name !== "recompute") return kind.work(payload, signal);
				// It looks up what is claimed.
				const { traceRoot } = await getClaim(fixture.contracts, 1n);
				return { result: { traceRoot } };
			},
		}));
		expect((await bringDown()).join("\n")).toContain("Claim 1 is wrong");
		await until(() => isDone("recompute", 1));
	});

	it("raises false alarms and sends false proofs agrees with what is right, brings down what is wrong, and has the worker refused", async () => {
		farm.work("raver", raving);
		expect((await bringDown()).join("\n")).toContain("the claim is rejected");
		const told: string[] = [];
		const honest = await submitter(await fixture.world("second-submitter"), "1", { progress: () => {} });
		const guard = await guarding(told);
		const agrees = () => told.some((line) => line.includes("agrees"));
		while (!agrees()) for (const actor of [honest, guard]) await actor.tick();
		expect(told.join("\n")).not.toContain("wrong");
	});

	it("hangs goes on alone", async () => {
		farm.work("sleeper", hanging);
		expect((await bringDown()).join("\n")).toContain("the claim is rejected");
	});

	it("is killed and started again in the middle of a dispute goes on", async () => {
		farm.work("worker");
		const told = await bringDown(async (round) => {
			if (round === 1) await farm.kill();
			if (round === 2) await farm.restart();
		});
		expect(told.join("\n")).toContain("the claim is rejected");
		expect(farm.starts).toBe(2);
	});
});

describe("proofs that are shared with a farm", () => {
	/** A farm that has answered before this machine has made its first proof, and one that this machine need not wait for. */
	const shared = (isAnswered: () => Promise<boolean>) =>
		new SharedProofs(farm.farm, async (circuit, input) => {
			await until(isAnswered);
			return prove(circuit, input);
		});

	it("are those of the farm if they are right, each about what was asked", async () => {
		farm.work("worker");
		const made = await shared(() => isDone("prove", 4)).prove(STATEMENTS, 1);
		const asked = (await farm.client.status()).kinds.find(({ kind }) => kind === "prove");
		expect(asked).toMatchObject({ done: 4 });
		await expectValid(made);
		expect(await refused()).toBe(0);
	});

	it("are made here where the farm's are of something else, or none, and those are refused", async () => {
		const other = (await prove("elements", elements(9).input)).proof;
		const lies = [other, `0x${"2".repeat(512)}`, `0x${"0".repeat(512)}`, `0x${"f".repeat(512)}`];
		farm.work("forger", (kind) => ({
			...kind,
			work: async () => ({ result: { proof: lies.shift() ?? other } }),
		}));
		await expectValid(await shared(() => isDone("prove", 4)).prove(STATEMENTS, 1));
		expect(await refused()).toBeGreaterThanOrEqual(3);
	});
});
