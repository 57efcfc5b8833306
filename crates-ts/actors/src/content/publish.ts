import { createReadStream, existsSync } from "node:fs";
import { basename } from "node:path";
import { announce, locationsOf } from "@umpire/chain/addresses.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import type { BlockStore } from "@umpire/content/block-store.ts";
import type { CID } from "@umpire/content/cid.ts";
import { putContent, putFolder } from "@umpire/content/content.ts";
import { Spread, type StoreOutcome } from "@umpire/content/spread.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { dataFileOf } from "@umpire/onnx/write-file.ts";
import type { Home } from "@umpire/store/home.ts";
import { bytesToHex } from "viem";
import type { World } from "../world.ts";

/** Where something was put, for everybody who finds it by its root on the chain. */
export interface PutContent {
	readonly root: Hex;
	/** Its content identifier, as text. */
	readonly cid: string;
	readonly stores: readonly StoreOutcome[];
	/** Whether the chain tells it. */
	readonly announced: boolean;
}

/** Announcements of one account about one root that are looked through for one that says the same. */
const LOOKED_AT = 64;

/**
 * Puts what the home folder has under a root into stores. Large programs are two files, and become a folder.
 *
 * @throws UmpireError if no store takes it
 */
export async function putKept(
	home: Home,
	kind: "programs" | "inputs",
	root: Hex,
	stores: readonly BlockStore[],
): Promise<{ readonly cid: CID; readonly stores: readonly StoreOutcome[] }> {
	const path = home.content.pathOf?.(kind, root);
	if (path === undefined || !existsSync(path)) {
		throw new UmpireError("NOT_FOUND", `${root} is not in ${home.folder}`);
	}
	const spread = new Spread(stores);
	const data = dataFileOf(path);
	const { cid } =
		kind === "programs" && existsSync(data)
			? await putFolder(
					[path, data].map((file) => ({ path: basename(file), content: createReadStream(file) })),
					spread.keep,
				)
			: await putContent(createReadStream(path), spread.keep);
	return { cid, stores: await spread.finish(cid) };
}

/**
 * Puts what the home folder has under roots into stores, and tells the chain where it is, in one transaction; nothing
 * is sent about what this account has said already.
 */
export async function publish(
	world: World,
	what: readonly { readonly kind: "programs" | "inputs"; readonly root: Hex }[],
	stores: readonly BlockStore[],
	warn: (line: string) => void,
): Promise<PutContent[]> {
	const done: PutContent[] = [];
	const fresh: { root: Hex; cid: Hex }[] = [];
	for (const { kind, root } of what) {
		// Programs without inputs have them under the root 0, and nothing to put.
		if (BigInt(root) === 0n) continue;
		const put = await putKept(world.home, kind, root, stores);
		for (const { store, error } of put.stores)
			if (error !== null) warn(`${store} did not take ${put.cid}: ${error}`);
		const cid = bytesToHex(put.cid.bytes);
		if (!(await isAnnounced(world, root, cid))) fresh.push({ root, cid });
		done.push({ root, cid: `${put.cid}`, stores: put.stores, announced: true });
	}
	if (fresh.length > 0) {
		const sent = await announce(world.signer, fresh);
		world.onSent(sent, world.signer.account.address);
	}
	return done;
}

/** The same for one root, if any store is named; null if none is. */
export async function publishIfStores(
	world: World,
	kind: "programs" | "inputs",
	root: Hex,
	warn: (line: string) => void,
): Promise<PutContent | null> {
	const stores = world.located?.pool.stores ?? [];
	// Gateways alone are to get from.
	if (!stores.some(({ writable }) => writable)) return null;
	const [put = null] = await publish(world, [{ kind, root }], stores, warn);
	return put;
}

/** Whether this account has said already where something is. */
export async function isAnnounced(world: World, root: Hex, cid: Hex): Promise<boolean> {
	const { address } = world.signer.account;
	const said = await locationsOf(world.contracts, root, LOOKED_AT, address);
	return said.some((one) => one.cid === cid);
}
