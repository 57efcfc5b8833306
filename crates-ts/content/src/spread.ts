import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { BlockStore } from "./block-store.ts";
import type { CID } from "./cid.ts";
import { distinctBlocksOf, type Keep } from "./content.ts";
import { type Pool, readTrue } from "./pool.ts";

/** What became of content in one store. */
export interface StoreOutcome {
	readonly store: string;
	readonly ok: boolean;
	/** What went wrong; null if nothing did. */
	readonly error: string | null;
}

/**
 * Puts blocks to several stores at once. One that fails gets nothing more, and is told of in the end: the others go on.
 * Blocks that a store has already are not sent again.
 */
export class Spread {
	readonly #stores: readonly BlockStore[];
	readonly #failures = new Map<BlockStore, UmpireError>();

	/** @throws UmpireError if none of them can be put to */
	constructor(stores: readonly BlockStore[]) {
		this.#stores = stores.filter(({ writable }) => writable);
		if (this.#stores.length === 0) {
			throw new UmpireError(
				"OPTION",
				stores.length === 0
					? "No store is named to put to"
					: `${stores.map(({ place }) => place).join(", ")} can only be read from`,
				{ advice: "name one with --store, as in --store folder:PATH (buckets need credentials)." },
			);
		}
	}

	/** Keeps a block in every store that has not failed. @throws UmpireError if all have */
	readonly keep: Keep = async (cid, bytes) => {
		await Promise.all(
			this.#stores.map(async (store) => {
				if (this.#failures.has(store)) return;
				await this.#guarded(store, async () => {
					// A folder looks for itself, and writes anew what the disk has damaged.
					if (store.place.startsWith("folder:") || !(await store.has(cid))) await store.put(cid, bytes);
				});
			}),
		);
		if (this.#failures.size === this.#stores.length) throw [...this.#failures.values()][0];
	};

	/** Pins what was put, where that means something, and says what became of it in each store. */
	async finish(root: CID): Promise<StoreOutcome[]> {
		for (const store of this.#stores) {
			if (!this.#failures.has(store)) await this.#guarded(store, async () => store.pin?.(root));
		}
		return this.#stores.map((store) => {
			const failure = this.#failures.get(store);
			return { store: store.place, ok: failure === undefined, error: failure?.message ?? null };
		});
	}

	async #guarded(store: BlockStore, run: () => Promise<void>): Promise<void> {
		try {
			await run();
		} catch (error) {
			if (!(error instanceof UmpireError)) throw error;
			this.#failures.set(store, error);
		}
	}
}

/** Brings content from where it is to all stores that can be put to, and pins it there. */
export async function pinContent(
	pool: Pool,
	root: CID,
	stores: readonly BlockStore[],
): Promise<{ readonly blocks: number; readonly bytes: number; readonly stores: readonly StoreOutcome[] }> {
	const spread = new Spread(stores);
	let blocks = 0;
	let size = 0;
	for await (const { cid, bytes } of distinctBlocksOf(pool, root)) {
		await spread.keep(cid, bytes);
		blocks++;
		size += bytes.length;
	}
	return { blocks, bytes: size, stores: await spread.finish(root) };
}

/** What one store has of some content. */
export interface Verified extends StoreOutcome {
	/** Blocks that it gives rightly. */
	readonly blocks: number;
	readonly missing: number;
	readonly false: number;
}

/** Reads every block of some content from every store, and says which has all of it. */
export async function verifyContent(pool: Pool, root: CID): Promise<Verified[]> {
	const counts = pool.stores.map((store) => ({
		store,
		blocks: 0,
		missing: 0,
		false: 0,
		error: null as string | null,
	}));
	for await (const { cid, bytes } of distinctBlocksOf(pool, root)) {
		if (bytes.length === 0 && cid.multihash.code === 0) continue;
		for (const count of counts) {
			try {
				if ((await readTrue(count.store, cid)) === null) count.missing++;
				else count.blocks++;
			} catch (error) {
				if (!(error instanceof UmpireError)) throw error;
				count.false++;
				count.error ??= error.message;
			}
		}
	}
	return counts.map(({ store, ...count }) => ({
		store: store.place,
		...count,
		ok: count.missing === 0 && count.false === 0,
	}));
}
