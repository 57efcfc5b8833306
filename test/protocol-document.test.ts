import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { PRESETS } from "@umpire/chain/presets.ts";
import { coveredGasPrice, coveredOfAll } from "@umpire/game/bonds.ts";
import {
	challengerGas,
	inputAnswerGas,
	LARGEST_PROGRAMS,
	LONG_PROGRAM,
	ORDINARY_PROGRAM,
	type ProgramSize,
	submitterGas,
} from "@umpire/game/gas-bounds.ts";
import { longestDispute, predictedRounds } from "@umpire/game/search.ts";
import type { Parameters } from "@umpire/game/state.ts";
import { parseEther } from "viem";
import { describe, expect, test } from "vitest";

const text = await readFile(join(projectRoot, "docs", "protocol.md"), "utf8");
const rows = text
	.split("\n")
	.filter((line) => line.startsWith("| ") && !line.startsWith("| rule"))
	.map((line) => line.slice(2, -2).split(" | "));
const rules = rows.filter((cells) => cells.length === 3 && /^`[^`]+\.(ts|sol)`$/.test(cells[1]));
const presets = Object.values(PRESETS).map(({ parameters }): Parameters => parameters);

/** The cells of a row of a table, without its name. */
function cellsOf(name: string): string[] {
	const found = rows.filter(([first]) => first === name);
	expect(found.length, name).toBe(1);
	return found[0].slice(1);
}

describe("every test that the table of rules names is there", () => {
	test.each(rules)("%s", async (_, path, title) => {
		const source = await readFile(join(projectRoot, path.slice(1, -1)), "utf8");
		const definitions = [`"${title}"`, `\`${title}\``, `function ${title}(`];
		expect(definitions.some((definition) => source.includes(definition))).toBe(true);
	});

	test("and every row of the table is such a one, or a heading", () => {
		const lines = text.slice(text.indexOf("## 8.")).split("\n");
		const table = lines.filter((line) => line.startsWith("| ") && !line.startsWith("| rule"));
		const headings = table.filter((line) => /^\| \*\*[^*]+\*\* \| \| \|$/.test(line));
		expect(rules.length + headings.length).toBe(table.length);
		expect(rules.length).toBeGreaterThan(80);
	});
});

describe("numbers in the text are those of the code", () => {
	const numbers = (...sizes: readonly ProgramSize[]) => {
		const [{ depth, window }] = presets;
		const gas = [submitterGas, challengerGas, inputAnswerGas].map((of) =>
			Math.max(...sizes.map((size) => of(size, { depth, window }))),
		);
		return gas.map((value) => value.toLocaleString("en-GB"));
	};
	const gwei = (price: bigint): string => (Math.floor(Number(price) / 1e7) / 100).toFixed(2);

	test("gas that one dispute may take", () => {
		const ordinary = rows.find(([first]) => first.startsWith("ordinary:"))!;
		expect(ordinary.slice(1)).toEqual(numbers(ORDINARY_PROGRAM));
		const long = rows.find(([first]) => first.startsWith("long:"))!;
		expect(long.slice(1)).toEqual(numbers(LONG_PROGRAM));
		expect(cellsOf("any valid program")).toEqual(numbers(...LARGEST_PROGRAMS));
	});

	test.each(Object.keys(PRESETS.test.parameters) as (keyof Parameters)[])("recommended: %s", (name) => {
		const cells = cellsOf(name).slice(0, presets.length);
		for (const [i, parameters] of presets.entries()) {
			const value = parameters[name];
			expect(typeof value === "bigint" ? parseEther(cells[i]) : Number(cells[i])).toBe(value);
		}
	});

	test.each<[string, (parameters: Parameters) => string | number]>([
		["bonds cover up to (gwei)", (p) => gwei(coveredGasPrice(ORDINARY_PROGRAM, p))],
		["bonds cover long programs up to (gwei)", (p) => gwei(coveredGasPrice(LONG_PROGRAM, p))],
		["bonds cover any valid program up to (gwei)", (p) => gwei(coveredOfAll(LARGEST_PROGRAMS, p))],
		["rounds until the leaf, at most", (p) => predictedRounds(ORDINARY_PROGRAM, ORDINARY_PROGRAM.leaves, p)],
		["longest dispute, one challenger", (p) => longest(ORDINARY_PROGRAM, p, 1)],
		[
			"each further challenger adds",
			(p) => longest(ORDINARY_PROGRAM, p, 2) - longest(ORDINARY_PROGRAM, p, 1),
		],
		["longest dispute, long programs, one challenger", (p) => longest(LONG_PROGRAM, p, 1)],
		[
			"longest dispute, any valid program, one challenger",
			(p) => Math.max(...LARGEST_PROGRAMS.map((size) => longest(size, p, 1))),
		],
	])("derived: %s", (name, derive) => {
		expect(cellsOf(name)).toEqual(presets.map((parameters) => `${derive(parameters)}`));
	});

	test("the gas prices that bonds were chosen for", () => {
		const expected = Object.values(PRESETS).map(({ gasPrice }) => `${Number(gasPrice) / 1e9}`);
		expect(cellsOf("bonds chosen for a gas price of (gwei)")).toEqual(expected);
	});
});

function longest(size: ProgramSize, parameters: Parameters, crowd: number): number {
	return longestDispute(size, size.leaves, parameters, crowd);
}
