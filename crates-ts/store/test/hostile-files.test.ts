import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@umpire/commitment/constants.ts";
import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { Program } from "@umpire/operators/program.ts";
import { encodeTensors } from "@umpire/runtime/tensors-codec.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { folderStore } from "../src/folder-store.ts";
import { getInputs, putInputs } from "../src/inputs.ts";

const root: Hex = `0x${"12".repeat(32)}`;
let folder: string;
let path: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), "umpire-hostile-"));
	await mkdir(join(folder, "inputs"));
	path = join(folder, "inputs", `${root}.bin`);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const read = (size?: number) => folderStore(folder).read("inputs", root, size);

describe("a content store refuses in one line", () => {
	it("a folder, a pipe that nobody writes to, and a link to itself in a file's place", async () => {
		await mkdir(path);
		await expect(read()).rejects.toThrow(UmpireError);
		await rm(path, { recursive: true });
		execFileSync("mkfifo", [path]);
		await expect(read()).rejects.toThrow(UmpireError);
		await rm(path);
		await symlink(path, path);
		await expect(read()).rejects.toThrow(UmpireError);
	});

	it("a file that is longer or shorter than what it stands for, unread", async () => {
		await writeFile(path, "abc");
		expect(await read(3)).toHaveLength(3);
		await expect(read(4)).rejects.toThrow(/has 3 bytes instead of 4/);
		// Nothing of that size can be read into memory.
		await truncate(path, 2 ** 36);
		await expect(read(4)).rejects.toThrow(/has 68719476736 bytes instead of 4/);
	});
});

describe("what is written", () => {
	it("takes the place of a folder or a link that somebody put there", async () => {
		const store = folderStore(folder);
		await mkdir(join(path, "inside"), { recursive: true });
		await store.write("inputs", root, Uint8Array.of(1, 2));
		expect(await read(2)).toEqual(Buffer.of(1, 2));
		await rm(path);
		await symlink(path, path);
		await store.write("inputs", root, Uint8Array.of(3));
		expect(await read(1)).toEqual(Buffer.of(3));
		expect(await store.list("inputs")).toEqual([root]);
	});
});

describe("inputs of the right size", () => {
	it("are refused if they have more elements or another width in the place of padding", async () => {
		const program = { inputs: [{ shape: [5], layout: [0], width: 8 }] } as unknown as Program;
		const store = folderStore(folder);
		const found = await putInputs(store, program, [Int8Array.of(1, 2, 3, 4, 5)]);
		expect(await getInputs(store, program, found)).toEqual([Int8Array.of(1, 2, 3, 4, 5)]);
		for (const other of [
			Int8Array.of(1, 2, 3, 4, 5, 6),
			Int16Array.of(1, 2, 3, 4),
			Int8Array.of(1, 2, 3, 4, 6),
		]) {
			await store.write("inputs", found, encodeTensors([other]));
			await expect(getInputs(store, program, found)).rejects.toThrow(/damaged or belong to another program/);
		}
	});
});

describe("inputs of a program without inputs", () => {
	it("are under the root 0 and no other, and need no file", async () => {
		const program = { inputs: [] } as unknown as Program;
		expect(await getInputs(folderStore(folder), program, `0x${"00".repeat(32)}`)).toEqual([]);
		expect(await getInputs(folderStore(folder), program, root)).toBeNull();
	});
});
