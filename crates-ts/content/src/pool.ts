import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { type BlockStore, MOST_BLOCK } from "./block-store.ts";
import { type CID, inlineBytes, isNamed } from "./cid.ts";

/** Milliseconds for a block after which a store is asked last: one that drips could hold everything up, block by block. */
const SLOW = 10_000;

/**
 * Reads blocks from several stores: each is hashed, and what is false, missing or refused is asked of the next store.
 * A store that lied, failed or was slow is asked last from then on.
 */
export class Pool {
	readonly stores: readonly BlockStore[];
	readonly #tell: (line: string) => void;
	readonly #now: () => number;
	readonly #faults = new Map<BlockStore, number>();

	/**
	 * @param tell told, once a store, of stores that give false bytes, fail or are slow
	 * @param now a clock, in milliseconds
	 */
	constructor(
		stores: readonly BlockStore[],
		tell: (line: string) => void = () => {},
		now: () => number = () => performance.now(),
	) {
		this.stores = stores;
		this.#tell = tell;
		this.#now = now;
	}

	/** Those that answer, before those that did not. */
	get #ordered(): BlockStore[] {
		const faults = (store: BlockStore) => this.#faults.get(store) ?? 0;
		return this.stores.toSorted((a, b) => faults(a) - faults(b));
	}

	/**
	 * The bytes that an identifier names; null if every store says that it does not have them.
	 *
	 * @throws UmpireError if none has them, and some gave others or could not be read: it says which
	 */
	async find(cid: CID): Promise<Uint8Array | null> {
		const inline = inlineBytes(cid);
		if (inline !== undefined) return inline;
		const failures: { readonly line: string; readonly retryable: boolean }[] = [];
		for (const store of this.#ordered) {
			try {
				const begun = this.#now();
				const bytes = await readTrue(store, cid);
				if (this.#now() - begun > SLOW) this.#fault(store, `${store.place} takes long for a block`);
				if (bytes !== null) return bytes;
			} catch (error) {
				if (!(error instanceof UmpireError)) throw error;
				failures.push({ line: error.found, retryable: error.retryable });
				this.#fault(store, error.found);
			}
		}
		if (failures.length === 0) return null;
		throw new UmpireError("STORED", failures.map(({ line }) => line).join("; "), {
			advice: "no other store has it: name one that does with --store.",
			retryable: failures.some(({ retryable }) => retryable),
		});
	}

	#fault(store: BlockStore, what: string): void {
		const before = this.#faults.get(store) ?? 0;
		if (before === 0) this.#tell(`${what}: trying the other stores.`);
		this.#faults.set(store, before + 1);
	}

	/** @throws UmpireError also if no store has them */
	async get(cid: CID): Promise<Uint8Array> {
		const bytes = await this.find(cid);
		if (bytes !== null) return bytes;
		const places = this.stores.map(({ place }) => place).join(", ");
		throw new UmpireError("NOT_FOUND", `${cid} is not in ${places === "" ? "any store" : places}`, {
			advice: "name a store that has it with --store.",
		});
	}
}

/**
 * A block of one store; null if it does not have it.
 *
 * @throws UmpireError if it gives other bytes, naming it
 */
export async function readTrue(store: BlockStore, cid: CID): Promise<Uint8Array | null> {
	const bytes = await store.get(cid);
	if (bytes === null) return null;
	if (bytes.length <= MOST_BLOCK && (await isNamed(cid, bytes))) return bytes;
	throw new UmpireError("STORED", `${store.place} gives false bytes for ${cid}`);
}
