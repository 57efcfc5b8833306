import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeTensors, encodeTensors } from "@umpire/runtime/tensors-codec.ts";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { accountOf, localAccount, writeLocalAccounts } from "../src/accounts.ts";
import { replaceAtomically, writeAtomically } from "../src/atomic-file.ts";
import { readDeployment } from "../src/deployments.ts";
import { openHome, readJson, writeJson } from "../src/home.ts";

const root = `0x${"ab".repeat(32)}` as const;
let folder: string;
beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "umpire-store-"));
});
afterEach(async () => {
	await rm(folder, { recursive: true, force: true });
});

describe("folder store", () => {
	it("gives back what was written, and null for what was not", async () => {
		const { content } = openHome(folder);
		expect(await content.read("traces", root)).toBeNull();
		await content.write("traces", root, new Uint8Array([1, 2, 3]));
		expect([...(await content.read("traces", root))!]).toEqual([1, 2, 3]);
		expect(await content.list("traces")).toEqual([root]);
		expect(await content.list("inputs")).toEqual([]);
	});

	it("keeps the old content and no temporary file when a write fails", async () => {
		const file = join(folder, "file");
		await writeAtomically(file, "old");
		const failing = replaceAtomically(file, async (temporary) => {
			await writeFile(temporary, "half");
			throw Object.assign(new Error("no space"), { code: "ENOSPC" });
		});
		await expect(failing).rejects.toThrow(/No space left .* --home/);
		expect(await readdir(folder)).toEqual(["file"]);
	});

	it("says what to do when the folder is a file", async () => {
		await writeFile(join(folder, "home"), "");
		await expect(writeAtomically(join(folder, "home", "file"), "")).rejects.toThrow(/choose another folder/);
	});
});

describe("JSON files", () => {
	it("keep bigints", async () => {
		const file = join(folder, "a.json");
		await writeJson(file, { big: 10n ** 30n, list: [1, "2n3", -4n] });
		expect(await readJson(file)).toEqual({ big: 10n ** 30n, list: [1, "2n3", -4n] });
	});

	it("that are damaged are named", async () => {
		const file = join(folder, "a.json");
		await writeFile(file, "{");
		await expect(readJson(file)).rejects.toThrow(`${file} is damaged`);
	});

	it("of a deployment that hold something else are damaged, too", async () => {
		const home = openHome(folder);
		for (const value of [null, [], {}, { chainId: 31337, block: 1n, umpire: "0x12" }]) {
			await writeJson(home.path("deployments", "31337.json"), value);
			await expect(readDeployment(home, 31337)).rejects.toThrow(/deployments\/31337\.json is damaged/);
		}
	});

	it("of a deployment that is not there say what to run", async () => {
		await expect(readDeployment(openHome(folder), 31337)).rejects.toThrow(/just deploy/);
	});
});

describe("tensors as bytes", () => {
	const tensor = fc.oneof(
		fc.int8Array({ minLength: 1, maxLength: 9 }),
		fc.int16Array({ minLength: 1, maxLength: 9 }),
		fc.int32Array({ minLength: 1, maxLength: 9 }),
	);

	it("come back as they were", () => {
		fc.assert(
			fc.property(fc.array(tensor), (tensors) => {
				expect(decodeTensors(encodeTensors(tensors))).toEqual(tensors);
			}),
		);
	});

	it("are refused when a byte is missing or added", () => {
		const bytes = encodeTensors([Int16Array.of(1, 2, 3), Int8Array.of(4)]);
		for (let length = 0; length < bytes.length; length++) {
			expect(() => decodeTensors(bytes.subarray(0, length))).toThrow(/damaged/);
		}
		expect(() => decodeTensors(new Uint8Array([...bytes, 0]))).toThrow(/damaged/);
	});
});

describe("accounts", () => {
	it("of a local chain differ by role", async () => {
		const home = openHome(folder);
		await writeLocalAccounts(home);
		const submitter = await accountOf(home, "submitter", true);
		expect(submitter.address).toBe(localAccount("submitter").address);
		expect(submitter.address).not.toBe((await accountOf(home, "verifier", true)).address);
	});

	it("are asked for on public chains", async () => {
		await mkdir(folder, { recursive: true });
		await expect(accountOf(openHome(folder), "submitter", false)).rejects.toThrow(/UMPIRE_PRIVATE_KEY/);
	});
});
