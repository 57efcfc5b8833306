import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { expect, test } from "vitest";
import { affectedContracts } from "./compile.ts";
import { mutated } from "./mutation.ts";
import { MUTATIONS } from "./mutations.ts";
import { tableOf } from "./outcomes.ts";

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
		expect(mutated(mutation, text), mutation.fault).not.toBe(text);
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
	const [first, second] = MUTATIONS;
	const noticed = { test: first.tests[0], name: "a | b", message: "" };
	const known = new Map([[first.fault, { fault: first.fault, file: first.file, noticed, seconds: 1 }]]);
	const table = tableOf([first, second], known);
	expect(table).toContain("| **all** | 1 of 2 |");
	expect(table).toContain("a \\| b |");
	expect(table).toMatch(new RegExp(`\\| ${second.fault} \\| .* \\| \\*\\*nothing\\*\\* \\|`));
});
