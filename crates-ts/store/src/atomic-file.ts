import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { UserError } from "@umpire/chain/errors.ts";

/**
 * Writes a file so that readers see the old content or the new, never a part.
 *
 * @throws UserError if the disk is full or the folder cannot be written
 */
export async function writeAtomically(path: string, content: Uint8Array | string): Promise<void> {
	await replaceAtomically(path, (temporary) => writeFile(temporary, content));
}

/** The same for content that a function writes to the path it is given. */
export async function replaceAtomically(
	path: string,
	write: (temporary: string) => Promise<void>,
): Promise<void> {
	const temporary = `${path}.${randomBytes(4).toString("hex")}.tmp`;
	try {
		await mkdir(dirname(path), { recursive: true });
		await write(temporary);
		await rename(temporary, path);
	} catch (error) {
		await rm(temporary, { force: true, recursive: true }).catch(() => {});
		throw explainWrite(error, path);
	}
}

function explainWrite(error: unknown, path: string): unknown {
	const code = error instanceof Error && "code" in error ? error.code : undefined;
	if (code === "ENOSPC") {
		return new UserError(`No space left for ${path}: free some, or choose another folder with --home.`, {
			cause: error,
			retry: true,
		});
	}
	if (["EACCES", "EEXIST", "EISDIR", "ENOTDIR", "EPERM", "EROFS"].includes(String(code))) {
		return new UserError(`${path} cannot be written: choose another folder with --home or UMPIRE_HOME.`, {
			cause: error,
		});
	}
	return error;
}
