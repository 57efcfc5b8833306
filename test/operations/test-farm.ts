import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Farm } from "@umpire/actors/farm/farm.ts";
import { kindsOf } from "@umpire/actors/farm/kinds.ts";
import { SHAPES } from "@umpire/actors/farm/shapes.ts";
import type { World } from "@umpire/actors/world.ts";
import { FarmClient } from "@umpire/farm/client.ts";
import { openPglite } from "@umpire/farm/database.ts";
import type { Kind } from "@umpire/farm/kind.ts";
import { Queue } from "@umpire/farm/queue.ts";
import { serveCoordinator } from "@umpire/farm/serve.ts";
import { openToken, readToken, WorkerTokens } from "@umpire/farm/token.ts";
import { LEAST_LEASE } from "@umpire/farm/wire.ts";
import { runWorker } from "@umpire/farm/worker.ts";
import { DEFAULT_LIMITS } from "@umpire/operators/limits.ts";
import { openHome } from "@umpire/store/home.ts";

/** Waits until something is so. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
	while (!(await isSo())) await sleep(50);
}

/** Takes jobs and never answers. */
export const hanging = (kind: Kind): Kind => ({
	...kind,
	work: (_, signal) =>
		new Promise((_, reject) => {
			signal.addEventListener("abort", () => reject(new Error("stopped")));
		}),
});
/** A coordinator in this process, and workers that do as they are told. */
export class TestFarm {
	readonly farm: Farm;
	readonly client: FarmClient;
	readonly told: string[];
	starts = 1;
	#isUp = true;
	readonly #folder: string;
	readonly #stop = new AbortController();
	readonly #working: Promise<unknown>[] = [];
	readonly #open: (port: number) => ReturnType<typeof serveCoordinator>;
	#server: Awaited<ReturnType<typeof serveCoordinator>>;

	private constructor(
		farm: Farm,
		told: string[],
		folder: string,
		server: Awaited<ReturnType<typeof serveCoordinator>>,
		open: (port: number) => ReturnType<typeof serveCoordinator>,
	) {
		this.farm = farm;
		this.client = farm.client;
		this.told = told;
		this.#server = server;
		this.#open = open;
		this.#folder = folder;
	}

	static async start(world: World, folder: string, commits = false): Promise<TestFarm> {
		const told: string[] = [];
		const warn = (line: string) => void told.push(line);
		const tokenFile = join(folder, "token");
		const token = await openToken(tokenFile);
		const names = SHAPES.map(({ name }) => name);
		const open = async (port: number) => {
			const queue = await Queue.open(await openPglite(join(folder, "queue")), names, LEAST_LEASE, warn);
			const options = {
				queue,
				kinds: SHAPES,
				token,
				workerTokens: new WorkerTokens(join(folder, "workers")),
				folder,
				content: [],
				mostBytes: 1 << 24,
				warn,
			};
			return serveCoordinator(options, port, "127.0.0.1");
		};
		const server = await open(0);
		const farm = await Farm.open(world.home, { address: server.url, tokenFile, commits }, warn);
		return new TestFarm(farm, told, folder, server, open);
	}

	/** A worker whose answers are changed on their way, or never come. */
	async work(name: string, lie: (kind: Kind) => Kind = (kind) => kind, hasToken = true): Promise<void> {
		const home = openHome(join(this.#folder, "homes", name));
		const tokenFile = hasToken
			? await new WorkerTokens(join(this.#folder, "workers")).make(name)
			: join(this.#folder, "token");
		const client = new FarmClient(this.client.place, await readToken(tokenFile));
		const tell = (line: string) => void this.told.push(line);
		const kinds = kindsOf({ home, client, limits: DEFAULT_LIMITS, tell }).map(lie);
		this.#working.push(
			runWorker({ client, name, kinds, slots: 4, tell, signal: this.#stop.signal }).catch(tell),
		);
	}

	async isDone(kind: string, count: number): Promise<boolean> {
		const { kinds } = await this.client.status();
		return kinds.find((one) => one.kind === kind)!.done >= count;
	}

	/** Results that were refused. */
	async refused(): Promise<number> {
		const { workers } = await this.client.status();
		return workers.reduce((sum, one) => sum + one.refused, 0);
	}

	async kill(): Promise<void> {
		if (this.#isUp) await this.#server.close();
		this.#isUp = false;
	}

	async restart(): Promise<void> {
		this.starts++;
		this.#isUp = true;
		this.#server = await this.#open(Number(new URL(this.#server.url).port));
	}

	async close(): Promise<void> {
		this.#stop.abort();
		await this.kill();
		await Promise.all(this.#working);
	}
}
