import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { PRESETS } from "@umpire/chain/presets.ts";
import {
	BRINGING_GAS,
	CHANGE_GAS,
	JOB_GAS,
	NETWORK_PRESETS,
	type NetworkParameters,
	POKE_GAS,
	REWARD_GAS,
} from "@umpire/markets/network-parameters.ts";
import { parseEther } from "viem";
import { describe, expect, test } from "vitest";

const text = await readFile(join(projectRoot, "docs", "network.md"), "utf8");
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
		expect(rules.length).toBeGreaterThan(40);
	});
});

describe("numbers in the text are those of the code", () => {
	const names = Object.keys(NETWORK_PRESETS.test) as (keyof NetworkParameters)[];

	test.each(names)("recommended: %s", (name) => {
		const cells = rows.find(([first]) => first === name)!.slice(1);
		for (const [i, parameters] of Object.values(NETWORK_PRESETS).entries()) {
			const value = parameters[name];
			expect(typeof value === "bigint" ? parseEther(cells[i]) : Number(cells[i])).toBe(value);
		}
	});

	test("fees are made for the price that bonds are made for, and a slot's stake for a bond", () => {
		for (const [name, { gasPrice, parameters }] of Object.entries(PRESETS)) {
			const { pokeFee, jobFee, rewardMin, changeFee, beaconFee, slotStake } =
				NETWORK_PRESETS[name as keyof typeof NETWORK_PRESETS];
			expect([pokeFee, jobFee, rewardMin]).toEqual(
				[POKE_GAS, JOB_GAS, REWARD_GAS].map((gas) => gas * gasPrice),
			);
			expect([changeFee, beaconFee]).toEqual([CHANGE_GAS, BRINGING_GAS].map((gas) => gas * gasPrice));
			expect(slotStake).toBeGreaterThanOrEqual(parameters.submitterBond);
		}
	});

	test("gas is what the snapshot says, and fees cover what they are for", async () => {
		const read = async (...path: string[]) =>
			JSON.parse(await readFile(join(projectRoot, "test", ...path), "utf8")) as Record<string, number>;
		const gas = await read("markets", "network-gas.json");
		const measured = rows.filter((cells) => cells.length === 2 && gas[cells[0]] !== undefined);
		expect(measured.length).toBeGreaterThan(15);
		for (const [move, cell] of measured) expect(Number(cell), move).toBe(gas[move]);
		const game = await read("game", "gas.json");
		const endings = gas["sync: a live claim"] + gas["sync: a final claim"] + gas["withdrawTo: a token"];
		expect(2 * (gas.accept + game.claim + game.finalise + endings)).toBeLessThanOrEqual(Number(REWARD_GAS));
		for (const poke of ["draw: 1 job", "draw: nobody found", "lapse"]) {
			expect(gas[poke], poke).toBeLessThanOrEqual(Number(POKE_GAS));
		}
		expect(gas["applyChanges: 4 slots in"] / 4).toBeLessThanOrEqual(Number(CHANGE_GAS));
	});
});
