import { MOST_REFUSALS, type WorkerStatus } from "./wire.ts";

interface Known {
	seen: number;
	kinds: readonly string[];
	readonly leases: Set<string>;
	done: number;
	failed: number;
	refused: number;
}

/** Workers that are remembered: names are theirs to choose. */
const MOST_WORKERS = 1000;

/** What a coordinator has seen of its workers since it was started. The queue does not depend on it. */
export class Workers {
	readonly #known = new Map<string, Known>();

	/** A worker asks for jobs of these kinds. */
	asked(name: string, kinds: readonly string[]): void {
		this.#of(name).kinds = kinds;
	}

	leased(name: string, lease: string): void {
		this.#of(name).leases.add(lease);
	}

	/** A lease has ended; what came of it. */
	ended(name: string, lease: string, as: "done" | "failed" | "lost"): void {
		const one = this.#of(name);
		one.leases.delete(lease);
		if (as !== "lost") one[as]++;
	}

	/** Who was given a lease; undefined of leases from before a restart. */
	holderOf(lease: string): string | undefined {
		for (const [name, { leases }] of this.#known) if (leases.has(lease)) return name;
		return undefined;
	}

	heard(name: string): void {
		this.#of(name);
	}

	/** A result of a worker was false. */
	refused(name: string): void {
		this.#of(name).refused++;
	}

	/** Whether a worker has given so many false results that it gets no more jobs. */
	isSuspended(name: string): boolean {
		return (this.#known.get(name)?.refused ?? 0) >= MOST_REFUSALS;
	}

	status(): WorkerStatus[] {
		const now = performance.now();
		return [...this.#known].map(([name, { seen, kinds, leases, done, failed, refused }]) => ({
			name,
			age: Math.round((now - seen) / 100) / 10,
			kinds: [...kinds],
			leased: leases.size,
			done,
			failed,
			refused,
		}));
	}

	#of(name: string): Known {
		const known = this.#known.get(name) ?? {
			seen: 0,
			kinds: [],
			leases: new Set<string>(),
			done: 0,
			failed: 0,
			refused: 0,
		};
		known.seen = performance.now();
		// Who was heard of last is forgotten last.
		this.#known.delete(name);
		this.#known.set(name, known);
		for (const [oldest] of this.#known) {
			if (this.#known.size <= MOST_WORKERS) break;
			this.#known.delete(oldest);
		}
		return known;
	}
}
