import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { readProvingKey } from "../src/ceremony/proving-key.ts";
import { type ContributionRecord, keyName, recordName, textOf } from "../src/ceremony/records.ts";
import { sha256Of } from "../src/ceremony/transcript.ts";

/** Rounds of drand's evmnet that are over. */
export const ROUND = "drand:10000000";
export const SIGNATURE =
	"2c7b65b5acfe55256910ca71cf0a0fa71ac34c2a1167f86a22930a03e70ebec00f7a530796e7ee38600b06da0390634a9b154e3eebc3b323dde2111e1c8ebdf3";
export const SIGNATURE_OF_1000 =
	"06fd5996329504d3a56b482d9222bf7205857d0a9559ddd216ca31a286f6a8cc0a120f021aac2f13553fb164f62bc3a5ca32c76dea88a777b39bcf3cac5fdbd6";
export const keyOf = (folder: string, number: number): Promise<Buffer> =>
	readFile(join(folder, keyName(number, "elements")));

/** Hands in a key with a record that fits it. */
export async function handIn(
	folder: string,
	number: number,
	name: string,
	key: Uint8Array,
	more: Partial<ContributionRecord> = {},
): Promise<void> {
	await rm(join(folder, recordName(number)), { force: true });
	const before = await readFile(join(folder, number === 1 ? "ceremony.json" : recordName(number - 1)));
	const contribution = readProvingKey(key).contributions.at(-1)?.hash ?? "";
	const elements = { contribution, key: sha256Of(key) };
	const record = { number, name, previous: sha256Of(before), circuits: { elements }, ...more };
	await writeFile(join(folder, keyName(number, "elements")), key);
	await writeFile(join(folder, recordName(number)), textOf(record));
}

/** How a fault is told of somebody's contribution. */
export const cheated = (contributor: string, found: RegExp) => ({
	code: "CEREMONY",
	contributor,
	message: expect.stringMatching(found),
});
