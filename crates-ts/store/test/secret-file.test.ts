import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { replaceAtomically } from "../src/atomic-file.ts";
import { writeJson } from "../src/home.ts";

test("a secret is nobody else's to read from the first byte on", async () => {
	const folder = await mkdtemp(join(tmpdir(), "umpire-secret-"));
	try {
		const path = join(folder, "key.json");
		await writeJson(path, { seed: "0x1" }, 0o600);
		expect((await stat(path)).mode & 0o077).toBe(0);
		// What is moved into place keeps the mode that it was made with.
		await replaceAtomically(path, (temporary) => writeJson(temporary, { seed: "0x2" }, 0o600));
		expect((await stat(path)).mode & 0o077).toBe(0);
		expect(await readdir(folder)).toEqual(["key.json"]);
	} finally {
		await rm(folder, { recursive: true });
	}
});
