import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "@umpire/chain/hardhat.ts";
import { expect, test } from "vitest";
import { mutated } from "./mutation.ts";
import { MUTATIONS } from "./mutations.ts";

test("every fault that `just mutations` tries can still be made, and names tests that exist", () => {
	for (const mutation of MUTATIONS) {
		const text = readFileSync(join(projectRoot, mutation.file), "utf8");
		expect(mutated(mutation, text), mutation.fault).not.toBe(text);
		expect(mutation.tests.length, mutation.fault).toBeGreaterThan(0);
		for (const file of mutation.tests) expect(existsSync(join(projectRoot, file)), file).toBe(true);
	}
	expect(new Set(MUTATIONS.map(({ fault }) => fault)).size).toBe(MUTATIONS.length);
});
