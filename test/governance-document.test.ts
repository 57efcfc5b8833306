import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { GOVERNANCE_DELAY } from "@umpire/actors/deployment/public-plan.ts";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { LONGEST_STOP, REST_AFTER_STOP } from "@umpire/game/market-moves.ts";
import { describe, expect, test } from "vitest";

const text = await readFile(join(projectRoot, "docs", "governance.md"), "utf8");
const table = text
	.slice(text.indexOf("## 3."))
	.split("\n")
	.filter((line) => /^\| G\d+ /.test(line));
const rules = table.map((line) => line.slice(2, -2).split(" | "));

describe("every test that the table of rules names is there", () => {
	test.each(rules)("%s", async (_, path, title) => {
		const source = await readFile(join(projectRoot, path.slice(1, -1)), "utf8");
		expect(source.includes(`"${title}"`)).toBe(true);
	});

	test("and every rule has one", () => {
		expect(rules.length).toBeGreaterThan(12);
		for (const cells of rules) expect(cells.length).toBe(3);
	});
});

test("times in the text are those of the code", () => {
	const days = (seconds: number) => seconds / 86_400;
	expect([days(GOVERNANCE_DELAY), days(LONGEST_STOP), days(REST_AFTER_STOP)]).toEqual([7, 7, 28]);
	expect(text).toContain(
		`at most seven days in ${days(LONGEST_STOP + REST_AFTER_STOP) === 35 ? "thirty-five" : ""}`,
	);
	expect(LONGEST_STOP / (LONGEST_STOP + REST_AFTER_STOP)).toBe(1 / 5);
});
