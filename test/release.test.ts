import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import {
	type BillOfMaterials,
	billOfMaterials,
	isCopyleft,
	licenceOf,
	licenceReport,
	nameOf,
	neededBy,
} from "../packaging/bill-of-materials.ts";
import { findChanges, findObstacles } from "../packaging/release.ts";
import { manifestOf, ORDER } from "./boundaries/packages.ts";

const published = ORDER.filter((name) => "publishConfig" in manifestOf(name)).map(
	(name) => `@umpire/${name}`,
);
const bill = await billOfMaterials();
const bound = (of: BillOfMaterials, name: string): string[] => {
	const needed = neededBy(of, name);
	return of.components.filter((one) => needed.has(one["bom-ref"]) && isCopyleft(licenceOf(one))).map(nameOf);
};

describe("what a release brings", () => {
	test("is listed alike each time", async () => {
		expect(await billOfMaterials()).toEqual(bill);
		expect(bill.components.length).toBeGreaterThan(200);
		expect(bill.serialNumber).toMatch(
			/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
		);
		expect(JSON.stringify(bill)).not.toContain(process.cwd());
	});

	test("has nothing under copyleft in the packages that npm publishes", () => {
		expect(published.length).toBeGreaterThan(10);
		for (const name of published) expect(bound(bill, name), name).toEqual([]);
		// The same look finds what the prover needs.
		expect(bound(bill, "@umpire/prover")).toContain("snarkjs");
	});

	test("says which parts are under copyleft", () => {
		const report = licenceReport(bill, published);
		const [, named] = /Under terms that bind.*?\n\n(.*?)\n\n/s.exec(report) ?? [];
		for (const name of ["snarkjs", "circom2", "circomlib", "ffjavascript"])
			expect(named).toContain(`- ${name} `);
		expect(named).not.toContain("viem");
	});
});

test("this version could be released", async () => {
	expect(await findObstacles()).toEqual([]);
	expect(await findObstacles("9.9.9")).toEqual(
		expect.arrayContaining([
			expect.stringMatching(/@umpire\/errors has version/),
			expect.stringMatching(/CHANGELOG\.md has no section \[9\.9\.9\]/),
			expect.stringMatching(/testdata\/golden has no programs of 9\.9\.9/),
		]),
	);
});

test("a release is made of what was committed, and what a released version wrote stays as it was", async () => {
	const root = await mkdtemp(join(tmpdir(), "umpire-release-"));
	const git = (...words: string[]) =>
		promisify(execFile)("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...words], { cwd: root });
	const golden = join(root, "testdata", "golden", "0.1.0", "golden.json");
	await mkdir(join(golden, ".."), { recursive: true });
	await writeFile(golden, "[]");
	await git("init", "-q");
	await git("add", ".");
	await git("commit", "-qm", "Begin");
	await git("tag", "v0.1.0");
	expect(await findChanges(root)).toEqual([]);
	await writeFile(join(root, "another"), "file");
	expect(await findChanges(root)).toEqual([expect.stringMatching(/^another is not as it was committed/)]);
	await rm(join(root, "another"));
	await writeFile(golden, "[1]");
	await git("commit", "-qam", "Change what was released");
	expect(await findChanges(root)).toEqual([
		expect.stringMatching(/golden\.json is not what the released version 0\.1\.0 wrote/),
	]);
	await rm(root, { recursive: true, force: true });
});
