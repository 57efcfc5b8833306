import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "@umpire/chain/connection.ts";
import { type Home, openHome, writeJson } from "@umpire/store/home.ts";
import { afterEach, beforeEach, expect, it } from "vitest";
import { actorsOf } from "../src/actor-status.ts";
import { isKnownLimits } from "../src/budget.ts";
import { openJournal } from "../src/journal.ts";
import type { View } from "../src/world.ts";

const address = `0x${"12".repeat(20)}` as const;
const connection = { chain: { id: 31337 } } as Connection;
let home: Home;
beforeEach(async () => {
	home = openHome(await mkdtemp(join(tmpdir(), "umpire-home-")));
});
afterEach(() => rm(home.folder, { recursive: true }));

it("a journal that holds anything else than signed moves is set aside, kept and told of", async () => {
	const folder = home.path("journals", `31337-${address}`);
	const file = join(folder, `${address}.json`);
	const told: string[] = [];
	const open = () => openJournal(home, connection, address, address, (line) => told.push(line));
	const right = { move: "claim:1", nonce: 3, attempts: ["0x02f9"] };
	await writeJson(file, [right]);
	expect((await open()).at(3)).toEqual(right);
	expect(told).toEqual([]);
	const wrong = [{ move: 1 }, { nonce: -1 }, { nonce: "3" }, { attempts: "0x02f9" }, { attempts: [7] }];
	for (const content of [...wrong.map((field) => [{ ...right, ...field }]), {}]) {
		await writeJson(file, content);
		const text = await readFile(file, "utf8");
		expect((await open()).at(3)).toBeUndefined();
		const [aside] = await readdir(folder);
		expect(aside).toMatch(new RegExp(`^${address}\\.json\\.damaged-\\d+$`));
		expect(await readFile(join(folder, aside), "utf8")).toBe(text);
		expect(told.pop()).toMatch(`${file} was damaged and is now ${join(folder, aside)}: what`);
		await rm(join(folder, aside));
	}
});

it("bounds of an actor that are damaged are left out of a status and told of", async () => {
	const view = { home, contracts: { connection, deployment: { market: address } } } as unknown as View;
	const file = home.path("limits", `31337-${address}`, `${address}.json`);
	await writeJson(file, { role: "x" });
	const told: string[] = [];
	expect(await actorsOf(view, [], (line) => told.push(line))).toEqual([]);
	expect(told).toEqual([`${file} is damaged: its actor is not shown until it is started again.`]);
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
