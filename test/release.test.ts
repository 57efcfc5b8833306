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
import { findObstacles } from "../packaging/release.ts";
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
