import { link, lstat, open, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { makeFolder } from "@umpire/content/make-folder.ts";
import { systemCodeOf } from "@umpire/errors/system-code.ts";
import { CeremonyError } from "./ceremony-error.ts";

/** Reading files that other people have made, and writing files that must not be there. */

/**
 * Reads a file of a transcript: a plain one of at most so many bytes. Somebody else has put it there: a link could lead
 * anywhere, a pipe keeps whoever reads it waiting for ever, and a huge one fills the memory.
 *
 * @returns undefined if it is not there
 * @throws CeremonyError if it is anything else, or cannot be read
 */
export async function readForeign(path: string, mostBytes: number): Promise<Buffer | undefined> {
	const name = basename(path);
	try {
		const found = await lstat(path);
		if (!found.isFile()) {
			throw new CeremonyError(`${name} is no plain file`, {
				advice: "fetch it again, as a file of its own.",
			});
		}
		if (found.size > mostBytes) {
			throw new CeremonyError(
				`${name} has ${found.size} bytes, and ${mostBytes} are the most that it could have`,
				{
					advice: "fetch it again.",
				},
			);
		}
		return await readFile(path);
	} catch (cause) {
		if (cause instanceof CeremonyError) throw cause;
		if (systemCodeOf(cause) === "ENOENT") return undefined;
		throw new CeremonyError(`${path} cannot be read`, { cause });
	}
}

/**
 * Writes a file that must not be there yet: whole, or not at all. Of several who write it at once, one does.
 *
 * @throws CeremonyError if it is there
 */
export async function writeNew(folder: string, name: string, content: Uint8Array | string): Promise<void> {
	await makeFolder(folder);
	const temporary = join(folder, `unfinished-${process.pid}-${name}`);
	await rm(temporary, { force: true });
	try {
		// Whatever is there meanwhile, a link for example, is not written to.
		const file = await open(temporary, "wx");
		try {
			await file.writeFile(content);
			// A new name may reach the disk before the contents do.
			await file.sync();
		} finally {
			await file.close();
		}
		await place(temporary, join(folder, name));
	} finally {
		await rm(temporary, { force: true });
	}
}

/** Gives a file its name unless that is taken: a link is made or not, whereas a rename replaces. */
async function place(temporary: string, path: string): Promise<void> {
	const taken = new CeremonyError(`${join(dirname(path), basename(path))} is there already`);
	try {
		await link(temporary, path);
	} catch (error) {
		if (systemCodeOf(error) === "EEXIST") throw taken;
		// Not every file system has links.
		if ((await stat(path).catch(() => undefined)) !== undefined) throw taken;
		await rename(temporary, path);
	}
}
