import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "@umpire/chain/connection.ts";
import { type Home, openHome, writeJson } from "@umpire/store/home.ts";
import { afterEach, beforeEach, expect, it } from "vitest";
import { isKnownLimits } from "../src/budget.ts";
import { openJournal } from "../src/journal.ts";

const address = `0x${"12".repeat(20)}` as const;
const connection = { chain: { id: 31337 } } as Connection;
let home: Home;
beforeEach(async () => {
	home = openHome(await mkdtemp(join(tmpdir(), "umpire-home-")));
});
afterEach(() => rm(home.folder, { recursive: true }));

it("a journal that holds anything else than signed moves is refused by its name", async () => {
	const file = home.path("journals", `31337-${address}`, `${address}.json`);
	const open = () => openJournal(home, connection, address, address);
	const right = { move: "claim:1", nonce: 3, attempts: ["0x02f9"] };
	await writeJson(file, [right]);
	expect((await open()).at(3)).toEqual(right);
	for (const wrong of [
		{ move: 1 },
		{ nonce: -1 },
		{ nonce: "3" },
		{ attempts: "0x02f9" },
		{ attempts: [7] },
	]) {
		await writeJson(file, [{ ...right, ...wrong }]);
		await expect(open()).rejects.toThrow(`${file} is damaged`);
	}
	await writeJson(file, {});
	await expect(open()).rejects.toThrow(`${file} is damaged`);
});

it("bounds of an actor are taken only with its account, its program's size and amounts of ether", () => {
	const size = { operatorCount: 1, steps: 1, lazy: false, outputElements: 10, outputWidth: 8 };
	const right = { role: "submitter", account: address, size };
	expect(isKnownLimits(right)).toBe(true);
	expect(isKnownLimits({ ...right, leastFee: "0.1", mostBonds: "5" })).toBe(true);
	for (const wrong of [
		{ role: "x" },
		{ account: "0x12" },
		{ size: {} },
		{ leastFee: "-1" },
		{ mostBonds: 5 },
	]) {
		expect(isKnownLimits({ ...right, ...wrong }), JSON.stringify(wrong)).toBe(false);
	}
	expect(isKnownLimits(null)).toBe(false);
});
