import { existsSync } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeFolder } from "../src/make-folder.ts";

let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "umpire-folder-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("a folder", () => {
	it("is made with those above it, also by several at once, and may be there", async () => {
		const path = join(folder, "a", "b", "c");
		await Promise.all([makeFolder(path), makeFolder(path), makeFolder(join(folder, "a", "b"))]);
		await makeFolder(path);
		expect((await stat(path)).isDirectory()).toBe(true);
	});

	it("is refused where a file is in the way", async () => {
		await writeFile(join(folder, "file"), "");
		await expect(makeFolder(join(folder, "file"))).rejects.toThrow("EEXIST");
		await expect(makeFolder(join(folder, "file", "below"))).rejects.toThrow("ENOTDIR");
	});

	it.skipIf(!existsSync("/proc/self"))(
		"is refused where none can be made, and not tried for ever",
		async () => {
			await expect(makeFolder("/proc/umpire/blocks")).rejects.toThrow("ENOENT");
		},
	);
});
