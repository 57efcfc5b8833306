import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { PRESETS } from "@umpire/chain/presets.ts";
import { ATTESTER_PRESETS, type AttesterParameters } from "@umpire/markets/attester-parameters.ts";
import { parseEther } from "viem";
import { describe, expect, test } from "vitest";

const text = await readFile(join(projectRoot, "docs", "attesters.md"), "utf8");
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

	test("and every row of the table is such a one", () => {
		const lines = text.slice(text.indexOf("## 8.")).split("\n");
		const table = lines.filter((line) => line.startsWith("| ") && !line.startsWith("| rule"));
		expect(rules.length).toBe(table.length);
		expect(rules.length).toBeGreaterThan(40);
	});
});

describe("numbers in the text are those of the code", () => {
	const names = Object.keys(ATTESTER_PRESETS.test) as (keyof AttesterParameters)[];

	test.each(names)("recommended: %s", (name) => {
		const cells = rows.find(([first]) => first === name)!.slice(1);
		for (const [i, parameters] of Object.values(ATTESTER_PRESETS).entries()) {
			const value = parameters[name];
			expect(typeof value === "bigint" ? parseEther(cells[i]) : Number(cells[i])).toBe(value);
		}
	});

	test("stakes are worth a false claim to catch one signature, and accusers have time to compute", () => {
		for (const [name, { parameters: game }] of Object.entries(PRESETS)) {
			const own = ATTESTER_PRESETS[name as keyof typeof ATTESTER_PRESETS];
			const least = (2n * game.submitterBond * 1000n) / BigInt(own.rewardPermille);
			expect(own.leastStake).toBeGreaterThanOrEqual(least);
			if (name === "test") continue;
			const { increment, reserve, computeAllowance } = game;
			expect(own.accusationSeconds).toBeGreaterThanOrEqual(increment + reserve + computeAllowance);
		}
	});
});
