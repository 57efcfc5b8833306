/** A map that forgets what was added first when it holds more than `most`: traces are large. */
export class Cache<K, V> {
	readonly #most: number;
	readonly #entries = new Map<K, V>();

	constructor(most: number) {
		this.#most = most;
	}

	/** What is known under a key, made if it is not. A failure is not remembered. */
	async get(key: K, make: () => Promise<V>): Promise<V> {
		const known = this.#entries.get(key);
		if (known !== undefined) return known;
		const made = await make();
		this.#entries.set(key, made);
		for (const oldest of this.#entries.keys()) {
			if (this.#entries.size <= this.#most) break;
			this.#entries.delete(oldest);
		}
		return made;
	}
}
