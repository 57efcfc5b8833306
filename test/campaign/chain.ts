import type { Connection } from "@umpire/chain/connection.ts";
import { connectPrivate } from "@umpire/chain/private-chain.ts";

/** Snapshots that are kept: a reorganisation undoes fewer blocks than this. */
const KEPT = 4;

type Request = (args: { method: string; params: readonly unknown[] }) => Promise<unknown>;

/** What those who play need of a chain. */
export type PlayedChain = Pick<SimulatedChain, "connection" | "time">;

/**
 * A chain whose blocks are mined when the game says so, each so many seconds after the last one. The clock of
 * this process, by which actors pause and lose patience, goes with a private chain's: what takes a minute there takes a
 * minute here.
 */
export class SimulatedChain {
	readonly connection: Connection;
	readonly seconds: number;
	/** Blocks that reorganisations undid. */
	undone = 0;
	blocks = 0;
	readonly #request: Request;
	readonly #clock = performance.now;
	#ahead = 0;
	#time = 0;
	#snapshots: { id: unknown; time: number }[] = [];

	/** Whether this process's clock goes with it. */
	readonly #isPrivate: boolean;

	private constructor(connection: Connection, seconds: number, isPrivate: boolean) {
		this.#isPrivate = isPrivate;
		this.connection = connection;
		this.seconds = seconds;
		this.#request = connection.reader.request as never;
	}

	/** A chain that still mines every transaction at once: `start` ends that. */
	static async open(seconds: number): Promise<SimulatedChain> {
		return new SimulatedChain(await connectPrivate(), seconds, true);
	}

	/** A development chain of another process, which others follow by their own clocks; likewise. */
	static over(connection: Connection, seconds: number): SimulatedChain {
		return new SimulatedChain(connection, seconds, false);
	}

	async start(): Promise<void> {
		await this.#request({ method: "evm_setAutomine", params: [false] });
		this.#time = Number((await this.connection.reader.getBlock()).timestamp);
		const real = this.#clock.bind(performance);
		if (this.#isPrivate) performance.now = () => real() + this.#ahead;
		await this.mine();
	}

	/** The newest block's time. */
	get time(): number {
		return this.#time;
	}

	/** Mines what waits into the next block. */
	async mine(seconds = this.seconds): Promise<void> {
		await this.#mineAt(this.#time + seconds);
		this.#ahead += 1000 * seconds;
		this.blocks++;
	}

	/** Another branch, as long as the lost one, without the transactions of its last `depth` blocks. */
	async undo(depth: number): Promise<boolean> {
		const before = this.#snapshots.at(-1 - depth);
		if (before === undefined) return false;
		const times = this.#snapshots.slice(-depth).map(({ time }) => time);
		this.#snapshots = this.#snapshots.slice(0, -1 - depth);
		await this.#request({ method: "evm_revert", params: [before.id] });
		await this.#request({ method: "evm_setAutomine", params: [false] });
		await this.#remember(before.time);
		for (const time of times) await this.#mineAt(time);
		this.undone += depth;
		return true;
	}

	async close(): Promise<void> {
		performance.now = this.#clock;
		await this.connection.close();
	}

	async #mineAt(wanted: number): Promise<void> {
		// A coordinator makes blocks as well, where rounds wait for them.
		const { timestamp } = await this.connection.reader.getBlock();
		const time = Math.max(wanted, Number(timestamp) + 1);
		await this.#request({ method: "evm_setNextBlockTimestamp", params: [`0x${time.toString(16)}`] });
		await this.#request({ method: "evm_mine", params: [] });
		this.#time = time;
		await this.#remember(time);
	}

	async #remember(time: number): Promise<void> {
		const id = await this.#request({ method: "evm_snapshot", params: [] });
		this.#snapshots = [...this.#snapshots, { id, time }].slice(-KEPT);
	}
}
