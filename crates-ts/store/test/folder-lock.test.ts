import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { lockFolder } from "../src/folder-lock.ts";

const folder = mkdtempSync(join(tmpdir(), "umpire-lock-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const taken = (pid: number) => new Error(`open in process ${pid}`);
const path = join(folder, "lock");

describe("a folder", () => {
	it("is kept for one opening at a time, in one process too", async () => {
		const unlock = await lockFolder(folder, taken);
		await expect(lockFolder(folder, taken)).rejects.toThrow(`open in process ${process.pid}`);
		await unlock();
		expect(existsSync(path)).toBe(false);
		await (await lockFolder(folder, taken))();
	});

	it("is not kept by a process that is gone, nor by an earlier one of the same number", async () => {
		for (const left of ["999999999\n", `${process.pid}\n`, "nothing"]) {
			writeFileSync(path, left);
			await (await lockFolder(folder, taken))();
		}
	});

	it("is kept by another process that runs", async () => {
		writeFileSync(path, `${process.ppid}\n`);
		await expect(lockFolder(folder, taken)).rejects.toThrow(`open in process ${process.ppid}`);
	});
});
