import { describe, expect, it } from "vitest";
import type { WidthPlan } from "../src/widths/costs.ts";
import { type Search, searchPlan } from "../src/widths/search.ts";

/** Units of 3 options: each costs 10, 6 or 1, and errs by its own weight. */
function problem(weights: readonly number[], most: number) {
	const measured: string[] = [];
	const errors = [0, 1, 4];
	const search: Search = {
		options: weights.map(() => 3),
		most,
		cost: (plan) => plan.reduce((sum, option) => sum + [10, 6, 1][option], 0),
		measure: async (plan) => {
			measured.push(plan.join());
			const meanSquare = plan.reduce((sum, option, unit) => sum + weights[unit] * errors[option], 0);
			return { largest: Math.sqrt(meanSquare), meanSquare };
		},
		proves: () => true,
		progress: () => undefined,
	};
	return { search, measured };
}

/** The cheapest plan within the budget, of all there are. */
async function best({ search }: ReturnType<typeof problem>): Promise<number> {
	let least = Number.POSITIVE_INFINITY;
	for (let code = 0; code < 3 ** search.options.length; code++) {
		const plan = search.options.map((_, unit) => Math.floor(code / 3 ** unit) % 3);
		const { largest } = (await search.measure(plan))!;
		if (largest <= search.most) least = Math.min(least, search.cost(plan));
	}
	return least;
}

describe("the search for widths", () => {
	const weights = [1, 9, 0.1, 4, 0.5];

	it.each([0.5, 1, 2, 3, 5])("finds about the cheapest plan within a budget of %d", async (most) => {
		const found = (await searchPlan(problem(weights, most).search))!;
		expect(found.tried.largest).toBeLessThanOrEqual(most);
		expect(found.cost).toBeLessThanOrEqual(1.12 * (await best(problem(weights, most))));
	});

	it("is near it before units are looked at one by one", async () => {
		const lines: string[] = [];
		const { search } = problem(weights, 2);
		await searchPlan({ ...search, progress: (line) => lines.push(line) });
		const share = lines
			.map((line) => /a plan of (\d+) %/.exec(line)?.[1])
			.find((found) => found !== undefined);
		expect(Number(share) * 0.5).toBeLessThanOrEqual(1.2 * (await best(problem(weights, 2))));
	});

	it("stops after two runs where the cheapest plan is good enough", async () => {
		const { search, measured } = problem(weights, 100);
		const found = (await searchPlan(search))!;
		expect(found.plan).toEqual([2, 2, 2, 2, 2]);
		expect(measured).toEqual(["0,0,0,0,0", "2,2,2,2,2"]);
	});

	it("measures nothing finer than what loses next to nothing", async () => {
		const { search, measured } = problem([1, 1e-4, 9, 4], 2);
		const found = (await searchPlan(search))!;
		expect(found.plan[1]).toBe(2);
		expect(measured).toContain("0,2,0,0");
		expect(measured).not.toContain("0,1,0,0");
		for (const alone of ["1,0,0,0", "0,0,1,0", "0,0,0,1"]) expect(measured).toContain(alone);
	});

	it("looks at options alone on few inputs, and takes nothing that it did not measure on all", async () => {
		const { search, measured } = problem(weights, 2);
		// Few inputs show less, of the finest plan as well: only differences count.
		const { search: few, measured: rough } = problem(weights, 2);
		const measureRoughly: Search["measure"] = async (plan) => {
			const { meanSquare } = (await few.measure(plan))!;
			return { largest: 0, meanSquare: meanSquare + 7 };
		};
		const found = (await searchPlan({ ...search, measureRoughly }))!;
		const { runs, ...plain } = (await searchPlan(problem(weights, 2).search))!;
		expect(found.plan).toEqual(plain.plan);
		expect(found.tried).toEqual(plain.tried);
		expect(found.errors.flat().every((error, k) => Math.abs(error - plain.errors.flat()[k]) < 1e-9)).toBe(
			true,
		);
		expect(rough).toContain("0,0,0,0,0");
		expect(rough).toHaveLength(new Set(rough).size);
		expect(measured).toContain(found.plan.join());
		expect(measured.length).toBeLessThan(runs);
		expect(found.runs).toBe(measured.length + rough.length);
	});

	it("gives nothing where the finest plan is beyond the budget", async () => {
		const { search } = problem(weights, 2);
		expect(await searchPlan({ ...search, most: -1 })).toBeUndefined();
	});

	it("makes units cheaper that errors added up left fine", async () => {
		// The second option of the first unit costs nothing together with others, which no sum says.
		const { search } = problem([1, 1], 2.1);
		const measure: Search["measure"] = async (plan) => {
			const { meanSquare } = (await search.measure(plan))!;
			const largest = plan[0] === 2 && plan[1] === 1 ? 1 : Math.sqrt(meanSquare);
			return { largest, meanSquare };
		};
		const found = (await searchPlan({ ...search, measure }))!;
		expect(found.plan).toEqual([2, 1]);
	});

	it("finds a cheap plan although finer ones are beyond the budget", async () => {
		const { search } = problem([1, 1], 1);
		const measure: Search["measure"] = async (plan) => {
			const { meanSquare } = (await search.measure(plan))!;
			return { largest: ["0,0", "1,2"].includes(plan.join()) ? 1 : 9, meanSquare };
		};
		const found = (await searchPlan({ ...search, measure }))!;
		expect(found.plan).toEqual([1, 2]);
	});

	it("takes no plan that cannot be built", async () => {
		const { search } = problem(weights, 100);
		const found = (await searchPlan({
			...search,
			measure: async (plan) => (plan.includes(2) ? undefined : search.measure(plan)),
		}))!;
		expect(found.plan).toEqual([1, 1, 1, 1, 1]);
	});

	it("takes no plan that cannot be proved, and asks of no other than those that it would take", async () => {
		const { search } = problem(weights, 3);
		const asked: WidthPlan[] = [];
		const proves = (plan: WidthPlan): boolean => {
			asked.push(plan);
			return plan[0] !== 2;
		};
		const found = (await searchPlan({ ...search, proves }))!;
		expect(found.plan[0]).not.toBe(2);
		expect(found.plan.some((option) => option > 0)).toBe(true);
		for (const plan of asked) expect((await search.measure(plan))!.largest).toBeLessThanOrEqual(3);
	});

	it("is the same each time, within some 5n runs", async () => {
		const [first, second] = [problem(weights, 2), problem(weights, 2)];
		expect(await searchPlan(first.search)).toEqual(await searchPlan(second.search));
		expect(first.measured).toEqual(second.measured);
		expect(new Set(first.measured).size).toBe(first.measured.length);
		expect(first.measured.length).toBeLessThanOrEqual(2 + 2 * 5 + 9 + 5 + 5);
	});
});
