/** A map that forgets what was set first when it holds more than `most`. */
export class Cache<K, V> {
	readonly #most: number;
	readonly #entries = new Map<K, V>();

	constructor(most: number) {
		this.#most = most;
	}

	/** What is known under a key. */
	peek(key: K): V | undefined {
		return this.#entries.get(key);
	}

	set(key: K, value: V): void {
		this.#entries.delete(key);
		this.#entries.set(key, value);
		for (const oldest of this.#entries.keys()) {
			if (this.#entries.size <= this.#most) break;
			this.#entries.delete(oldest);
		}
	}
}
