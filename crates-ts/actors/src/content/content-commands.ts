import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { parseCid } from "@umpire/content/cid.ts";
import { getContent, putContent } from "@umpire/content/content.ts";
import { openStores } from "@umpire/content/open-store.ts";
import { Pool } from "@umpire/content/pool.ts";
import {
	pinContent,
	Spread,
	type StoreOutcome,
	type Verified,
	verifyContent,
} from "@umpire/content/spread.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { save } from "./located-content.ts";

/** What a command about content did. Sizes in bytes. */
export interface ContentDone {
	readonly action: "put" | "get" | "pin" | "verify";
	readonly cid: string;
	/** Whether every store that was to has all of it. */
	readonly ok: boolean;
	readonly bytes: number | null;
	/** The file that was written. */
	readonly file: string | null;
	readonly stores: readonly (StoreOutcome | Verified)[];
}

/** Bytes of the largest content. */
const MOST = 2 ** 50;

/** Does what `umpire store` says. @throws UmpireError if no store is named, or none can do it */
export async function contentCommand(
	action: ContentDone["action"],
	what: string,
	options: {
		readonly store?: readonly string[] | undefined;
		readonly out?: string | undefined;
		readonly warn: (line: string) => void;
	},
): Promise<ContentDone> {
	const stores = openStores(options.store);
	if (stores.length === 0) {
		throw new UmpireError("OPTION", "No store is named", {
			advice: "give one with --store or UMPIRE_STORE, as in --store folder:PATH.",
		});
	}
	const pool = new Pool(stores, options.warn);
	if (action === "put") {
		if (!(await stat(what)).isFile()) throw new UmpireError("FILE", `${what} is no file.`);
		const spread = new Spread(stores);
		const { cid, size } = await putContent(createReadStream(what), spread.keep);
		return doneWith("put", `${cid}`, await spread.finish(cid), { bytes: size });
	}
	const cid = parseCid(what);
	switch (action) {
		case "get": {
			const { out } = options;
			if (out === undefined)
				throw new UmpireError("OPTION", "get needs the file to write, as in --out FILE.");
			await saveWhole(out, getContent(pool, cid, MOST));
			return doneWith("get", `${cid}`, [], { file: out, bytes: (await stat(out)).size });
		}
		case "pin": {
			const { bytes, stores: outcomes } = await pinContent(pool, cid, stores);
			return doneWith("pin", `${cid}`, outcomes, { bytes });
		}
		case "verify":
			return doneWith("verify", `${cid}`, await verifyContent(pool, cid), {});
	}
}

function doneWith(
	action: ContentDone["action"],
	cid: string,
	stores: ContentDone["stores"],
	{ bytes = null, file = null }: { bytes?: number | null; file?: string | null },
): ContentDone {
	return { action, cid, ok: stores.every(({ ok }) => ok), bytes, file, stores };
}

/** Writes beside the place and renames, so that a part is never taken for the whole. */
async function saveWhole(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
	const temporary = `${path}.${randomBytes(4).toString("hex")}.tmp`;
	try {
		await save(temporary, content);
		await rename(temporary, path);
	} catch (error) {
		await rm(temporary, { force: true });
		throw error;
	}
}
