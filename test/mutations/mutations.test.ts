import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { expect, test } from "vitest";
import { affectedContracts } from "./compile.ts";
import { type Mutation, mutated } from "./mutation.ts";
import { MUTATIONS } from "./mutations.ts";
import { keyOf, outcomesIn, tableOf } from "./outcomes.ts";

test("every file of faults is tried", () => {
	const folder = join(projectRoot, "test", "mutations");
	const list = readFileSync(join(folder, "mutations.ts"), "utf8");
	const files = readdirSync(folder).filter((name) => name.endsWith("-mutations.ts"));
	expect(files.length).toBeGreaterThan(5);
	for (const name of files) expect(list).toContain(`from "./${name}"`);
});

test("every fault that `just mutations` tries can still be made, and names tests that exist", () => {
	for (const mutation of MUTATIONS) {
		const text = readFileSync(join(projectRoot, mutation.file), "utf8");
		const faulty = mutated(mutation, text);
		expect(faulty, mutation.fault).not.toBe(text);
		// Any test fails if a file cannot be read.
		if (mutation.file.endsWith(".ts"))
			expect(() => stripTypeScriptTypes(faulty), mutation.fault).not.toThrow();
		expect(mutation.tests.length, mutation.fault).toBeGreaterThan(0);
		for (const file of mutation.tests) expect(existsSync(join(projectRoot, file)), file).toBe(true);
	}
	expect(new Set(MUTATIONS.map(({ fault }) => fault)).size).toBe(MUTATIONS.length);
});

test("what a fault replaces is found token by token, in exactly one place", () => {
	const fault = (find: string) => ({ ...MUTATIONS[0], file: "f", find, replace: "Z" });
	const text = "call(\n\ta,\n\tb,\n);\ncall(c);";
	expect(mutated(fault("call(a, b)"), text)).toBe("Z;\ncall(c);");
	expect(mutated(fault("a,b"), text)).toBe("call(\n\tZ,\n);\ncall(c);");
	expect(() => mutated(fault("call("), text)).toThrow(/2 times/);
	expect(() => mutated(fault("cal"), text)).toThrow(/0 times/);
});

test("a fault goes into the contracts that its test deploys", () => {
	const affected = (file: string, test: string) =>
		affectedContracts(projectRoot, { ...MUTATIONS[0], file }, test);
	expect(affected("contracts/market/Market.sol", "test/game/market.test.ts")).toEqual([
		"contracts/market/Market.sol",
	]);
	expect(affected("contracts/court/Arbiter.sol", "test/game/settlement.test.ts")).toEqual([
		"contracts/court/Arbiter.sol",
	]);
	expect(affected("contracts/libraries/Cone.sol", "test/libraries/cones.test.ts")).toEqual([
		"contracts/test-harness/LibrariesHarness.sol",
	]);
	expect(affected("contracts/market/Market.sol", "test/operations/items.test.ts")).toEqual([
		"contracts/market/Market.sol",
	]);
	expect(affected("crates-ts/actors/src/troubles.ts", "test/operations/items.test.ts")).toEqual([]);
	for (const { file, tests } of MUTATIONS) {
		if (!file.startsWith("contracts/")) continue;
		for (const test of tests) expect(affected(file, test).length, `${file} in ${test}`).toBeGreaterThan(0);
	}
});

test("results become a table: what was noticed and by what, and what was not", () => {
	const [first, second, third] = MUTATIONS;
	const noticed = { test: first.tests[0], name: "a | b", message: "" };
	const outcome = ({ fault, file }: Mutation, found: typeof noticed | undefined) =>
		[fault, { fault, key: "", file, noticed: found, seconds: 1 }] as const;
	const table = tableOf(
		[first, second, third],
		new Map([outcome(first, noticed), outcome(second, undefined)]),
	);
	expect(table).toContain("| **all** | 3 | 2 | 1 |");
	expect(table).toContain("a \\| b |");
	expect(table).toMatch(new RegExp(`\\| ${second.fault} \\| .* \\| \\*\\*nothing\\*\\* \\|`));
	expect(table).toMatch(new RegExp(`\\| ${third.fault} \\| .* \\| not tried \\|`));
});

test("a result is of what the fault was when it was tried, and the last one counts", async () => {
	const file = join(await mkdtemp(join(tmpdir(), "umpire-results-")), "results.jsonl");
	const [first, second] = MUTATIONS;
	const line = ({ fault, file: of }: Mutation, key: string, seconds: number): string =>
		`${JSON.stringify({ fault, key, file: of, seconds })}\n`;
	await writeFile(
		file,
		[line(first, keyOf(first), 1), line(first, keyOf(first), 2), line(second, keyOf(first), 3)].join(""),
	);
	const outcomes = await outcomesIn(file, MUTATIONS);
	expect([...outcomes].map(([fault, { seconds }]) => [fault, seconds])).toEqual([[first.fault, 2]]);
	const moved = { ...first, replace: `${first.replace} ` };
	expect((await outcomesIn(file, [moved])).size).toBe(0);
});
