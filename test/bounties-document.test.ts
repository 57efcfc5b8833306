import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { PRESETS } from "@umpire/chain/presets.ts";
import {
	BOUNTY_PRESETS,
	type BountyDefaults,
	DEPOSIT_GAS,
	SCORING_GAS,
} from "@umpire/markets/bounty-parameters.ts";
import { parseEther } from "viem";
import { describe, expect, test } from "vitest";

const text = await readFile(join(projectRoot, "docs", "bounties.md"), "utf8");
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
		const lines = text.slice(text.indexOf("## 6.")).split("\n");
		const table = lines.filter((line) => line.startsWith("| ") && !line.startsWith("| rule"));
		const headings = table.filter((line) => /^\| \*\*[^*]+\*\* \| \| \|$/.test(line));
		expect(rules.length + headings.length).toBe(table.length);
		expect(rules.length).toBeGreaterThan(50);
	});
});

describe("numbers in the text are those of the code", () => {
	const names = Object.keys(BOUNTY_PRESETS.test) as (keyof BountyDefaults)[];

	test.each(names)("recommended: %s", (name) => {
		const cells = rows.find(([first]) => first === name)!.slice(1);
		for (const [i, parameters] of Object.values(BOUNTY_PRESETS).entries()) {
			const value = parameters[name];
			expect(typeof value === "bigint" ? parseEther(cells[i]) : Number(cells[i])).toBe(value);
		}
	});

	test("fees are made for the price that bonds are made for, and times leave a court its moves", () => {
		for (const [name, { gasPrice, parameters }] of Object.entries(PRESETS)) {
			const { depositMin, scoreFeeMin, lossPermille, availabilitySeconds } =
				BOUNTY_PRESETS[name as keyof typeof BOUNTY_PRESETS];
			expect([depositMin, scoreFeeMin]).toEqual([DEPOSIT_GAS * gasPrice, SCORING_GAS * gasPrice]);
			expect(lossPermille).toBeLessThanOrEqual(parameters.burnPermille);
			expect(availabilitySeconds).toBeGreaterThanOrEqual(parameters.increment + parameters.reserve);
		}
	});

	test("gas is what the snapshot says", async () => {
		const snapshot = await readFile(join(projectRoot, "test", "markets", "bounty-gas.json"), "utf8");
		const gas = JSON.parse(snapshot) as Record<string, number>;
		const measured = rows.filter((cells) => cells.length === 2 && gas[cells[0]] !== undefined);
		expect(measured.length).toBe(Object.keys(gas).length);
		for (const [move, cell] of measured) expect(Number(cell), move).toBe(gas[move]);
	});
});
