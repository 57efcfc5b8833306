import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { systemCodeOf } from "@umpire/errors/system-code.ts";

/**
 * Makes a folder and those above it, unless they are there. Node's own recursive `mkdir` never returns where a file system
 * says of a folder that is there that it is not, as /proc does.
 *
 * @throws Error with the code of the operating system
 */
export async function makeFolder(path: string): Promise<void> {
	const folder = resolve(path);
	const above = dirname(folder);
	try {
		await mkdir(folder);
	} catch (error) {
		const code = systemCodeOf(error);
		if (code === "ENOENT" && above !== folder) {
			await makeFolder(above);
			// Once: what is still not there then never will be.
			await mkdir(folder).catch((again: unknown) => {
				if (systemCodeOf(again) !== "EEXIST") throw again;
			});
		} else if ((await stat(folder).catch(() => undefined))?.isDirectory() !== true) throw error;
	}
}
