import { expect, it } from "vitest";
import { groupsOf } from "../src/widths/groups.ts";
import type { Product, Unit } from "../src/widths/units.ts";

/** Dense layers one after the other, each reading the unit of its number. */
function chain(works: readonly number[]) {
	const units = works.map((_, k): Unit => {
		const options = ["A16W14", "A16W7", "A8W7"] as const;
		return {
			name: `x${k}`,
			roots: [`x${k}`],
			factors: [`x${k}`],
			elements: 1,
			others: 0,
			wantsBytes: false,
			sums: 0,
			options,
		};
	});
	const products = works.map((work, k): Product => {
		return {
			work,
			type: "matmul",
			length: 1,
			isSmall: false,
			hasDigits: false,
			reads: [k],
			gives: k + 1 < works.length ? k + 1 : -1,
		};
	});
	return { units, products, dividends: new Set<string>() };
}

it("units on which much depends are by themselves, others are with their neighbours", () => {
	const works = Array.from({ length: 60 }, (_, k) => (k % 20 === 3 ? 1e6 : 1e3 + k));
	const groups = groupsOf(chain(works));
	expect(groups.length).toBeLessThanOrEqual(24);
	expect(groups.length).toBeGreaterThan(12);
	expect(groups.flatMap(({ units }) => units)).toEqual(works.map((_, k) => k));
	for (const large of [3, 23, 43])
		expect(groups.find(({ units }) => units.includes(large))!.units).toEqual([large]);
	expect(Math.max(...groups.map(({ units }) => units.length))).toBeLessThanOrEqual(5);
});

it("few units have a group each", () => {
	const groups = groupsOf(chain([1, 1, 1e9, 1]));
	expect(groups.map(({ units }) => units)).toEqual([[0], [1], [2], [3]]);
	expect(groups[0].options).toEqual(["A16W14", "A16W7", "A8W7"]);
});
