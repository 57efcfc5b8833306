import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { PRESETS } from "@umpire/chain/presets.ts";
import {
	GRID_PRESETS,
	type GridParameters,
	leastStakeAt,
	WORKERS_GAS,
} from "@umpire/markets/grid-parameters.ts";
import { parseEther } from "viem";
import { describe, expect, test } from "vitest";

const text = await readFile(join(projectRoot, "docs", "grid.md"), "utf8");
const rows = text
	.split("\n")
	.filter((line) => line.startsWith("| ") && !line.startsWith("| rule"))
	.map((line) => line.slice(2, -2).split(" | "));
const rules = rows.filter((cells) => cells.length === 3 && /^`[^`]+\.ts`$/.test(cells[1]));

describe("every test that the table of rules names is there", () => {
	test.each(rules)("%s", async (_, path, title) => {
		const source = await readFile(join(projectRoot, path.slice(1, -1)), "utf8");
		expect(source.includes(`"${title}"`)).toBe(true);
	});

	test("and every row of the table is such a one, or a heading", () => {
		const lines = text.slice(text.indexOf("## 7.")).split("\n");
		const table = lines.filter((line) => line.startsWith("| ") && !line.startsWith("| rule"));
		const headings = table.filter((line) => /^\| \*\*[^*]+\*\* \| \| \|$/.test(line));
		expect(rules.length + headings.length).toBe(table.length);
		expect(rules.length).toBeGreaterThan(40);
	});
});

describe("numbers in the text are those of the code", () => {
	const names = Object.keys(GRID_PRESETS.test) as (keyof GridParameters)[];

	test.each(names)("recommended: %s", (name) => {
		const cells = rows.find(([first]) => first === name)!.slice(1);
		for (const [i, parameters] of Object.values(GRID_PRESETS).entries()) {
			const value = parameters[name];
			expect(typeof value === "bigint" ? parseEther(cells[i]) : Number(cells[i])).toBe(value);
		}
	});

	test("stakes are made for the price that bonds are made for", () => {
		for (const [name, { gasPrice }] of Object.entries(PRESETS)) {
			expect(GRID_PRESETS[name as keyof typeof GRID_PRESETS].leastStake).toBe(leastStakeAt(gasPrice));
		}
	});

	test("gas is what the snapshot says", async () => {
		const snapshot = await readFile(join(projectRoot, "test", "markets", "gas.json"), "utf8");
		const gas = JSON.parse(snapshot) as Record<string, number>;
		const measured = rows.filter(
			([move]) => gas[move] !== undefined && /^\d+$/.test(rows.find(([m]) => m === move)![1]),
		);
		expect(measured.length).toBeGreaterThan(8);
		for (const [move, cell] of measured) expect(Number(cell), move).toBe(gas[move]);
		const claim = (
			JSON.parse(await readFile(join(projectRoot, "test", "game", "gas.json"), "utf8")) as typeof gas
		).claim;
		const paid = gas["withdrawTo: a token"] + gas["withdrawTo: ether"];
		const worker = gas.join + gas["draw: 5 points"] / 5 + claim + gas.finalise + paid;
		expect(2 * worker).toBeLessThanOrEqual(Number(WORKERS_GAS));
	});
});
