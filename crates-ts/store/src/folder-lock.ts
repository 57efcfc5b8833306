import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemCodeOf } from "@umpire/errors/system-code.ts";

/** Locks that this process holds. */
const held = new Set<string>();

/**
 * Keeps a folder for this process, because two would destroy what is in it; gives what lets go of it. One that was
 * killed leaves its lock, whose process is gone, or is this one: in containers numbers of processes come again.
 *
 * @param taken what is thrown if the process of that number has it
 */
export async function lockFolder(
	folder: string,
	taken: (pid: number) => Error,
): Promise<() => Promise<void>> {
	await mkdir(folder, { recursive: true });
	const path = join(folder, "lock");
	for (let tries = 0; ; tries++) {
		try {
			await writeFile(path, `${process.pid}\n`, { flag: "wx" });
			held.add(path);
			return async () => {
				held.delete(path);
				await rm(path, { force: true });
			};
		} catch (error) {
			if (systemCodeOf(error) !== "EEXIST") throw error;
		}
		const pid = Number(await readFile(path, "utf8").catch(() => ""));
		const isTaken =
			pid === process.pid ? held.has(path) : Number.isSafeInteger(pid) && pid > 0 && isRunning(pid);
		if (isTaken || tries > 2) throw taken(pid);
		await rm(path, { force: true });
	}
}

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// Another user's process cannot be asked, but is there.
		return systemCodeOf(error) === "EPERM";
	}
}
