import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { systemCodeOf } from "@umpire/errors/system-code.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import { type BlockStore, MOST_BLOCK } from "./block-store.ts";
import { type CID, isNamed } from "./cid.ts";
import { makeFolder } from "./make-folder.ts";

/**
 * Blocks in a folder, `blocks/xy/CID`. A block is written beside its place, flushed to the disk and renamed, and so is
 * the folder's entry: what was acknowledged outlives a crash, and a part of a block is never seen.
 */
export function folderBlocks(folder: string): BlockStore {
	const base = resolve(folder);
	// The last characters but one are spread evenly: the first ones are the same for all.
	const pathOf = (cid: CID) => join(base, "blocks", `${cid}`.slice(-3, -1), `${cid}`);
	const get = (cid: CID) => readBlock(pathOf(cid));
	return {
		place: `folder:${base}`,
		writable: true,
		async has(cid) {
			return (await get(cid)) !== null;
		},
		get,
		async put(cid, bytes) {
			const path = pathOf(cid);
			// What the disk damaged is written anew.
			const there = await get(cid).catch(() => null);
			if (there !== null && (await isNamed(cid, there))) return;
			await keep(path, bytes).catch((error: unknown) => {
				throw failure(path, "written", error);
			});
		},
	};
}

async function keep(path: string, bytes: Uint8Array): Promise<void> {
	const folder = dirname(path);
	const temporary = `${path}.${randomBytes(4).toString("hex")}.tmp`;
	await makeFolder(folder);
	try {
		await flushed(await open(temporary, "w"), (file) => file.writeFile(bytes));
		await rename(temporary, path);
		await flushed(await open(folder, constants.O_RDONLY));
	} catch (error) {
		await rm(temporary, { force: true }).catch(() => {});
		throw error;
	}
}

async function flushed(file: FileHandle, write?: (file: FileHandle) => Promise<void>): Promise<void> {
	try {
		await write?.(file);
		await file.sync();
	} finally {
		await file.close();
	}
}

/** The bytes of a plain file, but never more than a block has; a pipe that nobody writes to is not waited for. */
async function readBlock(path: string): Promise<Uint8Array | null> {
	let file: FileHandle;
	try {
		file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
	} catch (error) {
		if (["ENOENT", "ENOTDIR"].includes(String(systemCodeOf(error)))) return null;
		throw failure(path, "read", error);
	}
	try {
		const found = await file.stat();
		if (!found.isFile() || found.size > MOST_BLOCK) {
			throw new UmpireError("STORED", `${path} is no block`, { advice: "remove it." });
		}
		return await file.readFile();
	} catch (error) {
		throw failure(path, "read", error);
	} finally {
		await file.close();
	}
}

function failure(path: string, done: "read" | "written", cause: unknown): unknown {
	const code = systemCodeOf(cause);
	if (cause instanceof UmpireError || code === undefined) return cause;
	if (code === "ENOSPC" || code === "EDQUOT") {
		return new UmpireError("STORED", `No space left for ${path}`, {
			advice: "free some and put it again: what is there is kept.",
			cause,
			retryable: true,
		});
	}
	return new UmpireError("STORED", `${path} cannot be ${done} (${code})`, {
		advice: "mend it, or name another folder with --store.",
		cause,
	});
}
