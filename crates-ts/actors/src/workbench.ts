import { setTimeout as sleep } from "node:timers/promises";
import { keepingSubject } from "./subject.ts";

/**
 * Work that a running dispute waits for; proofs that a farm makes as well; what others say is wrong; and work that may take
 * as long as it takes.
 */
export type Lane = "urgent" | "proofs" | "alarm" | "background";
/** Jobs of each lane that run at once. Those of `proofs` mostly wait for other machines. */
const WIDTH: Readonly<Record<Lane, number>> = { urgent: 1, proofs: 16, alarm: 1, background: 1 };

/** Where a job goes that several ask for: the first of their lanes. */
const RANK: readonly Lane[] = ["urgent", "proofs", "alarm", "background"];

/** What is to be computed. */
export interface Job<T> {
	/** Names the result: it is computed once, whoever asks for it. */
	readonly key: string;
	/** Of the jobs of a lane that wait, the one with the least is done first; a time in seconds, by and large. */
	readonly order: number;
	readonly work: () => Promise<T>;
}

interface Entry {
	readonly key: string;
	lane: Lane;
	order: number;
	work: () => Promise<unknown>;
	state: "waiting" | "running" | "done" | "failed";
	result: unknown;
	/** In the round of asking that is going on. */
	asked: boolean;
	/** How often it has failed, and when it may be tried again (performance.now). */
	failures: number;
	again: number;
	told: boolean;
}

/** Results that nobody asks for any more, kept for whoever asks next: traces are large. */
const SPARE = 4;
/** Results that are asked for and kept; of more, those that are needed latest are computed again. */
const PINNED = 16;
/** Failures that are remembered, so that their work is not done again at once. */
const FAILURES = 1000;
/** Milliseconds between two tries of a job that fails: the second comes at once, then ever later. */
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 600_000;

/**
 * Computes beside the game. Whoever needs a result asks for it at every tick: `ask` never waits. It starts what nobody
 * has started, and gives what is there. Between `begin` and `end` everything that is still wanted is asked for: what
 * waits and is not wanted any more is dropped, and what is wanted (the evidence of running disputes) is kept.
 */
export class Workbench {
	readonly #entries = new Map<string, Entry>();
	readonly #listeners = new Set<() => void>();

	/** A new round of asking. */
	begin(): void {
		for (const entry of this.#entries.values()) entry.asked = false;
	}

	/**
	 * The result, if it is there; undefined if it is being computed or waits for its turn.
	 *
	 * @throws whatever the job threw, also while it waits to be tried again
	 */
	ask<T extends object>(lane: Lane, { key, order, work }: Job<T>): T | undefined {
		const entry = this.#entries.get(key) ?? fresh(key);
		if (!entry.asked || order < entry.order) entry.order = order;
		if (entry.state === "waiting" && (!entry.asked || RANK.indexOf(lane) < RANK.indexOf(entry.lane)))
			entry.lane = lane;
		entry.asked = true;
		// What was asked for last is forgotten last.
		this.#entries.delete(key);
		this.#entries.set(key, entry);
		if (entry.state === "failed") {
			// A failure is thrown at least once, however long ago it was.
			if (!entry.told || performance.now() < entry.again) {
				entry.told = true;
				throw entry.result;
			}
			entry.state = "waiting";
			entry.lane = lane;
		}
		// Whose turn it is done in says nothing of what it is about.
		if (entry.state === "waiting") entry.work = keepingSubject(work);
		this.#startNext();
		return entry.state === "done" ? (entry.result as T) : undefined;
	}

	/** What was computed, without starting anything; it is kept as if it was asked for. */
	keep<T extends object>(key: string, order: number): T | undefined {
		const entry = this.#entries.get(key);
		if (entry?.state !== "done") return undefined;
		entry.order = entry.asked ? Math.min(order, entry.order) : order;
		entry.asked = true;
		return entry.result as T;
	}

	/** The end of a round: forgets what nobody asked for. */
	end(): void {
		const entries = [...this.#entries.values()];
		const drop = (list: readonly Entry[]) => {
			for (const { key } of list) this.#entries.delete(key);
		};
		drop(entries.filter(({ state, asked }) => state === "waiting" && !asked));
		const done = entries.filter(({ state }) => state === "done");
		const pinned = done.filter(({ asked }) => asked).sort((a, b) => a.order - b.order);
		drop(pinned.slice(PINNED));
		drop(done.filter(({ asked }) => !asked).slice(0, -SPARE));
		drop(entries.filter(({ state }) => state === "failed").slice(0, -FAILURES));
	}

	/** Whether anything is being computed or waits for its turn. */
	get isBusy(): boolean {
		return [...this.#entries.values()].some(({ state }) => state === "running" || state === "waiting");
	}

	/**
	 * Waits until a job is finished or something else calls for attention.
	 *
	 * @param isNeeded looks elsewhere; asked every `pause` milliseconds
	 * @returns true if there is something to look at; false, at once, if nothing is being computed
	 */
	async rest(pause: number, isNeeded: () => Promise<boolean>): Promise<boolean> {
		if (!this.isBusy) return false;
		let finished = false;
		let listener = () => {};
		const next = new Promise<void>((resolve) => {
			listener = () => {
				finished = true;
				resolve();
			};
			this.#listeners.add(listener);
		});
		try {
			while (!finished) {
				const waited = new AbortController();
				await Promise.race([next, sleep(pause, undefined, { signal: waited.signal }).catch(() => {})]);
				waited.abort();
				if (!finished && (await isNeeded())) break;
			}
			return true;
		} finally {
			this.#listeners.delete(listener);
		}
	}

	#startNext(): void {
		for (const lane of RANK) {
			const mine = [...this.#entries.values()].filter((entry) => entry.lane === lane);
			const free = WIDTH[lane] - mine.filter(({ state }) => state === "running").length;
			const waiting = mine.filter(({ state }) => state === "waiting").sort((a, b) => a.order - b.order);
			for (const next of waiting.slice(0, free)) void this.#run(next);
		}
	}

	async #run(entry: Entry): Promise<void> {
		entry.state = "running";
		// Whoever asks has the rest of its round first: moves that are due go before what is computed.
		await new Promise((resolve) => setImmediate(resolve));
		try {
			entry.result = await entry.work();
			entry.state = "done";
			entry.failures = 0;
		} catch (error) {
			entry.result = error;
			entry.state = "failed";
			const pause = entry.failures === 0 ? 0 : FIRST_PAUSE * 2 ** (entry.failures - 1);
			entry.again = performance.now() + Math.min(pause, LONGEST_PAUSE);
			entry.failures++;
			entry.told = false;
		}
		this.#startNext();
		for (const listener of this.#listeners) listener();
	}
}

function fresh(key: string): Entry {
	return {
		key,
		lane: "background",
		order: Number.POSITIVE_INFINITY,
		work: async () => ({}),
		state: "waiting",
		result: undefined,
		asked: false,
		failures: 0,
		again: 0,
		told: false,
	};
}
