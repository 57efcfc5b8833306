import { mkdir, readFile, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeFolder } from "@umpire/content/make-folder.ts";
import { systemCodeOf } from "@umpire/errors/system-code.ts";

/** Locks that this process holds. */
const held = new Set<string>();
/** Locks that this process is about to write, some more than once. */
const writing: string[] = [];

/** Milliseconds between two looks at a lock that somebody is just writing or removing. */
const PAUSE = 20;
/** Milliseconds after which whoever was at it is taken to be killed. */
const PATIENCE = 2_000;

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
	await makeFolder(folder);
	const path = join(folder, "lock");
	for (;;) {
		writing.push(path);
		try {
			await writeFile(path, `${process.pid}\n`, { flag: "wx" });
			held.add(path);
			return async () => {
				held.delete(path);
				await rm(path, { force: true });
			};
		} catch (error) {
			if (systemCodeOf(error) !== "EEXIST") throw error;
		} finally {
			writing.splice(writing.indexOf(path), 1);
		}
		const state = await stateOf(path);
		if (typeof state === "number") throw taken(state);
		if (state === "stale") await removeStale(path);
		else await sleep(PAUSE);
	}
}

/** The process that holds a lock; `stale` if that is gone, `unclear` of one that is just being written or removed. */
async function stateOf(path: string): Promise<number | "stale" | "unclear"> {
	const text = await readFile(path, "utf8").catch((error: unknown) => {
		if (systemCodeOf(error) !== "ENOENT") throw error;
		return undefined;
	});
	if (text === undefined) return "unclear";
	// A lock is there before its number is in it.
	if (!/^[1-9]\d*\n$/.test(text)) return (await isOld(path)) ? "stale" : "unclear";
	const pid = Number(text);
	if (pid === process.pid && writing.includes(path)) return held.has(path) ? pid : "unclear";
	return (pid === process.pid ? held.has(path) : isRunning(pid)) ? pid : "stale";
}

/** Two that begin at once would otherwise each remove the lock that the other one has just made. */
async function removeStale(path: string): Promise<void> {
	const guard = `${path}.stale`;
	try {
		await mkdir(guard);
	} catch (error) {
		if (systemCodeOf(error) !== "EEXIST") throw error;
		if (await isOld(guard)) await rmdir(guard).catch(() => {});
		return sleep(PAUSE);
	}
	try {
		if ((await stateOf(path)) === "stale") await rm(path, { force: true });
	} finally {
		await rmdir(guard).catch(() => {});
	}
}

async function isOld(path: string): Promise<boolean> {
	const found = await stat(path).catch(() => undefined);
	return found !== undefined && Date.now() - found.mtimeMs > PATIENCE;
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
