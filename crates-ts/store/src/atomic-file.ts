import { randomBytes } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "@umpire/content/make-folder.ts";
import { systemCodeOf } from "@umpire/errors/system-code.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";

/**
 * Writes a file so that readers see the old content or the new, never a part.
 *
 * @param mode who may read it from the first byte on: 0o600 for what is secret
 * @throws UmpireError if the disk is full or the folder cannot be written
 */
export async function writeAtomically(
	path: string,
	content: Uint8Array | string,
	mode = 0o666,
): Promise<void> {
	await replaceAtomically(path, (temporary) => writeFile(temporary, content, { mode }));
}

/** The same for content that a function writes to the path it is given, and beside it: to that path with ".data" behind it. */
export async function replaceAtomically(
	path: string,
	write: (temporary: string) => Promise<void>,
): Promise<void> {
	const temporary = `${path}.${randomBytes(4).toString("hex")}.tmp`;
	try {
		await makeFolder(dirname(path));
		await write(temporary);
		await rename(`${temporary}.data`, `${path}.data`).catch((error: unknown) => {
			if (systemCodeOf(error) !== "ENOENT") throw error;
		});
		await rename(temporary, path);
	} catch (error) {
		for (const file of [temporary, `${temporary}.data`])
			await rm(file, { force: true, recursive: true }).catch(() => {});
		throw explainWrite(error, path);
	}
}

function explainWrite(error: unknown, path: string): unknown {
	const code = systemCodeOf(error);
	if (code === "ENOSPC") {
		return new UmpireError("STORED", `No space left for ${path}`, {
			advice: "free some, or choose another folder with --home.",
			cause: error,
			retryable: true,
		});
	}
	if (["EACCES", "EEXIST", "EISDIR", "ENOENT", "ENOTDIR", "EPERM", "EROFS"].includes(String(code))) {
		return new UmpireError("STORED", `${path} cannot be written`, {
			advice: "choose another folder with --home or UMPIRE_HOME.",
			cause: error,
		});
	}
	return error;
}
