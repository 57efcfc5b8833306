import { createHash, randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { makeFolder } from "@umpire/content/make-folder.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";

/** A body is larger than what is taken. */
export class TooLarge extends Error {
	override readonly name = "TooLarge";
}

/** A body that is not what its hash says. */
export class WrongHash extends Error {
	override readonly name = "WrongHash";
}

export interface Received {
	readonly bytes: number;
	readonly sha256: string;
}

/**
 * Writes a stream to a file, of which nothing is seen before all of it is on the disk.
 *
 * @param most bytes that are taken
 * @param sha256 what it must hash to, where that is known
 * @throws TooLarge, WrongHash
 */
export async function receive(
	body: ReadableStream<Uint8Array> | null,
	path: string,
	most: number,
	sha256?: string,
): Promise<Received> {
	await makeFolder(dirname(path));
	const temporary = `${path}.${randomBytes(4).toString("hex")}.tmp`;
	const hash = createHash("sha256");
	let bytes = 0;
	const counted = new Transform({
		transform(chunk: Uint8Array, _encoding, next) {
			bytes += chunk.length;
			if (bytes > most) return next(new TooLarge());
			hash.update(chunk);
			next(null, chunk);
		},
	});
	try {
		const source = body === null ? Readable.from([]) : Readable.fromWeb(body as never);
		await pipeline(source, counted, createWriteStream(temporary, { mode: 0o600 }));
		const found = hash.digest("hex");
		if (sha256 !== undefined && found !== sha256) throw new WrongHash();
		const file = await open(temporary, "r");
		await file.sync().finally(() => file.close());
		await rename(temporary, path);
		return { bytes, sha256: found };
	} catch (error) {
		await rm(temporary, { force: true });
		const { code } = error as NodeJS.ErrnoException;
		if (code === "ENOSPC") {
			throw new UmpireError("STORED", `No space left for ${dirname(path)}`, {
				retryable: true,
				cause: error,
			});
		}
		throw error;
	}
}

/** Notes that a file was asked for, so that `removeOld` keeps it. */
export async function markUsed(path: string): Promise<void> {
	const now = new Date();
	await utimes(path, now, now).catch(() => {});
}

/** A file as a stream; undefined if there is none. */
export async function send(path: string): Promise<{ size: number; body: ReadableStream } | undefined> {
	const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
		if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
		throw error;
	});
	if (!found?.isFile()) return undefined;
	return { size: found.size, body: Readable.toWeb(createReadStream(path)) as ReadableStream };
}

/** Removes files that are older than so many seconds; of those that end in `end` alone. */
export async function removeOld(folder: string, seconds: number, end = ""): Promise<void> {
	for (const name of await readdir(folder).catch(() => [])) {
		if (!name.endsWith(end)) continue;
		const path = join(folder, name);
		const found = await stat(path).catch(() => undefined);
		if (found?.isFile() && Date.now() - found.mtimeMs > 1000 * seconds) await rm(path, { force: true });
	}
}
