import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
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

	it("whose process is gone is taken over by one of many that begin at once", async () => {
		const shared = join(folder, "shared");
		// Whoever is inside and finds somebody else there says so; half of all leave as if they were killed.
		const script = `
			import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";
			import { lockFolder } from ${JSON.stringify(new URL("../src/folder-lock.ts", import.meta.url).href)};
			const [folder] = process.argv.slice(1);
			let others = 0;
			for (let left = 200; left > 0; ) {
				try {
					const unlock = await lockFolder(folder, () => new Error("taken"));
					left--;
					try {
						mkdirSync(folder + "/inside");
						await new Promise((resolve) => setTimeout(resolve, 1));
						rmdirSync(folder + "/inside");
					} catch {
						others++;
					}
					await unlock();
					if (left % 2 === 0) writeFileSync(folder + "/lock", "999999999\\n", { flag: "wx" });
				} catch (error) {
					if (error.message !== "taken" && error.code !== "EEXIST") throw error;
					await new Promise((resolve) => setTimeout(resolve, 1));
				}
			}
			process.stdout.write(String(others));
		`;
		const run = promisify(execFile);
		const words = ["--input-type=module", "-e", script, shared];
		const all = await Promise.all([1, 2, 3].map(() => run(process.execPath, words)));
		expect(all.map(({ stdout }) => stdout)).toEqual(["0", "0", "0"]);
	});

	it("is kept by another process that runs", async () => {
		writeFileSync(path, `${process.ppid}\n`);
		await expect(lockFolder(folder, taken)).rejects.toThrow(`open in process ${process.ppid}`);
	});
});
